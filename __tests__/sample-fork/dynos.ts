import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { makeSampleFork } from '../rig/sample-fork.ts'

/** Makes the sample fork in a folder and runs its buildpacks on it, as a build does. */
export function buildSampleFork(folder: string, change?: (folder: string) => void): string {
  const app = path.join(folder, 'app')
  const [cache, environment] = [path.join(folder, 'cache'), path.join(folder, 'environment')]
  for (const made of [cache, environment]) mkdirSync(made, { recursive: true })
  makeSampleFork(app, change)
  const env = { PATH: process.env['PATH'], STACK: 'heroku-24' }
  writeFileSync(path.join(environment, 'SECRET_KEY_BASE_DUMMY'), '1')
  for (const buildpack of ['nodejs', 'ruby'])
    execFileSync(path.join(app, 'buildpacks', buildpack, 'bin/compile'), [app, cache, environment], {
      env,
      stdio: 'pipe'
    })
  return app
}

export interface Ended {
  /** Exit code; null if a signal ended it. */
  readonly code: number | null
  readonly output: string
  readonly errors: string
}

/** A process as a dyno runs it: in the app's folder, by bash, after the scripts of `.profile.d`. */
export class Dyno {
  readonly ended: Promise<Ended>
  readonly #child: ChildProcess
  #output = ''
  #errors = ''

  constructor(app: string, command: string, env: Record<string, string> = {}) {
    const boot = 'cd "$HOME"; for f in .profile.d/*.sh; do . "$f"; done; eval "$0"'
    this.#child = spawn('bash', ['--norc', '-c', boot, command], {
      env: { PATH: process.env['PATH'], HOME: app, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true
    })
    this.#child.stdout!.on('data', (chunk: Buffer) => (this.#output += chunk.toString()))
    this.#child.stderr!.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()))
    this.ended = once(this.#child, 'close').then(([code]) => ({
      code: code as number | null,
      output: this.#output,
      errors: this.#errors
    }))
  }

  /** Resolves when it has printed this; rejects if it ends first. */
  async printed(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      const more = await Promise.race([once(this.#child.stdout!, 'data'), this.ended.then(() => undefined)])
      if (!more && !this.#output.includes(text)) throw new Error(`It ended before it printed ${text}: ${this.#errors}`)
    }
  }

  /** To all its processes, as on Heroku. */
  signal(name: NodeJS.Signals): void {
    process.kill(-this.#child.pid!, name)
  }

  async stop(): Promise<Ended> {
    this.signal('SIGTERM')
    return this.ended
  }
}

export interface Answer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

/** Asks a dyno as the router does: with the domain asked for, and the protocol that the client used. */
export async function ask(port: number, route: string, headers: Record<string, string> = {}): Promise<Answer> {
  const request = http.get({ port, path: route, headers: { 'x-forwarded-proto': 'https', ...headers }, agent: false })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  return { status: response.statusCode!, headers: response.headers, body: Buffer.concat(chunks).toString() }
}
