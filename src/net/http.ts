import http, { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { errorText, requireSafeUrl, UserError, VERSION } from '../runtime/index.ts'
import { LateError, moving, within, type NetTools } from './deadline.ts'
import { connectTo, dial, type WayOut } from './dial.ts'
import { backOff, retry } from './retry.ts'

/** Milliseconds for one answer, from the first step of the connection to the last byte. */
const PAGE_WITHIN = 30_000
const JSON_WITHIN = 60_000
/** Shorter, for it is asked for what a plan can do without. */
const STATUS_WITHIN = 10_000
/** Milliseconds without a byte after which a connection is given up. */
export const SILENT_FOR = 60_000
const ATTEMPTS = 4
const MOST_REDIRECTS = 5
/** Bytes. */
const LARGEST_PAGE = 5_000_000
const USER_AGENT = { 'user-agent': `mastodon-on-heroku/${VERSION}` }

/** A request without an answer, or with one that is not a 200. */
export class HttpError extends Error {
  /** HTTP status; undefined if no answer came, or not all of it. */
  readonly status: number | undefined
  readonly url: string
  /** Milliseconds after which the server wants the next attempt. */
  readonly retryAfter: number | undefined

  constructor(message: string, url: string, status?: number, options?: ErrorOptions & { retryAfter?: number }) {
    super(message, options)
    this.name = 'HttpError'
    this.url = url
    this.status = status
    this.retryAfter = options?.retryAfter
  }
}

interface RequestOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | number>>
  /** Writes the body and ends the request; no body without it. */
  readonly send?: (request: ClientRequest) => void
  /** In place of the runner's own network. Then plain http is allowed to any host, not to loopback alone. */
  readonly way?: WayOut
}

/**
 * Sends one request. A redirect is an answer. Resolves with the answer's head; after a change of protocol (101) its
 * `socket` is the connection. Rejects if no answer comes. The signal also ends the body of the answer.
 */
export function open(
  url: string,
  { method = 'GET', headers = {}, send, way }: RequestOptions,
  signal: AbortSignal
): Promise<IncomingMessage> {
  if (!way) requireSafeUrl(url)
  const isHttps = url.startsWith('https:')
  return new Promise((resolve, reject) => {
    const request = (isHttps ? https : http).request(url, {
      method,
      headers,
      // Without an agent, Node would name port 80 in the Host header of an https request.
      defaultPort: isHttps ? 443 : 80,
      createConnection: (_, done) => {
        // By its types, `done` wants a connection even with an error.
        connectTo(new URL(url), way ?? { dial }, signal).then(
          socket => done(null, socket),
          (error: Error) => done(error, undefined as never)
        )
        return undefined
      }
    })
    const end = (): void => void request.destroy(new Error('the request was given up'))
    request.on('error', reject).on('response', resolve)
    request.on('upgrade', (response, socket, head) => {
      // What came in one packet with the answer.
      if (head.length > 0) socket.unshift(head)
      resolve(response)
    })
    request.on('close', () => signal.removeEventListener('abort', end))
    signal.addEventListener('abort', end, { once: true })
    if (signal.aborted) return end()
    if (send) send(request)
    else request.end()
  })
}

/** The body of an answer, piece by piece. Rejects if it is cut off, and with a `UserError` past `most` bytes. */
export async function* bodyOf(response: IncomingMessage, most = Infinity): AsyncGenerator<Buffer> {
  let size = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most)
      throw new UserError(`the answer is larger than ${most} bytes`, 'Check that the address is the right one.')
    yield chunk
  }
}

/** A whole body as text. For small ones: all of it is in memory. */
export async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

/** A whole answer. */
export interface HttpPage {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface HttpPageOptions extends RequestOptions {
  /** A Host header other than the URL's. */
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Most bytes of the body. */
  readonly most?: number
  /** Milliseconds for the whole answer. */
  readonly limit?: number
}

/** Sends one request once. Resolves with the whole answer, whatever its status. Rejects if that is late or larger than `most` bytes. */
export function fetchPage(
  url: string,
  { host, most = LARGEST_PAGE, limit = PAGE_WITHIN, headers, ...request }: HttpPageOptions,
  tools: NetTools
): Promise<HttpPage> {
  return within(tools, limit, 'no answer', async signal => {
    const named: HttpPageOptions['headers'] = host === undefined ? USER_AGENT : { ...USER_AGENT, host }
    const response = await open(url, { ...request, headers: { ...named, ...headers } }, signal)
    const body = await textOf(bodyOf(response, most))
    return { status: response.statusCode ?? 0, headers: response.headers, body }
  })
}

/** The status of a HEAD, sent once; undefined if no answer comes in time. Rejects only if it is cancelled or the URL is unsafe. */
export async function statusOf(url: string, tools: NetTools): Promise<number | undefined> {
  try {
    const { status } = await fetchPage(url, { method: 'HEAD', limit: STATUS_WITHIN }, tools)
    return status
  } catch (error) {
    if (tools.signal?.aborted || (error instanceof UserError && !(error instanceof LateError))) throw error
    return undefined
  }
}

/** The JSON at an address, with the redirects and further attempts of `getting`. Rejects with an `HttpError`. */
export function getJson(url: string, headers: Readonly<Record<string, string>>, tools: NetTools): Promise<unknown> {
  const accepting = { accept: 'application/json', ...headers }
  return getting(url, accepting, { limit: JSON_WITHIN, most: LARGEST_PAGE }, tools, async body => {
    const text = await textOf(body)
    try {
      return JSON.parse(text) as unknown
    } catch (error) {
      throw new HttpError(`${url} did not answer with JSON`, url, 200, { cause: error })
    }
  })
}

/**
 * Sends a GET, follows redirects (never from https to http), and hands the body of the 200 to `take`. On a lost
 * connection, 429, 5xx, and if it is late, all of it is done again after growing pauses. Rejects with an `HttpError`.
 * @param size.limit milliseconds for one whole attempt
 * @param size.most bytes
 */
export function getting<Answer>(
  url: string,
  headers: Readonly<Record<string, string>>,
  { limit, most }: { readonly limit: number; readonly most: number },
  tools: NetTools,
  take: (body: AsyncIterable<Buffer>) => Promise<Answer>
): Promise<Answer> {
  const { host } = new URL(url)
  const attempt = async (): Promise<Answer> => {
    try {
      return await within(tools, limit, `${host} did not answer`, inner =>
        moving({ clock: tools.clock, signal: inner }, SILENT_FOR, `${host} sent nothing`, async (signal, heard) =>
          take(wholeBody(await followed(url, headers, signal), url, most, heard))
        )
      )
    } catch (error) {
      if (tools.signal?.aborted || !(error instanceof LateError)) throw error
      throw new HttpError(error.message, url, undefined, { cause: error })
    }
  }
  return retry(tools, { waits: backOff(ATTEMPTS), again: mayHelp }, attempt)
}

async function* wholeBody(
  response: IncomingMessage,
  url: string,
  most: number,
  heard: () => void
): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of bodyOf(response, most)) {
      heard()
      yield chunk
    }
  } catch (error) {
    if (error instanceof UserError) throw new UserError(`${url}: ${error.message}`, error.nextStep)
    throw new HttpError(`The answer of ${url} was cut off: ${errorText(error)}`, url, undefined, { cause: error })
  }
}

function mayHelp(error: unknown): boolean | number {
  if (!(error instanceof HttpError)) return false
  const { status, retryAfter } = error
  return (status === undefined || status === 429 || status >= 500) && (retryAfter ?? true)
}

/** Follows redirects to a 200. Rejects with an `HttpError` on any other end. */
async function followed(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal
): Promise<IncomingMessage> {
  let at = url
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    const response = await open(at, { headers: { ...USER_AGENT, ...headers } }, signal).catch((error: unknown) => {
      if (error instanceof UserError) throw error
      const message = `${new URL(at).host} did not answer: ${errorText(error)}`
      throw new HttpError(message, at, undefined, { cause: error })
    })
    const { statusCode: status = 0, statusMessage = '' } = response
    if (status === 200) return response
    response.destroy()
    const { location } = response.headers
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
      throw new HttpError(`${at} answered ${status} ${statusMessage}`.trim(), url, status, {
        retryAfter: askedWait(response.headers)
      })
    const next = new URL(location, at)
    if (at.startsWith('https:') && next.protocol !== 'https:')
      throw new UserError(
        `${at} redirects from https to ${next.origin}`,
        'A redirect to an unprotected address is not followed. Name the final address.'
      )
    at = next.href
  }
  throw new HttpError(`${url} redirects too often`, url)
}

/** Milliseconds of a Retry-After header, which is in seconds. */
function askedWait(headers: IncomingHttpHeaders): number | undefined {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined
}
