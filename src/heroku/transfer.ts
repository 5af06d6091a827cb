import { HttpClient } from '@actions/http-client'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { CancelledError, requireSafeUrl, VERSION, type Clock } from '../runtime/index.ts'

export interface TransferOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
}

export interface Transfer extends TransferOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | number>>
  /** Writes the body. Without it there is none. */
  readonly send?: (request: http.ClientRequest) => void
  /** Milliseconds that may pass without an answer. */
  readonly patience: number
}

/**
 * One request to an address that Heroku handed out (blob, output stream, logs): such an address carries its own
 * permission, so no key goes with it. Resolves with the answer's head; rejects on a lost connection.
 * @param options.patience starts when the body has been sent
 */
export function transfer(url: string, options: Transfer): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, send, clock, signal, patience } = options
  requireSafeUrl(url)
  const agent: http.Agent = new HttpClient().getAgent(url)
  return new Promise((resolve, reject) => {
    const { request: open } = url.startsWith('https:') ? https : http
    const request = open(url, { method, headers, agent })
    let stopTimer = (): void => {}
    let over = false
    const finish = (): void => {
      over = true
      stopTimer()
      signal.removeEventListener('abort', cancel)
    }
    const cancel = (): void => void request.destroy(new CancelledError(`${method} ${new URL(url).host}`))
    request.on('finish', () => {
      // An answer may come before the body has been sent.
      if (!over)
        stopTimer = clock.after(patience, () => request.destroy(new Error(`no answer within ${patience / 1000} s`)))
    })
    request.on('error', error => {
      finish()
      reject(error)
    })
    request.on('response', response => {
      finish()
      resolve(response)
    })
    if (signal.aborted) return cancel()
    signal.addEventListener('abort', cancel, { once: true })
    if (send) send(request)
    else request.end()
  })
}

/**
 * Hands an answer's body over piece by piece. Resolves at its end; rejects where it is cut off, where nothing comes for
 * `patience` milliseconds, and where the signal is aborted.
 */
export async function receive(
  response: IncomingMessage,
  take: (chunk: Buffer) => void,
  { clock, signal, patience }: TransferOptions & { patience: number }
): Promise<void> {
  let stopTimer = (): void => {}
  const watch = (): void => {
    stopTimer()
    stopTimer = clock.after(patience, () => response.destroy(new Error(`nothing came for ${patience / 1000} s`)))
  }
  const cancel = (): void => void response.destroy(new CancelledError('A transfer'))
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    watch()
    for await (const chunk of response) {
      take(chunk as Buffer)
      watch()
    }
  } finally {
    stopTimer()
    signal.removeEventListener('abort', cancel)
  }
}

/** The whole of a small answer as text. Rejects past `most` bytes. */
export async function receiveText(response: IncomingMessage, most: number, options: TransferOptions): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  const take = (chunk: Buffer): void => {
    size += chunk.length
    if (size > most) response.destroy(new Error(`the answer is larger than ${most} bytes`))
    else chunks.push(chunk)
  }
  await receive(response, take, { ...options, patience: 30_000 })
  return Buffer.concat(chunks).toString('utf8')
}

export interface Page {
  readonly status: number
  readonly body: string
}

const LARGEST_PAGE = 5_000_000

/** GET of a page of the app itself; redirects are not followed. `host`: a Host header in place of the address's. */
export async function fetchPage(
  url: string,
  { host }: { host?: string },
  { clock, signal }: TransferOptions
): Promise<Page> {
  const headers = { 'user-agent': `mastodon-on-heroku/${VERSION}`, ...(host === undefined ? {} : { host }) }
  const response = await transfer(url, { headers, patience: 30_000, clock, signal })
  return { status: response.statusCode ?? 0, body: await receiveText(response, LARGEST_PAGE, { clock, signal }) }
}
