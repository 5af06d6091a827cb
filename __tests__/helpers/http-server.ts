import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A real server on this machine whose answers a test gives, one list a path: the last one stays. */
export class HttpServer {
  readonly url: string
  /** `METHOD path` of each request, in order. */
  readonly requests: string[] = []
  readonly #close: () => Promise<void>

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url
    this.#close = close
  }

  static async start(answers: Record<string, Answer[]>): Promise<HttpServer> {
    const server = createServer((request, response) => {
      started.requests.push(`${request.method} ${request.url}`)
      const list = answers[request.url ?? ''] ?? [status(404)]
      const answer = list.length > 1 ? list.shift()! : list[0]!
      answer(request, response)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const started: HttpServer = new HttpServer(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    })
    return started
  }

  close(): Promise<void> {
    return this.#close()
  }
}

export const body =
  (content: string | Buffer): Answer =>
  (_, response) =>
    response.end(content)

export const json = (value: unknown): Answer => body(JSON.stringify(value))

export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end()

export const redirect = (location: string): Answer => status(302, { location })

/** Announces more than it sends, then breaks off. */
export const cutOff =
  (content: string | Buffer): Answer =>
  (_, response) => {
    response.writeHead(200, { 'content-length': `${Buffer.byteLength(content) + 100}` })
    response.write(content, () => response.destroy())
  }

/** Breaks the connection before any answer. */
export const reset: Answer = (_, response) => response.destroy()
