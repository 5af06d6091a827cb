import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import * as v from 'valibot'
import { createClient, HerokuApp, HerokuError, keyEnd, type HerokuClient, type KeyEnd } from '../../src/heroku/index.ts'
import { within } from '../../src/net/index.ts'
import { CancelledError } from '../../src/runtime/index.ts'
import { TestClock } from '../helpers/clock.ts'

/** heroku-client reads what these name for each request; nothing here needs it. */
for (const name of ['SSL_CERT_DIR', 'SSL_CERT_FILE']) delete process.env[name]

const KEY = 'HRKU-0123456789'
const thing = v.looseObject({ name: v.string() })

type Answer = (response: ServerResponse, request: IncomingMessage) => void
let server: Server
let answers: Answer[]
let seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]
let clock: TestClock
let client: HerokuClient
let cancel: AbortController
let told: string[]

beforeEach(async () => {
  answers = []
  seen = []
  clock = new TestClock()
  cancel = new AbortController()
  server = createServer((request, response) => {
    let body = ''
    request.on('data', chunk => (body += String(chunk)))
    request.on('end', () => {
      seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body })
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!
      answer(response, request)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  told = []
  client = clientOf({})
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

const MINUTE = 60_000
const clientOf = (more: Partial<Parameters<typeof createClient>[0]>): HerokuClient =>
  createClient({
    url: address(),
    key: KEY,
    clock,
    signal: cancel.signal,
    random: () => 0,
    patience: 60 * MINUTE,
    told: line => void told.push(line),
    ...more
  })
const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const ok =
  (value: unknown): Answer =>
  response =>
    void response.end(JSON.stringify(value))
const refused =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  response =>
    void response.writeHead(status, headers).end(JSON.stringify(body))
const reset: Answer = (_, request) => void request.socket.destroy()
const cut: Answer = response => {
  response.writeHead(200, { 'content-length': '100' })
  response.write('{"name":', () => response.destroy())
}
const silence: Answer = () => setImmediate(() => clock.pass(31_000))

const failure = async (work: Promise<unknown>): Promise<HerokuError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(HerokuError)
  return error as HerokuError
}

describe('a write', () => {
  it.each([
    ['a lost connection', reset],
    ['silence', silence],
    ['an answer that is cut off', cut],
    ['500', refused(500, { id: 'server_error', message: 'broken' })],
    ['503', refused(503, {})]
  ])('is sent once, whatever comes: %s', async (_, answer) => {
    answers = [answer]
    const error = await failure(client.write('POST', '/apps/a/dynos', thing, { body: { command: 'x' } }))
    expect(error.outcome).toBe('unknown')
    expect(error.message).toContain('POST /apps/a/dynos')
    // Whatever heroku-client would have sent in the background by now has had its chance.
    clock.pass(60_000)
    await new Promise(resolve => setImmediate(resolve))
    expect(seen).toHaveLength(1)
  })

  it.each([409, 429])('is sent again after %i, which proves that it was not carried out', async status => {
    answers = [refused(status, { id: 'x' }, { 'retry-after': '7' }), ok({ name: 'made' })]
    const before = clock.now()
    await expect(client.write('POST', '/apps', thing)).resolves.toEqual({ name: 'made' })
    expect(seen).toHaveLength(2)
    expect(clock.now() - before).toBe(7_000)
  })

  it('takes an empty answer to what answers nothing, and looks after one to a change of config vars', async () => {
    answers = [response => void response.writeHead(202).end(), response => void response.end(), ok({ A: '1' })]
    const app = new HerokuApp(client, 'a', clock)
    await app.stopDyno('run.1')
    await app.setConfigVars({ A: '1' })
    expect(seen.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'GET'])
  })

  it('is refused for good by 422, with Heroku’s words', async () => {
    answers = [refused(422, { id: 'invalid_params', message: 'Stack is wrong' }, { 'request-id': 'abc-123' })]
    const error = await failure(client.write('POST', '/apps/a/slugs', thing))
    expect(error.message).toBe(
      'Heroku answered POST /apps/a/slugs with 422 invalid_params: Stack is wrong (request id abc-123)'
    )
    expect(error.outcome).toBe('refused')
    expect(seen).toHaveLength(1)
  })

  it('goes out whole, with the key in a header alone', async () => {
    answers = [ok({ name: 'made' })]
    await client.write('PATCH', '/apps/a', thing, { body: { maintenance: true } })
    expect(seen[0]).toMatchObject({ method: 'PATCH', url: '/apps/a', body: '{"maintenance":true}' })
    expect(Buffer.from(seen[0]!.headers.authorization!.slice(6), 'base64').toString()).toBe(`:${KEY}`)
    expect(seen[0]!.headers.accept).toBe('application/vnd.heroku+json; version=3')
  })
})

describe('a read', () => {
  it.each([
    ['a lost connection', reset],
    ['silence', silence],
    ['an answer that is cut off', cut],
    ['429', refused(429, { id: 'rate_limit' })],
    ['500', refused(500, {})],
    ['503', refused(503, {})]
  ])('is asked again after %s', async (_, answer) => {
    answers = [answer, answer, ok({ name: 'here' })]
    await expect(client.get('/apps/a', thing)).resolves.toEqual({ name: 'here' })
    expect(seen).toHaveLength(3)
  })

  it('goes on for the time of the step, waits longer each time, and says so once', async () => {
    answers = [ok({ name: 'here' }), ...Array<Answer>(8).fill(refused(503, { id: 'oops', message: 'Back soon' }))]
    answers.push(ok({ name: 'again' }))
    await client.get('/apps/a', thing)
    const before = clock.now()
    await expect(client.get('/apps/a', thing)).resolves.toEqual({ name: 'again' })
    expect(clock.now() - before).toBe(1_000 + 2_000 + 4_000 + 8_000 + 16_000 + 3 * 30_000)
    expect(told).toEqual([
      'Heroku answered GET /apps/a with 503 oops: Back soon. It is asked again, until 09:00 UTC at the latest',
      'An answer came after 118 s more'
    ])
  })

  it.each([
    ['503', refused(503, {})],
    ['429', refused(429, {}, { 'retry-after': '40' })],
    ['a lost connection', reset]
  ])('ends with what was seen when the step’s time is over: %s', async (_, answer) => {
    client = clientOf({ patience: 5 * MINUTE })
    answers = [ok({ name: 'here' }), answer]
    await client.get('/apps/a', thing)
    const before = clock.now()
    const error = await failure(client.get('/apps/a', thing))
    expect(clock.now() - before).toBeGreaterThan(4 * MINUTE)
    expect(clock.now() - before).toBeLessThanOrEqual(5 * MINUTE)
    expect(error.isFailure).toBe(true)
  })

  it('does not hang on a host that has never answered: it may be the wrong one', async () => {
    const before = clock.now()
    const wrong: Answer[] = [refused(503, 'Bad gateway'), reset, response => void response.end('<html>')]
    for (const answer of wrong) {
      answers = [answer]
      await failure(client.get('/account', thing))
    }
    expect(clock.now() - before).toBeLessThan(wrong.length * 90_000)
  })

  it('ends with the signal of whoever asks', async () => {
    answers = [ok({ name: 'here' }), refused(503, {})]
    await client.get('/apps/a', thing)
    const asked = within({ clock }, 25_000, 'Heroku did not answer', signal => client.get('/apps/a', thing, { signal }))
    await expect(asked).rejects.toThrow('Heroku did not answer within 25 s')
    const requests = seen.length
    clock.pass(MINUTE)
    await new Promise(resolve => setTimeout(resolve, 10))
    expect(seen).toHaveLength(requests)
  })

  it('waits as long as Heroku says, within a minute', async () => {
    answers = [refused(429, {}, { 'retry-after': '9' }), refused(429, {}, { 'retry-after': '900' }), ok({ name: 'x' })]
    const before = clock.now()
    await client.get('/apps/a', thing)
    expect(clock.now() - before).toBe(9_000 + MINUTE)
  })

  it('keeps letters whole that are split across packets', async () => {
    const bytes = Buffer.from(JSON.stringify({ name: 'Zürich 🐘 é' }))
    answers = [
      response => {
        const byteByByte = (at: number): void => {
          if (at === bytes.length) return void response.end()
          response.write(bytes.subarray(at, at + 1), () => byteByByte(at + 1))
        }
        byteByByte(0)
      }
    ]
    await expect(client.get('/apps/a', thing)).resolves.toEqual({ name: 'Zürich 🐘 é' })
  })

  it('follows a list over its pages, also where one is lost on the way', async () => {
    const page = (name: string, next?: string): Answer =>
      next === undefined
        ? ok([{ name }])
        : response => void response.writeHead(206, { 'next-range': next }).end(JSON.stringify([{ name }]))
    answers = [page('one', 'id ]1..'), reset, page('one', 'id ]1..'), page('two')]
    await expect(client.get('/apps', v.array(thing))).resolves.toEqual([{ name: 'one' }, { name: 'two' }])
    expect(seen.map(({ headers }) => headers.range)).toEqual([
      'id ..; max=1000',
      'id ]1..',
      'id ..; max=1000',
      'id ]1..'
    ])
  })

  it('is an error where a list never ends, and it is not asked for again', async () => {
    answers = [response => void response.writeHead(206, { 'next-range': 'id ]1..' }).end('[{"name":"one"}]')]
    const error = await failure(client.get('/apps', v.array(thing)))
    expect(error.message).toBe('Heroku could not be asked GET /apps: the list does not end: it has more than 100 pages')
    expect(seen).toHaveLength(100)
  })

  it('has one time limit for all pages of a list', async () => {
    answers = [
      response => {
        clock.pass(7_000)
        response.writeHead(206, { 'next-range': 'id ]1..' }).end('[{"name":"one"}]')
      }
    ]
    const error = await failure(client.write('POST', '/apps', v.array(thing)))
    expect(error.details).toMatchObject({ outcome: 'unknown', reason: 'no answer within 30 s' })
    expect(seen).toHaveLength(5)
  })

  it('takes one page alone where a range is asked for', async () => {
    answers = [response => void response.writeHead(206, { 'next-range': 'version ]1..' }).end('[{"name":"one"}]')]
    await expect(client.get('/r', v.array(thing), { range: 'version ..; order=desc, max=1' })).resolves.toHaveLength(1)
    expect(seen).toHaveLength(1)
  })

  it.each([
    ['no JSON', 'hello', /not JSON/],
    ['another shape', '{"name":7}', /not as documented at name/]
  ])('is an error where the answer is %s', async (_, body, message) => {
    answers = [response => void response.end(body)]
    expect((await failure(client.get('/apps/a', thing))).message).toMatch(message)
  })

  it.each<[string, Answer, RegExp]>([
    ['an empty 200', response => void response.end(), /GET \/apps\/a\/config-vars: the answer is empty/],
    ['a blank 200', response => void response.end(' \n'), /the answer is empty/],
    ['204', response => void response.writeHead(204).end(), /the answer is empty/],
    ['a list', ok([]), /not as documented at its top/],
    ['null', ok(null), /not as documented at its top/],
    ['a list in two pages', response => void response.writeHead(206, { 'next-range': 'id ]1..' }).end('{}'), /no list/]
  ])('of config vars is refused where the answer is %s: nothing would be masked', async (_, answer, message) => {
    answers = [answer]
    const error = await failure(new HerokuApp(clientOf({ patience: MINUTE }), 'a', clock).configVars())
    expect(error.message).toMatch(message)
    expect(error.isFailure).toBe(true)
  })

  it('of config vars takes `{}`: that is what Heroku answers for an app that has none', async () => {
    answers = [ok({})]
    await expect(new HerokuApp(client, 'a', clock).configVars()).resolves.toEqual({})
  })

  it.each<[string, Answer]>([
    ['an empty 200', response => void response.end()],
    ['an object', ok({})],
    ['204', response => void response.writeHead(204).end()]
  ])('of a list is refused where the answer is %s', async (_, answer) => {
    answers = [answer]
    const app = new HerokuApp(client, 'a', clock)
    for (const list of [app.dynos(), app.formation(), app.releases(5), app.builds(5), app.addons()])
      expect((await failure(list)).message).toMatch(/the answer is (empty|not as documented at its top)$/)
  })

  it('is an error where the answer is 304', async () => {
    answers = [response => void response.writeHead(304).end()]
    expect((await failure(client.get('/apps/a', thing))).message).toMatch(/304/)
  })
})

describe('an error', () => {
  it('never holds the key', async () => {
    answers = [refused(403, { id: 'forbidden', message: 'No' })]
    const error = await failure(client.get('/apps/a', thing))
    expect(JSON.stringify({ ...error, text: error.message, stack: error.stack })).not.toContain(KEY)
  })

  it('tells a host that is not there from a lost answer', async () => {
    const nobody = createClient({ url: 'http://127.0.0.1:1', key: KEY, clock, signal: cancel.signal })
    const error = await failure(nobody.write('POST', '/apps', thing))
    expect(error.outcome).toBe('not-sent')
    expect(error.message).toMatch(/could not be asked/)
  })
})

describe('the client', () => {
  it('ends what is under way when the job is cancelled', async () => {
    answers = [() => setImmediate(() => cancel.abort())]
    await expect(client.get('/apps/a', thing)).rejects.toBeInstanceOf(CancelledError)
    await expect(client.write('POST', '/apps', thing)).rejects.toBeInstanceOf(CancelledError)
    expect(seen).toHaveLength(1)
  })

  it('counts its requests and knows what is left of the rate limit', async () => {
    answers = [response => void response.writeHead(200, { 'ratelimit-remaining': '4321' }).end('{"name":"x"}')]
    await client.get('/a', thing)
    expect(client.usage).toEqual({ requests: 1, remaining: 4321 })
  })

  it('prints no deprecation warning of its own', async () => {
    const warnings = jest.fn()
    process.on('warning', warnings)
    answers = [ok({ name: 'x' })]
    await client.get('/a', thing)
    await new Promise(resolve => setImmediate(resolve))
    process.off('warning', warnings)
    expect(warnings).not.toHaveBeenCalled()
  })

  it('goes through the proxy that HTTPS_PROXY names', async () => {
    const asked: string[] = []
    const proxy = net.createServer(socket => {
      socket.once('data', chunk => {
        asked.push(chunk.toString().split('\r\n')[0]!)
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      })
      socket.on('error', () => {})
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
    const kept = { HTTPS_PROXY: process.env['HTTPS_PROXY'], https_proxy: process.env['https_proxy'] }
    delete process.env['https_proxy']
    process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
    try {
      const through = createClient({ url: 'https://api.example.com', key: KEY, clock, signal: cancel.signal })
      const { outcome, message, nextStep } = await failure(through.write('POST', '/apps', thing))
      expect(new Set(asked)).toEqual(new Set(['CONNECT api.example.com:443 HTTP/1.1']))
      expect({ outcome, message }).toEqual({
        outcome: 'not-sent',
        message: 'Heroku could not be asked POST /apps: tunneling socket could not be established, statusCode=407'
      })
      expect(nextStep).toMatch(/goes through the proxy 127\.0\.0\.1:\d+, .*HTTPS_PROXY, .*NO_PROXY/)
      expect(nextStep).not.toMatch(/status\.heroku\.com/)
    } finally {
      for (const [name, value] of Object.entries(kept)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
      await new Promise(resolve => proxy.close(resolve))
    }
  })
})

describe('keyEnd', () => {
  const listed = (...all: [token: string, seconds: number | null][]): Answer =>
    ok(all.map(([token, expires_in]) => ({ id: 'one', access_token: { token, expires_in } })))

  it.each<[string, Answer, KeyEnd | undefined]>([
    ['of the whole token', listed(['HRKU-other', 9], [KEY, 60]), { seconds: 60, alike: 1 }],
    ['of a redacted one', listed(['HRKU-9**********789', 9], ['HRKU-0**********789', 60]), { seconds: 60, alike: 1 }],
    ['of one without a suffix', listed(['HRKU-01**********', 60]), { seconds: 60, alike: 1 }],
    ['that there is none', listed(['HRKU-0**********789', null]), { seconds: undefined, alike: 1 }],
    [
      'the earliest of several that look alike',
      listed(['HRKU-0**********789', 60], ['HRKU-**********9', 20], ['HRKU-**********', null]),
      { seconds: 20, alike: 3 }
    ],
    ['nothing if it is in no list', listed(['HRKU-0**********788', 60]), undefined],
    ['nothing of one whose ends would overlap', listed(['HRKU-012345**********3456789', 60]), undefined],
    ['nothing if it may not list them', refused(403, { id: 'forbidden', message: 'no' }), undefined]
  ])('tells %s', async (_, answer, expected) => {
    answers = [answer]
    expect(await keyEnd(client, KEY)).toEqual(expected)
  })

  it('does not take a server that fails for a key without an end', async () => {
    answers = [refused(500, { id: 'fault', message: 'no' })]
    await expect(keyEnd(client, KEY)).rejects.toBeInstanceOf(HerokuError)
  })
})
