import { randomUUID } from 'node:crypto'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { serveBlob } from './blobs.ts'
import { ApiError, JsonApiError } from './errors.ts'
import { type FaultKind, type Faults } from './faults.ts'
import { type Outputs } from './outputs.ts'
import { page, type Page } from './range.ts'
import { Reply } from './reply.ts'
import { findRoute, isKey, type Answer } from './routes/index.ts'
import { type World } from './world.ts'

export interface ServerOptions {
  readonly port: number
  readonly world: World
  readonly outputs: Outputs
  readonly faults: Faults
  /** Is told of each request that came, before anything is done with it. */
  readonly onRequest: (method: string, path: string) => void
  /** Is told that a request hangs, so that a test's clock can go on. */
  readonly onHang: () => void
}

const LARGEST_BODY = 10_000_000
const JSON_API = 'application/vnd.api+json'

/** The HTTP side: Platform API, data API, Scheduler, blobs, output streams, logs, all at one address. */
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
    const { method = 'GET', url = '/' } = request
    const [pathname = '/', query] = url.split('?', 2)
    this.#options.onRequest(method, pathname)
    const fault = this.#options.faults.take(method, pathname)
    response.on('error', () => {})
    request.on('error', () => {})
    if (this.#suffersBefore(fault, request, response)) return
    const reply = new Reply(response, fault, this.#options.onHang)
    // What a client sends to find its request again comes back (Dev Center: platform-api-reference#request-id).
    reply.headers['request-id'] = String(request.headers['request-id'] ?? randomUUID()).slice(0, 200)
    try {
      const [, kind, name = ''] = pathname.split('/')
      const parameters = new URLSearchParams(query)
      if (kind === 'blobs') await serveBlob(this.#options.world.store, name, request, reply)
      else if (kind === 'streams') this.#stream(name, request, response, fault)
      else if (kind === 'logs') this.#logs(name, parameters, request, response)
      else await this.#api(method, pathname, parameters, request, reply)
    } catch (error) {
      if (response.headersSent) return void response.destroy()
      const known = error instanceof ApiError ? error : new ApiError(500, 'server_error', String(error))
      Object.assign(reply.headers, known.headers)
      reply.json(known.status, known.body, known instanceof JsonApiError ? JSON_API : undefined)
    }
  }

  /** True where the request is not carried out. */
  #suffersBefore(fault: FaultKind | undefined, request: IncomingMessage, response: ServerResponse): boolean {
    switch (fault) {
      case 'reset-before':
        request.socket.destroy()
        return true
      case 'hang-before':
        request.resume()
        this.#options.onHang()
        return true
      case '409':
        return refuse(request, response, 409, 'conflict', 'Something else is changing this app.')
      case '429':
        return refuse(request, response, 429, 'rate_limit', 'Your account reached the API rate limit', {
          'retry-after': '2'
        })
      case '500-before':
        return refuse(request, response, 500, 'server_error', 'Internal server error')
      case '503-before':
        return refuse(request, response, 503, 'service_unavailable', 'Try again later')
      default:
        return false
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
    const body = await readBody(request)
    const found = findRoute(method, path)
    if (found?.api !== 'add-on') this.#authorize(request)
    if ((found?.api ?? 'platform') === 'platform') this.#admit(path, request, reply)
    if (!found) throw new ApiError(404, 'not_found', 'The requested API endpoint was not found.')
    const attachFault = path.endsWith('/dynos') ? this.#options.faults.take('RENDEZVOUS', path) : undefined
    const { params, route, api } = found
    const answer = await route(this.#options.world, { params, body, query, headers, attachFault })
    // The lists of others have no ranges.
    if (api === 'add-on') return reply.json(...answer)
    this.#answer(answer, headers.range, reply, api === 'scheduler' ? JSON_API : undefined)
  }

  /** The Platform API alone counts requests, and wants to be told its version. */
  #admit(path: string, { headers }: IncomingMessage, reply: Reply): void {
    const { rateLimit } = this.#options.world
    if (path !== '/account/rate-limits') rateLimit.take()
    reply.headers['ratelimit-remaining'] = String(rateLimit.remaining())
    if (!/application\/vnd\.heroku\+json; ?version=3/.test(headers.accept ?? ''))
      throw new ApiError(406, 'not_acceptable', 'Specify a version in the Accept header, such as version=3.')
  }

  #answer([status, body]: Answer, range: string | undefined, reply: Reply, type: string | undefined): void {
    if (!Array.isArray(body)) return reply.json(status, body, type)
    const { items, next, content }: Page = page(body as Record<string, unknown>[], range)
    if (next !== undefined) reply.headers['next-range'] = next
    if (content !== undefined) reply.headers['content-range'] = content
    reply.json(next === undefined ? status : 206, items)
  }

  /** `Bearer KEY`, or Basic with the key as password (heroku-client, heroku/cli). */
  #authorize({ headers }: IncomingMessage): void {
    const [scheme = '', given = ''] = (headers.authorization ?? '').split(' ')
    const decoded = Buffer.from(given, 'base64').toString()
    const key = scheme === 'Basic' ? decoded.slice(decoded.indexOf(':') + 1) : given
    if (!isKey(this.#options.world, key)) throw new ApiError(401, 'unauthorized', 'Invalid credentials provided.')
  }

  #stream(name: string, request: IncomingMessage, response: ServerResponse, fault: FaultKind | undefined): void {
    if (!/^[0-9a-f]{40}$/.test(name)) return void response.writeHead(404).end()
    const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    if (fault === 'hang-after') return this.#options.onHang()
    const cut = fault === 'cut' || fault === 'reset-after'
    if (fault === '500-after' || fault === '503-after') return void response.writeHead(Number(fault.slice(0, 3))).end()
    this.#options.outputs.send(name, from, response, cut ? 100 : undefined)
  }

  #logs(appId: string, query: URLSearchParams, request: IncomingMessage, response: ServerResponse): void {
    const app = this.#options.world.store.app(appId)
    if (!app) return void response.writeHead(404).end()
    const { log } = this.#options.world.machines.get(app.name)!
    const filter = { source: query.get('source') ?? undefined, dyno: query.get('dyno') ?? undefined }
    const asEvents = (request.headers.accept ?? '').includes('text/event-stream')
    const frame = (line: string): string => (asEvents ? `id: ${randomUUID()}\ndata: ${line}\n\n` : `${line}\n`)
    response.writeHead(200, { 'content-type': asEvents ? 'text/event-stream' : 'text/plain' })
    response.flushHeaders()
    for (const line of log.last(Number(query.get('lines') ?? 100), filter)) response.write(frame(line))
    if (query.get('tail') !== 'true') return void response.end()
    const stop = log.follow(filter, line => void response.write(frame(line)))
    response.on('close', stop)
  }
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  id: string,
  message: string,
  headers: Record<string, string> = {}
): true {
  request.resume()
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': randomUUID(), ...headers })
  response.end(JSON.stringify({ id, message }))
  return true
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
