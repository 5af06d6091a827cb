import { packSlug } from '../rig/ship-slug.ts'
import { createClient, HerokuApp, type HerokuClient } from '../../src/heroku/index.ts'
import { processHost, startLocalHeroku, type LocalHeroku, type LocalHerokuOptions } from '../rig/local-heroku/index.ts'
import { runCommand, systemClock } from '../../src/runtime/real.ts'
import { lastingTemp } from './temp.ts'

export { ship } from '../rig/ship-slug.ts'

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
  return packSlug(lastingTemp(), files)
}

/** Waits until something is so, asking again and again: less often in time, or Heroku's rate limit would be used up. */
export async function until<T>(ask: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (let pause = 20; ; pause = Math.min(pause * 1.1, 500)) {
    const answer = await ask()
    if (answer !== undefined && answer !== false) return answer
    await new Promise(resolve => setTimeout(resolve, pause))
  }
}
