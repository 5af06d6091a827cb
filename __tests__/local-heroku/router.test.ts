import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import http from 'node:http'
import { type AddressInfo } from 'node:net'
import { once } from 'node:events'
import WebSocket, { WebSocketServer } from 'ws'
import { HEROKU_TIMES, type LocalDyno } from '../../src/local-heroku/dyno.ts'
import { AppLog } from '../../src/local-heroku/logs.ts'
import { Router } from '../../src/local-heroku/router.ts'
import { TestClock } from '../helpers/clock.ts'
import { until } from '../helpers/local-heroku.ts'

let clock: TestClock
let log: AppLog
let dyno: http.Server
let sockets: WebSocketServer
let router: Router
let dynos: LocalDyno[]
let maintenance: boolean
/** How the dyno answers a request that is none for a WebSocket. */
let answer: http.RequestListener

beforeEach(async () => {
  clock = new TestClock()
  log = new AppLog(() => clock.now())
  answer = (_, response) => response.end('plain')
  maintenance = false
  dyno = http.createServer((request, response) => answer(request, response))
  sockets = new WebSocketServer({ noServer: true })
  dyno.on('upgrade', (request, socket, head) => {
    if (request.url === '/refused') return void socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\nno')
    sockets.handleUpgrade(request, socket, head, one => {
      one.send(JSON.stringify({ proto: request.headers['x-forwarded-proto'], url: request.url }))
      one.on('message', data => one.send(`echo ${(data as Buffer).toString()}`))
    })
  })
  await new Promise<void>(resolve => dyno.listen(0, '127.0.0.1', resolve))
  dynos = [{ state: 'up', port: (dyno.address() as AddressInfo).port } as LocalDyno]
  router = await openRouter()
})
afterEach(async () => {
  for (const one of sockets.clients) one.terminate()
  await router.close()
  dyno.closeAllConnections()
  await new Promise(resolve => dyno.close(resolve))
})

const openRouter = (): Promise<Router> => {
  const options = {
    port: 0,
    dynos: () => dynos,
    awake: () => {},
    changing: () => false,
    maintenance: () => maintenance,
    log,
    clock,
    times: HEROKU_TIMES
  }
  return Router.start(options)
}
const page = (): string => `http://127.0.0.1:${router.port}`
const open = (path = '/api/v1/streaming'): WebSocket => new WebSocket(`ws://127.0.0.1:${router.port}${path}`)
const message = async (socket: WebSocket): Promise<string> => String(((await once(socket, 'message')) as [Buffer])[0])
const closing = async (socket: WebSocket): Promise<number> => ((await once(socket, 'close')) as [number])[0]
const logged = (code: string): Promise<true> =>
  until(() => log.last(100).some(line => line.includes(`code=${code}`)) || undefined)

describe('a WebSocket through the router', () => {
  it('reaches the dyno, and what both say comes over', async () => {
    const socket = open()
    expect(JSON.parse(await message(socket))).toEqual({ proto: 'https', url: '/api/v1/streaming' })
    socket.send('one')
    expect(await message(socket)).toBe('echo one')
    const big = 'x'.repeat(2_000_000)
    socket.send(big)
    expect(await message(socket)).toBe(`echo ${big}`)
    socket.close(1000)
    expect(await closing(socket)).toBe(1000)
    await until(() => sockets.clients.size === 0)
    expect(log.last(100)).toEqual([])
  })

  it('ends with H15 after 55 seconds in which nothing passes; each byte begins them anew', async () => {
    const socket = open()
    await message(socket)
    for (const said of ['one', 'two']) {
      clock.pass(54_000)
      socket.send(said)
      expect(await message(socket)).toBe(`echo ${said}`)
    }
    // A ping of the dyno is a byte as well.
    clock.pass(54_000)
    for (const one of sockets.clients) one.ping()
    await once(socket, 'ping')
    clock.pass(54_000)
    expect(socket.readyState).toBe(WebSocket.OPEN)
    const closed = closing(socket)
    clock.pass(2_000)
    expect(await closed).toBe(1006)
    await logged('H15')
    await until(() => sockets.clients.size === 0)
  })

  it('is refused as the dyno refuses it, and the connection ends', async () => {
    const socket = open('/refused')
    const [, refusal] = (await once(socket, 'unexpected-response')) as [unknown, http.IncomingMessage]
    expect(refusal.statusCode).toBe(401)
    await once(refusal.resume(), 'end')
  })

  it.each([
    ['H80', () => (maintenance = true)],
    ['H14', () => (dynos = [])],
    ['H10', () => (dynos = [{ state: 'crashed' } as LocalDyno])]
  ])('is answered 503 with %s, as a page is', async (code, happens) => {
    happens()
    const socket = open()
    const [, refusal] = (await once(socket, 'unexpected-response')) as [unknown, http.IncomingMessage]
    expect(refusal.statusCode).toBe(503)
    await once(refusal.resume(), 'end')
    await logged(code)
  })

  it('ends when its dyno ends', async () => {
    const socket = open()
    await message(socket)
    const closed = closing(socket)
    for (const one of sockets.clients) one.terminate()
    expect(await closed).toBe(1006)
  })

  it('does not hold up the end of the router, and ends with it', async () => {
    const socket = open()
    await message(socket)
    const closed = closing(socket)
    await router.close()
    await closed
    router = await openRouter()
  })

  it('is granted by the dyno alone: a server without WebSockets answers as to any request', async () => {
    dyno.removeAllListeners('upgrade')
    const socket = open()
    const [, refusal] = (await once(socket, 'unexpected-response')) as [unknown, http.IncomingMessage]
    expect(refusal.statusCode).toBe(200)
    await once(refusal.resume(), 'end')
  })
})

describe('an answer through the router', () => {
  it('is given up with H12 if it does not begin within 30 seconds', async () => {
    const arrived = new Promise<void>(resolve => (answer = () => resolve()))
    const asked = fetch(page())
    await arrived
    clock.pass(29_000)
    clock.pass(2_000)
    expect((await asked).status).toBe(503)
    await logged('H12')
  })

  it('breaks off with H15 if it goes on with nothing for 55 seconds, and not while bytes come', async () => {
    let response!: http.ServerResponse
    answer = (_, of) => {
      response = of
      response.write('a')
    }
    const { body } = await fetch(page())
    const reader = body!.getReader()
    await reader.read()
    clock.pass(50_000)
    response.write('b')
    await reader.read()
    clock.pass(50_000)
    const more = reader.read()
    clock.pass(6_000)
    await expect(more).rejects.toThrow()
    await logged('H15')
  })
})
