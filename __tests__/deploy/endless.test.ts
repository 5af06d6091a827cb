import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { followToEnd } from '../../src/deploy/follow.ts'
import { checkHealth, HealthError, type Probe } from '../../src/deploy/health.ts'
import { Story } from '../../src/verdict/index.ts'
import { type Tools } from '../../src/deploy/tools.ts'
import { type Log } from '../../src/runtime/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { EndlessServer, NEVER_ENDING, type Endless } from '../helpers/endless.ts'
import { NO_SIGNAL } from '../helpers/local-heroku.ts'

let clock: TestClock
let begun: number
let server: EndlessServer
let warnings: string[]
let tools: Tools

beforeEach(() => {
  clock = new TestClock()
  begun = clock.now()
  warnings = []
  const log: Log = {
    info: () => {},
    warning: line => void warnings.push(line),
    error: () => {},
    group: (_, work) => work(),
    progress: () => {},
    fence: () => ({ write: () => {}, close: () => {} })
  }
  tools = { story: new Story(log, clock), log, clock, signal: NO_SIGNAL, timeout: 600_000 }
})
afterEach(() => server.close())

async function serve(endless: Endless): Promise<string> {
  server = await EndlessServer.start(clock, endless)
  return server.url
}

const minutes = (): number => (clock.now() - begun) / 60_000

describe('an app', () => {
  it.each(NEVER_ENDING)('whose /health %s is not healthy after two minutes', async (_, endless) => {
    const url = await serve(endless)
    const ask: Probe['ask'] = async get => {
      await get('/health')
      return {}
    }
    await expect(checkHealth({ name: '/health', url, ask, next: 'Look at the log.' }, tools)).rejects.toThrow(
      HealthError
    )
    expect(minutes()).toBeLessThan(2.5)
    expect(server.connections).toBeGreaterThan(2)
  })
})

describe('the output of a release phase that drips for ever', () => {
  const OUTPUT = { words: 'HTTP/1.1 200 OK\r\n\r\n', drip: 'still at it\n' }
  const about = { what: 'Release v7', next: 'Look at it.' }

  it('does not keep a deploy longer than its timeout', async () => {
    const first = { status: 'pending', output_stream_url: await serve(OUTPUT) }
    await expect(followToEnd(first, () => Promise.resolve(first), about, tools)).rejects.toThrow(
      'Release v7 is still pending after 10 minutes'
    )
    expect(minutes()).toBeLessThan(11)
  })

  it('is no failure of a release that succeeded meanwhile', async () => {
    const first = { status: 'pending', output_stream_url: await serve(OUTPUT) }
    let asked = 0
    const read = () => Promise.resolve(++asked === 1 ? first : { ...first, status: 'succeeded' })
    expect((await followToEnd(first, read, about, tools)).latest.status).toBe('succeeded')
    expect(warnings).toEqual(['Release v7: its output could not be read to its end'])
  })
})
