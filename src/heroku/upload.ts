import { obstacleOf, open, sendFile, within, type NetTools, type Obstacle, type Sent } from '../net/index.ts'
import { errorText, WorkFailed } from '../runtime/index.ts'

interface UploadOptions extends NetTools {
  readonly file: string
  /** The presigned address of the blob. */
  readonly url: string
  /** As Heroku names it, in upper or lower case. */
  readonly method: string
  /** Called after about every tenth: bytes so far and in all. */
  readonly progress: (sent: number, total: number) => void
}

/** An upload failed. Heroku's slug or source then has no file. */
export class UploadError extends WorkFailed {
  /** @param obstacle what kept it from the store, if that is known */
  constructor(reason: string, { obstacle, ...options }: ErrorOptions & { readonly obstacle?: Obstacle } = {}) {
    const next = obstacle
      ? `${obstacle.remedy} Then run the job again.`
      : 'Run the job again. If it fails each time, look at https://status.heroku.com.'
    super(`The upload failed: ${reason}`, next, options)
    this.name = 'UploadError'
  }
}

/**
 * Uploads a file to a presigned address. That carries its own permission, so no key is sent. The signature wants an empty
 * Content-Type (undocumented; heroku/heroku-docker: commands/release.js). Rejects with an `UploadError` unless the store
 * answers with success, and with the MD5 of what was sent if its ETag is an MD5 (a plain S3 PUT).
 * @returns whether the ETag proved that every byte arrived
 */
export async function upload(options: UploadOptions): Promise<{ bytes: number; proven: boolean }> {
  const { status, headers, body, size, md5 } = await sent(options)
  if (status < 200 || status > 299) {
    const code = /<Code>([\w.]{1,100})<\/Code>/.exec(body)?.[1]
    throw new UploadError(`the store answered ${status}${code ? ` ${code}` : ''}`)
  }
  const etag = /^"?([0-9a-f]{32})"?$/.exec(headers.etag ?? '')?.[1]
  if (etag !== undefined && etag !== md5)
    throw new UploadError(`the store has other bytes than were sent (ETag ${etag}, not ${md5})`)
  return { bytes: size, proven: etag !== undefined }
}

async function sent({ file, url, method, progress, ...tools }: UploadOptions): Promise<Sent> {
  try {
    const headers = { 'content-type': '' }
    return await sendFile({ file, url, method: method.toUpperCase(), headers, progress }, tools)
  } catch (cause) {
    if (tools.signal?.aborted) throw cause
    throw new UploadError(errorText(cause), { cause, obstacle: obstacleOf(cause, url) })
  }
}

/** Milliseconds for the store to say how large a blob is. */
const SIZE_WITHIN = 30_000

/** How many bytes the store has at a presigned GET address, of which only the first is read; undefined if it does not say. */
export function storedSize(url: string, tools: NetTools): Promise<number | undefined> {
  return within(tools, SIZE_WITHIN, 'the store did not answer', async signal => {
    const response = await open(url, { headers: { range: 'bytes=0-0' } }, signal)
    response.destroy()
    const total = /\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1]
    if (response.statusCode === 206 && total !== undefined) return Number(total)
    const whole = Number(response.headers['content-length'])
    return response.statusCode === 200 && Number.isFinite(whole) ? whole : undefined
  })
}
