import path from 'node:path'
import { loadConfig, mergeInputs, type Config } from '../../config/index.ts'
import { plannedTasks } from '../../heroku/index.ts'
import { readMastodon, type MastodonTree } from '../../mastodon/index.ts'
import { megabytes, readTreeFile, UserError } from '../../runtime/index.ts'
import {
  applySlugignore,
  exportTree,
  resolveCommit,
  type Commit,
  type ExportedTree,
  type Removed
} from '../../source/index.ts'
import type { Context } from '../context.ts'

/** This one may be absent. */
const DEFAULT_CONFIG = '.github/mastodon-on-heroku.yml'

/** The config file of the checkout, with the inputs over it. A task that its scheduler cannot have is an error at once. */
export function readConfig({ inputs }: Context): Config {
  const text = readTreeFile(inputs.path, inputs.config)
  if (text === undefined && inputs.config !== DEFAULT_CONFIG) {
    throw new UserError(
      `There is no config file ${inputs.config} in ${inputs.path}`,
      'Correct the input `config`, or leave it out.'
    )
  }
  const config = mergeInputs(loadConfig(text, inputs.config), inputs)
  if (config.schedule) plannedTasks(config.schedule, 'Basic', inputs.config)
  return config
}

/** A commit as it is built. */
export interface Source {
  readonly commit: Commit
  readonly tree: ExportedTree
  /** A folder with the tree, as git holds it but for what `.slugignore` names. */
  readonly folder: string
  /** What `.slugignore` took out. */
  readonly removed: readonly Removed[]
  readonly mastodon: MastodonTree
  readonly warnings: readonly string[]
}

/** The commit that the inputs name, as a clean tree without what `.slugignore` names. */
export async function takeSource({ inputs, runtime }: Context): Promise<Source> {
  const { log, run, signal, scratch } = runtime
  const commit = await resolveCommit({ path: inputs.path, ref: inputs.ref, run, signal, searchPath: inputs.searchPath })
  const folder = path.join(scratch, 'source')
  const tree = await exportTree({
    path: inputs.path,
    commit: commit.sha,
    into: folder,
    run,
    signal,
    searchPath: inputs.searchPath
  })
  const { removed, warnings } = applySlugignore(folder)
  const mastodon = readMastodon(folder)
  log.info(
    `Commit ${commit.sha} (${commit.ref}): ${tree.files} files, ${megabytes(tree.bytes)}; .slugignore took out ${removed.length} names`
  )
  log.info(
    mastodon.version
      ? `Mastodon ${mastodon.version}`
      : 'This tree has no lib/mastodon/version.rb; it is built all the same'
  )
  const lfs =
    tree.lfsPointers > 0
      ? [
          `${tree.lfsPointers} files are pointers of Git LFS; a slug gets the pointers, not what they point to, as on Heroku`
        ]
      : []
  return { commit, tree, folder, removed, mastodon, warnings: [...warnings, ...lfs] }
}

/** Copies the tree to where it is built; a tree may be built more than once. */
export async function writeSource({ runtime }: Context, { folder }: Source, into: string): Promise<void> {
  const { code, stderr } = await runtime.run('cp', ['-a', '--', `${folder}/.`, into], {
    env: { PATH: '/usr/bin:/bin' }
  })
  if (code !== 0)
    throw new UserError(
      `The source tree could not be copied: ${stderr.trim().slice(0, 500)}`,
      'Free disk space on the runner.'
    )
}
