import { getProxyUrl } from '@actions/http-client/lib/proxy'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import tls from 'node:tls'

type Dial = (host: string, port: number, signal: AbortSignal) => Promise<net.Socket>

/** How connections are made: by the real network, or by a test's. */
export interface WayOut {
  /** Opens a TCP connection. */
  readonly dial: Dial
  /** The certificate authorities to trust, in place of Node's own. */
  readonly trust?: tls.SecureContext
}

/** Opens a connection to a URL's host and port, with TLS if it is https. */
export async function connectTo(
  { protocol, hostname, port }: URL,
  { dial: open, trust }: WayOut,
  signal: AbortSignal
): Promise<net.Socket> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (protocol !== 'https:') return open(host, Number(port || 80), signal)
  const options = { ...tlsOptions(host, trust), ALPNProtocols: ['http/1.1'] }
  return secured(await open(host, Number(port || 443), signal), host, options)
}

/** Opens a TCP connection, through a proxy if the environment names one (HTTPS_PROXY, NO_PROXY). Rejects if it cannot. */
export function dial(host: string, port: number, signal: AbortSignal): Promise<net.Socket> {
  const proxy = getProxyUrl(new URL(`https://${authority(host, port)}`))
  return proxy
    ? dialThrough(proxy, authority(host, port), signal)
    : connected(net.connect({ host, port, signal }), 'connect')
}

function authority(host: string, port: number): string {
  return `${net.isIPv6(host) ? `[${host}]` : host}:${port}`
}

/** A tunnel through an HTTP proxy (RFC 9110, CONNECT). */
function dialThrough(proxy: URL, path: string, signal: AbortSignal): Promise<net.Socket> {
  // The library has decoded them.
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

/** Starts TLS on a connection. Rejects if the other side closes it, or if its certificate is not good for the host. */
export function secured(socket: net.Socket, host: string, options: tls.ConnectionOptions): Promise<tls.TLSSocket> {
  return connected(tls.connect({ socket, host, ...options }), 'secureConnect')
}

/**
 * Options for TLS with a host.
 * @param trust the certificate authorities to trust, in place of Node's own
 */
export function tlsOptions(host: string, trust?: tls.SecureContext): tls.ConnectionOptions {
  return { ...(net.isIP(host) ? {} : { servername: host }), ...(trust ? { secureContext: trust } : {}) }
}

function connected<Socket extends net.Socket>(socket: Socket, event: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const lost = (): void => reject(new Error('the connection was closed'))
    socket.once('error', reject).once('close', lost)
    socket.once(event, () => {
      socket.off('error', reject).off('close', lost)
      // A socket that breaks while nobody listens must not end the program.
      socket.on('error', () => {})
      resolve(socket)
    })
  })
}
