import { relative, resolve, sep } from 'node:path'
import { joinBytes, UserError, type BytePath } from '../runtime/index.ts'
import { checkedOutSubmodule, listTree, SUBMODULE } from './export.ts'
import { firstLine, git, openCheckout, type GitTools, type Repository } from './git.ts'

interface UncommittedOptions extends GitTools {
  /** The checkout's top folder. */
  path: string
  /** The checked-out commit, full hash. */
  commit: string
  /** Our own files and folders, which do not count: they are written, or need not be committed. */
  own: readonly string[]
}

interface Uncommitted {
  readonly count: number
  /** The first one in byte order, hostile text. */
  readonly first: BytePath
}

/** Most bytes that git may print for one repository: some 100,000 names. */
const MOST = 10_000_000

/**
 * Counts files of a checkout, submodules included, that are changed, added, removed or new and not committed; undefined if
 * there are none. Ignored files do not count. Starts no program that the repository's configuration names. Throws a
 * `UserError` if git cannot tell, or prints more than 10 MB of names.
 */
export async function uncommitted(options: UncommittedOptions): Promise<Uncommitted | undefined> {
  const names: BytePath[] = []
  const visit = async (repository: Repository, commit: string, prefix: BytePath): Promise<void> => {
    const changed = await changedIn(options, repository)
    for (const name of changed) names.push(joinBytes(prefix, name))
    const tree = await listTree(options, repository, commit)
    if (typeof tree === 'string') return
    for (const { mode, sha, path } of tree) {
      // A submodule at another commit is in the list already; one that is not checked out has no files.
      if (mode !== SUBMODULE || changed.includes(path)) continue
      const inner = checkedOutSubmodule(repository, path)
      if (inner) await visit(inner, sha, joinBytes(prefix, path))
    }
  }
  await visit(openCheckout(options.path), options.commit, '' as BytePath)
  const [first] = names.sort()
  return first === undefined ? undefined : { count: names.length, first }
}

async function changedIn(options: UncommittedOptions, repository: Repository): Promise<BytePath[]> {
  const { code, stdout, stderr } = await git(
    { ...options, most: MOST, readsWorkTree: true },
    repository,
    ...(await withoutFilters(options, repository)),
    'status',
    '--porcelain=v1',
    '-z',
    '--no-renames',
    '--untracked-files=all',
    '--ignore-submodules=dirty',
    '--',
    ':(top)',
    ...excluded(options.own, repository)
  )
  if (code !== 0) throw cannotTell(firstLine(stderr) || `git status ended with ${code}`)
  // `XY name`, then a zero byte. The name of a folder ends with a slash.
  const entries = stdout.toString('latin1').split('\0').filter(Boolean)
  return entries.map(entry => entry.slice(3).replace(/\/$/, '') as BytePath)
}

function excluded(own: readonly string[], { workTree }: Repository): string[] {
  const paths = own.map(file => relative(workTree, resolve(file)))
  return paths
    .filter(path => path !== '' && path !== '..' && !path.startsWith(`..${sep}`))
    .map(path => `:(exclude,top,literal)${path}`)
}

/**
 * Arguments that switch off filters. To read a work tree git starts the programs in `filter.NAME.clean` and
 * `filter.NAME.process`. There is no switch for all, so each one in the configuration is set to nothing (git: convert.c).
 */
async function withoutFilters(options: GitTools, repository: Repository): Promise<string[]> {
  const { stdout } = await git(options, repository, 'config', '--name-only', '-z', '--get-regexp', '^filter\\.')
  const settings = stdout.toString('utf8').split('\0').filter(Boolean)
  const names = new Set(settings.map(setting => setting.slice('filter.'.length, setting.lastIndexOf('.'))))
  return [...names].filter(Boolean).flatMap(name => {
    // `-c` takes the first "=" for the end of the name.
    if (name.includes('=')) throw cannotTell('its configuration has a filter with "=" in its name')
    return ['clean=', 'process=', 'required=false'].flatMap(setting => ['-c', `filter.${name}.${setting}`])
  })
}

function cannotTell(why: string): UserError {
  return new UserError(
    `Git cannot say whether files of the checkout are not committed: ${why}`,
    'Look with `git status`; what is not committed is not part of a build.'
  )
}
