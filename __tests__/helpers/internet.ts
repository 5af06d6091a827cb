import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import { type Duplex } from 'node:stream'
import tls from 'node:tls'
import { type Network, type Resolved } from '../../src/checks/index.ts'
import { Authority, type Pair } from './certificates.ts'
import { lastingTemp } from './temp.ts'

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface Site {
  readonly handle: Handler
  /** In place of one for the name alone, good for 90 days. */
  readonly certificate?: Pair
  /** Takes a request for another protocol. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** A little internet on this machine: names with real servers behind their ports 80 and 443, and ports of one's own. */
export class Internet {
  readonly authority = new Authority(lastingTemp())
  readonly #trust = tls.createSecureContext({ ca: this.authority.cert })
  readonly #sites = new Map<string, Site>()
  readonly #plain = new Map<string, Handler>()
  readonly #ports = new Map<string, number>()
  readonly #contexts = new Map<string, tls.SecureContext>()
  readonly #names = new Map<string, Resolved>()
  readonly #http: http.Server
  readonly #https: https.Server
  readonly #sockets = new Set<Duplex>()

  constructor() {
    this.#http = http.createServer((request, response) => {
      const handle = this.#plain.get(hostOf(request))
      if (handle) handle(request, response)
      else response.writeHead(301, { location: `https://${hostOf(request)}${request.url}` }).end()
    })
    this.#https = https.createServer(
      { SNICallback: (name, done) => done(null, this.#contexts.get(name)) },
      (request, response) => this.#siteOf(request).handle(request, response)
    )
    this.#https.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const { upgrade } = this.#siteOf(request)
      if (upgrade) upgrade(request, socket, head)
      else socket.end('HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n')
    })
  }

  async open(): Promise<this> {
    for (const server of [this.#http, this.#https]) {
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      server.on('connection', (socket: Duplex) => {
        this.#sockets.add(socket)
        socket.on('close', () => this.#sockets.delete(socket))
      })
    }
    return this
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    for (const server of [this.#http, this.#https]) await new Promise(resolve => server.close(resolve))
  }

  /** Forgets every name; the servers stay. */
  clear(): void {
    for (const map of [this.#sites, this.#plain, this.#ports, this.#names]) map.clear()
  }

  /** A name that leads nowhere any more: to no port, and to no address. */
  forget(name: string): void {
    for (const port of [80, 443]) this.#ports.delete(`${name}:${port}`)
    this.name(name, {})
  }

  /** A site with TLS. On port 80 its name sends everybody to https, unless `plain` says otherwise. */
  site(name: string, site: Handler | Site): void {
    const made = typeof site === 'function' ? { handle: site } : site
    this.#sites.set(name, made)
    if (made.certificate || !this.#contexts.has(name))
      this.#contexts.set(name, tls.createSecureContext({ ...(made.certificate ?? this.authority.issue([name])) }))
    this.lead(name, 443, this.#https)
    this.lead(name, 80, this.#http)
  }

  /** What answers a name on port 80. */
  plain(name: string, handle: Handler): void {
    this.#plain.set(name, handle)
    this.lead(name, 80, this.#http)
  }

  /** Leads a name's port to a server of this machine, or to one of its ports. */
  lead(name: string, port: number, to: net.Server | number): void {
    this.#ports.set(`${name}:${port}`, typeof to === 'number' ? to : (to.address() as AddressInfo).port)
  }

  /** The port behind every name's port 80. */
  get plainPort(): number {
    return (this.#http.address() as AddressInfo).port
  }

  /** What the DNS says of a name. */
  name(name: string, resolved: Partial<Resolved>): void {
    this.#names.set(name, { aliases: [], addresses: [], ...resolved })
  }

  network(answerWithin = 30_000): Network {
    return {
      dial: (host, port, signal) => this.#dial(host, port, signal),
      names: {
        resolve: name => {
          const resolved = this.#names.get(name)
          return resolved ? Promise.resolve(resolved) : Promise.reject(new Error(`nobody knows ${name}`))
        }
      },
      trust: this.#trust,
      answerWithin
    }
  }

  /** An HTTP proxy whose tunnels lead into this internet, for programs of other processes. Close it. */
  async proxy(): Promise<http.Server> {
    const proxy = http.createServer((_, response) => response.writeHead(405).end())
    proxy.on('connect', ({ url = '' }: IncomingMessage, socket: Duplex) => {
      const { hostname, port } = new URL(`http://${url}`)
      socket.on('error', () => {})
      this.#dial(hostname, Number(port || 80), new AbortController().signal).then(
        target => {
          socket.write('HTTP/1.1 200 OK\r\n\r\n')
          target.pipe(socket).pipe(target)
        },
        () => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      )
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  #siteOf(request: IncomingMessage): Site {
    return this.#sites.get(hostOf(request)) ?? { handle: (_, response) => response.writeHead(421).end() }
  }

  #dial(host: string, port: number, signal: AbortSignal): Promise<net.Socket> {
    const own = this.#ports.get(`${host}:${port}`) ?? (host === '127.0.0.1' ? port : undefined)
    if (own === undefined)
      return Promise.reject(Object.assign(new Error(`no such name: ${host}`), { code: 'ENOTFOUND', hostname: host }))
    return new Promise((resolve, reject) => {
      const socket = net.connect({ host: '127.0.0.1', port: own, signal })
      socket.on('error', reject).on('connect', () => resolve(socket))
    })
  }
}

function hostOf({ headers: { host = '' } }: IncomingMessage): string {
  return host
}

/** Answers by path; `/` and everything else that is not there is a 404. */
export function pages(answers: Readonly<Record<string, Handler | string>>): Handler {
  return (request, response) => {
    const answer = answers[(request.url ?? '').replace(/\?.*$/, '')]
    if (answer === undefined) response.writeHead(404).end()
    else if (typeof answer === 'string') response.end(answer)
    else answer(request, response)
  }
}

/** Never answers. */
export const hangs: Handler = () => {}
