import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { createClient, HerokuApp, upload, type HerokuClient, type Release } from '../../src/heroku/index.ts'
import {
  processHost,
  startLocalHeroku,
  type LocalHeroku,
  type LocalHerokuOptions
} from '../../src/local-heroku/index.ts'
import { runCommand, systemClock } from '../../src/runtime/real.ts'
import { lastingTemp } from './temp.ts'

/** heroku-client reads what these name for each request; nothing here needs it. */
for (const name of ['SSL_CERT_DIR', 'SSL_CERT_FILE']) delete process.env[name]

export const NO_SIGNAL = new AbortController().signal

/** A local Heroku with dynos as processes, and a client for it. Close it. */
export async function openHeroku(
  options: Partial<LocalHerokuOptions> = {}
): Promise<{ heroku: LocalHeroku; client: HerokuClient }> {
  const folder = options.folder ?? lastingTemp()
  const heroku = await startLocalHeroku({
    folder,
    clock: systemClock,
    host: processHost({ folder, run: runCommand, searchPath: process.env['PATH'] ?? '' }),
    ...options
  })
  return { heroku, client: clientOf(heroku) }
}

export function clientOf({ apiUrl, apiKey }: LocalHeroku, signal: AbortSignal = NO_SIGNAL): HerokuClient {
  return createClient({ url: apiUrl, key: apiKey, clock: systemClock, signal })
}

export function appOf(client: HerokuClient, name: string): HerokuApp {
  return new HerokuApp(client, name, systemClock)
}

/** A slug of a few files (path below the app to content; `bin/…` are programs). Returns the .tgz. */
export function makeSlug(files: Readonly<Record<string, string>>): string {
  const folder = lastingTemp()
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, 'app', name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, content)
    if (name.startsWith('bin/')) chmodSync(file, 0o755)
  }
  const slug = path.join(folder, 'slug.tgz')
  execFileSync('tar', ['-czf', slug, '-C', folder, './app'])
  return slug
}

/** Uploads a slug and releases it. */
export async function ship(
  app: HerokuApp,
  slug: string,
  processTypes: Readonly<Record<string, string>>
): Promise<Release> {
  const sha256 = createHash('sha256').update(readFileSync(slug)).digest('hex')
  const made = await app.createSlug({
    processTypes,
    sha256,
    commit: '1'.repeat(40),
    description: 'a test',
    stack: 'heroku-24'
  })
  await upload({ file: slug, ...made.blob, progress: () => {}, clock: systemClock, signal: NO_SIGNAL })
  return app.createRelease(made.id, 'Deploy', 0)
}

/** Waits until something is so, asking again and again. */
export async function until<T>(ask: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
