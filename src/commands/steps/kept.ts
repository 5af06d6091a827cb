import { looksFor } from '../../buildpacks/index.ts'
import { type Config } from '../../config/index.ts'
import { readTreeFile, UserError } from '../../runtime/index.ts'
import { takenOut } from '../../source/index.ts'
import { type Source } from './source.ts'

/**
 * Throws a `UserError` with the line of `.slugignore` that took out what the build or a dyno needs. Heroku applies it
 * before the buildpacks, too, so there the build would fail in the same way, only later.
 */
export function requireKept({ folder, removed }: Pick<Source, 'folder' | 'removed'>, needs: readonly Need[]): void {
  for (const { file, who } of needs) {
    const taken = takenOut(removed, file)
    if (taken === undefined || readTreeFile(folder, file) !== undefined) continue
    throw new UserError(
      `${taken}, and ${who} needs ${file}`,
      'Take that line out of .slugignore, or name what it should take more closely: there are no exceptions by "!".'
    )
  }
}

interface Need {
  readonly file: string
  /** For people. */
  readonly who: string
}

/** Files that detect steps look for, up to the first buildpack that is not known: it may write those of the next ones. */
export function neededByBuildpacks(references: readonly string[]): Need[] {
  const unknown = references.findIndex(reference => looksFor(reference) === undefined)
  return references
    .slice(0, unknown < 0 ? references.length : unknown)
    .flatMap(reference => looksFor(reference)!.map(file => ({ file, who: `the buildpack ${reference}` })))
}

/**
 * What the dynos of Mastodon are started with (mastodon/mastodon: Procfile, bin/heroku-web).
 * @param web the command of that process type; undefined if the Procfile has none
 */
export function neededByDynos({ streamingApp }: Config, web: string | undefined): Need[] {
  const own = /\bbin\/heroku-web\b/.test(web ?? '') ? [{ file: 'bin/heroku-web', who: 'web: of the Procfile' }] : []
  const who = 'the streaming app'
  const streaming = streamingApp === undefined ? [] : ['bin/heroku-web', 'streaming/index.js']
  return [...own, ...streaming.map(file => ({ file, who }))]
}
