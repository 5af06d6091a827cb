import { createHash, type Hash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { bytePath, CancelledError, explainDiskFull, joinBytes } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'
import { combineCrc, GZIP_HEADER, gzipTrailer } from './gzip.ts'
import {
  type BlockAnswer,
  type BlockPart,
  type BlockTask,
  type HashAnswer,
  type StoredAnswer
} from './pack-protocol.ts'
import { cutBlocks, type Block, type SlugPart } from './blocks.ts'
import { Threads } from './threads.ts'

/** One slug to pack. Without `output` it is only measured. */
interface PackJob {
  /** In pack order (`inPackOrder`). */
  readonly files: readonly SlugFile[]
  /** The `.tgz` to write. It appears when it is whole. */
  readonly output?: string
}

export interface Packed {
  /** Compressed bytes of the whole slug. */
  readonly bytes: number
  /** Bytes of the tar archive inside. */
  readonly rawBytes: number
  /** SHA-256 of the slug in hex, if it was written. */
  readonly sha256?: string
  /** Blocks in order, each with its compressed bytes. */
  readonly blocks: readonly { block: Block; bytes: number }[]
}

interface PackerOptions {
  /** The program of the threads. */
  readonly worker: URL
  readonly threads: number
  /** The commit's time in milliseconds since 1970, for the files in `public/`. */
  readonly commitTime: number
  /** Keeps compressed blocks between builds. */
  readonly blockStore?: string
  readonly signal: AbortSignal
}

/** Level 6, gzip's own default. */
const LEVEL = 6
const HASH_BATCH_FILES = 200
const HASH_BATCH_BYTES = 8 * 1024 * 1024

interface KnownBlock {
  bytes: number
  crc: number
}

/**
 * Packs slugs as Heroku's Slug API takes them: one gzip member around a GNU tar archive of `./app/…`
 * (Dev Center: platform-api-deploying-slugs). The same files give the same bytes, with any number of threads. `close` must
 * be called.
 */
export class Packer {
  readonly #threads: Threads
  readonly #options: PackerOptions
  /** Undefined also if it cannot be made: it only saves time. */
  readonly #store: string | undefined
  readonly #identities = new Map<SlugFile | string, string>()
  readonly #known = new Map<string, KnownBlock>()
  /** No packing has failed, so the known blocks are all that are needed. */
  #complete = false

  constructor(options: PackerOptions) {
    this.#options = options
    this.#threads = new Threads(options.worker, options.threads)
    options.signal.addEventListener('abort', this.#abort, { once: true })
    this.#store = options.blockStore !== undefined && isFolder(options.blockStore) ? options.blockStore : undefined
  }

  /**
   * Packs all jobs in one pass: a block that several slugs share is read and compressed once. Rejects with a `UserError` if
   * the disk is full, with a `CancelledError` on the signal; then nothing of the outputs is left.
   */
  async pack(jobs: readonly PackJob[]): Promise<Packed[]> {
    const slugs: Slug[] = []
    try {
      if (this.#options.signal.aborted) throw new CancelledError('Packing the slug')
      if (this.#store) await this.#hash(jobs)
      slugs.push(
        ...jobs.map(
          job => new Slug(cutBlocks(job.files, this.#identityOf, seconds(this.#options.commitTime)), job.output)
        )
      )
      for (const slug of slugs) await slug.open()
      await this.#packBlocks(slugs)
      const packed = await Promise.all(slugs.map(slug => slug.finish()))
      this.#complete = true
      return packed
    } catch (error) {
      this.#complete = false
      await Promise.all(slugs.map(slug => slug.discard()))
      throw this.#options.signal.aborted ? new CancelledError('Packing the slug') : error
    }
  }

  /** Ends the threads. If all was packed, stored blocks that no slug used are removed. */
  async close(): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#abort)
    await this.#threads.close()
    if (!this.#store || !this.#complete) return
    const needed = new Set([...this.#known.keys()].map(nameInStore))
    for (const name of await readdir(this.#store).catch(() => []))
      if (!needed.has(name)) await rm(join(this.#store, name), { force: true, recursive: true }).catch(() => {})
  }

  readonly #abort = (): void => void this.#threads.close()

  /** A digest of its content; a number if no blocks are kept, since then a file is only compared with itself. */
  readonly #identityOf = (file: SlugFile): string => {
    const key = file.inode ?? file
    const known = this.#identities.get(key)
    if (known !== undefined) return known
    const identity = `${this.#identities.size}`
    this.#identities.set(key, identity)
    return identity
  }

  async #hash(jobs: readonly PackJob[]): Promise<void> {
    const batches: SlugFile[][] = [[]]
    let bytes = 0
    const seen = new Set<SlugFile | string>()
    for (const job of jobs) {
      for (const file of job.files) {
        const key = file.inode ?? file
        if (file.kind !== 'file' || seen.has(key) || this.#identities.has(key)) continue
        seen.add(key)
        if (batches.at(-1)!.length >= HASH_BATCH_FILES || bytes > HASH_BATCH_BYTES) {
          batches.push([])
          bytes = 0
        }
        batches.at(-1)!.push(file)
        bytes += file.size
      }
    }
    await inOrder(batches, this.#threads.count * 2, async batch => {
      const files = batch.map(file => ({ path: absolute(file), size: file.size }))
      const { digests } = await this.#threads.do<HashAnswer>({ kind: 'hash', files })
      batch.forEach((file, i) => this.#identities.set(file.inode ?? file, digests[i]!))
    })
  }

  /** Packs the blocks of all slugs, each once, so that every slug gets its own in order. */
  async #packBlocks(slugs: readonly Slug[]): Promise<void> {
    const written = new Set(slugs.flatMap(slug => (slug.output === undefined ? [] : slug.blocks.map(({ key }) => key))))
    await inOrder(
      mergeOrders(slugs.map(slug => slug.blocks)),
      this.#threads.count * 3,
      async (block): Promise<BlockAnswer | undefined> => {
        const onlyMeasured = this.#known.has(block.key) && !written.has(block.key)
        return onlyMeasured
          ? undefined
          : ((await this.#fromStore(block)) ?? (await this.#threads.do<BlockAnswer>(this.#task(block))))
      },
      async (block, answer) => {
        const known = answer ? { bytes: answer.bytes.length, crc: answer.crc } : this.#known.get(block.key)!
        this.#known.set(block.key, known)
        for (const slug of slugs) if (slug.wants(block.key)) await slug.take(known, answer?.bytes)
      }
    )
  }

  /** The block that an earlier build kept; undefined if there is none. */
  async #fromStore({ key, rawBytes }: Block): Promise<BlockAnswer | undefined> {
    const store = this.#placeOf(key)
    if (store === undefined || !existsSync(store)) return undefined
    return (await this.#threads.do<StoredAnswer>({ kind: 'stored', rawBytes, store })).block
  }

  #placeOf(key: string): string | undefined {
    return this.#store && join(this.#store, nameInStore(key))
  }

  #task(block: Block): BlockTask {
    return {
      kind: 'block',
      rawBytes: block.rawBytes,
      level: LEVEL,
      store: this.#placeOf(block.key),
      parts: block.parts.map(toTask)
    }
  }
}

/** Another level or zlib gives other bytes for the same block, so it is part of a block's name. */
const FORMAT = `1-${LEVEL}-${process.versions.zlib}`

function nameInStore(key: string): string {
  return createHash('sha256').update(`${FORMAT} ${key}`).digest('hex')
}

/** Seconds since 1970, within what a tar header holds: a commit may claim any time. */
function seconds(milliseconds: number): number {
  return Math.min(Math.max(Math.floor(milliseconds / 1000), 0), 8 ** 11 - 1)
}

/** Makes a folder, and tells whether that worked. */
function isFolder(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true })
    return true
  } catch {
    return false
  }
}

/** A slug while it is packed. */
class Slug {
  readonly blocks: readonly Block[]
  readonly output: string | undefined
  readonly #taken: { block: Block; bytes: number }[] = []
  readonly #sha256: Hash = createHash('sha256')
  #file: FileHandle | undefined
  #bytes = 0
  #rawBytes = 0
  #crc = 0

  constructor(blocks: readonly Block[], output: string | undefined) {
    this.blocks = blocks
    this.output = output
  }

  async open(): Promise<void> {
    if (this.output) {
      this.#file = await open(this.#part, 'w').catch((error: unknown) => {
        throw explainDiskFull(error, this.output!)
      })
    }
    await this.#write(GZIP_HEADER)
  }

  /** Whether this block is the next one. */
  wants(key: string): boolean {
    return this.blocks[this.#taken.length]?.key === key
  }

  async take({ bytes, crc }: KnownBlock, compressed: Uint8Array | undefined): Promise<void> {
    const block = this.blocks[this.#taken.length]!
    this.#taken.push({ block, bytes })
    this.#crc = combineCrc(this.#crc, crc, block.rawBytes)
    this.#rawBytes += block.rawBytes
    if (compressed) await this.#write(compressed)
    else this.#bytes += bytes
  }

  async finish(): Promise<Packed> {
    if (this.#taken.length !== this.blocks.length) throw new Error('a block of the slug was not packed')
    await this.#write(gzipTrailer(this.#crc, this.#rawBytes))
    const packed = { bytes: this.#bytes, rawBytes: this.#rawBytes, blocks: this.#taken }
    if (!this.output) return packed
    await this.#file?.close()
    this.#file = undefined
    await rename(this.#part, this.output)
    return { ...packed, sha256: this.#sha256.digest('hex') }
  }

  async discard(): Promise<void> {
    await this.#file?.close().catch(() => {}) // it is removed next
    if (this.output) await rm(this.#part, { force: true })
  }

  get #part(): string {
    return `${this.output}.part`
  }

  async #write(bytes: Uint8Array): Promise<void> {
    this.#bytes += bytes.length
    if (!this.#file) return
    this.#sha256.update(bytes)
    try {
      for (let done = 0; done < bytes.length;) done += (await this.#file.write(bytes, done)).bytesWritten
    } catch (error) {
      throw explainDiskFull(error, this.output!)
    }
  }
}

/**
 * One list of all blocks that keeps each list's order. A block that several lists have is in it once, if their orders
 * allow that; lists of one tree do.
 */
function mergeOrders(lists: readonly (readonly Block[])[]): Block[] {
  const next = lists.map(() => 0)
  const remaining = lists.map(list => countKeys(list))
  const merged: Block[] = []
  for (;;) {
    const heads = lists.map((list, i) => list[next[i]!])
    if (heads.every(head => head === undefined)) return merged
    // A head waits if another list has the same block later, unless all heads wait.
    const free = heads.find(
      (head, i) =>
        head &&
        !lists.some((list, j) => j !== i && heads[j]?.key !== head.key && (remaining[j]!.get(head.key) ?? 0) > 0)
    )
    const block = free ?? heads.find(head => head !== undefined)!
    merged.push(block)
    heads.forEach((head, i) => {
      if (head?.key !== block.key) return
      next[i]!++
      remaining[i]!.set(block.key, remaining[i]!.get(block.key)! - 1)
    })
  }
}

function countKeys(blocks: readonly Block[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { key } of blocks) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

/**
 * Runs `work` on the items, at most `width` at a time, and gives the results to `take` in the order of the items. Ends at
 * the first failure.
 */
async function inOrder<Item, Result>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<Result>,
  take: (item: Item, result: Result) => Promise<void> = async () => {}
): Promise<void> {
  const running: Promise<Result>[] = []
  let started = 0
  try {
    for (const item of items) {
      while (started < items.length && running.length < width) running.push(work(items[started++]!))
      await take(item, await running.shift()!)
    }
  } finally {
    await Promise.allSettled(running)
  }
}

/** A part as a thread gets it. */
function toTask({ file, header, time, link, from, to, pad }: SlugPart): BlockPart {
  const { path, kind, mode, size, target } = file
  return {
    path: to > from ? absolute(file) : '',
    header: header > 0 ? { file: { path, kind, mode, size, target }, time, link } : undefined,
    from,
    to,
    pad
  }
}

function absolute(file: SlugFile): string {
  return joinBytes(bytePath(file.root), file.path)
}
