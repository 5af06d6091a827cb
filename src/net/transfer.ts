import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { type ClientRequest, type IncomingHttpHeaders } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { explainDiskFull } from '../runtime/index.ts'
import { moving, within, type NetTools } from './deadline.ts'
import { bodyOf, getting, open, SILENT_FOR, textOf } from './http.ts'

/** Milliseconds for a download, whole: archives of some megabytes to a gigabyte at most. */
const DOWNLOAD_WITHIN = 15 * 60_000
/** Bytes a millisecond, 100 kB/s: an upload may take a minute, and as long as its size takes at this speed. */
const SLOWEST_UPLOAD = 100
/** Bytes of what a store says to an upload. */
const LARGEST_ANSWER = 100_000

/**
 * Downloads to a file: redirects and further attempts as `getting` does it. Rejects past `most` bytes, and if the body is
 * shorter than announced; then nothing is left.
 * @returns bytes, and their SHA-256 in hexadecimal
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

export interface Upload {
  readonly file: string
  readonly url: string
  readonly method: string
  /** Beside the length. */
  readonly headers: Readonly<Record<string, string>>
  /** Called about every tenth: bytes so far and in all. */
  readonly progress: (sent: number, total: number) => void
}

/** What a store made of an upload. */
export interface Sent {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** The body of its answer. */
  readonly body: string
  /** Bytes that were sent, and their MD5 in hexadecimal. */
  readonly size: number
  readonly md5: string
}

/** Streams a file up, once. Rejects if the connection is lost, if nothing moves any more, and if it is not done in time. */
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
        // The request reports its own errors; one of the file must reach it.
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
