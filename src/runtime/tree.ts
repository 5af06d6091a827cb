import { randomUUID } from 'node:crypto'
import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
  type Stats
} from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { errorCode, explainDiskFull, UserError } from './errors.ts'
import { below, joinBytes, type BytePath } from './paths.ts'

/** One name in a tree, as `lstat` sees it. */
export interface TreeEntry {
  /** Relative to the tree's root. */
  readonly path: BytePath
  readonly kind: 'file' | 'directory' | 'symlink' | 'other'
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number
  /** Bytes of a file; 0 for anything else. */
  readonly size: number
  /** A symlink's target, as written. */
  readonly target?: BytePath
  /** The same for all names of one file, if it has more than one (hard links). */
  readonly inode?: string
  /** Another text whenever the name, its content or its permissions were written. */
  readonly stamp: string
}

/**
 * Every name below `root`, without `root` itself: a folder before what is in it, names in byte order, so the same tree gives
 * the same list on any machine. Symlinks are not followed. Throws what the file system throws.
 * @param skip tells which names are left out, with all below them
 */
export function walkTree(root: string, skip: (path: BytePath) => boolean = () => false): TreeEntry[] {
  const entries: TreeEntry[] = []
  const visit = (folder: BytePath): void => {
    const names = readdirSync(below(root, folder), { encoding: 'latin1' }) as BytePath[]
    names.sort()
    for (const name of names) {
      const inTree = joinBytes(folder, name)
      if (skip(inTree)) continue
      const entry = look(root, inTree)
      entries.push(entry)
      if (entry.kind === 'directory') visit(inTree)
    }
  }
  visit('' as BytePath)
  return entries
}

function look(root: string, inTree: BytePath): TreeEntry {
  const at = below(root, inTree)
  const stat = lstatSync(at)
  const kind = kindOf(stat)
  const mode = stat.mode & 0o7777
  return {
    path: inTree,
    kind,
    mode,
    size: kind === 'file' ? stat.size : 0,
    target: kind === 'symlink' ? (readlinkSync(at, 'latin1') as BytePath) : undefined,
    inode: kind === 'file' && stat.nlink > 1 ? inodeOf(at) : undefined,
    // A folder's times change with each name in it, so only its permissions count.
    stamp: kind === 'directory' ? `d${mode}` : `${stat.ino}:${stat.size}:${stat.mtimeMs}:${mode}`
  }
}

function kindOf(stat: Stats): TreeEntry['kind'] {
  if (stat.isFile()) return 'file'
  if (stat.isDirectory()) return 'directory'
  return stat.isSymbolicLink() ? 'symlink' : 'other'
}

/** As bigint: some file systems have inode numbers too large for a double, and no two files may seem to be one. */
function inodeOf(at: string | Buffer): string {
  const stat = lstatSync(at, { bigint: true })
  return `${stat.dev}:${stat.ino}`
}

/** Bytes. */
const LARGEST_TEXT = 4_000_000

/**
 * The text of a file in a tree that others wrote; undefined if there is none. A symlink that leads out of the tree counts as
 * none, so that nothing of this machine gets into an error or a report. Throws a `UserError` for more than 4 MB.
 */
export function readTreeFile(root: string, file: string): string | undefined {
  let real: string
  try {
    real = realpathSync(path.join(root, file))
    if (!real.startsWith(realpathSync(root) + path.sep) || !statSync(real).isFile()) return undefined
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errorCode(error) ?? '')) return undefined
    throw error
  }
  if (statSync(real).size > LARGEST_TEXT) {
    throw new UserError(`${file} is larger than ${LARGEST_TEXT / 1e6} MB`, `Look at what ${file} holds in this commit.`)
  }
  return readFileSync(real, 'utf8')
}

/**
 * Writes a file into a tree that others wrote, and replaces one of that name. A link on the way is removed first, so that
 * nothing outside of the tree is written.
 * @param file relative to the root, with `/`
 */
export function writeTreeFile(root: string, file: string, text: string): void {
  const parts = file.split('/')
  let at = root
  for (const [i, part] of parts.entries()) {
    at = path.join(at, part)
    const kind = lstatSync(at, { throwIfNoEntry: false })
    const isFolder = i < parts.length - 1
    if (isFolder && kind?.isDirectory()) continue
    if (kind) rmSync(at, { recursive: true })
    if (isFolder) mkdirSync(at)
  }
  writeFileSync(at, text, { flag: 'wx' })
}

/**
 * Writes a file beside its place, and puts it there whole: nobody ever finds half of it.
 * @throws UserError if the disk is full; else what the file system throws
 */
export async function writeWhole(file: string, text: string, mode = 0o666): Promise<void> {
  const part = `${file}.${randomUUID()}.part`
  try {
    await writeFile(part, text, { mode, flag: 'wx' })
    await rename(part, file)
  } catch (error) {
    await rm(part, { force: true }).catch(() => {})
    throw explainDiskFull(error, file)
  }
}

/** A user of this machine, by number. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Gives a folder and all below it to a user; of links the links themselves. Only root can. */
export function giveTree(folder: string, { uid, gid }: Owner): void {
  lchownSync(folder, uid, gid)
  chmodSync(folder, 0o755)
  for (const { path: name } of walkTree(folder)) lchownSync(below(folder, name), uid, gid)
}

/** Removes a folder and all below it, even if a build took the permissions away. Does nothing if there is none. */
export async function removeTree(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(errorCode(error) ?? '')) throw error
    openFolders(folder)
    await rm(folder, { recursive: true, force: true })
  }
}

/** Makes every folder of a tree accessible to its owner, each before it is entered. */
function openFolders(root: string): void {
  chmodSync(root, 0o700)
  walkTree(root, name => {
    if (lstatSync(below(root, name)).isDirectory()) chmodSync(below(root, name), 0o700)
    return false
  })
}
