import path from 'node:path'
import { readProcfile, type Procfile } from '../../buildpacks/index.ts'
import { loadConfig, override, type Config, type Overrides } from '../../config/index.ts'
import { wantedTasks } from '../../heroku/index.ts'
import { INPUTS, type Machine, type Slice } from '../../inputs/index.ts'
import { readMastodon, type MastodonTree } from '../../mastodon/index.ts'
import { within } from '../../net/index.ts'
import {
  displayPath,
  errorText,
  readTreeFile,
  sizeText,
  UserError,
  type RunCommand,
  type Runtime
} from '../../runtime/index.ts'
import {
  applySlugignore,
  exportTree,
  resolveCommit,
  uncommitted,
  type Commit,
  type ExportedTree,
  type GitTools,
  type Removed
} from '../../source/index.ts'
import { FILES } from './output-folder.ts'

/**
 * The config file of the checkout, with inputs over it. A task that its scheduler cannot have is an error at once.
 * @param over the inputs that this command reads of those that stand above the file
 */
export function readConfig(inputs: Slice<'path' | 'config'>, over: Overrides): Config {
  const text = readTreeFile(inputs.path, inputs.config)
  // The default one may be absent.
  if (text === undefined && inputs.config !== INPUTS.config.default) {
    throw new UserError(
      `There is no config file ${inputs.config} in ${inputs.path}`,
      'Correct the input `config`, or leave it out.'
    )
  }
  const config = override(loadConfig(text, inputs.config), over)
  if (config.schedule) wantedTasks(config.schedule, 'Basic', inputs.config)
  return config
}

/** The fork's checkout, as git is to read it. */
export type Checkout = GitTools & { readonly path: string; readonly searchPath: string }

export function checkoutOf(
  folder: string,
  searchPath: string,
  { run, signal }: Pick<Runtime, 'run' | 'signal'>
): Checkout {
  return { path: folder, searchPath, run, signal }
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

/** A commit, by default the checked-out one, as a clean tree without what `.slugignore` names. */
export async function takeSource(
  checkout: Checkout,
  ref: string | undefined,
  { log, scratch }: Pick<Runtime, 'log' | 'scratch'>
): Promise<Source> {
  const commit = await resolveCommit({ ...checkout, ref })
  const folder = path.join(scratch, 'source')
  const tree = await exportTree({ ...checkout, commit: commit.sha, into: folder })
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
 * @param own files and folders of ours in the checkout
 */
export async function takeSourceToBuild(
  checkout: Checkout,
  ref: string | undefined,
  own: readonly string[],
  { log, clock, scratch }: Pick<Runtime, 'log' | 'clock' | 'scratch'>
): Promise<Source> {
  const source = await takeSource(checkout, ref, { log, scratch })
  await tellUncommitted(checkout, source.commit, own, { log, clock })
  const procfile = procfileOf(source)
  if (procfile.file === 'Procfile') return source
  const why =
    procfile.ignoredAt !== undefined
      ? `.slugignore:${procfile.ignoredAt} takes \`Procfile\` out of the build`
      : procfile.file && `There is no \`Procfile\`, but a file \`${procfile.file}\`: the name is case-sensitive`
  if (why === undefined) return source
  const warning = `${why}. The slug has the process types that the buildpacks add, and no others`
  // At once, as the build may end before the report: there it is a warning.
  log.info(warning)
  return { ...source, warnings: [...source.warnings, warning] }
}

/** The Procfile of a tree, and the line of `.slugignore` that took it out. Throws a `UserError` if it cannot be read. */
export function procfileOf({ folder, removed }: Pick<Source, 'folder' | 'removed'>): Procfile {
  return { ...readProcfile(folder), ...procfileTaken(removed) }
}

/** By which line of `.slugignore`, if one did. */
export function procfileTaken(removed: readonly Removed[]): Pick<Procfile, 'ignoredAt'> {
  const ignoredAt = removed.find(one => one.path === 'Procfile')?.line
  return ignoredAt === undefined ? {} : { ignoredAt }
}

/** Milliseconds for git to look through the checkout. */
const LOOK_WITHIN = 30_000

/** What of the checkout is ours and not the fork's: what was written there, and what is read though it is not committed. */
export function ownFiles(
  inputs: Slice<'path' | 'config' | 'outputDir'>,
  { jobFolder }: Pick<Machine, 'jobFolder'>,
  ...more: readonly (string | undefined)[]
): string[] {
  const { outputDir } = inputs
  const files = [outputDir, ...FILES.map(file => path.join(outputDir, file)), path.join(inputs.path, inputs.config)]
  return [...files, jobFolder, ...more].filter(file => file !== undefined)
}

/**
 * A line, if the checked-out commit is built and the checkout has more than that commit.
 * @param own files and folders that do not count
 */
export async function tellUncommitted(
  checkout: Checkout,
  commit: Commit,
  own: readonly string[],
  { log, clock }: Pick<Runtime, 'log' | 'clock'>
): Promise<void> {
  const { signal } = checkout
  try {
    const found = await within({ clock, signal }, LOOK_WITHIN, 'git did not answer', async inner => {
      const bounded = { ...checkout, signal: inner }
      const head = await resolveCommit(bounded)
      return head.sha === commit.sha ? uncommitted({ ...bounded, commit: head.sha, own }) : undefined
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
export async function writeSource({ folder }: Source, into: string, run: RunCommand): Promise<void> {
  const { code, stderr } = await run('cp', ['-a', '--', `${folder}/.`, into], {
    env: { PATH: '/usr/bin:/bin' }
  })
  if (code !== 0)
    throw new UserError(
      `The source tree could not be copied: ${stderr.trim().slice(0, 500)}`,
      'Free disk space on the runner.'
    )
}
