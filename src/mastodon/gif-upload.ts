import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { ANIMATED_GIF } from '../runtime/index.ts'

/**
 * An animated GIF goes up through the API, of which Mastodon has to make a video with ffmpeg (mastodon/mastodon:
 * app/controllers/api/v2/media_controller.rb, lib/paperclip/gif_transcoder.rb).
 */

/** An instance's answer to a request of its API. */
export interface ApiAnswer {
  readonly status: number
  readonly body: string
}

/** The body of a request. */
export interface ApiBody {
  /** Its `content-type`. */
  readonly type: string
  readonly bytes: Buffer
}

/** Asks the API of an instance with the token of an account, once. Rejects if no whole answer comes. */
export type AskApi = (method: string, path: string, body?: ApiBody) => Promise<ApiAnswer>

const media = v.object({ id: v.pipe(v.string(), v.regex(/^\d{1,30}$/)), type: v.string(), url: v.nullish(v.string()) })

/** What an instance says of an upload. Hostile text, but for its id. */
export type Media = v.InferOutput<typeof media>

/** Of an upload that was taken: `isReady` if it is no longer worked on. */
export type GifUpload = { readonly media: Media; readonly isReady: boolean } | { readonly refused: ApiAnswer }

/** Uploads a GIF of two frames. Rejects if the answer is not one of Mastodon's. */
export async function uploadGif(ask: AskApi): Promise<GifUpload> {
  const answer = await ask('POST', '/api/v2/media', multipart(Buffer.from(ANIMATED_GIF, 'base64')))
  if (answer.status !== 200 && answer.status !== 202) return { refused: answer }
  return { media: readMedia(answer), isReady: answer.status === 200 }
}

/** An upload as it is now: `undefined` while it is worked on, `failed` if it could not be. Rejects on other answers. */
export async function lookAtUpload(ask: AskApi, id: string): Promise<Media | 'failed' | undefined> {
  const answer = await ask('GET', mediaPath(id))
  if (answer.status === 200) return readMedia(answer)
  if (answer.status === 422) return 'failed'
  if (answer.status !== 206) throw new Error(`the upload was answered with ${answer.status}`)
  return undefined
}

/**
 * Removes an upload, which Mastodon knows since 4.4. Resolves with whether it did. Else Mastodon itself removes an upload
 * without a post after a day (mastodon: app/lib/vacuum/media_attachments_vacuum.rb).
 */
export async function removeUpload(ask: AskApi, id: string): Promise<boolean> {
  return (await ask('DELETE', mediaPath(id))).status === 200
}

/** Whether a refusal is that of a Mastodon without ffmpeg. Others have an `error`, too: a 503 if its bucket is away. */
export function saysNoFfmpeg({ status, body }: ApiAnswer): boolean {
  return status === 500 && body.includes('Error processing thumbnail')
}

function mediaPath(id: string): string {
  return `/api/v1/media/${id}`
}

function readMedia({ body, status }: ApiAnswer): Media {
  const said = v.safeParse(v.pipe(v.string(), v.parseJson(), media), body)
  if (said.success) return said.output
  throw new Error(`the upload was answered with ${status}, and not as Mastodon does`)
}

function multipart(file: Buffer): ApiBody {
  const boundary = `mastodon-on-heroku-${randomBytes(12).toString('hex')}`
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="two-frames.gif"\r\nContent-Type: image/gif\r\n\r\n`
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)])
  }
}
