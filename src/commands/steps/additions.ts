import { type Config } from '../../config/index.ts'
import { readMigrations, RELEASE_FILES, sourceOffer, type Migration } from '../../mastodon/index.ts'
import { readTreeFile, walkTree, writeTreeFile } from '../../runtime/index.ts'
import { namesAt } from '../../source/index.ts'
import type { Context } from '../context.ts'
import { type Source } from './source.ts'

const MIGRATION_FOLDERS = ['db/migrate', 'db/post_migrate']

/**
 * Adds our own files to the tree before it is built: the release task, and what offers the source of this very commit
 * to the instance's users.
 */
export function addOwnFiles({ inputs }: Context, config: Config, { commit, folder }: Source): void {
  if (config.migrations !== 'off')
    for (const [file, text] of Object.entries(RELEASE_FILES)) writeTreeFile(folder, file, text)
  const { repository, ref } = inputs.github
  if (repository === undefined || !/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(repository)) return
  const tag = /^refs\/tags\/(.+)$/.exec(inputs.ref === undefined ? (ref ?? '') : `refs/tags/${inputs.ref}`)?.[1]
  const { path, text } = sourceOffer({ repository, commit: commit.sha, tag })
  writeTreeFile(folder, path, text)
}

/** The tree's migrations, both phases. */
export function migrationsOf(folder: string): Migration[] {
  const paths = walkTree(folder, name => !`${name}/`.startsWith('db/'))
    .filter(({ kind }) => kind === 'file')
    .map(({ path }) => path)
  return readMigrations(paths.map(path => ({ path, text: readTreeFile(folder, path) ?? '' })))
}

/** Versions of the migrations that a commit knows; undefined where the checkout does not have it. */
export async function versionsAt({ inputs, runtime }: Context, commit: string): Promise<Set<string> | undefined> {
  const { run, signal } = runtime
  const { path, searchPath } = inputs
  const names = await namesAt({ path, commit, folders: MIGRATION_FOLDERS, run, signal, searchPath })
  return names && new Set(readMigrations(names.map(path => ({ path, text: '' }))).map(({ version }) => version))
}
