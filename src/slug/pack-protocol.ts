import { type BytePath } from '../runtime/index.ts'
import { type HeaderFields } from './tar.ts'

/** The messages between the packer and its threads. Paths are absolute byte paths (latin1). */
export type PackTask = HashTask | BlockTask | StoredTask

export interface HashTask {
  kind: 'hash'
  files: { path: string; size: number }[]
}

export interface HashAnswer {
  /** SHA-256 in base64, one for each file. */
  digests: string[]
}

export interface BlockTask {
  kind: 'block'
  rawBytes: number
  parts: BlockPart[]
  level: number
  /** The file to keep this block in, for later builds. */
  store?: string
}

/** A header, some of a file's content, zero bytes; each may be missing. */
export interface BlockPart {
  path: string
  /** The thread makes the bytes of it: 100,000 headers at once would take much memory here. */
  header?: { file: HeaderFields; time: number; link: BytePath | undefined }
  from: number
  to: number
  pad: number
}

/** Asks for a block that an earlier build kept. */
export interface StoredTask {
  kind: 'stored'
  rawBytes: number
  store: string
}

/** `block` is missing if the file is missing or damaged. */
export interface StoredAnswer {
  block?: BlockAnswer
}

export interface BlockAnswer {
  /** Raw deflate that ends on a byte boundary and has no last block. */
  bytes: Uint8Array
  /** CRC-32 of the uncompressed bytes. */
  crc: number
}

export interface FailedAnswer {
  error: Error
}
