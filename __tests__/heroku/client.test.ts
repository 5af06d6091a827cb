import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import net, { type AddressInfo } from 'node:net'
import * as v from 'valibot'
import { createClient, HerokuError, type HerokuClient } from '../../src/heroku/index.ts'
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
  client = createClient({ url: address(), key: KEY, clock, signal: cancel.signal, random: () => 0 })
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
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
const silence: Answer = () => setImmediate(() => clock.pass(61_000))

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

  it('waits longer each time, and gives up', async () => {
    answers = [refused(503, { id: 'maintenance', message: 'Back soon' })]
    const before = clock.now()
    const error = await failure(client.get('/apps/a', thing))
    expect(seen).toHaveLength(6)
    expect(clock.now() - before).toBe(1_000 + 2_000 + 4_000 + 8_000 + 16_000)
    expect(error.nextStep).toMatch(/status\.heroku\.com/)
  })

  it('waits as long as Heroku says, within a minute', async () => {
    answers = [refused(429, {}, { 'retry-after': '9' }), refused(429, {}, { 'retry-after': '900' }), ok({ name: 'x' })]
    const before = clock.now()
    await client.get('/apps/a', thing)
    expect(clock.now() - before).toBe(9_000 + 60_000)
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

  it('is an error where the answer is 304', async () => {
    answers = [response => void response.writeHead(304).end()]
    expect((await failure(client.get('/apps/a', thing))).message).toMatch(/304/)
  })
})

describe('an error', () => {
  it.each([
    [
      401,
      { id: 'unauthorized', message: 'Invalid credentials' },
      /wrong, expired or revoked.*authorizations:create .*--expires-in \d+/
    ],
    [402, { id: 'delinquent', message: 'Unpaid' }, /unpaid bill/],
    [403, { id: 'two_factor', message: 'A second factor' }, /second factor.*authorizations:create .*--expires-in \d+/],
    [403, { id: 'forbidden', message: 'No access' }, /collaborator/],
    [404, { id: 'not_found', message: 'No app' }, /name of the app/]
  ])('%i says what to do', async (status, body, next) => {
    answers = [refused(status, body)]
    const error = await failure(client.get('/apps/a', thing))
    expect(error.nextStep).toMatch(next)
    expect(error.status).toBe(status)
    expect(seen).toHaveLength(1)
  })

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
      await failure(through.write('POST', '/apps', thing))
      expect(asked).toEqual(['CONNECT api.example.com:443 HTTP/1.1'])
    } finally {
      for (const [name, value] of Object.entries(kept)) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
      await new Promise(resolve => proxy.close(resolve))
    }
  })
})
