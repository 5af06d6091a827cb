import { HttpClient } from '@actions/http-client'
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import https from 'node:https'
import { type Duplex } from 'node:stream'
import { CancelledError, requireSafeUrl, VERSION, type Clock } from '../runtime/index.ts'

export interface TransferOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Opens a connection to an address's host and port, with TLS for https; the request is then written to it. */
export type Connect = (url: URL) => Promise<Duplex>

export interface Transfer extends TransferOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string | number>>
  /** Writes the body. Without it there is none. */
  readonly send?: (request: http.ClientRequest) => void
  /** Milliseconds that may pass without an answer. */
  readonly patience: number
  /** In place of the runner's own way out; who opens it also decides whether unprotected http may be asked. */
  readonly connect?: Connect
}

/**
 * One request to an address that Heroku handed out (blob, output stream, logs): such an address carries its own
 * permission, so no key goes with it. Resolves with the answer's head; rejects on a lost connection.
 * @param options.patience starts when the body has been sent
 */
export function transfer(url: string, options: Transfer): Promise<IncomingMessage> {
  const { method = 'GET', headers = {}, send, clock, signal, patience } = options
  const way = wayTo(url, options.connect)
  return new Promise((resolve, reject) => {
    const { request: open } = url.startsWith('https:') ? https : http
    const request = open(url, { method, headers, ...way })
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
    const answered = (response: IncomingMessage): void => {
      finish()
      resolve(response)
    }
    request.on('response', answered)
    // Another protocol from here on: the connection (`socket` of the answer) is the caller's.
    request.on('upgrade', answered)
    if (signal.aborted) return cancel()
    signal.addEventListener('abort', cancel, { once: true })
    if (send) send(request)
    else request.end()
  })
}

/** How a request gets its connection: through `connect`, else as the runner's proxy variables say. */
function wayTo(url: string, connect: Connect | undefined): http.RequestOptions {
  if (connect)
    return {
      // Without an agent Node would name port 80 in the Host header of an https request.
      defaultPort: url.startsWith('https:') ? 443 : 80,
      createConnection: (_, done) => {
        // The types do not know that nothing may come instead of a connection.
        connect(new URL(url)).then(
          connection => done(null, connection),
          (error: Error) => done(error, undefined as never)
        )
        return undefined
      }
    }
  requireSafeUrl(url)
  return { agent: new HttpClient().getAgent(url) }
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
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface PageOptions extends Pick<Transfer, 'method' | 'connect' | 'send'> {
  /** A Host header in place of the address's. */
  readonly host?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Most bytes of the body. */
  readonly most?: number
}

const LARGEST_PAGE = 5_000_000

/** GET of a page; redirects are not followed. Rejects on a lost connection, and past `most` bytes. */
export async function fetchPage(
  url: string,
  { host, most = LARGEST_PAGE, headers, ...more }: PageOptions,
  { clock, signal }: TransferOptions
): Promise<Page> {
  const response = await transfer(url, {
    ...more,
    headers: {
      'user-agent': `mastodon-on-heroku/${VERSION}`,
      ...(host === undefined ? {} : { host }),
      ...headers
    },
    patience: 30_000,
    clock,
    signal
  })
  const body = await receiveText(response, most, { clock, signal })
  return { status: response.statusCode ?? 0, headers: response.headers, body }
}
