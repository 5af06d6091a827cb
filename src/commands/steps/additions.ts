import { type Config } from '../../config/index.ts'
import {
  readMigrations,
  REDIS_NOT_VERIFIED,
  REDIS_TLS_FILES,
  RELEASE_FILES,
  requireRedisTlsFits,
  sourceOffer
} from '../../mastodon/index.ts'
import { writeTreeFile } from '../../runtime/index.ts'
import { namesAt } from '../../source/index.ts'
import type { Context } from '../context.ts'
import { type Source } from './source.ts'

const MIGRATION_FOLDERS = ['db/migrate', 'db/post_migrate']

/**
 * Adds our own files to the tree before it is built: the release task, what accepts Heroku's Redis where the config wants
 * it (throws where that does not fit the tree), and what offers the source of this very commit to the instance's users.
 */
export function addOwnFiles({ inputs, runtime }: Context, config: Config, { commit, folder }: Source): void {
  const add = (files: Readonly<Record<string, string>>): void => {
    for (const [file, text] of Object.entries(files)) writeTreeFile(folder, file, text)
  }
  if (config.migrations !== 'off') add(RELEASE_FILES)
  if (config.redisTls === 'no-verify') {
    requireRedisTlsFits(folder)
    add(REDIS_TLS_FILES)
    runtime.log.warning(REDIS_NOT_VERIFIED)
  }
  const { repository, ref } = inputs.github
  if (repository === undefined || !/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(repository)) return
  const tag = /^refs\/tags\/(.+)$/.exec(inputs.ref === undefined ? (ref ?? '') : `refs/tags/${inputs.ref}`)?.[1]
  const { path, text } = sourceOffer({ repository, commit: commit.sha, tag })
  writeTreeFile(folder, path, text)
}

/** Versions of the migrations that a commit knows; undefined where the checkout does not have it. */
export async function versionsAt({ inputs, runtime }: Context, commit: string): Promise<Set<string> | undefined> {
  const { run, signal } = runtime
  const { path, searchPath } = inputs
  const names = await namesAt({ path, commit, folders: MIGRATION_FOLDERS, run, signal, searchPath })
  return names && new Set(readMigrations(names.map(path => ({ path, text: '' }))).map(({ version }) => version))
}
