import tls from 'node:tls'
import { obstacleOf, retry, Silence, within } from '../net/index.ts'
import { CancelledError, errorText, UserError, WorkFailed, type Clock } from '../runtime/index.ts'

export interface RendezvousOptions {
  /** `rendezvous://host:port/secret` of a dyno that was started with `attach`. */
  readonly url: string
  /** Certificate authorities beside those that Node trusts. */
  readonly ca?: string
  readonly write: (chunk: Buffer) => void
  /** Called when the server has answered the secret with its banner. */
  readonly met?: () => void
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Milliseconds. The dyno waits about 30 s for its client (R13, Dev Center: error-codes). */
const CONNECT_WITHIN = 10_000
/** Milliseconds before each further attempt. */
const CONNECT_AGAIN = [1_000, 1_000]
const BANNER = /^[^\n]*\n/
/** Milliseconds without output after which the connection counts as lost; TCP's keep-alive finds a dead peer sooner. */
const SILENT_FOR = 60 * 60_000

/**
 * Attaches to a one-off dyno: TLS, then the secret and a line end, then a banner of one line, then the dyno's output until
 * the connection closes (heroku/cli: src/lib/run/dyno.ts; heroku/rendezvous.rb). Resolves when the connection ends, in
 * whatever way: only the output tells how the command ended. Rejects with a `WorkFailed` if the dyno was never reached.
 */
export async function attach(options: RendezvousOptions): Promise<void> {
  const { url, clock, signal } = options
  const { protocol, hostname, port, pathname, search } = new URL(url)
  if (protocol !== 'rendezvous:') {
    throw new UserError(
      `One-off dynos of this app are reached by ${protocol.slice(0, 20)} and not by rendezvous, as in Private Spaces`,
      'Private Spaces are not supported yet. Run the command by hand: `heroku run --app APP`.'
    )
  }
  const secret = `${pathname.slice(1)}${search}`
  const at = { host: hostname, port: Number(port || 5000) }
  const waits = CONNECT_AGAIN
  const socket = await retry({ clock, signal }, { waits, again: () => true, random: () => 0 }, () =>
    connect(at, options)
  ).catch((error: unknown) => {
    if (signal.aborted) throw new CancelledError('Attaching to a dyno')
    const obstacle = obstacleOf(error, `https://${at.host}:${at.port}`)
    throw new WorkFailed(
      `The one-off dyno could not be reached at ${at.host}:${at.port}: ${errorText(error)}`,
      obstacle?.kind === 'certificate'
        ? obstacle.remedy
        : 'The runner must be allowed to connect to rendezvous.runtime.heroku.com, port 5000; no proxy is used for it.'
    )
  })
  return converse(socket, secret, options)
}

const contexts = new Map<string, tls.SecureContext>()

/** Made once: reading all the authorities that Node trusts takes longer than the connection. */
function contextWith(ca: string): tls.SecureContext {
  const context = contexts.get(ca) ?? tls.createSecureContext({ ca: [...tls.rootCertificates, ca] })
  contexts.set(ca, context)
  return context
}

function connect(
  { host, port }: { readonly host: string; readonly port: number },
  { ca, clock, signal }: RendezvousOptions
): Promise<tls.TLSSocket> {
  return within({ clock, signal }, CONNECT_WITHIN, 'no answer', inner => {
    const trust = ca === undefined ? {} : { secureContext: contextWith(ca) }
    const socket = tls.connect({ host, port, servername: /^[\d.]+$/.test(host) ? undefined : host, ...trust })
    const end = (): void => void socket.destroy()
    inner.addEventListener('abort', end, { once: true })
    return new Promise((resolve, reject) => {
      socket.on('error', reject)
      socket.once('secureConnect', () => {
        inner.removeEventListener('abort', end)
        resolve(socket)
      })
    })
  })
}

function converse(
  socket: tls.TLSSocket,
  secret: string,
  { write, met, clock, signal }: RendezvousOptions
): Promise<void> {
  return new Promise((resolve, reject) => {
    let banner: Buffer | undefined = Buffer.alloc(0)
    const silence = new Silence(clock, SILENT_FOR, () => socket.destroy())
    const cancel = (): void => void socket.destroy()
    socket.setKeepAlive(true, 15_000)
    socket.on('data', (chunk: Buffer) => {
      silence.heard()
      if (banner === undefined) return write(chunk)
      banner = Buffer.concat([banner, chunk])
      const line = BANNER.exec(banner.toString('latin1'))?.[0]
      if (line === undefined) return
      const rest = banner.subarray(line.length)
      banner = undefined
      met?.()
      if (rest.length > 0) write(rest)
    })
    // A lost connection is an end like any other: what was read counts.
    socket.on('error', () => {})
    socket.on('close', () => {
      silence.stop()
      signal.removeEventListener('abort', cancel)
      if (signal.aborted) reject(new CancelledError('The command'))
      else resolve()
    })
    if (signal.aborted) cancel()
    signal.addEventListener('abort', cancel, { once: true })
    socket.write(`${secret}\r\n`)
    // End of input: a command that asks does not wait (the CLI sends the same if it has no terminal).
    socket.write('\x04')
  })
}
