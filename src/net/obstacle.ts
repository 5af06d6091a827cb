import { getProxyUrl } from '@actions/http-client/lib/proxy'
import { errorCode, errorText } from '../runtime/index.ts'

/** What kept a request from reaching its server. Nothing of the request was sent. */
export interface Obstacle {
  /** `certificate`: trying again does not help. */
  readonly kind: 'certificate' | 'proxy' | 'unreached'
  /** What to do about it, in sentences. */
  readonly remedy: string
}

/** Codes of a certificate that Node does not accept (Node.js: tls, "X509 certificate error codes"), and of no TLS at all. */
const WRONG_DAY = /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/
const WRONG_NAME = /^(ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/
const UNTRUSTED = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|INVALID_CA)/
const NO_TLS = /^(EPROTO|ERR_SSL_)/
const NOT_CONNECTED = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL)$/
/** By the npm package `tunnel` (lib/tunnel.js), and by `dial` here. */
const NO_TUNNEL = /^tunneling socket could not be established|^the proxy answered (\d+)/

/**
 * What stands between this machine and a server, if the error of a request to `url` or its cause says so; undefined for any other, and
 * if the request may have been sent. It names hosts and variables, never the name and password of a proxy.
 */
export function obstacleOf(error: unknown, url: string): Obstacle | undefined {
  const cause = (error as { cause?: unknown } | null | undefined)?.cause
  return obstacleIn(error, url) ?? (cause === undefined ? undefined : obstacleOf(cause, url))
}

function obstacleIn(error: unknown, url: string): Obstacle | undefined {
  const code = errorCode(error) ?? ''
  const { host } = new URL(url)
  const certificate = (remedy: string): Obstacle => ({ kind: 'certificate', remedy })
  if (WRONG_DAY.test(code))
    return certificate(
      `The certificate that answers for ${host} is not valid today. Look whether the clock of this machine is right; if it is, a proxy or a firewall on the way shows an old one.`
    )
  if (WRONG_NAME.test(code))
    return certificate(
      `What answers for ${host} has the certificate of another name. Look where DNS, /etc/hosts and HTTPS_PROXY of this machine lead.`
    )
  if (UNTRUSTED.test(code))
    return certificate(
      `A proxy or a firewall on the way shows a certificate of its own for ${host}, and Node does not trust who signed it. Give Node that authority’s certificate: NODE_EXTRA_CA_CERTS=/path/to/ca.pem, in a workflow under \`env:\` of the job.`
    )
  if (NO_TLS.test(code))
    return certificate(
      `What answers for ${host} does not speak TLS as a server of today does: most likely a proxy or a firewall. Look at HTTPS_PROXY and NO_PROXY, and where DNS leads.`
    )
  const isConnecting = ['connect', 'getaddrinfo'].includes((error as { syscall?: string } | null)?.syscall ?? '')
  if (NO_TUNNEL.test(errorText(error))) return { kind: 'proxy', remedy: throughProxy(url) }
  if (!NOT_CONNECTED.test(code) && !isConnecting) return undefined
  if (getProxyUrl(new URL(url))) return { kind: 'proxy', remedy: throughProxy(url) }
  const remedy = `This machine does not reach ${host}. Look at its network, its DNS and its firewall. If the way out is a proxy, set HTTPS_PROXY.`
  return { kind: 'unreached', remedy }
}

function throughProxy(url: string): string {
  const { host } = new URL(url)
  const proxy = getProxyUrl(new URL(url))
  return `The way to ${host} goes through the proxy${proxy ? ` ${proxy.host}` : ''}, which did not let it through. Look at HTTPS_PROXY, with the proxy’s name and password if it answers 407; NO_PROXY names hosts that need none.`
}
