import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type AddressInfo } from 'node:net'
import tls from 'node:tls'

/** One end of an attached dyno's connection. */
export interface Client {
  write(chunk: Buffer): void
  end(): void
  /** Breaks the connection, as a lost network does. */
  destroy(): void
  /** Calls the listener when it is closed: at once if it is closed already. */
  onClose(listener: () => void): void
}

/** What a dyno does with its client. */
export type Meet = (client: Client) => void

/**
 * The server to which one-off dynos and their clients connect: TLS, the secret and a line end, a banner, then bytes
 * (heroku/rendezvous.rb).
 */
export class Rendezvous {
  readonly url: string
  readonly caFile: string
  readonly #server: tls.Server
  /** By secret. A client whose entry is undefined waits for ever. */
  readonly #waiting: Map<string, Meet | undefined>
  readonly #sockets: Set<tls.TLSSocket>

  private constructor(
    server: tls.Server,
    caFile: string,
    waiting: Map<string, Meet | undefined>,
    sockets: Set<tls.TLSSocket>
  ) {
    this.#server = server
    this.#waiting = waiting
    this.#sockets = sockets
    this.caFile = caFile
    this.url = `rendezvous://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(folder: string): Promise<Rendezvous> {
    const { certificate, key } = certificateIn(folder)
    const waiting = new Map<string, Meet | undefined>()
    const sockets = new Set<tls.TLSSocket>()
    const server = tls.createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, socket => {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.on('error', () => {})
      let text = ''
      const listen = (chunk: Buffer): void => {
        text += chunk.toString('latin1')
        const line = /^([^\r\n]*)\r?\n/.exec(text)?.[1]
        if (line === undefined) {
          if (text.length > 1_000) socket.destroy()
          return
        }
        socket.off('data', listen)
        socket.resume()
        if (!waiting.has(line)) return void socket.end('invalid secret\r\n')
        const meet = waiting.get(line)
        waiting.delete(line)
        if (!meet) return
        socket.write('rendezvous\r\n')
        meet({
          write: piece => void socket.write(piece),
          end: () => void socket.end(),
          destroy: () => void socket.destroy(),
          onClose: listener => void (socket.closed ? listener() : socket.on('close', listener))
        })
      }
      socket.on('data', listen)
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    return new Rendezvous(server, certificate, waiting, sockets)
  }

  /** Calls `meet` when a client comes with the secret; without `meet` the client waits for ever. Returns a function that takes the invitation back. */
  invite(secret: string, meet: Meet | undefined): () => void {
    this.#waiting.set(secret, meet)
    return () => void this.#waiting.delete(secret)
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise(resolve => this.#server.close(resolve))
  }
}

/** A self-signed certificate for this machine, made once by openssl: Node cannot make one. */
function certificateIn(folder: string): { certificate: string; key: string } {
  const certificate = path.join(folder, 'ca.pem')
  const key = path.join(folder, 'ca.key')
  if (!existsSync(certificate) || !existsSync(key)) {
    const name = ['-subj', '/CN=local Heroku', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '3650']
    execFileSync('openssl', ['req', '-x509', ...kind, ...name, '-keyout', key, '-out', certificate], {
      stdio: ['ignore', 'ignore', 'ignore']
    })
  }
  return { certificate, key }
}
