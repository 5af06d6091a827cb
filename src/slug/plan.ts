import { createHash } from 'node:crypto'
import { type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'
import { headerBytes, padding, TAR_END, tarHeader } from './tar.ts'

/**
 * A slug is cut into blocks of about 1 MiB that are compressed each for itself. Where a block begins depends on the
 * names and sizes near it alone, so that two slugs which differ in some files have most blocks in common: a variant
 * costs only what differs, the blocks of an earlier build can be used again, and the bytes of a slug depend on its
 * files and on nothing else.
 */
export interface Block {
  /** Equal keys mean equal bytes. */
  readonly key: string
  readonly parts: readonly Part[]
  /** Uncompressed bytes. */
  readonly rawBytes: number
}

/** A piece of a block: a name's header, some of its content, or both. */
export interface Part {
  readonly file: SlugFile
  /** What the header says beyond the file itself; its bytes are made when the block is packed, a slug has 100,000. */
  readonly header?: Header
  /** The range of the file's content, in bytes. */
  readonly from: number
  readonly to: number
  /** Zero bytes behind it. */
  readonly pad: number
}

export interface Header {
  readonly bytes: number
  /** Seconds since 1970. */
  readonly time: number
  /** The name that carries the content, where this one is a hard link to it. */
  readonly link?: BytePath
}

/** The SHA-256 of a file's content, as any text that is the same for the same bytes. */
export type DigestOf = (file: SlugFile) => string

const LEAST = 512 * 1024
const MOST = 2 * 1024 * 1024
/** A file of this size has blocks of its own, so that its compressed size is exact. */
const PIECE = 1024 * 1024

/** The blocks of a slug with these files, which are in pack order. */
export function planBlocks(files: readonly SlugFile[], digestOf: DigestOf): Block[] {
  const blocks: Block[] = []
  let parts: Part[] = []
  let bytes = 0
  let hash = createHash('sha256')
  const cut = (): void => {
    if (parts.length > 0) blocks.push({ key: hash.digest('hex'), parts, rawBytes: bytes })
    parts = []
    bytes = 0
    hash = createHash('sha256')
  }
  const add = (part: Part): void => {
    parts.push(part)
    bytes += partBytes(part)
    if (part.header) hash.update(headerOf(part)!)
    if (part.to > part.from) hash.update(`${digestOf(part.file)}:${part.from}:${part.to}`)
    hash.update(`:${part.pad};`)
  }

  const carriers = new Map<string, BytePath>()
  add({ file: ROOT, header: describeHeader(ROOT, FIRST_TIME), from: 0, to: 0, pad: 0 })
  for (const file of files) {
    const link = file.inode === undefined ? undefined : carriers.get(file.inode)
    if (file.inode !== undefined && link === undefined) carriers.set(file.inode, file.path)
    const size = link === undefined ? file.size : 0
    const header = describeHeader(file, timeOf(file, digestOf), link)
    if (size >= PIECE) {
      cut()
      for (let from = 0; from < size; from += PIECE) {
        const to = Math.min(from + PIECE, size)
        add({ file, header: from === 0 ? header : undefined, from, to, pad: to === size ? padding(size) : 0 })
        cut()
      }
      continue
    }
    if (bytes >= LEAST && (isBoundary(file.path) || bytes + size > MOST)) cut()
    add({ file, header, from: 0, to: size, pad: padding(size) })
  }
  add({ file: ROOT, from: 0, to: 0, pad: TAR_END })
  cut()
  return blocks
}

/** Bytes of a part in the archive. */
export function partBytes(part: Part): number {
  return (part.header?.bytes ?? 0) + (part.to - part.from) + part.pad
}

/** The bytes of a part's header. */
export function headerOf({ file, header }: Part): Buffer | undefined {
  return header && tarHeader(file, header.time, header.link)
}

/** The folder `./app/` itself: it belongs to no layer. */
export const ROOT: SlugFile = { path: '' as BytePath, kind: 'directory', mode: 0o755, size: 0, root: '', layer: -1 }

const FIRST_TIME = 1_000_000_000
const TIME_SPAN = 2 ** 29

/**
 * A file's time in the slug, in seconds: made from its content. It must be the same on every machine, so it cannot be
 * the time of the build; but were it the same for every content, a browser that asks "changed since?" for a file that
 * keeps its name (a service worker, an emoji) would be told "no" for ever: Rails answers by Last-Modified.
 */
function timeOf(file: SlugFile, digestOf: DigestOf): number {
  if (file.kind !== 'file') return FIRST_TIME
  const number = Buffer.from(digestOf(file).slice(0, 8), 'base64').readUInt32BE()
  return FIRST_TIME + (number % TIME_SPAN)
}

/** One name in 32 may begin a block; which ones depends on the name alone. */
function isBoundary(path: BytePath): boolean {
  let hash = 0x811c9dc5
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193)
  return ((hash ^ (hash >>> 15)) & 31) === 0
}

function describeHeader(file: SlugFile, time: number, link?: BytePath): Header {
  return { bytes: headerBytes(file, link), time, link }
}
