import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { certificateOf } from '../../../src/checks/probes/certificate.ts'
import { ask } from '../../../src/checks/probes/http.ts'
import { realNetwork, type Outside } from '../../../src/checks/probes/network.ts'
import { greetMailServer } from '../../../src/checks/probes/smtp.ts'
import { tryWebSocket } from '../../../src/checks/probes/websocket.ts'
import { TestClock } from '../../helpers/clock.ts'
import { EndlessServer, NEVER_ENDING, type Endless } from '../../helpers/endless.ts'
import { NO_SIGNAL } from '../../helpers/local-heroku.ts'

let clock: TestClock
let outside: Outside
let server: EndlessServer

beforeEach(() => {
  clock = new TestClock()
  outside = { network: realNetwork(), clock, signal: NO_SIGNAL }
})
afterEach(() => server.close())

async function port(endless: Endless): Promise<number> {
  server = await EndlessServer.start(clock, endless)
  return Number(new URL(server.url).port)
}

/** Rejects at the network's time for one question, and not later. */
async function expectGivenUp(work: Promise<unknown>): Promise<void> {
  const begun = clock.now()
  await expect(work).rejects.toThrow('no answer within 10 s')
  expect((clock.now() - begun) / 1_000).toBeLessThan(15)
}

describe.each(NEVER_ENDING)('a target that %s', (_, endless) => {
  it('is given up', async () => {
    await port(endless)
    await expectGivenUp(ask(server.url, {}, outside))
  })
})

describe.each(NEVER_ENDING.slice(0, 2))('a WebSocket whose server %s', (_, endless) => {
  it('is given up', async () => {
    await port(endless)
    await expectGivenUp(tryWebSocket({ url: server.url }, '/api/v1/streaming', 'token', outside))
  })
})

describe('a target that goes on for ever', () => {
  it('is given up in its TLS handshake', async () => {
    const at = await port({})
    await expectGivenUp(certificateOf('127.0.0.1', at, outside))
    await expectGivenUp(ask(`https://127.0.0.1:${at}/`, {}, outside))
  })

  it('is given up as a mail server in the middle of its greeting', async () => {
    const at = await port({ unasked: true, words: '220-', drip: 'a' })
    const mail = {
      host: '127.0.0.1',
      port: at,
      name: 'site.test',
      tls: false,
      starttls: 'never',
      verify: false
    } as const
    await expectGivenUp(greetMailServer({ ...mail, login: undefined }, outside))
  })
})
