import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import * as v from 'valibot'
import { createClient } from '../../src/heroku/index.ts'
import { download, fetchPage, getJson, HttpError, LateError, sendFile, statusOf } from '../../src/net/index.ts'
import { errorText } from '../../src/runtime/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { EndlessServer, NEVER_ENDING, type Endless } from '../helpers/endless.ts'
import { temp } from '../helpers/temp.ts'

let clock: TestClock
let server: EndlessServer
let begun: number

beforeEach(() => {
  clock = new TestClock()
  begun = clock.now()
})
afterEach(() => server.close())

async function serve(endless: Endless): Promise<string> {
  server = await EndlessServer.start(clock, endless)
  return server.url
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error
  )
/** Seconds that have passed. */
const took = (): number => (clock.now() - begun) / 1_000

describe.each(NEVER_ENDING)('a server that %s', (_, endless) => {
  it('is given up by who wants a page', async () => {
    const error = await failure(fetchPage(await serve(endless), {}, { clock }))
    expect(error).toBeInstanceOf(LateError)
    expect(errorText(error)).toBe('no answer within 30 s')
    expect(took()).toBeLessThan(35)
    expect(server.connections).toBe(1)
  })

  it('is given up by who wants JSON, after four attempts', async () => {
    const error = await failure(getJson(await serve(endless), {}, { clock }))
    expect(error).toBeInstanceOf(HttpError)
    expect(errorText(error)).toMatch(/^127\.0\.0\.1:\d+ did not answer within 60 s$/)
    expect(took()).toBeLessThan(4 * 65 + 10)
    expect(server.connections).toBe(4)
  })

  it('is given up by who downloads, and nothing is left', async () => {
    const folder = temp()
    const error = await failure(download(await serve(endless), path.join(folder, 'file'), 1e9, { clock }))
    expect(error).toBeInstanceOf(HttpError)
    expect(errorText(error)).toMatch(/^127\.0\.0\.1:\d+ (did not answer within 900 s|sent nothing within 60 s)$/)
    expect(took()).toBeLessThan(4 * 905 + 10)
    expect(server.connections).toBe(4)
    expect(readdirSync(folder)).toEqual([])
  })

  it('is given up by who uploads, and nothing is sent again', async () => {
    const error = await failure(upload(await serve(endless), 1_000_000))
    expect(error).toBeInstanceOf(LateError)
    // Which one ends first depends on how far time had passed when the last byte was sent.
    expect(errorText(error)).toMatch(/^(nothing moved within 60 s|it was not done within 70 s)$/)
    expect(server.connections).toBe(1)
  })

  it('is given up by who asks Heroku', async () => {
    const url = new URL(await serve(endless)).origin
    const signal = new AbortController().signal
    const client = createClient({ url, key: 'key', clock, signal })
    await expect(client.write('POST', '/apps', v.any())).rejects.toMatchObject({
      outcome: 'unknown',
      details: { reason: 'no answer within 30 s' }
    })
    expect(took()).toBeLessThan(35)
    expect(server.connections).toBe(1)
  })
})

describe('a status', () => {
  // A HEAD has no body that could drip.
  it.each(NEVER_ENDING.slice(0, 2))('is not known from a server that %s', async (_, endless) => {
    expect(await statusOf(await serve(endless), { clock })).toBeUndefined()
    expect(took()).toBeLessThan(15)
  })
})

describe('an upload', () => {
  it('is given up if the server does not read', async () => {
    expect(errorText(await failure(upload(await serve({ reads: 'nothing' }), 30_000_000)))).toBe(
      'nothing moved within 60 s'
    )
  })

  it('is given up if it goes on slowly for ever: 100 kB a second and a minute are what it has', async () => {
    // A tenth of it in 50 seconds: 60 kB a second, and never silent for a minute.
    const slowly = (): void => clock.pass(50_000)
    const error = await failure(upload(await serve({ reads: 'all' }), 30_000_000, slowly))
    expect(errorText(error)).toBe('it was not done within 360 s')
  })
})

function upload(url: string, bytes: number, progress = (): void => {}): Promise<unknown> {
  const file = path.join(temp(), 'file')
  execFileSync('truncate', ['-s', `${bytes}`, file])
  return sendFile({ file, url, method: 'PUT', headers: {}, progress }, { clock })
}
