import { type BytePath } from '../runtime/index.ts'
import { type HeaderFields } from './tar.ts'

/** What the packer and its threads tell each other. Paths are byte paths (latin1), absolute. */
export type PackTask = HashTask | BlockTask | StoredTask

export interface HashTask {
  kind: 'hash'
  files: { path: string; size: number }[]
}

export interface HashAnswer {
  /** SHA-256, base64, one a file. */
  digests: string[]
}

export interface BlockTask {
  kind: 'block'
  rawBytes: number
  parts: BlockPart[]
  level: number
  /** The file that keeps this block between builds. */
  store?: string
}

/** A header, some of a file's content, zero bytes: each may be missing. */
export interface BlockPart {
  path: string
  /** Made into bytes by the thread: a slug has 100,000 headers, and they are garbage as soon as they are packed. */
  header?: { file: HeaderFields; time: number; link: BytePath | undefined }
  from: number
  to: number
  pad: number
}

/** A block that is thought to be in the store: then its parts need not be sent. */
export interface StoredTask {
  kind: 'stored'
  rawBytes: number
  store: string
}

/** `block` is missing where the store has none, or a damaged one. */
export interface StoredAnswer {
  block?: BlockAnswer
}

export interface BlockAnswer {
  /** Raw deflate, ending on a byte boundary, without a last block. */
  bytes: Uint8Array
  /** CRC-32 of what was compressed. */
  crc: number
}

export interface FailedAnswer {
  error: Error
}
