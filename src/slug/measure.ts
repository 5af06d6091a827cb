import { partBytes, ROOT } from './blocks.ts'
import { type SlugFile } from './files.ts'
import { GZIP_HEADER, gzipTrailer } from './gzip.ts'
import { type Packed } from './pack.ts'

/** What a part of a slug takes, in bytes. */
interface Weight {
  /** As Heroku counts the slug. */
  compressed: number
  /** In the tar archive: content, headers and padding. */
  raw: number
  /** Names, folders included. */
  files: number
}

/** What one name takes, in bytes. */
export interface FileWeight {
  readonly file: SlugFile
  readonly compressed: number
  readonly raw: number
  /** It shares a compressed block with other files: `compressed` is its share by raw bytes. */
  readonly shared: boolean
}

/** The sizes of a packed slug and its parts. */
export interface Measured {
  readonly total: Weight
  /** By layer index; -1 is the archive's own frame (gzip and tar). They add up to `total`. */
  readonly layers: ReadonlyMap<number, Weight>
  /** Every name in pack order; folders count what they take themselves. */
  readonly files: readonly FileWeight[]
}

/**
 * Divides the compressed bytes of a slug among its files, so that they add up to the whole. A file owns the blocks that it
 * fills; a block with several files is split by their raw bytes.
 */
export function measure({ blocks, bytes, rawBytes }: Packed): Measured {
  const weights = new Map<SlugFile, { compressed: number; raw: number; shared: boolean }>()
  for (const { block, bytes: compressed } of blocks) {
    const shared = new Set(block.parts.map(({ file }) => file)).size > 1
    let raw = 0
    for (const part of block.parts) {
      const before = Math.round((compressed * raw) / block.rawBytes)
      raw += partBytes(part)
      const own = Math.round((compressed * raw) / block.rawBytes) - before
      const weight = weights.get(part.file) ?? { compressed: 0, raw: 0, shared: false }
      weight.compressed += own
      weight.raw += partBytes(part)
      weight.shared ||= shared
      weights.set(part.file, weight)
    }
  }

  const frame = weights.get(ROOT) ?? { compressed: 0, raw: 0, shared: true }
  weights.delete(ROOT)
  const layers = new Map<number, Weight>()
  add(layers, -1, {
    compressed: frame.compressed + GZIP_HEADER.length + gzipTrailer(0, 0).length,
    raw: frame.raw,
    files: 0
  })
  const files = [...weights].map(([file, weight]) => ({ file, ...weight }))
  for (const { file, compressed, raw } of files) add(layers, file.layer, { compressed, raw, files: 1 })
  return { total: { compressed: bytes, raw: rawBytes, files: files.length }, layers, files }
}

function add<Key>(sums: Map<Key, Weight>, key: Key, { compressed, raw, files }: Weight): void {
  const sum = sums.get(key)
  if (sum) {
    sum.compressed += compressed
    sum.raw += raw
    sum.files += files
  } else sums.set(key, { compressed, raw, files })
}
