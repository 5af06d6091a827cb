import { type Config } from '../../config/index.ts'
import {
  readMigrations,
  REDIS_NOT_VERIFIED,
  REDIS_TLS_FILES,
  RELEASE_FILES,
  requireRedisTlsFits,
  sourceOffer
} from '../../mastodon/index.ts'
import { type GithubJob } from '../../inputs/index.ts'
import { writeTreeFile, type Log } from '../../runtime/index.ts'
import { namesAt } from '../../source/index.ts'
import { type Checkout, type Source } from './source.ts'

const MIGRATION_FOLDERS = ['db/migrate', 'db/post_migrate']

/**
 * Adds our own files to the tree before it is built: the release task, what accepts Heroku's Redis if the config wants
 * it (throws if that does not fit the tree), and what offers the source of this very commit to the instance's users.
 * @param ref what was asked to be built; undefined for the checked-out commit
 */
export function addOwnFiles(
  { commit, folder }: Source,
  { migrations, redisTls }: Config,
  ref: string | undefined,
  job: Pick<GithubJob, 'repository' | 'ref'>,
  log: Log
): void {
  const add = (files: Readonly<Record<string, string>>): void => {
    for (const [file, text] of Object.entries(files)) writeTreeFile(folder, file, text)
  }
  if (migrations !== 'off') add(RELEASE_FILES)
  if (redisTls === 'no-verify') {
    requireRedisTlsFits(folder)
    add(REDIS_TLS_FILES)
    log.warning(REDIS_NOT_VERIFIED)
  }
  const { repository } = job
  if (repository === undefined || !/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(repository)) return
  const tag = /^refs\/tags\/(.+)$/.exec(ref === undefined ? (job.ref ?? '') : `refs/tags/${ref}`)?.[1]
  const { path, text } = sourceOffer({ repository, commit: commit.sha, tag })
  writeTreeFile(folder, path, text)
}

/** Versions of the migrations that a commit knows; undefined if the checkout does not have it. */
export async function versionsAt(checkout: Checkout, commit: string): Promise<Set<string> | undefined> {
  const names = await namesAt({ ...checkout, commit, folders: MIGRATION_FOLDERS })
  return names && new Set(readMigrations(names.map(path => ({ path, text: '' }))).map(({ version }) => version))
}
