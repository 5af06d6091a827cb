import { createHash, hash, randomUUID } from 'node:crypto'
import {
  closeSync,
  constants as fs,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync
} from 'node:fs'
import { parentPort } from 'node:worker_threads'
import { constants, crc32, deflateRawSync } from 'node:zlib'
import type {
  BlockAnswer,
  BlockTask,
  HashAnswer,
  HashTask,
  StoredAnswer,
  StoredTask,
  PackTask
} from './pack-protocol.ts'
import { tarHeader } from './tar.ts'

/** The program of a packing thread: it hashes files and compresses blocks, and answers each task with one message. */

const CHUNK = 1024 * 1024
const buffer = Buffer.allocUnsafe(CHUNK)

function hashFiles({ files }: HashTask): HashAnswer {
  return { digests: files.map(({ path, size }) => hashFile(path, size)) }
}

function hashFile(path: string, size: number): string {
  const fd = openFile(path)
  try {
    if (size <= CHUNK) {
      readExactly(fd, buffer, 0, size, 0, path)
      return hash('sha256', buffer.subarray(0, size), 'base64')
    }
    const whole = createHash('sha256')
    for (let at = 0; at < size; at += CHUNK) {
      const length = Math.min(CHUNK, size - at)
      readExactly(fd, buffer, 0, length, at, path)
      whole.update(buffer.subarray(0, length))
    }
    return whole.digest('base64')
  } finally {
    closeSync(fd)
  }
}

/** Holds a block before it is compressed. It is used again: one for each block would not be collected in time. */
let space = Buffer.allocUnsafe(0)

function compress({ rawBytes, parts, level, store }: BlockTask): BlockAnswer {
  if (space.length < rawBytes) space = Buffer.allocUnsafe(rawBytes)
  const raw = space.subarray(0, rawBytes)
  let at = 0
  for (const part of parts) {
    if (part.header) {
      const header = tarHeader(part.header.file, part.header.time, part.header.link)
      raw.set(header, at)
      at += header.length
    }
    if (part.to > part.from) {
      const fd = openFile(part.path)
      try {
        readExactly(fd, raw, at, part.to - part.from, part.from, part.path)
      } finally {
        closeSync(fd)
      }
      at += part.to - part.from
    }
    raw.fill(0, at, at + part.pad)
    at += part.pad
  }
  const deflated = deflateRawSync(raw, { level, memLevel: 8, chunkSize: CHUNK, finishFlush: constants.Z_SYNC_FLUSH })
  const answer = { bytes: new Uint8Array(deflated), crc: crc32(raw) }
  if (store) writeStored(store, answer, rawBytes)
  return answer
}

const STORE_HEADER = 12

/** A block that an earlier build kept; none if the file is missing or damaged. */
function readStored({ store, rawBytes }: StoredTask): StoredAnswer {
  const file = contentOf(store, STORE_HEADER + 2 * rawBytes + CHUNK)
  if (file === undefined || file.length < STORE_HEADER || file.readUInt32LE(0) !== rawBytes) return {}
  const bytes = file.subarray(STORE_HEADER)
  if (crc32(bytes, file.readUInt32LE(4)) !== file.readUInt32LE(8)) return {}
  // A copy: Node reads small files into shared memory, which cannot be transferred.
  return { block: { bytes: new Uint8Array(bytes), crc: file.readUInt32LE(4) } }
}

/** The bytes of a file that is not larger; undefined if there is none. A link, a pipe or a device is none: they have no end. */
function contentOf(store: string, most: number): Buffer | undefined {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = fs
  try {
    const fd = openSync(store, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const status = fstatSync(fd)
      return status.isFile() && status.size <= most ? readFileSync(fd) : undefined
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}

function writeStored(store: string, { bytes, crc }: BlockAnswer, rawBytes: number): void {
  const header = Buffer.alloc(STORE_HEADER)
  header.writeUInt32LE(rawBytes, 0)
  header.writeUInt32LE(crc, 4)
  header.writeUInt32LE(crc32(bytes, crc), 8) // it covers the checksum, too
  // Another build may keep the same one, also one of another container, where numbers of processes are the same.
  const part = `${store}.${randomUUID()}.part`
  try {
    writeFileSync(part, Buffer.concat([header, bytes]))
    renameSync(part, store)
  } catch {
    // The store only saves time. Writing the slug itself will report a full disk.
    removeQuietly(part)
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {
    // The next build that packs all removes it.
  }
}

function openFile(path: string): number {
  return openSync(Buffer.from(path, 'latin1'), 'r')
}

function readExactly(fd: number, into: Buffer, offset: number, length: number, position: number, path: string): void {
  let done = 0
  while (done < length) {
    const count = readSync(fd, into, offset + done, length - done, position + done)
    if (count === 0) throw new Error(`${Buffer.from(path, 'latin1').toString()} became shorter while it was packed`)
    done += count
  }
}

parentPort?.on('message', (task: PackTask) => {
  try {
    if (task.kind === 'hash') parentPort?.postMessage(hashFiles(task))
    else if (task.kind === 'stored') {
      const answer = readStored(task)
      parentPort?.postMessage(answer, answer.block ? [answer.block.bytes.buffer as ArrayBuffer] : [])
    } else {
      const answer = compress(task)
      parentPort?.postMessage(answer, [answer.bytes.buffer as ArrayBuffer])
    }
  } catch (error) {
    parentPort?.postMessage({ error: error as Error })
  }
})
