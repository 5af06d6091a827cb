import { chmodSync, closeSync, fchmodSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs'
import { below, displayPath, errorCode, sizeText, UserError, type BytePath } from '../runtime/index.ts'
import type { BlobSink } from './blobs.ts'
import { unreadable } from './git.ts'

/** One name of a git tree. */
export interface Entry {
  /** As git writes it: `100644`, `100755`, `120000` … */
  readonly mode: string
  readonly sha: string
  /** Relative to the folder that is written. */
  readonly path: BytePath
}

interface Written {
  readonly files: number
  readonly bytes: number
  readonly lfsPointers: number
}

const SYMLINK = '120000'

/** Bytes of the longest target that Linux takes (PATH_MAX is 4096, with a zero byte at the end). */
const LONGEST_TARGET = 4095

/** First line of a pointer file, which has less than 1024 bytes (git-lfs/git-lfs: docs/spec.md). */
const LFS_LINE = Buffer.from('version https://git-lfs.github.com/spec/v1\n')
const LFS_SIZE = 1024

/**
 * Writes the names of git trees into an empty folder. Folders come first and symlinks last, so nothing is written through
 * a symlink of the tree. The file system finds a name that a broken tree has twice. Writing is synchronous: each chunk is
 * on disk before the next is read, so memory stays flat.
 */
export class TreeWriter implements BlobSink {
  private readonly root: string
  private readonly most: number
  private readonly folders = new Set([''])
  private readonly links: { path: BytePath; target: Buffer }[] = []
  private waiting: Iterator<Entry> = [][Symbol.iterator]()
  private link: BytePath | undefined
  private file: number | undefined
  private files = 0
  private bytes = 0
  private lfsPointers = 0

  /** @param most bytes of all contents; more is a `UserError` */
  constructor(root: string, most = Infinity) {
    this.root = root
    this.most = most
  }

  /** Makes the folders that the entries need. An entry with the mode `asFolder` becomes a folder itself. */
  makeFolders(entries: Entry[], asFolder: string): void {
    for (const { mode, path } of entries) this.makeFolder(mode === asFolder ? path : parentOf(path))
  }

  /** The files and symlinks whose blobs come next, in order. */
  expect(entries: Entry[]): void {
    this.waiting = entries[Symbol.iterator]()
  }

  begin(size: number): void {
    const { mode, path } = this.next()
    this.files++
    this.bytes += size
    if (this.bytes > this.most) throw tooLarge(this.most)
    if (mode === SYMLINK) {
      refuseTarget(path, size)
      this.link = path
      return
    }
    const executable = (Number.parseInt(mode, 8) & 0o100) !== 0
    this.file = created(path, () => openSync(below(this.root, path), 'wx'))
    fchmodSync(this.file, executable ? 0o755 : 0o644) // whatever the umask is
  }

  write(bytes: Buffer): void {
    if (this.link !== undefined) {
      this.links.push({ path: this.link, target: Buffer.from(bytes) })
      return
    }
    if (this.file === undefined) return
    if (bytes.length < LFS_SIZE && bytes.indexOf(LFS_LINE) === 0) this.lfsPointers++
    for (let done = 0; done < bytes.length;) done += writeSync(this.file, bytes, done)
  }

  end(): void {
    this.link = undefined
    this.close()
  }

  missing(): never {
    throw unreadable(`file "${displayPath(this.next().path)}"`, 'its content is missing')
  }

  /** Makes the symlinks. Call it once, after all blobs. */
  finish(): Written {
    for (const { path, target } of this.links) created(path, () => symlinkSync(target, below(this.root, path)))
    return { files: this.files, bytes: this.bytes, lfsPointers: this.lfsPointers }
  }

  /** Closes the file that is being written, if any. */
  close(): void {
    if (this.file !== undefined) closeSync(this.file)
    this.file = undefined
  }

  private next(): Entry {
    const next = this.waiting.next()
    if (next.done === true) throw new Error('a blob came that nobody asked for')
    return next.value
  }

  private makeFolder(folder: string): void {
    if (this.folders.has(folder)) return
    this.makeFolder(parentOf(folder))
    this.folders.add(folder)
    const at = below(this.root, folder as BytePath)
    created(folder as BytePath, () => mkdirSync(at))
    chmodSync(at, 0o755)
  }
}

function tooLarge(most: number): UserError {
  return new UserError(
    `The files of the tree hold more than ${sizeText(most)}`,
    'Look at what it holds: it is not Mastodon.'
  )
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function refuseTarget(path: BytePath, size: number): void {
  if (size > 0 && size <= LONGEST_TARGET) return
  throw new UserError(
    `The symlink "${displayPath(path)}" has a target of ${size} bytes, which no disk takes`,
    'Correct it in the repository.'
  )
}

/** Makes a name that must not exist yet. */
function created<T>(path: BytePath, make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw explain(path, error)
  }
}

function explain(path: BytePath, error: unknown): unknown {
  const code = errorCode(error)
  if (code === 'EEXIST') {
    return new UserError(
      `The commit holds "${displayPath(path)}" twice`,
      'Remove one of them. On a disk that ignores capitals, names that differ only in capitals do this, too.',
      { cause: error }
    )
  }
  if (code === 'ENAMETOOLONG') {
    return new UserError(
      `The path "${displayPath(path).slice(0, 300)}…" is too long for this disk`,
      'Shorten it in the repository: a name can have 255 bytes, a whole path 4,095.',
      { cause: error }
    )
  }
  return error
}
