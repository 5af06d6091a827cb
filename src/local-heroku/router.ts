import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { ERROR_CODES, type ErrorCode } from '../knowledge/index.ts'
import type { Clock } from '../runtime/index.ts'
import { type LocalDyno, type Times } from './dyno.ts'
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
  #turn = 0

  private constructor(options: RouterOptions, server: http.Server) {
    this.#options = options
    this.#server = server
    this.port = (server.address() as AddressInfo).port
  }

  static async start(options: RouterOptions): Promise<Router> {
    const server = http.createServer((request, response) => void router.#serve(request, response))
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
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { maintenance, clock, times } = this.#options
    const until = clock.now() + times.hold
    for (;;) {
      if (maintenance()) return this.#refuse(response, 'H80')
      this.#options.awake()
      const dyno = this.#pick()
      if (dyno) return this.#forward(dyno, request, response)
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

  #forward(dyno: LocalDyno, request: IncomingMessage, response: ServerResponse): void {
    const headers = {
      ...request.headers,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': request.socket.remoteAddress ?? '',
      'x-request-start': String(this.#options.clock.now()),
      connection: 'close'
    }
    const { method, url: path } = request
    const onward = http.request({ host: '127.0.0.1', port: dyno.port, method, path, headers, agent: false }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
      answer.on('error', () => response.destroy())
    })
    onward.on('error', () => {
      // The client left first.
      if (response.closed) return
      if (response.headersSent) response.destroy()
      else this.#refuse(response, 'H13')
    })
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  }

  #refuse(response: ServerResponse, code: ErrorCode): void {
    const text = ERROR_CODES[code].title
    this.#options.log.write('heroku[router]', `at=error code=${code} desc="${text}" status=503`)
    response.writeHead(503, { 'content-type': 'text/html' })
    response.end(`<html><body><h1>${text}</h1></body></html>`)
  }
}
