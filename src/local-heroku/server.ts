import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { ROUTES, type Answer, type Route } from './api.ts'
import { ApiError } from './errors.ts'
import { type FaultKind, type Faults } from './faults.ts'
import { type Outputs } from './outputs.ts'
import { page, type Page } from './range.ts'
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

/** 4,500 requests an hour, refilled all the time (Dev Center: platform-api-reference#rate-limits). */
const BUCKET = 4_500
const REFILL_PER_MS = 75 / 60_000
const LARGEST_BODY = 10_000_000

/** The HTTP side: Platform API, blobs, output streams, logs, all at one address. */
export class Server {
  readonly #options: ServerOptions
  readonly #server: http.Server
  readonly #routes: readonly (readonly [method: string, pattern: RegExp, route: Route])[]
  #bucket = BUCKET
  #bucketAt: number

  private constructor(options: ServerOptions, server: http.Server) {
    this.#options = options
    this.#server = server
    this.#bucketAt = options.world.clock.now()
    this.#routes = Object.entries(ROUTES).map(([key, route]) => {
      const [method = '', path = ''] = key.split(' ')
      return [method, new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`), route] as const
    })
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
    const { pathname, searchParams } = new URL(url, this.url)
    this.#options.onRequest(method, pathname)
    const fault = this.#options.faults.take(method, pathname)
    response.on('error', () => {})
    request.on('error', () => {})
    if (this.#suffersBefore(fault, request, response)) return
    const reply = new Reply(response, fault, this.#options.onHang)
    try {
      const [, kind, name = ''] = pathname.split('/')
      if (kind === 'blobs') await this.#blob(method, name, request, reply)
      else if (kind === 'streams') this.#stream(name, request, response, fault)
      else if (kind === 'logs') this.#logs(name, searchParams, request, response)
      else await this.#api(method, pathname, searchParams, request, reply)
    } catch (error) {
      if (response.headersSent) return void response.destroy()
      const known = error instanceof ApiError ? error : new ApiError(500, 'server_error', String(error))
      reply.json(known.status, { id: known.id, message: known.message, url: 'https://devcenter.heroku.com/' })
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
    const body = await readBody(request)
    this.#authorize(request)
    reply.headers = { 'ratelimit-remaining': String(this.#takeToken()), 'request-id': randomUUID() }
    if (!/application\/vnd\.(heroku\+json; ?version=3|api\+json)/.test(request.headers.accept ?? ''))
      throw new ApiError(406, 'not_acceptable', 'Specify a version in the Accept header, such as version=3.')
    const found = this.#routes.flatMap(([of, pattern, route]) => {
      const match = of === method ? pattern.exec(path) : null
      return match ? [{ route, params: match.slice(1).map(decodeURIComponent) }] : []
    })[0]
    if (!found) throw new ApiError(404, 'not_found', 'The requested API endpoint was not found.')
    const attachFault = path.endsWith('/dynos') ? this.#options.faults.take('RENDEZVOUS', path) : undefined
    const answer = await found.route(this.#options.world, { params: found.params, body, query, attachFault })
    this.#answer(answer, request.headers.range, reply)
  }

  #answer([status, body]: Answer, range: string | undefined, reply: Reply): void {
    if (!Array.isArray(body)) return reply.json(status, body)
    const { items, next }: Page = page(body as Record<string, unknown>[], range)
    if (next !== undefined) reply.headers['next-range'] = next
    reply.json(next === undefined ? status : 206, items)
  }

  #authorize({ headers }: IncomingMessage): void {
    const { apiKey } = this.#options.world.store.state
    const basic = Buffer.from(`:${apiKey}`).toString('base64')
    const given = headers.authorization ?? ''
    const withUser = /^Basic (.+)$/.exec(given)?.[1]
    const password = withUser
      ? Buffer.from(withUser, 'base64')
          .toString()
          .replace(/^[^:]*:/, '')
      : undefined
    if (given !== `Bearer ${apiKey}` && given !== `Basic ${basic}` && password !== apiKey)
      throw new ApiError(401, 'unauthorized', 'Invalid credentials provided.')
  }

  #takeToken(): number {
    const now = this.#options.world.clock.now()
    this.#bucket = Math.min(BUCKET, this.#bucket + (now - this.#bucketAt) * REFILL_PER_MS)
    this.#bucketAt = now
    if (this.#bucket < 1) throw new ApiError(429, 'rate_limit', 'Your account reached the API rate limit')
    this.#bucket--
    return Math.floor(this.#bucket)
  }

  /** As S3 behind a presigned address: an empty content type, a length, an ETag of what arrived. */
  async #blob(method: string, name: string, request: IncomingMessage, reply: Reply): Promise<void> {
    const { store } = this.#options.world
    if (!/^[0-9a-f]{40}$/.test(name)) throw new ApiError(404, 'not_found', 'NoSuchKey')
    const file = store.blobFile(name)
    if (method === 'PUT') {
      const { headers } = request
      if ((headers['content-type'] ?? '') !== '') return reply.xml(403, 'SignatureDoesNotMatch')
      if (headers['transfer-encoding'] !== undefined) return reply.xml(501, 'NotImplemented')
      const md5 = createHash('md5')
      let size = 0
      const part = `${file}.${randomUUID()}`
      try {
        request.on('data', (chunk: Buffer) => {
          md5.update(chunk)
          size += chunk.length
        })
        await pipeline(request, createWriteStream(part))
      } catch {
        // The client went away: what arrived is no blob.
        return await rm(part, { force: true })
      }
      await rename(part, file)
      const slug = store.state.apps.flatMap(({ slugs }) => slugs).find(({ blob }) => blob === name)
      if (slug) slug.size = size
      store.save()
      reply.headers = { etag: `"${md5.digest('hex')}"` }
      return reply.end(200)
    }
    const size = await stat(file).then(
      ({ size }) => size,
      () => undefined
    )
    if (size === undefined) return reply.xml(404, 'NoSuchKey')
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const start = Number(range?.[1] ?? 0)
    const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1
    const head = {
      'content-length': end - start + 1,
      ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {})
    }
    reply.response.writeHead(range ? 206 : 200, head)
    await pipeline(createReadStream(file, { start, end }), reply.response).catch(() => {})
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
    const [source, dyno] = [query.get('source'), query.get('dyno')]
    const matches = (line: string): boolean =>
      (source === null || line.includes(` ${source}[`)) && (dyno === null || line.includes(`[${dyno}`))
    const asEvents = (request.headers.accept ?? '').includes('text/event-stream')
    const frame = (line: string): string => (asEvents ? `id: ${randomUUID()}\ndata: ${line}\n\n` : `${line}\n`)
    response.writeHead(200, { 'content-type': asEvents ? 'text/event-stream' : 'text/plain' })
    for (const line of log.last(Number(query.get('lines') ?? 100), matches)) response.write(frame(line))
    if (query.get('tail') !== 'true') return void response.end()
    const stop = log.follow(line => {
      if (matches(line)) response.write(frame(line))
    })
    response.on('close', stop)
  }
}

/** An answer, with what a fault does to it. */
class Reply {
  readonly response: ServerResponse
  headers: Record<string, string> = {}
  readonly #fault: FaultKind | undefined
  readonly #onHang: () => void

  constructor(response: ServerResponse, fault: FaultKind | undefined, onHang: () => void) {
    this.response = response
    this.#fault = fault
    this.#onHang = onHang
  }

  json(status: number, body: unknown): void {
    this.#send(status, body === undefined ? '' : JSON.stringify(body), 'application/vnd.heroku+json; version=3')
  }

  xml(status: number, code: string): void {
    this.#send(status, `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`, 'application/xml')
  }

  end(status: number): void {
    this.#send(status, '', 'text/plain')
  }

  #send(status: number, text: string, type: string): void {
    const { response } = this
    const body = Buffer.from(text)
    const head = { ...this.headers, 'content-type': type, 'content-length': body.length }
    switch (this.#fault) {
      case 'reset-after':
        return void response.destroy()
      case 'hang-after':
        return this.#onHang()
      case '500-after':
      case '503-after': {
        const id = 'server_error'
        const error = JSON.stringify({ id, message: 'Internal server error' })
        return void response.writeHead(Number(this.#fault.slice(0, 3)), this.headers).end(error)
      }
      case 'cut':
        // Where there is no body to cut, the connection is.
        if (body.length === 0) return void response.destroy()
        response.writeHead(status, head)
        return void response.write(body.subarray(0, body.length >> 1), () => response.destroy())
      case 'slow': {
        response.writeHead(status, head)
        const byteByByte = (at: number): void => {
          if (at === body.length) return void response.end()
          response.write(body.subarray(at, at + 1), () => byteByByte(at + 1))
        }
        return byteByByte(0)
      }
      default:
        return void response.writeHead(status, head).end(body)
    }
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
