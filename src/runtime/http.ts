import { HttpClient } from '@actions/http-client'
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout } from 'node:timers/promises'
import {
  CancelledError,
  errorText,
  explainDiskFull,
  HttpError,
  requireSafeUrl,
  UserError,
  VERSION,
  type DownloadResult,
  type Http
} from './index.ts'

export interface HttpOptions {
  readonly signal: AbortSignal
  /** Waits between attempts, in milliseconds. Tests hand in one that does not wait. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Milliseconds without a byte after which a server is given up. */
  readonly silence?: number
}

const ATTEMPTS = 4
const FIRST_WAIT = 1_000
const LONGEST_WAIT = 60_000
const SILENCE = 60_000
const STATUS_SILENCE = 10_000
const MOST_REDIRECTS = 5
const MOST_JSON = 5_000_000

/** HTTP on `@actions/http-client`, which knows the runner's proxy variables. */
export function createHttp({ signal, wait = waitFor, silence = SILENCE }: HttpOptions): Http {
  const client = new HttpClient(`mastodon-on-heroku/${VERSION}`, undefined, {
    allowRedirects: false,
    socketTimeout: silence
  })

  /** Tries again where the answer says that it may help: no answer, 429, 5xx. */
  const patiently = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work()
      } catch (error) {
        if (signal.aborted) throw new CancelledError('A download')
        if (attempt === ATTEMPTS || !(error instanceof HttpError) || !mayHelp(error)) throw error
        const wanted = error.retryAfter ?? FIRST_WAIT * 2 ** (attempt - 1) * (0.75 + Math.random() / 2)
        await wait(Math.min(wanted, LONGEST_WAIT), signal)
      }
    }
  }

  return {
    getJson: (url, headers = {}) =>
      patiently(async () => {
        const response = await request(client, url, { accept: 'application/json', ...headers }, signal, silence)
        const chunks: Buffer[] = []
        await receive(response, url, MOST_JSON, signal, chunk => void chunks.push(chunk))
        try {
          return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
        } catch (error) {
          throw new HttpError(`${url} did not answer with JSON`, url, response.statusCode, { cause: error })
        }
      }),
    download: (url, file, maxBytes) => patiently(() => download(client, url, file, maxBytes, signal, silence)),
    status: (url, own) => statusOf(url, own ? AbortSignal.any([signal, own]) : signal)
  }
}

async function statusOf(url: string, signal: AbortSignal): Promise<number | undefined> {
  requireSafeUrl(url)
  const client = new HttpClient(`mastodon-on-heroku/${VERSION}`, undefined, {
    allowRedirects: false,
    socketTimeout: STATUS_SILENCE
  })
  try {
    const { message } = await send(signal, url, client.head(url))
    message.resume()
    return message.statusCode
  } catch (error) {
    if (error instanceof CancelledError) throw error
    return undefined
  }
}

async function download(
  client: HttpClient,
  url: string,
  file: string,
  maxBytes: number,
  signal: AbortSignal,
  silence: number
): Promise<DownloadResult> {
  const response = await request(client, url, {}, signal, silence)
  const hash = createHash('sha256')
  const part = `${file}.part`
  const out = createWriteStream(part)
  try {
    const size = await receive(response, url, maxBytes, signal, chunk => void hash.update(chunk), out)
    await rename(part, file)
    return { size, sha256: hash.digest('hex') }
  } catch (error) {
    await rm(part, { force: true })
    throw explainDiskFull(error, file)
  }
}

/** One GET with its redirects. Resolves with a 200; rejects with an `HttpError`. */
async function request(
  client: HttpClient,
  url: string,
  headers: Record<string, string>,
  signal: AbortSignal,
  silence: number
): Promise<IncomingMessage> {
  let at = url
  for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
    requireSafeUrl(at)
    const { message } = await send(signal, at, client.get(at, headers))
    // The client's own time limit only half-closes the connection once an answer has begun.
    message.setTimeout(silence, () => message.destroy(new Error(`nothing came for ${silence / 1000} s`)))
    const status = message.statusCode ?? 0
    if (status === 200) return message
    message.resume()
    const location = message.headers.location
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) {
      throw new HttpError(`${at} answered ${status} ${message.statusMessage ?? ''}`.trim(), url, status, {
        retryAfter: retryAfter(message)
      })
    }
    const next = new URL(location, at)
    if (at.startsWith('https:') && next.protocol !== 'https:') {
      throw new UserError(
        `${at} redirects from https to ${next.origin}`,
        'A redirect to an unprotected address is not followed. Name the final address.'
      )
    }
    at = next.href
  }
  throw new HttpError(`${url} redirects too often`, url)
}

/** Waits for the answer; rejects with an `HttpError` where none comes. */
async function send<Answer>(signal: AbortSignal, url: string, answer: Promise<Answer>): Promise<Answer> {
  const cancelled = new Promise<never>((_, reject) => {
    const cancel = (): void => reject(new CancelledError('A download'))
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
  })
  try {
    return await Promise.race([answer, cancelled])
  } catch (error) {
    if (error instanceof CancelledError) throw error
    throw new HttpError(`${new URL(url).host} did not answer: ${errorText(error)}`, url, undefined, { cause: error })
  }
}

/** Reads a body to its end; rejects where it is longer than allowed, or shorter than announced. */
async function receive(
  message: IncomingMessage,
  url: string,
  maxBytes: number,
  signal: AbortSignal,
  look: (chunk: Buffer) => void,
  out?: NodeJS.WritableStream
): Promise<number> {
  let size = 0
  const counter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      if (size > maxBytes)
        return done(
          new UserError(`${url} is larger than ${maxBytes} bytes`, 'Check that the address is the right one.')
        )
      look(chunk)
      done(null, out ? chunk : undefined)
    }
  })
  try {
    await (out ? pipeline(message, counter, out, { signal }) : pipeline(message, counter.resume(), { signal }))
  } catch (error) {
    if (error instanceof UserError || isFileError(error)) throw error
    throw new HttpError(`The answer of ${url} was cut off: ${errorText(error)}`, url, undefined, { cause: error })
  }
  const announced = Number(message.headers['content-length'] ?? size)
  if (announced !== size)
    throw new HttpError(`The answer of ${url} was cut off after ${size} of ${announced} bytes`, url)
  return size
}

function isFileError(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EACCES', 'ENOENT', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')
}

function mayHelp({ status }: HttpError): boolean {
  return status === undefined || status === 429 || status >= 500
}

/** Milliseconds of a Retry-After header in seconds. */
function retryAfter({ headers }: IncomingMessage): number | undefined {
  const seconds = Number(headers['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined
}

async function waitFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => {
    throw new CancelledError('A download')
  })
}
