import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import http from 'node:http'
import net from 'node:net'
import { certificateOf, daysUntil } from '../../../src/checks/probes/certificate.ts'
import { ask, follow } from '../../../src/checks/probes/http.ts'
import { realNetwork, unreached, type Outside } from '../../../src/checks/probes/network.ts'
import { tryWebSocket } from '../../../src/checks/probes/websocket.ts'
import { LateError } from '../../../src/net/index.ts'
import { systemClock } from '../../../src/runtime/real.ts'
import { Authority } from '../../helpers/certificates.ts'
import { hangs, Internet, pages, type Handler } from '../../helpers/internet.ts'
import { NO_SIGNAL } from '../../helpers/local-heroku.ts'
import { lastingTemp } from '../../helpers/temp.ts'

let internet: Internet
beforeAll(async () => (internet = await new Internet().open()))
beforeEach(() => internet.clear())
afterAll(() => internet.close())

const outside = (answerWithin?: number): Outside => ({
  network: internet.network(answerWithin),
  clock: systemClock,
  signal: NO_SIGNAL
})
const to =
  (location: string): Handler =>
  (_, response) =>
    response.writeHead(302, { location }).end()
const why = (error: unknown): unknown => unreached(error, outside())

describe('a request', () => {
  it('is answered with status, headers and body, and follows nothing', async () => {
    internet.site('a.test', pages({ '/': 'hello', '/away': to('/') }))
    expect(await ask('https://a.test/', {}, outside())).toMatchObject({ status: 200, body: 'hello' })
    expect(await ask('https://a.test/away', {}, outside())).toMatchObject({ status: 302, headers: { location: '/' } })
    expect(await ask('http://a.test/x', {}, outside())).toMatchObject({
      status: 301,
      headers: { location: 'https://a.test/x' }
    })
  })

  it('takes no more than it was told', async () => {
    internet.site('a.test', pages({ '/': 'x'.repeat(10_001) }))
    await expect(ask('https://a.test/', { most: 10_000 }, outside())).rejects.toThrow('larger than 10000 bytes')
  })

  it.each<[string, Handler]>([
    ['says nothing', hangs],
    ['sends half of it', (_, response) => void response.write('half')],
    ['drips', (_, response) => void setInterval(() => response.write('.'), 5).unref()]
  ])('gives up a server that %s', async (_, handle) => {
    internet.site('slow.test', handle)
    const error: unknown = await ask('https://slow.test/', {}, outside(300)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LateError)
    expect(why(error)).toEqual({ why: 'no answer within 0.3 s', runner: false })
  })

  it('says why a server cannot be reached', async () => {
    const closed = net.createServer()
    await new Promise<void>(resolve => closed.listen(0, '127.0.0.1', resolve))
    internet.lead('closed.test', 443, closed)
    await new Promise(resolve => closed.close(resolve))
    internet.site('broken.test', (_, response) => void response.destroy())
    const reason = (url: string): Promise<unknown> => ask(url, {}, outside()).catch(why)
    expect(await reason('https://closed.test/')).toEqual({ why: 'the connection is refused', runner: false })
    expect(await reason('https://nowhere.test/')).toEqual({ why: 'its name is not in the DNS', runner: false })
    expect(await reason('https://broken.test/')).toEqual({ why: 'the connection is broken off', runner: false })
    expect(why(Object.assign(new Error('x'), { code: 'ENETUNREACH' }))).toMatchObject({ runner: true })
  })

  it('ends with the check, and then says nothing of the target', async () => {
    internet.site('slow.test', hangs)
    const cancel = new AbortController()
    const asked = ask('https://slow.test/', {}, { ...outside(), signal: cancel.signal })
    cancel.abort(new Error('enough'))
    await expect(asked).rejects.toThrow('enough')
    expect(() => unreached(new Error('enough'), { signal: cancel.signal })).toThrow('enough')
  })
})

describe('a way of redirects', () => {
  const trail = async (url: string): Promise<[number, string, string | undefined]> => {
    const { urls, last, stopped } = await follow(url, {}, outside())
    return [urls.length, last.url, stopped]
  }

  it('is followed to its end', async () => {
    internet.site('a.test', pages({ '/': to('https://b.test/') }))
    internet.site('b.test', pages({ '/': 'here' }))
    expect(await trail('http://a.test/')).toEqual([3, 'https://b.test/', undefined])
  })

  it.each<[string, string, string]>([
    ['to where it has been', 'https://a.test/', 'loop'],
    ['back to http', 'http://a.test/', 'downgrade'],
    ['to a bare address', 'https://169.254.169.254/latest', 'elsewhere'],
    ['to this machine', 'https://localhost/', 'elsewhere'],
    ['to an odd port', 'https://b.test:8443/', 'elsewhere'],
    ['to a file', 'file:///etc/passwd', 'elsewhere']
  ])('is not followed %s', async (_, location, stopped) => {
    internet.site('a.test', pages({ '/': to(location) }))
    expect(await trail('https://a.test/')).toEqual([2, 'https://a.test/', stopped])
  })

  it('is not followed for ever', async () => {
    internet.site('a.test', (request, response) => to(`${request.url}x`)(request, response))
    expect((await trail('https://a.test/'))[2]).toBe('too many')
  })

  it('names the step that does not answer', async () => {
    internet.site('a.test', pages({ '/': to('https://gone.test/') }))
    expect(await follow('https://a.test/', {}, outside()).catch(why)).toEqual({
      why: 'https://gone.test/ does not answer: its name is not in the DNS',
      runner: false
    })
  })
})

describe('a certificate', () => {
  const look = async (host: string): Promise<unknown> => {
    const { names, until, trouble } = await certificateOf(host, 443, outside())
    return [names, daysUntil(until, Date.now()), trouble?.why]
  }
  const say = pages({})

  it('is read with its names and days, good or not', async () => {
    const { authority } = internet
    internet.site('good.test', { handle: say, certificate: authority.issue(['good.test', '*.good.test'], 11) })
    internet.site('over.test', { handle: say, certificate: authority.issue(['over.test'], -1) })
    internet.site('other.test', { handle: say, certificate: authority.issue(['another.test']) })
    const unknown = new Authority(lastingTemp(), 'Unknown')
    internet.site('alien.test', { handle: say, certificate: unknown.issue(['alien.test']) })
    const { authority: between, chain } = authority.below(lastingTemp())
    const half = between.issue(['half.test'])
    internet.site('half.test', { handle: say, certificate: half })
    const whole = between.issue(['whole.test'])
    internet.site('whole.test', { handle: say, certificate: { ...whole, cert: `${whole.cert}${chain}` } })
    expect(await look('good.test')).toEqual([['good.test', '*.good.test'], 10, undefined])
    expect(await look('over.test')).toEqual([['over.test'], -2, 'its certificate has expired'])
    expect(await look('other.test')).toEqual([['another.test'], 89, 'its certificate is for other names'])
    const missing = 'the server does not send the intermediate certificates'
    expect(await look('alien.test')).toEqual([['alien.test'], 89, missing])
    expect(await look('half.test')).toEqual([['half.test'], 89, missing])
    expect(await look('whole.test')).toEqual([['whole.test'], 89, undefined])
  })

  it('that is not good is not talked over', async () => {
    internet.site('over.test', { handle: say, certificate: internet.authority.issue(['over.test'], -1) })
    expect(await ask('https://over.test/', {}, outside()).catch(why)).toEqual({
      why: 'its certificate has expired',
      runner: false
    })
  })
})

describe('a WebSocket handshake', () => {
  it('is what RFC 6455 wants, and is told from a 101 of somebody else', async () => {
    internet.site('ws.test', {
      handle: pages({}),
      upgrade: (_, socket) =>
        socket.end(
          'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: eA==\r\n\r\n'
        )
    })
    const place = { url: 'https://ws.test/' }
    expect(await tryWebSocket(place, '/x', 'token', outside())).toMatchObject({ status: 101, genuine: false })
    internet.site('ws.test', pages({}))
    expect(await tryWebSocket(place, '/x', 'token', outside())).toMatchObject({ status: 404, genuine: false })
  })
})

describe('the real network', () => {
  const withProxy = async (port: number, work: () => Promise<void>): Promise<void> => {
    process.env['https_proxy'] = `http://user:p%40ss@127.0.0.1:${port}`
    try {
      await work()
    } finally {
      delete process.env['https_proxy']
    }
  }

  it('goes through the runner’s proxy', async () => {
    internet.site('a.test', pages({ '/': 'hello' }))
    const seen: unknown[] = []
    const sockets: net.Socket[] = []
    const proxy = http.createServer().on('connection', socket => void sockets.push(socket))
    proxy.on('connect', ({ url = '', headers }: http.IncomingMessage, socket: net.Socket) => {
      seen.push(url, headers['proxy-authorization'])
      const [host, port] = url.split(':')
      void internet
        .network()
        .dial(host!, Number(port), NO_SIGNAL)
        .then(
          far => {
            socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
            far.pipe(socket).pipe(far)
          },
          () => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
        )
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
    const network = { ...realNetwork(), trust: internet.network().trust }
    await withProxy((proxy.address() as net.AddressInfo).port, async () => {
      expect(await ask('https://a.test/', {}, { ...outside(), network })).toMatchObject({ body: 'hello' })
      await expect(ask('https://gone.test/', {}, { ...outside(), network })).rejects.toThrow('the proxy answered 403')
    })
    expect(seen.slice(0, 2)).toEqual(['a.test:443', `Basic ${Buffer.from('user:p@ss').toString('base64')}`])
    for (const socket of sockets) socket.destroy()
    await new Promise(resolve => proxy.close(resolve))
  })

  it('reaches a server without one', async () => {
    internet.site('a.test', pages({}))
    const server = http.createServer((_, response) => response.end('direct'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as net.AddressInfo
    const answer = await ask(`http://127.0.0.1:${port}/`, {}, { ...outside(), network: realNetwork() })
    expect(answer.body).toBe('direct')
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
})
