import { createServer, type AddressInfo, type Socket } from 'node:net'
import { type TestClock } from './clock.ts'

export interface Endless {
  /** Sent at once when somebody asks. */
  readonly words?: string
  /** Sent each second after that, for ever. */
  readonly drip?: string
  /** `nothing` of a request is read, or `all` of it and no answer given; without it, all, and time passes by itself. */
  readonly reads?: 'nothing' | 'all'
  /** Speaks before it is asked, as a mail server does. */
  readonly unasked?: boolean
}

/** What a server does that never comes to an end. */
export const NEVER_ENDING: [string, Endless][] = [
  ['accepts and says nothing', {}],
  ['drips its headers', { words: 'HTTP/1.1 200 OK\r\nX-Slow: ', drip: 'a' }],
  ['drips its body', { words: 'HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n', drip: 'a' }]
]

/**
 * A real server whose every connection goes on for ever: at each turn of the event loop a second passes on the clock, so
 * that nobody waits for it.
 */
export class EndlessServer {
  readonly url: string
  readonly #close: () => Promise<void>
  /** Connections so far. */
  connections = 0

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
  }

  static async start(clock: TestClock, { words = '', drip = '', reads, unasked }: Endless): Promise<EndlessServer> {
    const sockets = new Set<Socket>()
    const server = createServer(socket => {
      started.connections++
      sockets.add(socket)
      socket.on('error', () => {}).on('close', () => sockets.delete(socket))
      const second = (): void => {
        if (socket.destroyed) return
        if (drip !== '') socket.write(drip)
        clock.pass(1_000)
        setImmediate(second)
      }
      // Time passes for who sends, who says when.
      if (reads === 'all') return void socket.resume()
      if (reads === undefined) socket.resume()
      const begin = (): void => {
        socket.write(words)
        setImmediate(second)
      }
      if (unasked) begin()
      else socket.once(reads === undefined ? 'data' : 'readable', begin)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const started: EndlessServer = new EndlessServer(`http://127.0.0.1:${port}/x`, async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    })
    return started
  }

  close(): Promise<void> {
    return this.#close()
  }
}
