import { getOctokit } from '@actions/github'
import { obstacleOf, retry, within, writeOnce } from '../net/index.ts'
import { errorText, everyText, shortened, type Clock, type Log } from '../runtime/index.ts'

interface GithubOptions {
  /** `https://api.github.com`, or that of an Enterprise Server. */
  readonly apiUrl: string
  readonly token: string
  /** `owner/name`. */
  readonly repository: string
  readonly log: Log
  /** Takes secrets out of a text. All that is sent goes through it: comments, issues and statuses are for everybody. */
  readonly redact: (text: string) => string
  readonly clock: Clock
  /** Ends reads early. */
  readonly signal: AbortSignal
}

type Octokit = ReturnType<typeof getOctokit>
/** One request, under what ends it. */
type Call<Answer> = (request: { signal: AbortSignal }) => Promise<Answer>

/** Milliseconds for one whole answer. */
const ANSWER_WITHIN = 15_000
/** Milliseconds before a read is sent again. */
const READ_AGAIN = [1_000, 3_000]
/** Milliseconds to wait before looking whether a write happened, if its answer was lost. */
const LOOK_AFTER = 2_000
/** A longer list never ends, or is not worth reading. */
const MOST_PAGES = 100

const COMMENTING = 'pull-requests: write'
/** docs.github.com: "Events that trigger workflows", on pull requests in forked repositories. */
const FROM_FORKS =
  "In a fork's pull request the token may only read, whatever the job asks for: comment from a `workflow_run` workflow. "

/** The version of the REST API that this is written for; supported until March 2028 at least (GitHub changelog, 2026-03-12). */
const API_VERSION = '2022-11-28'

/** Fields of a request of Octokit's that are not of its content (octokit/types.ts: RequestParameters). */
const NOT_SENT: ReadonlySet<string> = new Set(['method', 'url', 'baseUrl', 'headers', 'mediaType', 'request'])

/** Octokit logs nothing: the action does. */
const QUIET = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/**
 * GitHub's REST API for one repository, with a token. A read is sent again if its answer is lost, cut off, or asks to wait.
 * A write is sent once. `explain` puts the errors into words.
 */
export class Github {
  readonly octokit: Octokit
  readonly repository: { readonly owner: string; readonly repo: string }
  readonly #options: GithubOptions

  constructor(options: GithubOptions) {
    const [owner = '', repo = ''] = options.repository.split('/')
    this.#options = options
    this.repository = { owner, repo }
    // No `request` option: it would replace the fetch that uses the proxy.
    this.octokit = getOctokit(options.token, { baseUrl: options.apiUrl.replace(/\/+$/, ''), log: QUIET })
    this.octokit.hook.before('request', request => {
      request.headers['x-github-api-version'] = API_VERSION
      for (const [name, value] of Object.entries(request))
        if (!NOT_SENT.has(name)) (request as Record<string, unknown>)[name] = everyText(value, this.redact)
    })
  }

  get clock(): Clock {
    return this.#options.clock
  }

  /** The text without secrets: before it is cut, encoded or compared. */
  get redact(): (text: string) => string {
    return this.#options.redact
  }

  /** Sends a read, until it is answered or refused. Resolves with the answer's data. */
  async read<Data>(call: Call<{ data: Data }>, signal: AbortSignal | undefined = this.#options.signal): Promise<Data> {
    return (await this.ask(call, signal)).data
  }

  /** The same, but resolves with the whole answer. */
  ask<Answer extends { data: unknown }>(
    call: Call<Answer>,
    signal: AbortSignal | undefined = this.#options.signal
  ): Promise<Answer> {
    const again = (error: unknown): boolean | number => waitAsked(error) ?? !isRefused(error)
    return retry({ clock: this.clock, signal }, { waits: READ_AGAIN, again }, () => this.#once(call, signal))
  }

  /** The pages of a list, one after the other. Rejects if the list does not end. */
  async *pages<Item>(call: (page: number, request: { signal: AbortSignal }) => Promise<{ data: Item[] }>) {
    for (let page = 1; page <= MOST_PAGES; page++) {
      const items = await this.read(request => call(page, request))
      yield items
      if (items.length < PER_PAGE) return
    }
    throw new Error(`GitHub's list does not end: it has more than ${MOST_PAGES} pages`)
  }

  /** Sends a write once, even after the job was cancelled: it may say so. */
  async write<Data>(call: Call<{ data: Data }>): Promise<Data> {
    return (await this.#once(call, undefined)).data
  }

  /**
   * Sends a write once. If its answer is lost, looks whether it happened.
   * @param find looks for what was written; undefined if it is not there
   * @param otherwise what to do if nothing is found; without it, the write's error is thrown
   */
  written<Found>(
    write: () => Promise<Found>,
    find: () => Promise<Found | undefined>,
    otherwise?: () => Promise<Found>
  ): Promise<Found> {
    const isLost = (error: unknown): boolean => !isRefused(error)
    return writeOnce({ clock: this.clock }, write, { isLost, find, looks: [LOOK_AFTER], otherwise })
  }

  /**
   * What went wrong and what to do, in one line.
   * @param permission as a workflow writes it: `pull-requests: write`
   * @param consequence a sentence: what follows from it, or what happens all the same
   */
  explain(error: unknown, permission: string, consequence: string): string {
    const status = refusal(error)
    const said = shortened(this.redact(errorText(error)).replace(/\s+/g, ' '), 300)
    const reason = status === undefined ? said : `${status}, ${said}`
    return `GitHub did not do it (${reason}). ${this.#advice(error, permission)}${consequence}`
  }

  /** What to do, with a space behind it; empty if nothing is known. */
  #advice(error: unknown, permission: string): string {
    const obstacle = refusal(error) === undefined ? obstacleOf(error, this.#options.apiUrl) : undefined
    if (obstacle) return `${obstacle.remedy} `
    return lacksPermission(error)
      ? `Give the job "permissions: ${permission}". ${permission === COMMENTING ? FROM_FORKS : ''}`
      : ''
  }

  #once<Answer extends { data: unknown }>(call: Call<Answer>, signal: AbortSignal | undefined): Promise<Answer> {
    return within({ clock: this.clock, signal }, ANSWER_WITHIN, 'GitHub did not answer', async inner => {
      const answer = await call({ signal: inner })
      // Octokit returns JSON that it cannot parse as text, even if the answer was cut off.
      if (typeof answer.data !== 'object' && isJson(answer)) throw new Error("GitHub's answer is not whole")
      return answer
    })
  }
}

/** Entries of a page: the most that GitHub gives. */
export const PER_PAGE = 100

/** Whether Octokit parses it. The type of a raw file has `json` in it, too; a redirect may have no type. */
function isJson(answer: object): boolean {
  const { headers } = answer as { headers?: Record<string, string | undefined> }
  return /^application\/json\b/.test(headers?.['content-type'] ?? '')
}

/** Whether GitHub answered, and did not do it. After any other failure it may have done it. */
export function isRefused(error: unknown): boolean {
  return refusal(error) !== undefined
}

/** The status with which GitHub refused; undefined if it may have done what was asked. */
export function refusal(error: unknown): number | undefined {
  const status = response(error)?.status
  return status !== undefined && status < 500 ? status : undefined
}

/** What `find` finds; undefined if GitHub says that there is no such thing (404, 422). */
export async function unlessUnknown<Found>(find: () => Promise<Found>): Promise<Found | undefined> {
  try {
    return await find()
  } catch (error) {
    if (refusal(error) === 404 || refusal(error) === 422) return undefined
    throw error
  }
}

/** Whether the token lacks a permission. */
export function lacksPermission(error: unknown): boolean {
  const status = refusal(error)
  return (status === 401 || status === 403 || status === 404) && !isRateLimit(error) && !isLocked(error)
}

/** GitHub answers 403 for this, too (docs.github.com: "Rate limits for the REST API"). */
function isRateLimit(error: unknown): boolean {
  const headers = response(error)?.headers ?? {}
  return (
    headers['x-ratelimit-remaining'] === '0' ||
    headers['retry-after'] !== undefined ||
    /rate limit/i.test(errorText(error))
  )
}

/** Whether the conversation is locked: 403 as well. */
function isLocked(error: unknown): boolean {
  return /\blocked\b/i.test(errorText(error))
}

/** Milliseconds for which GitHub asks us to wait. */
function waitAsked(error: unknown): number | undefined {
  const seconds = Number(response(error)?.headers['retry-after'] ?? NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined
}

interface Refused {
  readonly status: number
  readonly headers: Record<string, unknown>
}

/** The answer in an error; undefined if none came, for which Octokit makes up a status of 500. GraphQL refuses by a 200 with errors. */
function response(error: unknown): Refused | undefined {
  const {
    response: answer,
    headers,
    errors
  } = (error ?? {}) as { response?: Refused; headers?: object; errors?: unknown }
  if (Array.isArray(errors) && headers !== undefined) return { status: 200, headers: { ...headers } }
  return answer
}
