import { getProxyUrl } from '@actions/http-client/lib/proxy'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'
import { errorCode, errorText, shortened, type Clock } from '../../runtime/index.ts'
import { dnsNames, type Names } from './names.ts'

/** How checks reach the world outside. Tests lead names to ports of this machine; no user can. */
export interface Network {
  /** Opens a TCP connection. */
  dial(host: string, port: number, signal: AbortSignal): Promise<net.Socket>
  readonly names: Names
  /** Whom to trust, in place of Node's own certificate authorities. */
  readonly trust?: tls.SecureContext
  /** Milliseconds that one question may take. */
  readonly patience: number
}

/** What a probe is handed; the `World` of a check is one. */
export interface Outside {
  readonly network: Network
  readonly clock: Clock
  readonly signal: AbortSignal
}

const PATIENCE = 10_000

/** The real network, through the runner's proxy where its variables name one (all but DNS). */
export function realNetwork(): Network {
  return {
    dial: (host, port, signal) => {
      const proxy = getProxyUrl(new URL(`https://${net.isIPv6(host) ? `[${host}]` : host}:${port}`))
      return proxy ? dialThrough(proxy, host, port, signal) : connected(net.connect({ host, port, signal }), 'connect')
    },
    names: dnsNames(),
    patience: PATIENCE
  }
}

/** A tunnel through an HTTP proxy (RFC 9110, CONNECT). */
function dialThrough(proxy: URL, host: string, port: number, signal: AbortSignal): Promise<net.Socket> {
  const path = `${net.isIPv6(host) ? `[${host}]` : host}:${port}`
  // The library hands them out decoded.
  const login = `${proxy.username}:${proxy.password}`
  const headers = {
    host: path,
    ...(proxy.username ? { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` } : {})
  }
  return new Promise((resolve, reject) => {
    const { protocol, hostname, port: own } = proxy
    const { request } = protocol === 'https:' ? https : http
    request({
      host: hostname,
      port: own || (protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path,
      headers,
      signal,
      agent: false
    })
      .on('connect', ({ statusCode }, socket) => {
        if (statusCode === 200) return resolve(socket)
        socket.destroy()
        reject(new Error(`the proxy answered ${statusCode} to CONNECT ${path}`))
      })
      .on('error', reject)
      .end()
  })
}

/**
 * Opens a TLS connection. With `check`, rejects where the certificate is not good for the host.
 * @param host also the name that is asked for (SNI)
 */
export async function secure(
  host: string,
  port: number,
  { network, signal }: Pick<Outside, 'network' | 'signal'>,
  check = true
): Promise<tls.TLSSocket> {
  const socket = await network.dial(host, port, signal)
  return connected(
    tls.connect({ socket, host, ...tlsOptions(host, network), rejectUnauthorized: check }),
    'secureConnect'
  )
}

/** For a TLS handshake with a host. */
export function tlsOptions(host: string, { trust }: Network): tls.ConnectionOptions {
  return { ...(net.isIP(host) ? {} : { servername: host }), ...(trust ? { secureContext: trust } : {}) }
}

function connected<Socket extends net.Socket>(socket: Socket, event: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(new Error('the connection was closed'))
    socket.once('error', reject).once('close', lost)
    socket.once(event, () => {
      socket.off('error', reject).off('close', lost)
      // Whoever uses it listens; one that breaks before or after must not end the program.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}

/** A target that did not answer in time. */
export class LateError extends Error {}

/** Does one piece of work within the network's patience, then aborts its signal and rejects with a `LateError`. */
export async function within<Answer>(
  { network, clock, signal }: Outside,
  work: (outside: Outside) => Promise<Answer>
): Promise<Answer> {
  const late = new AbortController()
  const stop = clock.after(network.patience, () =>
    late.abort(new LateError(`no answer within ${network.patience / 1000} s`))
  )
  const both = AbortSignal.any([signal, late.signal])
  let give = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    give = () => reject(both.reason as Error)
    if (both.aborted) give()
    both.addEventListener('abort', give, { once: true })
  })
  try {
    return await Promise.race([work({ network, clock, signal: both }), aborted])
  } finally {
    stop()
    both.removeEventListener('abort', give)
  }
}

/** Why a target was not reached. `runner`: it may as well be the network of the runner, so nothing is known. */
export interface Unreached {
  readonly why: string
  readonly runner: boolean
}

/** Codes that tell of the way from here, not of the target (Node: errors#common-system-errors, dns#error-codes). */
const RUNNER = ['EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'ETIMEOUT', 'ESERVFAIL', 'EREFUSED']
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not in the DNS',
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection is broken off',
  EPIPE: 'the connection is broken off',
  ETIMEDOUT: 'the connection takes too long'
}

/** A step on a way that does not lead on: `url`. Its cause says why. */
export class StepError extends Error {
  constructor(url: string, cause: unknown) {
    super(`${url} does not answer`, { cause })
  }
}

/** What an error says of the target. Rethrows where the work was ended from outside. */
export function unreached(error: unknown, outside: Pick<Outside, 'signal'>): Unreached {
  if (outside.signal.aborted) throw error
  if (error instanceof StepError) {
    const { why, runner } = unreached(error.cause, outside)
    return { why: `${brief(error.message)}: ${why}`, runner }
  }
  const code = errorCode(error) ?? ''
  return { why: WORDS[code] ?? certificateWords(code) ?? brief(errorText(error)), runner: RUNNER.includes(code) }
}

/** OpenSSL's and Node's names for what is wrong with a certificate (Node: tls#x509-certificate-error-codes). */
const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server does not send the intermediate certificates',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'the server does not send the intermediate certificates'
}

export function certificateWords(code: string): string | undefined {
  return CERTIFICATE[code]
}

/** One line of others' text, short and without control characters. */
export function brief(text: string, most = 200): string {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim()
  return shortened(line, most)
}
