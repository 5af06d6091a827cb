import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { type ClientRequest, type IncomingHttpHeaders } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { explainDiskFull } from '../runtime/index.ts'
import { moving, within, type NetTools } from './deadline.ts'
import { bodyOf, getting, open, SILENT_FOR, textOf } from './http.ts'

/** Milliseconds for a whole download: of some megabytes, a gigabyte at most. */
const DOWNLOAD_WITHIN = 15 * 60_000
/** Bytes a millisecond (100 kB/s): an upload has a minute, and the time for its size at this speed. */
const SLOWEST_UPLOAD = 100
/** Bytes of a store's answer to an upload. */
const LARGEST_ANSWER = 100_000

/**
 * Downloads to a file, with the redirects and further attempts of `getting`. Rejects past `most` bytes, and if the body is
 * cut off; then no file is left.
 * @returns the size in bytes, and the SHA-256 in hexadecimal
 */
export async function download(
  url: string,
  file: string,
  most: number,
  tools: NetTools
): Promise<{ size: number; sha256: string }> {
  const part = `${file}.part`
  try {
    return await getting(url, {}, { limit: DOWNLOAD_WITHIN, most }, tools, async body => {
      const hash = createHash('sha256')
      let size = 0
      const look = (chunk: Buffer): void => {
        hash.update(chunk)
        size += chunk.length
      }
      await pipeline(body, looking(look), createWriteStream(part))
      await rename(part, file)
      return { size, sha256: hash.digest('hex') }
    })
  } catch (error) {
    await rm(part, { force: true })
    throw explainDiskFull(error, file)
  }
}

function looking(look: (chunk: Buffer) => void) {
  return async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      look(chunk)
      yield chunk
    }
  }
}

interface Upload {
  readonly file: string
  readonly url: string
  readonly method: string
  /** In addition to `content-length`. */
  readonly headers: Readonly<Record<string, string>>
  /** Called after about every tenth: bytes so far and in all. */
  readonly progress: (sent: number, total: number) => void
}

/** A store's answer to an upload. */
export interface Sent {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** Bytes that were sent, and their MD5 in hexadecimal. */
  readonly size: number
  readonly md5: string
}

/** Uploads a file once. Rejects if the connection is lost, if nothing moves for a minute, and if it is not done in time. */
export async function sendFile({ file, url, method, headers, progress }: Upload, tools: NetTools): Promise<Sent> {
  const { size } = await stat(file)
  const md5 = createHash('md5')
  let sent = 0
  let told = 0
  const look = (chunk: Buffer): void => {
    md5.update(chunk)
    sent += chunk.length
    if (sent - told < size / 10 && sent < size) return
    told = sent
    progress(sent, size)
  }
  return within(tools, SILENT_FOR + size / SLOWEST_UPLOAD, 'it was not done', inner =>
    moving({ clock: tools.clock, signal: inner }, SILENT_FOR, 'nothing moved', async (signal, heard) => {
      const send = (request: ClientRequest): void => {
        const chunks = createReadStream(file, { highWaterMark: 1 << 18 })
        // The request reports its own errors. An error of the file has to end it.
        pipeline(chunks, looking(look), looking(heard), request).catch((error: unknown) =>
          request.destroy(error as Error)
        )
      }
      const response = await open(url, { method, headers: { ...headers, 'content-length': size }, send }, signal)
      const body = await textOf(bodyOf(response, LARGEST_ANSWER))
      return { status: response.statusCode ?? 0, headers: response.headers, body, size, md5: md5.digest('hex') }
    })
  )
}
