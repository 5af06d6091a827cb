import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, type Socket } from 'node:net'
import { ERROR_CODES, type ErrorCode } from '../knowledge/index.ts'
import type { Clock } from '../runtime/index.ts'
import { type LocalDyno, type Times } from './dyno.ts'
import { forward, responseOn, type Hop } from './forward.ts'
import { type AppLog } from './logs.ts'

interface RouterOptions {
  readonly port: number
  /** The web dynos that get requests, in any state. */
  readonly dynos: () => readonly LocalDyno[]
  /** Called when a request comes: eco dynos wake. */
  readonly awake: () => void
  /** Whether a change-over is going on, so that more dynos will come. */
  readonly changing: () => boolean
  readonly maintenance: () => boolean
  readonly log: AppLog
  readonly clock: Clock
  readonly times: Times
}

/**
 * Heroku's router for one app. Hands a request to a web dyno that is up, and holds it while dynos start. It tells the dyno
 * that the client came by https: on Heroku, TLS ends at the router.
 */
export class Router {
  readonly port: number
  readonly #options: RouterOptions
  readonly #server: http.Server
  readonly #waiting = new Set<() => void>()
  /** Connections that changed their protocol: the server does not count them as its own any more. */
  readonly #upgraded = new Set<Socket>()
  #turn = 0

  private constructor(options: RouterOptions, server: http.Server) {
    this.#options = options
    this.#server = server
    this.port = (server.address() as AddressInfo).port
  }

  static async start(options: RouterOptions): Promise<Router> {
    const server = http.createServer((request, response) => void router.#serve({ request, response }))
    server.on('upgrade', (request, socket: Socket, head) => router.#upgrade(request, socket, head))
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(options.port, '127.0.0.1', resolve)
    })
    const router: Router = new Router(options, server)
    return router
  }

  /** Lets the waiting requests look again, after something about the dynos has changed. */
  wake(): void {
    for (const go of [...this.#waiting]) go()
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    for (const socket of this.#upgraded) socket.destroy()
    await new Promise(resolve => this.#server.close(resolve))
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.#upgraded.add(socket)
    socket.on('close', () => this.#upgraded.delete(socket))
    void this.#serve({ request, response: responseOn(socket, request), upgrade: { socket, head } })
  }

  async #serve(hop: Hop): Promise<void> {
    const { response } = hop
    const { maintenance, clock, times } = this.#options
    const until = clock.now() + times.hold
    for (;;) {
      if (maintenance()) return this.#refuse(response, 'H80')
      this.#options.awake()
      const dyno = this.#pick()
      if (dyno) return this.#forward(dyno, hop)
      const all = this.#options.dynos()
      if (!this.#options.changing()) {
        if (all.length === 0) return this.#refuse(response, 'H14')
        if (all.every(({ state }) => state === 'crashed')) return this.#refuse(response, 'H10')
        if (all.every(({ state }) => state === 'down')) return this.#refuse(response, 'H82')
      }
      if (!(await this.#wait(until - clock.now(), response))) return this.#refuse(response, 'H20')
    }
  }

  #pick(): LocalDyno | undefined {
    const up = this.#options.dynos().filter(({ state }) => state === 'up')
    return up[this.#turn++ % up.length]
  }

  /** Waits for a change of the dynos; false if it took too long. */
  #wait(milliseconds: number, response: ServerResponse): Promise<boolean> {
    if (milliseconds <= 0 || response.destroyed) return Promise.resolve(false)
    return new Promise(resolve => {
      const finish = (result: boolean): void => {
        this.#waiting.delete(go)
        stopTimer()
        resolve(result)
      }
      const go = (): void => finish(true)
      const stopTimer = this.#options.clock.after(milliseconds, () => finish(false))
      this.#waiting.add(go)
    })
  }

  #forward({ port }: LocalDyno, hop: Hop): void {
    const { clock, times } = this.#options
    const refuse = (code: ErrorCode): void => this.#refuse(hop.response, code)
    // Heroku logs each request; here those that failed, so that they do not push out the rest of its 1,500 lines.
    const answered = (status: number): void => {
      if (status >= 500)
        this.#options.log.write('heroku[router]', `at=info method=${hop.request.method} status=${status}`)
    }
    forward(hop, { port: port!, clock, answer: times.answer, idle: times.idle, refuse, answered })
  }

  #refuse(response: ServerResponse, code: ErrorCode): void {
    const text = ERROR_CODES[code].title
    this.#options.log.write('heroku[router]', `at=error code=${code} desc="${text}" status=503`)
    // Part of an answer is out, or the protocol is another one: the connection breaks off.
    if (response.headersSent || response.socket === null) return void response.destroy()
    response.writeHead(503, { 'content-type': 'text/html' })
    response.end(`<html><body><h1>${text}</h1></body></html>`)
  }
}
