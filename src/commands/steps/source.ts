import path from 'node:path'
import { readProcfile, type Procfile } from '../../buildpacks/index.ts'
import { loadConfig, mergeInputs, type Config } from '../../config/index.ts'
import { plannedTasks } from '../../heroku/index.ts'
import { readMastodon, type MastodonTree } from '../../mastodon/index.ts'
import { within } from '../../net/index.ts'
import { displayPath, errorText, sizeText, readTreeFile, UserError } from '../../runtime/index.ts'
import {
  applySlugignore,
  exportTree,
  resolveCommit,
  uncommitted,
  type Commit,
  type ExportedTree,
  type Removed
} from '../../source/index.ts'
import type { Context } from '../context.ts'
import { FILES } from './output-folder.ts'

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
    `Commit ${commit.sha} (${commit.ref}): ${tree.files} files, ${sizeText(tree.bytes)}; .slugignore took out ${removed.length} names`
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

/**
 * The same, to be built: says which files of the checkout are not part of it, and throws a `UserError` for a Procfile that
 * cannot be read, before a buildpack has run.
 */
export async function takeSourceToBuild(context: Context): Promise<Source> {
  const source = await takeSource(context)
  await tellUncommitted(context, source)
  const procfile = procfileOf(source)
  if (procfile.file === 'Procfile') return source
  const why =
    procfile.ignoredAt !== undefined
      ? `.slugignore:${procfile.ignoredAt} takes \`Procfile\` out of the build`
      : procfile.file && `There is no \`Procfile\`, but a file \`${procfile.file}\`: the name is case-sensitive`
  if (why === undefined) return source
  const warning = `${why}. The slug has the process types that the buildpacks add, and no others`
  // At once, as the build may end before the report: there it is a warning.
  context.runtime.log.info(warning)
  return { ...source, warnings: [...source.warnings, warning] }
}

/** The Procfile of a tree, and the line of `.slugignore` that took it out. Throws a `UserError` if it cannot be read. */
export function procfileOf({ folder, removed }: Pick<Source, 'folder' | 'removed'>): Procfile {
  return { ...readProcfile(folder), ...procfileTaken(removed) }
}

/** By which line of `.slugignore`, if one did. */
export function procfileTaken(removed: readonly Removed[]): Pick<Procfile, 'ignoredAt'> {
  const ignoredAt = removed.find(({ path }) => path === 'Procfile')?.line
  return ignoredAt === undefined ? {} : { ignoredAt }
}

/** Milliseconds for git to look through the checkout. */
const LOOK_WITHIN = 30_000

/** A line, if the checked-out commit is built and the checkout has more than that commit. */
export async function tellUncommitted({ inputs, runtime }: Context, { commit }: Pick<Source, 'commit'>): Promise<void> {
  const { run, log, signal } = runtime
  const { path: checkout, searchPath, outputDir } = inputs
  const ours = [inputs.cache, inputs.jobFolder, inputs.report, inputs.baseline].filter(file => file !== undefined)
  const own = [outputDir, ...FILES.map(file => path.join(outputDir, file)), path.join(checkout, inputs.config), ...ours]
  try {
    const found = await within(runtime, LOOK_WITHIN, 'git did not answer', async inner => {
      const tools = { path: checkout, run, signal: inner, searchPath }
      const head = await resolveCommit(tools)
      return head.sha === commit.sha ? uncommitted({ ...tools, commit: head.sha, own }) : undefined
    })
    if (!found) return
    const { count, first } = found
    const what =
      count === 1
        ? '1 file of the checkout is not committed, so it is'
        : `${count} files of the checkout are not committed, so they are`
    log.info(`${what} not part of this build (first: ${displayPath(first)})`)
  } catch (error) {
    if (signal.aborted || !(error instanceof UserError)) throw error
    log.info(`Whether the checkout has files that are not committed is not known: ${errorText(error)}`)
  }
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
