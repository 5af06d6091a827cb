import { mkdirSync, readdirSync, realpathSync, rmSync, statSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import {
  below,
  displayPath,
  explainDiskFull,
  joinBytes,
  shellWord,
  UserError,
  type BytePath
} from '../runtime/index.ts'
import { streamBlobs } from './blobs.ts'
import { complaintOf, git, gitDirOf, openCheckout, unreadable, type GitTools, type Repository } from './git.ts'
import { TreeWriter, type Entry } from './write.ts'

interface ExportOptions extends GitTools {
  /** The checkout's top folder. */
  path: string
  /** Full hash of a commit. */
  commit: string
  /** The tree is written here: a folder that is empty or does not exist yet. */
  into: string
  /** Which names are wanted, submodules left out. Without it all are, submodules too. */
  only?: (path: BytePath) => boolean
}

/** What was written. */
export interface ExportedTree {
  /** Files and symlinks, those of submodules included. */
  readonly files: number
  /** Bytes of their contents. */
  readonly bytes: number
  readonly submodules: number
  /** Files that are pointers of Git LFS: the build gets the pointer itself, as on Heroku. */
  readonly lfsPointers: number
}

/** The names to read from one repository. */
interface TreePart {
  readonly repository: Repository
  readonly entries: Entry[]
}

export const SUBMODULE = '160000'

/**
 * Writes a commit as a clean tree: names, contents, symlinks and executable bits exactly as git has them. It reads nothing
 * of the work tree and applies no attribute (eol, filter, LFS, export-ignore). Files get 0644 or 0755. Submodules come from
 * their own checkouts below `path`, at the commit that the tree pins. Throws a `UserError` for a tree that git would not
 * check out, a missing submodule or object, or a full disk; a `CancelledError` on the signal. Then nothing is left in `into`.
 */
export async function exportTree(options: ExportOptions): Promise<ExportedTree> {
  const repository = openCheckout(options.path)
  return writeTree(options, () => readParts(options, repository))
}

interface WriteOptions extends Pick<ExportOptions, 'into' | 'signal' | 'searchPath'> {
  /** Most bytes of all contents; a larger tree is a `UserError`. */
  readonly mostBytes?: number
}

/** Writes one tree out of one or several repositories. If that or `read` fails, nothing is left in `into`. */
export async function writeTree(options: WriteOptions, read: () => Promise<TreePart[]>): Promise<ExportedTree> {
  const made = prepare(options.into)
  try {
    return await writeParts(options, await read())
  } catch (error) {
    empty(options.into)
    if (made !== undefined) rmSync(made, { recursive: true, force: true })
    throw explainDiskFull(error, 'the source tree')
  }
}

/** Makes `into`. Returns the topmost folder that had to be made. */
function prepare(into: string): string | undefined {
  const made = mkdirSync(into, { recursive: true })
  if (readdirSync(into).length === 0) return made
  throw new UserError(`The folder ${into} for the source tree is not empty`, 'Remove what is in it, or name another.')
}

function empty(folder: string): void {
  for (const name of readdirSync(folder, 'latin1')) {
    rmSync(below(folder, name as BytePath), { recursive: true, force: true })
  }
}

/** Lists the names of the commit, then those of each submodule. */
async function readParts(options: ExportOptions, repository: Repository): Promise<TreePart[]> {
  const parts: TreePart[] = []
  const visit = async (source: Repository, commit: string, prefix: BytePath): Promise<void> => {
    const tree = await listTree(options, source, commit)
    if (typeof tree === 'string') throw prefix === '' ? unreadable(`commit ${commit}`, tree) : noSubmodule(prefix)
    const entries = tree.map(entry => ({ ...entry, path: joinBytes(prefix, entry.path) }))
    const { only } = options
    if (only) {
      parts.push({ repository: source, entries: entries.filter(({ mode, path }) => mode !== SUBMODULE && only(path)) })
      return
    }
    parts.push({ repository: source, entries })
    const named = await submodulesOf(options, source, commit, tree)
    for (const [index, { mode, sha, path }] of tree.entries()) {
      if (mode !== SUBMODULE) continue
      const mounted = entries[index]!.path
      if (!named.has(path)) throw noneOfGitmodules(mounted, prefix)
      await visit(openSubmodule(source, path, mounted), sha, mounted)
    }
  }
  await visit(repository, options.commit, '' as BytePath)
  return parts
}

/** All names of a commit; or git's message, if it cannot read it. */
export async function listTree(tools: GitTools, repository: Repository, commit: string): Promise<Entry[] | string> {
  if (!/^[0-9a-f]{40,64}$/.test(commit)) return 'not the hash of a commit'
  const { code, stdout, stderr } = await git(tools, repository, 'ls-tree', '-r', '-z', '--full-tree', commit)
  if (code !== 0) return stderr.trim() || `git ls-tree ended with ${code}`
  const lines = stdout.toString('latin1').split('\0')
  lines.pop()
  return lines.map(readEntry)
}

function readEntry(line: string): Entry {
  const tab = line.indexOf('\t')
  const [mode = '', , sha = ''] = line.slice(0, tab).split(' ')
  const path = line.slice(tab + 1) as BytePath
  if (/(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)/i.test(path)) {
    throw new UserError(
      `The commit holds "${displayPath(path)}", a name that git itself would not check out`,
      'Remove it from the commit: such a tree was not made by git, and may be an attack.'
    )
  }
  return { mode, sha, path }
}

const GITMODULES = '.gitmodules' as BytePath

/** The paths that `.gitmodules` of a commit names, as git reads it. It is not read if the tree has no submodule. */
async function submodulesOf(
  tools: GitTools,
  repository: Repository,
  commit: string,
  tree: readonly Entry[]
): Promise<Set<string>> {
  const isThere = tree.some(({ path, mode }) => path === GITMODULES && mode.startsWith('100'))
  if (!isThere || !tree.some(({ mode }) => mode === SUBMODULE)) return new Set()
  const blob = `--blob=${commit}:${GITMODULES}`
  const asked = ['-z', '--get-regexp', String.raw`^submodule\..*\.path$`]
  const { code, stdout, stderr } = await git(tools, repository, 'config', '--no-includes', blob, ...asked)
  // If nothing is found git ends with 1, too, but prints nothing.
  if (code !== 0 && stderr.trim() !== '')
    throw new UserError(
      `git cannot read ${GITMODULES} of commit ${commit}: ${complaintOf(stderr)}`,
      `Correct ${GITMODULES}, and commit it.`
    )
  const pairs = stdout.toString('latin1').split('\0')
  return new Set(pairs.map(pair => pair.slice(pair.indexOf('\n') + 1).replace(/\/$/, '')))
}

/** The error for a gitlink that `.gitmodules` does not name: `git add` makes one of a clone inside of another one. */
function noneOfGitmodules(path: BytePath, prefix: BytePath): UserError {
  const word = shellWord(displayPath(path.slice(prefix === '' ? 0 : prefix.length + 1) as BytePath))
  const where = prefix === '' ? '' : `In the repository of "${displayPath(prefix)}": `
  return new UserError(
    `"${displayPath(path)}" is a link to a commit of another repository (a gitlink), and ${displayPath(joinBytes(prefix, GITMODULES))} does not name it, so its files cannot be found`,
    `${where}Mostly \`git add\` was run over a clone inside of the checkout. \`git rm --cached ${word}\` and a commit take the link out. If its files are to be in the slug, delete the clone then, and \`git submodule add ADDRESS ${word}\`.`
  )
}

/** The submodule's repository: below the checkout, or in git's own folder if it is not checked out. */
function openSubmodule(outer: Repository, path: BytePath, mounted: BytePath): Repository {
  const checkedOut = checkedOutSubmodule(outer, path)
  if (checkedOut) return checkedOut
  const text = Buffer.from(path, 'latin1').toString('utf8')
  const workTree = join(outer.workTree, text)
  const kept = join(outer.gitDir, 'modules', text)
  if (isInside(kept, outer.gitDir) && isFolder(join(kept, 'objects'))) return { workTree, gitDir: kept }
  throw noSubmodule(mounted)
}

/** A submodule whose files are in the checkout; undefined if they are not. */
export function checkedOutSubmodule(outer: Repository, path: BytePath): Repository | undefined {
  const workTree = join(outer.workTree, Buffer.from(path, 'latin1').toString('utf8'))
  const gitDir = isInside(workTree, outer.workTree) ? gitDirOf(workTree) : undefined
  return gitDir === undefined ? undefined : { workTree, gitDir }
}

function noSubmodule(path: BytePath): UserError {
  return new UserError(
    `The commit of the submodule "${displayPath(path)}" is not in the checkout`,
    'Set `submodules: recursive` for actions/checkout, or run `git submodule update --init --recursive` before this step.'
  )
}

/** Whether a folder exists and, with links followed, is below another one. */
function isInside(folder: string, outer: string): boolean {
  return isFolder(folder) && realpathSync(folder).startsWith(realpathSync(outer) + sep)
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

async function writeParts(options: WriteOptions, parts: TreePart[]): Promise<ExportedTree> {
  const writer = new TreeWriter(resolve(options.into), options.mostBytes)
  try {
    for (const { entries } of parts) writer.makeFolders(entries, SUBMODULE)
    for (const { repository, entries } of parts) {
      const blobs = entries.filter(({ mode }) => mode !== SUBMODULE)
      writer.expect(blobs)
      await streamBlobs({ ...options, repository, shas: blobs.map(({ sha }) => sha), sink: writer })
    }
    return { ...writer.finish(), submodules: parts.length - 1 }
  } finally {
    writer.close()
  }
}
