/** A slug of a few files, and its release: what an app runs before something is deployed to it. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { upload, type HerokuApp, type Release } from '../../src/heroku/index.ts'
import { systemClock } from '../../src/runtime/real.ts'

/**
 * Packs files (path below the app to content; `bin/…` are programs) in an empty folder of its own. Returns the .tgz.
 */
export function packSlug(folder: string, files: Readonly<Record<string, string>>): string {
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

/** Uploads a slug and releases it; waits for no dyno. */
export async function ship(
  app: HerokuApp,
  slug: string,
  processTypes: Readonly<Record<string, string>>,
  commit = '1'.repeat(40)
): Promise<Release> {
  const sha256 = createHash('sha256').update(readFileSync(slug)).digest('hex')
  const made = await app.createSlug({ processTypes, sha256, commit, description: 'a test', stack: 'heroku-24' })
  const signal = new AbortController().signal
  await upload({ file: slug, ...made.blob, progress: () => {}, clock: systemClock, signal })
  return app.createRelease(made.id, 'Deploy', 0)
}
