import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { freePort } from '../rig/local-heroku/index.ts'

export interface TestRedis {
  /** `rediss://` with a password; the certificate is self-signed and for another name, as Heroku's. */
  readonly url: string
  readonly port: number
  readonly password: string
  close(): Promise<void>
}

/** Why there can be none here, or undefined. */
export function noRedis(): string | undefined {
  return spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'redis-server is not installed'
}

/** A real Redis that speaks TLS alone, with its files in `folder`. */
export async function startTlsRedis(folder: string): Promise<TestRedis> {
  const [key, certificate] = [path.join(folder, 'redis.key'), path.join(folder, 'redis.pem')]
  const subject = ['-subj', '/CN=redis.invalid', '-days', '2']
  if (!existsSync(key))
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', certificate, ...subject],
      { stdio: 'ignore' }
    )
  const password = 'a-password-of-redis'
  const port = await freePort()
  const settings = {
    port: 0,
    bind: '127.0.0.1',
    'tls-port': port,
    'tls-cert-file': certificate,
    'tls-key-file': key,
    'tls-ca-cert-file': certificate,
    'tls-auth-clients': 'no',
    requirepass: password,
    save: '',
    dir: folder
  }
  const close = await start(settings)
  return { url: `rediss://:${password}@127.0.0.1:${port}`, port, password, close }
}

/** A real Redis as a service container is one: without password and TLS. */
export async function startPlainRedis(folder: string): Promise<{ readonly port: number; close(): Promise<void> }> {
  const port = await freePort()
  return { port, close: await start({ port, bind: '127.0.0.1', save: '', dir: folder }) }
}

/** Resolves when it takes connections, with what ends it. */
async function start(settings: Readonly<Record<string, string | number>>): Promise<() => Promise<void>> {
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('Ready to accept connections')) resolve()
    })
    child.once('error', reject)
    void exited.then(() => reject(new Error(`redis-server ended: ${said}`)))
  })
  return async () => {
    child.kill()
    await exited
  }
}
