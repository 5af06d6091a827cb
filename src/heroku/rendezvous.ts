import tls from 'node:tls'
import { CancelledError, errorText, UserError, type Clock } from '../runtime/index.ts'

export interface RendezvousOptions {
  /** `rendezvous://host:port/secret` of a dyno that was started with `attach`. */
  readonly url: string
  /** Certificate authorities beside those that Node trusts. */
  readonly ca?: string
  readonly write: (chunk: Buffer) => void
  /** Is called when the server has answered the secret with its banner. */
  readonly met?: () => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The dyno waits about 30 s for its client (R13, Dev Center: error-codes). */
const CONNECT_PATIENCE = 10_000
const CONNECT_ATTEMPTS = 3
const BANNER = /^[^\n]*\n/
/** Milliseconds without output after which the connection counts as lost; a keep-alive finds a dead peer sooner. */
const SILENCE = 60 * 60_000

/**
 * Attaches to a one-off dyno: TLS, the secret and a line end, a banner of one line, then its output until it closes
 * (heroku/cli: src/lib/run/dyno.ts; heroku/rendezvous.rb). Resolves when the connection ends, however it ends: only
 * the output can tell how the command did. Rejects where the dyno was never reached.
 */
export async function attach(options: RendezvousOptions): Promise<void> {
  const { url, clock, signal } = options
  const { protocol, hostname, port, pathname, search } = new URL(url)
  if (protocol !== 'rendezvous:') {
    throw new UserError(
      `One-off dynos of this app are reached by ${protocol.slice(0, 20)} and not by rendezvous, as in Private Spaces`,
      'Private Spaces are not supported yet. Run the command by hand with `heroku run`.'
    )
  }
  const secret = `${pathname.slice(1)}${search}`
  for (let attempt = 1; ; attempt++) {
    const connection = await connect(hostname, Number(port || 5000), options)
    if (typeof connection !== 'string') return converse(connection, secret, options)
    if (attempt === CONNECT_ATTEMPTS) {
      throw new UserError(
        `The one-off dyno could not be reached at ${hostname}:${port || 5000}: ${connection}`,
        'The runner must be allowed to connect to rendezvous.runtime.heroku.com, port 5000.'
      )
    }
    await clock.sleep(1_000, signal)
  }
}

const contexts = new Map<string, tls.SecureContext>()

/** Made once: each one reads all the authorities that Node trusts, which takes longer than the connection. */
function contextWith(ca: string): tls.SecureContext {
  const context = contexts.get(ca) ?? tls.createSecureContext({ ca: [...tls.rootCertificates, ca] })
  contexts.set(ca, context)
  return context
}

/** A connection, or why there is none. */
function connect(
  host: string,
  port: number,
  { ca, clock, signal }: RendezvousOptions
): Promise<tls.TLSSocket | string> {
  return new Promise((resolve, reject) => {
    const trust = ca === undefined ? {} : { secureContext: contextWith(ca) }
    const socket = tls.connect({ host, port, servername: /^[\d.]+$/.test(host) ? undefined : host, ...trust })
    const finish = (result: tls.TLSSocket | string): void => {
      stopTimer()
      signal.removeEventListener('abort', cancel)
      if (typeof result === 'string') socket.destroy()
      resolve(result)
    }
    const stopTimer = clock.after(CONNECT_PATIENCE, () => finish(`no answer within ${CONNECT_PATIENCE / 1000} s`))
    const cancel = (): void => {
      stopTimer()
      socket.destroy()
      reject(new CancelledError('Attaching to a dyno'))
    }
    socket.once('error', error => finish(errorText(error)))
    socket.once('secureConnect', () => finish(socket))
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
  })
}

function converse(
  socket: tls.TLSSocket,
  secret: string,
  { write, met, clock, signal }: RendezvousOptions
): Promise<void> {
  return new Promise((resolve, reject) => {
    let banner: Buffer | undefined = Buffer.alloc(0)
    let stopTimer = (): void => {}
    const watch = (): void => {
      stopTimer()
      stopTimer = clock.after(SILENCE, () => socket.destroy())
    }
    const cancel = (): void => void socket.destroy()
    socket.setKeepAlive(true, 15_000)
    socket.on('data', (chunk: Buffer) => {
      watch()
      if (banner === undefined) return write(chunk)
      banner = Buffer.concat([banner, chunk])
      const line = BANNER.exec(banner.toString('latin1'))?.[0]
      if (line === undefined) return
      const rest = banner.subarray(line.length)
      banner = undefined
      met?.()
      if (rest.length > 0) write(rest)
    })
    // A lost connection ends it like any other end: what is known is what was read.
    socket.on('error', () => {})
    socket.on('close', () => {
      stopTimer()
      signal.removeEventListener('abort', cancel)
      if (signal.aborted) reject(new CancelledError('The command'))
      else resolve()
    })
    watch()
    signal.addEventListener('abort', cancel, { once: true })
    socket.write(`${secret}\r\n`)
    // No input: a command that asks gets an end of file instead of waiting (the CLI sends the same without a terminal).
    socket.write('\x04')
  })
}
