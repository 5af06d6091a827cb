import { createHash } from 'node:crypto'
import { type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'
import { headerBytes, padding, TAR_END } from './tar.ts'

/**
 * A slug is cut into blocks of about 1 MiB, each compressed separately. Only names and sizes nearby decide where a block
 * begins, so two slugs with a few different files have most blocks in common: a second variant costs only what differs,
 * and blocks of an earlier build can be used again. The bytes of a slug depend on its files alone.
 */
export interface Block {
  /** Equal keys mean equal bytes. */
  readonly key: string
  readonly parts: readonly SlugPart[]
  /** Uncompressed bytes. */
  readonly rawBytes: number
}

/** A piece of a block: a name's header, some of its content, or both. A slug has 100,000 of them. */
export interface SlugPart {
  readonly file: SlugFile
  /** Bytes of the header, 0 for none. It is made when the block is packed. */
  readonly header: number
  /** The header's time, in seconds since 1970. */
  readonly time: number
  /** The name with the content, if this one is a hard link to it. */
  readonly link: BytePath | undefined
  /** The range of the file's content, in bytes. */
  readonly from: number
  readonly to: number
  /** Zero bytes after it. */
  readonly pad: number
}

/** Gives two files the same text only if their contents are equal. */
type IdentityOf = (file: SlugFile) => string

const LEAST = 512 * 1024
const MOST = 2 * 1024 * 1024
/** A file of this size has blocks of its own, so that its compressed size is exact. */
const PIECE = 1024 * 1024

/** The folder `./app/` itself: it belongs to no layer. */
export const ROOT: SlugFile = { path: '' as BytePath, kind: 'directory', mode: 0o755, size: 0, root: '', layer: -1 }

/**
 * Cuts a slug into blocks.
 * @param files in pack order
 * @param publicTime seconds since 1970, for files in `public/` (`timeOf`)
 */
export function cutBlocks(files: readonly SlugFile[], identityOf: IdentityOf, publicTime: number): Block[] {
  const cutter = new Cutter(identityOf)
  const carriers = new Map<string, BytePath>()
  cutter.addHeader(ROOT, FIXED_TIME, undefined, 0)
  for (const file of files) {
    const link = file.inode === undefined ? undefined : carriers.get(file.inode)
    if (file.inode !== undefined && link === undefined) carriers.set(file.inode, file.path)
    const size = link === undefined ? file.size : 0
    const time = timeOf(file, publicTime)
    if (size >= PIECE) cutter.addLarge(file, time, size)
    else {
      if (cutter.bytes >= LEAST && (isBoundary(file.path) || cutter.bytes + size > MOST)) cutter.cut()
      cutter.addHeader(file, time, link, size)
    }
  }
  return cutter.end()
}

class Cutter {
  readonly #identityOf: IdentityOf
  readonly #blocks: Block[] = []
  #parts: SlugPart[] = []
  /** Everything that the block's bytes depend on. */
  #content = ''
  bytes = 0

  constructor(identityOf: IdentityOf) {
    this.#identityOf = identityOf
  }

  /** A name with its whole content. */
  addHeader(file: SlugFile, time: number, link: BytePath | undefined, size: number): void {
    this.#add({ file, header: headerBytes(file, link), time, link, from: 0, to: size, pad: padding(size) })
  }

  /** A file in blocks of its own. */
  addLarge(file: SlugFile, time: number, size: number): void {
    this.cut()
    for (let from = 0; from < size; from += PIECE) {
      const to = Math.min(from + PIECE, size)
      const header = from === 0 ? headerBytes(file) : 0
      this.#add({ file, header, time, link: undefined, from, to, pad: to === size ? padding(size) : 0 })
      this.cut()
    }
  }

  cut(): void {
    if (this.#parts.length === 0) return
    const key = createHash('sha256').update(this.#content, 'latin1').digest('hex')
    this.#blocks.push({ key, parts: this.#parts, rawBytes: this.bytes })
    this.#parts = []
    this.#content = ''
    this.bytes = 0
  }

  end(): Block[] {
    this.#add({ file: ROOT, header: 0, time: 0, link: undefined, from: 0, to: 0, pad: TAR_END })
    this.cut()
    return this.#blocks
  }

  #add(part: SlugPart): void {
    const { file, header, time, link, from, to, pad } = part
    this.#parts.push(part)
    this.bytes += partBytes(part)
    // Zero bytes separate fields that may hold any other byte. A header depends on nothing else.
    if (header > 0)
      this.#content += `${file.path}\0${link ?? ''}\0${file.target ?? ''}\0${file.kind}\0${file.mode}\0${file.size}\0${time}\0`
    this.#content += to > from ? `${this.#identityOf(file)}\0${from}\0${to}\0${pad}\n` : `${pad}\n`
  }
}

/** Bytes of a part in the archive. */
export function partBytes({ header, from, to, pad }: SlugPart): number {
  return header + (to - from) + pad
}

const FIXED_TIME = 1_000_000_000

/**
 * A file's time in the slug, in seconds since 1970. It is fixed: the time of the build differs on each machine. Only files
 * that Rails serves (`public/`) have the commit's time. Browsers ask for those that keep their names (the service worker,
 * emoji) with If-Modified-Since, and get a new version only if its time is newer
 * (mastodon/mastodon: lib/mastodon/middleware/public_file_server.rb, which answers by Last-Modified alone).
 */
function timeOf({ path }: SlugFile, publicTime: number): number {
  return path.startsWith('public/') ? publicTime : FIXED_TIME
}

/** Whether a block may begin with this name: one in 32, by a hash of the name (FNV-1a). */
function isBoundary(path: BytePath): boolean {
  let hash = 0x811c9dc5
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193)
  return ((hash ^ (hash >>> 15)) & 31) === 0
}
