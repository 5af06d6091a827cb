import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { CancelledError, errorText, UserError } from '../runtime/index.ts'
import { receiveText, transfer, type TransferOptions } from './transfer.ts'

export interface UploadOptions extends TransferOptions {
  readonly file: string
  /** The presigned address of the blob. */
  readonly url: string
  /** As Heroku names it, in either case. */
  readonly method: string
  /** Called about every tenth: bytes so far and in all. */
  readonly progress: (sent: number, total: number) => void
}

export class UploadError extends UserError {
  constructor(reason: string, options?: ErrorOptions) {
    super(
      `The upload failed: ${reason}`,
      'Run the job again. Where it fails each time, look at https://status.heroku.com.',
      options
    )
    this.name = 'UploadError'
  }
}

/** Milliseconds without any movement after which an upload is given up. */
const PATIENCE = 60_000

/**
 * Streams a file to a presigned address: with its length, and an empty Content-Type, which the signature wants
 * (undocumented; heroku/heroku-docker: commands/release.js). Rejects with an `UploadError` unless the store answered with success and,
 * where its ETag is an MD5 (a plain S3 PUT), with the MD5 of what was sent.
 * @returns whether the ETag proved that every byte arrived
 */
export async function upload(options: UploadOptions): Promise<{ bytes: number; proven: boolean }> {
  const { file, url, method, progress, clock, signal } = options
  const { size } = await stat(file)
  const md5 = createHash('md5')
  let response: IncomingMessage
  let text: string
  try {
    response = await transfer(url, {
      method: method.toUpperCase(),
      headers: { 'content-type': '', 'content-length': size },
      send: request => void send(request, options, size, chunk => md5.update(chunk), progress),
      clock,
      signal,
      patience: PATIENCE
    })
    text = await receiveText(response, 100_000, { clock, signal })
  } catch (cause) {
    if (cause instanceof CancelledError || signal.aborted) throw new CancelledError('The upload')
    throw new UploadError(errorText(cause), { cause })
  }
  const { statusCode = 0, headers } = response
  if (statusCode < 200 || statusCode > 299) {
    const code = /<Code>([\w.]{1,100})<\/Code>/.exec(text)?.[1]
    throw new UploadError(`the store answered ${statusCode}${code ? ` ${code}` : ''}`)
  }
  const etag = /^"?([0-9a-f]{32})"?$/.exec(headers.etag ?? '')?.[1]
  const sent = md5.digest('hex')
  if (etag !== undefined && etag !== sent)
    throw new UploadError(`the store has other bytes than were sent (ETag ${etag}, not ${sent})`)
  return { bytes: size, proven: etag !== undefined }
}

async function send(
  request: ClientRequest,
  { file, clock }: UploadOptions,
  size: number,
  look: (chunk: Buffer) => void,
  progress: UploadOptions['progress']
): Promise<void> {
  let sent = 0
  let told = 0
  const stalled = (): void => void request.destroy(new Error(`nothing could be sent for ${PATIENCE / 1000} s`))
  let stopTimer = clock.after(PATIENCE, stalled)
  const tell = (chunk: Buffer): void => {
    stopTimer()
    stopTimer = clock.after(PATIENCE, stalled)
    look(chunk)
    sent += chunk.length
    if (sent - told < size / 10 && sent < size) return
    told = sent
    progress(sent, size)
  }
  try {
    await pipeline(
      createReadStream(file, { highWaterMark: 1 << 18 }),
      async function* (source: AsyncIterable<Buffer>) {
        for await (const chunk of source) {
          tell(chunk)
          yield chunk
        }
      },
      request
    )
  } catch (error) {
    // The request reports its own errors; one of the file must reach it.
    request.destroy(error as Error)
  } finally {
    stopTimer()
  }
}

/** How many bytes the store has under a presigned GET address: asks for the first alone. */
export async function storedSize(url: string, options: TransferOptions): Promise<number | undefined> {
  const response = await transfer(url, { headers: { range: 'bytes=0-0' }, patience: 30_000, ...options })
  response.destroy()
  const total = /\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1]
  if (response.statusCode === 206 && total !== undefined) return Number(total)
  const whole = Number(response.headers['content-length'])
  return response.statusCode === 200 && Number.isFinite(whole) ? whole : undefined
}
