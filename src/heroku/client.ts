import { HttpClient } from '@actions/http-client'
import Heroku from 'heroku-client'
import Request from 'heroku-client/lib/request.js'
import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import * as v from 'valibot'
import { backOff, obstacleOf, retry, within } from '../net/index.ts'
import { CancelledError, errorText, shortened, VERSION, type Clock } from '../runtime/index.ts'
import { type HerokuErrorDetails, type WriteOutcome } from './error-details.ts'
import { HerokuError, mayHaveHappened } from './errors.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

interface ClientOptions {
  /** `https://api.heroku.com`, or another that speaks the Platform API. */
  readonly url: string
  readonly key: string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Milliseconds for one answer, or for all pages of a list together. */
  readonly timeout?: number
  /** Milliseconds that a request may go on being sent if Heroku does not answer it: the time of the step. */
  readonly patience?: number
  /** Called with a line for people if Heroku makes a request wait, and when it answers again. */
  readonly told?: (line: string) => void
  /** From 0 to 1, for the jitter of the waits. */
  readonly random?: () => number
  /** If it is not the Platform API. */
  readonly service?: OtherApi
}

/** An API other than the Platform API, which is asked in the same way. */
interface OtherApi {
  /** For messages: `Cron To Go`. */
  readonly name: string
  /** Its own headers, such as `authorization`. */
  readonly headers: Readonly<Record<string, string>>
  /** What to do if it refuses with this status. */
  readonly hint: (status: number) => string | undefined
}

interface RequestOptions {
  readonly body?: unknown
  /** A `Range` header, such as `version ..; order=desc, max=10`. Then only that page of the list is read. */
  readonly range?: string
  /** In place of `application/vnd.heroku+json; version=3`. */
  readonly accept?: string
  /** In place of the job's. */
  readonly signal?: AbortSignal
  /** Milliseconds, if it is less than the client's: for what can be done without. */
  readonly patience?: number
  /** A write that may be carried out twice, as what it makes belongs to nothing: it is sent again as a read is. */
  readonly mayRepeat?: boolean
}

/**
 * The Platform API. A read (GET) is sent again after a lost connection, 429 and 5xx. A write is sent once; it is sent again
 * only if Heroku's answer (409, 429) proves that it was not carried out, or if no connection was made. All of it goes on
 * for as long as the client's patience; before Heroku has answered anything, for a minute and a half at most.
 * Every method rejects with a `HerokuError`; its `outcome` says whether a write may have happened.
 * `shape` is what the answer must look like (Schema: heroku/platform-api:schema.json).
 */
export interface HerokuClient {
  get<Shape extends v.GenericSchema>(
    path: string,
    shape: Shape,
    options?: RequestOptions
  ): Promise<v.InferOutput<Shape>>
  write<Shape extends v.GenericSchema>(
    method: Exclude<Method, 'GET'>,
    path: string,
    shape: Shape,
    options?: RequestOptions
  ): Promise<v.InferOutput<Shape>>
  /** Requests sent so far; and how many the account may still send, if Heroku said so. */
  readonly usage: { requests: number; remaining: number | undefined }
}

/** Milliseconds for one answer. */
const ANSWER_WITHIN = 30_000
/** Milliseconds of patience with a host that has not answered yet: it may be the wrong one. */
const FIRST_WITHIN = 90_000
/** Milliseconds: a shorter wait is not worth a line. */
const TOLD_FROM = 4_000
/** A longer list does not end: a page has up to 1,000 entries (heroku-client: lib/request.js, `max=1000`). */
const MOST_PAGES = 100

/** A client of the Platform API, or of another API. Requests end when `signal` is aborted. */
export function createClient(options: ClientOptions): HerokuClient {
  const { url, key, clock, timeout = ANSWER_WITHIN, patience = FIRST_WITHIN, random = Math.random } = options
  // These agents use HTTPS_PROXY and NO_PROXY; heroku-client knows only variables of its own. Only reads reuse connections:
  // one that the server closes just as a write is sent would leave it unknown whether the write happened.
  const reads: Agent = new HttpClient(undefined, undefined, { keepAlive: true }).getAgent(url)
  const writes: Agent = new HttpClient().getAgent(url)
  const usage = { requests: 0, remaining: undefined as number | undefined }
  const reach = { met: false }
  const delays = new Delays(clock, options.told)
  const heroku = new GuardedHeroku({
    host: url,
    token: key,
    userAgent: `mastodon-on-heroku/${VERSION}`,
    guard: { url, reads, writes, clock, timeout, usage, reach, service: options.service }
  })

  const patiently = async (method: Method, path: string, request: RequestOptions): Promise<unknown> => {
    const { signal = options.signal, mayRepeat = method === 'GET' } = request
    const begun = clock.now()
    const most = Math.min(patience, request.patience ?? patience)
    const until = (): number => begun + (reach.met ? most : Math.min(most, FIRST_WITHIN))
    const again = (error: unknown): boolean | number =>
      error instanceof HerokuError && mayAskAgain(mayRepeat, error) && (error.details.retryAfter ?? true)
    const told = (error: unknown, pause: number): void => delays.wait(error, pause, until())
    const answer = await retry({ clock, signal }, { waits: backOff(), again, until, told, random }, () =>
      heroku.ask(method, path, { ...request, signal })
    )
    delays.over()
    return answer
  }

  const shaped = async <Shape extends v.GenericSchema>(
    method: Method,
    path: string,
    shape: Shape,
    request: RequestOptions = {}
  ): Promise<v.InferOutput<Shape>> => {
    const answer = await patiently(method, path, request)
    const result = v.safeParse(shape, answer)
    if (result.success) return result.output
    // Whatever the answer looks like, the write was carried out.
    const outcome: WriteOutcome = method === 'GET' ? 'refused' : 'unknown'
    const where = v.getDotPath(result.issues[0]) ?? 'its top'
    const wrong = `the answer is not as ${options.service ? 'expected' : 'documented'} at ${where}`
    const reason = answer === undefined ? 'the answer is empty' : wrong
    throw new HerokuError({ method, path, outcome, reason, service: options.service?.name })
  }

  return {
    usage,
    get: (path, shape, request) => shaped('GET', path, shape, request),
    write: (method, path, shape, request) => shaped(method, path, shape, request)
  }
}

function mayAskAgain(mayRepeat: boolean, error: HerokuError): boolean {
  const { status = 0, outcome, obstacle } = error.details
  if (outcome === 'not-sent') return obstacle?.kind !== 'certificate'
  if (!mayRepeat) return status === 409 || status === 429
  return mayHaveHappened(error) || status === 429 || status >= 500
}

/** Tells once that Heroku makes us wait, and when that is over. */
class Delays {
  readonly #clock: Clock
  readonly #told: ((line: string) => void) | undefined
  #since: number | undefined

  constructor(clock: Clock, told: ((line: string) => void) | undefined) {
    this.#clock = clock
    this.#told = told
  }

  /** @param until milliseconds since 1970 */
  wait(error: unknown, pause: number, until: number): void {
    if (pause < TOLD_FROM || this.#since !== undefined) return
    this.#since = this.#clock.now()
    const time = new Date(until).toISOString().slice(11, 16)
    this.#told?.(`${errorText(error)}. It is asked again, until ${time} UTC at the latest`)
  }

  over(): void {
    if (this.#since === undefined) return
    this.#told?.(`An answer came after ${Math.round((this.#clock.now() - this.#since) / 1_000)} s more`)
    this.#since = undefined
  }
}

interface Guard {
  readonly url: string
  readonly reads: Agent
  readonly writes: Agent
  readonly clock: Clock
  readonly timeout: number
  readonly usage: { requests: number; remaining: number | undefined }
  /** Whether the host has answered as an API does: a 5xx without an error's id may come from any proxy. */
  readonly reach: { met: boolean }
  readonly service: OtherApi | undefined
}

interface Ask extends RequestOptions {
  readonly signal: AbortSignal
}

/** heroku-client with the guarded request in place of its own. */
class GuardedHeroku extends Heroku {
  readonly #options: Record<string, unknown> & { guard: Guard }

  constructor(options: Record<string, unknown> & { guard: Guard }) {
    super({})
    this.#options = options
  }

  async ask(method: Method, path: string, { body, range, accept, signal }: Ask): Promise<unknown> {
    const headers: Record<string, string> = {
      ...this.#options.guard.service?.headers,
      ...(accept === undefined ? {} : { Accept: accept }),
      ...(range === undefined ? {} : { Range: range })
    }
    const request = new GuardedRequest(
      { ...this.#options, method, path, body, headers, partial: range !== undefined },
      this.#options.guard
    )
    const { clock, timeout } = this.#options.guard
    try {
      return await within({ clock, signal }, timeout, 'no answer', async inner => {
        inner.addEventListener('abort', () => request.fail(inner.reason), { once: true })
        return request.request()
      })
    } catch (error) {
      throw request.explain(error)
    }
  }
}

/**
 * heroku-client 3.1.4's request without its faults (heroku/node-heroku-client: lib/request.js). It sends every request
 * again after a lost connection, even a write, and even after its time limit. It hangs for ever on an answer that is cut
 * off. It breaks letters at the edges of chunks. Its errors name neither the request nor its id.
 */
class GuardedRequest extends Request {
  readonly #guard: Guard
  readonly #method: string
  readonly #path: string
  #sent: ClientRequest | undefined
  #pages = 0

  constructor(options: Record<string, unknown>, guard: Guard) {
    // Its url.parse() would print a deprecation warning, which no user can do anything about.
    const { noDeprecation } = process
    process.noDeprecation = true
    super(options)
    process.noDeprecation = noDeprecation
    this.#guard = guard
    this.#method = String(options['method'])
    this.#path = String(options['path'])
    this.agent = this.#method === 'GET' ? guard.reads : guard.writes
    this.middleware = (response, next) => this.#receive(response, next)
  }

  /** Gives up the request. It is not sent again here. */
  fail(error: unknown): void {
    this.reject(this.explain(error))
    this.#sent?.destroy()
  }

  /** heroku-client calls this for each request that it sends: also for each page of a list. */
  override setRequestTimeout(request: ClientRequest): void {
    const { usage, service } = this.#guard
    // heroku-client sends a `Range` header with every request. Only the Platform API knows it.
    if (service && !request.headersSent) request.removeHeader('range')
    usage.requests++
    this.#sent = request
    if (++this.#pages <= MOST_PAGES) return
    const [method, path] = [this.#method, this.#path]
    const reason = `the list does not end: it has more than ${MOST_PAGES} pages`
    this.fail(new HerokuError({ method, path, outcome: 'refused', reason, service: service?.name }))
  }

  /** `createClient` decides whether to send again; here the request always ends. */
  override isRetryAllowed(error: Error): boolean {
    this.fail(error)
    return false
  }

  #receive(response: IncomingMessage, next: () => void): void {
    response.setEncoding('utf8')
    response.on('error', error => this.fail(error))
    response.on('close', () => {
      if (!response.complete) this.fail(new Error('the answer was cut off'))
    })
    const remaining = Number(response.headers['ratelimit-remaining'])
    if (Number.isFinite(remaining)) this.#guard.usage.remaining = remaining
    // heroku-client would crash on a 304. Nothing here asks for one.
    if (response.statusCode === 304) this.fail(new Error('an answer without content (304)'))
    else next()
  }

  override handleSuccess(response: IncomingMessage, body: string): void {
    try {
      super.handleSuccess(response, body)
      this.#guard.reach.met = true
    } catch (cause) {
      const details = this.#details(response, 'unknown')
      const reason = cause instanceof SyntaxError ? 'the answer is not JSON' : errorText(cause)
      this.fail(new HerokuError({ ...details, reason }, { cause }))
    }
  }

  /** heroku-client would take an empty answer for `{}`: an app without config vars, for instance. */
  override parseBody(body: string): unknown {
    return body.trim() === '' ? undefined : JSON.parse(body)
  }

  /** heroku-client would take a page that is no list for the whole list. */
  override updateAggregate(page: unknown): void {
    const isList = Array.isArray(page) && (this.aggregate === undefined || Array.isArray(this.aggregate))
    if (this.#pages > 1 && !isList) throw new Error('a page of the list is no list')
    super.updateAggregate(page)
  }

  override handleFailure(response: IncomingMessage, body: string): void {
    const status = response.statusCode ?? 0
    const outcome = status >= 400 && status < 500 && status !== 408 ? 'refused' : 'unknown'
    const { id, message } = errorBody(body)
    if (status < 500 || id !== undefined) this.#guard.reach.met = true
    const hint = this.#guard.service?.hint(status)
    const seconds = Number(response.headers['retry-after'])
    this.fail(
      new HerokuError({
        ...this.#details(response, outcome),
        status,
        id,
        hint,
        reason: message ?? response.statusMessage ?? 'no reason given',
        retryAfter: seconds > 0 ? seconds * 1_000 : undefined
      })
    )
  }

  #details(response: IncomingMessage, outcome: WriteOutcome): Omit<HerokuErrorDetails, 'reason'> {
    const requestId = response.headers['request-id']
    return {
      method: this.#method,
      path: this.#path,
      outcome,
      service: this.#guard.service?.name,
      requestId: typeof requestId === 'string' ? shortened(requestId, 200) : undefined
    }
  }

  explain(error: unknown): unknown {
    if (error instanceof HerokuError || error instanceof CancelledError) return error
    const obstacle = obstacleOf(error, this.#guard.url)
    const outcome: WriteOutcome = obstacle ? 'not-sent' : 'unknown'
    // Errors of sockets and proxies name hosts, never the key, which is in a header.
    const [method, path, service] = [this.#method, this.#path, this.#guard.service?.name]
    return new HerokuError({ method, path, outcome, service, obstacle, reason: errorText(error) }, { cause: error })
  }
}

const text = v.fallback(v.optional(v.string()), undefined)
const refusal = v.union([
  v.object({ errors: v.tuple([v.looseObject({ title: v.string(), detail: text })]) }),
  v.object({ id: text, message: text })
])

/**
 * The error in an answer: `{"id","message","url"}` (Dev Center: platform-api-reference#error-response), or the first of
 * JSON:API's (jsonapi.org: error objects).
 */
function errorBody(body: string): { id?: string; message?: string } {
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), refusal), body)
  if (!success) return {}
  if (!('errors' in output)) return { id: cut(output.id, 100), message: cut(output.message, 2_000) }
  const [{ title, detail = title }] = output.errors
  return { message: cut(detail === title ? title : `${title} (${detail})`, 2_000) }
}

/** Between words: half a secret would not be found. */
function cut(said: string | undefined, most: number): string | undefined {
  return said === undefined ? undefined : shortened(said, most)
}
