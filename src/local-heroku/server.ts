import { randomUUID } from 'node:crypto'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { takeBlob } from './blobs.ts'
import { ApiError } from './errors.ts'
import { type AppLogLine } from './logs.ts'
import { page } from './range.ts'
import { Reply } from './reply.ts'
import { apiOf, findRoute } from './routes/index.ts'
import { type RouteReply, type Api } from './routes/route.ts'
import { type HerokuWorld } from './world.ts'

/** Gets a request before anything else does. Returns true if it has answered, or if nobody shall. */
export type BeforeRequest = (request: IncomingMessage, response: ServerResponse, world: HerokuWorld) => boolean

interface ServerOptions {
  readonly port: number
  readonly world: HerokuWorld
  readonly apis: readonly Api[]
  readonly before: BeforeRequest
}

const LARGEST_BODY = 10_000_000

/** The HTTP side: APIs, blobs, output streams, logs, all at one address. */
export class Server {
  readonly #options: ServerOptions
  readonly #server: http.Server

  private constructor(options: ServerOptions, server: http.Server) {
    this.#options = options
    this.#server = server
  }

  static async start(options: ServerOptions): Promise<Server> {
    const http_ = http.createServer((request, response) => void server.#serve(request, response))
    await new Promise<void>((resolve, reject) => {
      http_.once('error', reject)
      http_.listen(options.port, '127.0.0.1', resolve)
    })
    const server: Server = new Server(options, http_)
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { world, before } = this.#options
    response.on('error', () => {})
    request.on('error', () => {})
    if (before(request, response, world)) return
    const { method = 'GET', url = '/' } = request
    const [pathname = '/', query] = url.split('?', 2)
    const reply = new Reply(response)
    // A client's own request id comes back (Dev Center: platform-api-reference#request-id).
    reply.headers['request-id'] = String(request.headers['request-id'] ?? randomUUID()).slice(0, 200)
    try {
      const [, kind, name = ''] = pathname.split('/')
      const parameters = new URLSearchParams(query)
      if (kind === 'blobs') await takeBlob(world.store, name, request, reply)
      else if (kind === 'streams') this.#stream(name, request, response)
      else if (kind === 'logs') this.#logs(name, parameters, response)
      else await this.#api(method, pathname, parameters, request, reply)
    } catch (error) {
      if (response.headersSent) return void response.destroy()
      const known = error instanceof ApiError ? error : new ApiError(500, 'server_error', String(error))
      Object.assign(reply.headers, known.headers)
      reply.json(known.status, known.body, known.type)
    }
  }

  async #api(
    method: string,
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
    reply: Reply
  ): Promise<void> {
    const { headers } = request
    const { world, apis } = this.#options
    const body = await readBody(request)
    const found = findRoute(apis, method, path)
    const api = found?.api ?? apiOf(apis, path)
    api.admit(world, request, reply.headers)
    if (!found) throw new ApiError(404, 'not_found', 'The requested API endpoint was not found.')
    const answer = await found.route(world, { params: found.params, body, query, headers })
    if (api.ranges) answerPage(answer, headers.range, reply)
    else reply.json(...answer, api.type)
  }

  #stream(name: string, request: IncomingMessage, response: ServerResponse): void {
    if (!/^[0-9a-f]{40}$/.test(name)) return void response.writeHead(404).end()
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    this.#options.world.outputs.send(name, from, response)
  }

  /** Answers with the last lines of an app's log. */
  #logs(appId: string, query: URLSearchParams, response: ServerResponse): void {
    const { store, machines } = this.#options.world
    const app = store.app(appId)
    if (!app) return void response.writeHead(404).end()
    const wanted = query.get('source')
    const isWanted = ({ source }: AppLogLine): boolean => wanted === null || source === wanted
    const lines = machines.get(app.name)!.log.last(Number(query.get('lines') ?? 100), isWanted)
    response.writeHead(200, { 'content-type': 'text/plain' }).end(lines.map(line => `${line}\n`).join(''))
  }
}

function answerPage([status, body]: RouteReply, range: string | undefined, reply: Reply): void {
  if (!Array.isArray(body)) return reply.json(status, body)
  const { items, next, content } = page(body as Record<string, unknown>[], range)
  if (next !== undefined) reply.headers['next-range'] = next
  if (content !== undefined) reply.headers['content-range'] = content
  reply.json(next === undefined ? status : 206, items)
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_BODY) throw new ApiError(413, 'too_large', 'The request is too large.')
    chunks.push(chunk)
  }
  const text = Buffer.concat(chunks).toString('utf8')
  if (text === '') return {}
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>
  } catch {
    throw new ApiError(400, 'bad_request', 'The request is not valid JSON.')
  }
}
