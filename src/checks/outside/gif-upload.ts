import { randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { poll } from '../../net/index.ts'
import { ANIMATED_GIF } from '../../runtime/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { askPlace, type HttpAnswer } from '../probes/http.ts'

/** Milliseconds between two looks at an upload that is not processed yet. */
const PAUSE = 2_000
/** Milliseconds, from the start of the check, for the upload to be processed. */
const WORKED_WITHIN = 15_000
/** Milliseconds for one look, and for the removal: even a slow instance leaves time for it before the deadline. */
const LOOK_WITHIN = 3_000
const media = v.object({ id: v.pipe(v.string(), v.regex(/^\d{1,30}$/)), type: v.string(), url: v.nullish(v.string()) })
type Media = v.InferOutput<typeof media>

/** Uploads a GIF of two frames, which Mastodon has to make a video of with ffmpeg; then removes it. */
export const gifUpload: Check = {
  name: 'gif-upload',
  title: 'Animated GIFs',
  config: [],
  token: true,
  async look(world) {
    const { instance, token, wants } = world
    if (instance === undefined || token === undefined || wants.ffmpeg === 'without') return []
    const until = world.clock.now() + WORKED_WITHIN
    const asked = await ask(world, 'POST', '/api/v2/media', multipart(Buffer.from(ANIMATED_GIF, 'base64')))
    if (asked.status !== 200 && asked.status !== 202) return [refused(asked, world)]
    const made = read(asked)
    const brisk = {
      ...world,
      network: { ...world.network, answerWithin: Math.min(LOOK_WITHIN, world.network.answerWithin) }
    }
    try {
      return [judge(asked.status === 202 ? await worked(made, brisk, until) : made, world)]
    } finally {
      // Mastodon itself removes uploads without a post after a day (mastodon: app/lib/vacuum/media_attachments_vacuum.rb).
      await ask(brisk, 'DELETE', `/api/v1/media/${made.id}`).catch(() => {})
    }
  }
}

/** Waits until Mastodon has processed the upload; undefined if it could not. */
async function worked({ id }: Media, world: World, until: number): Promise<Media | undefined> {
  const timeout = Math.max(0, until - world.clock.now())
  const ended = await poll(world, { first: PAUSE, longest: PAUSE, timeout }, async () => {
    const now = await ask(world, 'GET', `/api/v1/media/${id}`)
    if (now.status === 200) return { made: read(now) }
    if (now.status === 422) return { made: undefined }
    if (now.status !== 206) throw new Error(`the upload was answered with ${now.status}`)
    return undefined
  })
  if (ended === undefined) throw new Error(`it is still worked on after ${WORKED_WITHIN / 1000} s; look at the queues`)
  return ended.made
}

function judge(made: Media | undefined, world: World): Finding {
  if (made?.type === 'gifv')
    return { level: 'ok', figure: 'gifv', text: 'An animated GIF became a video, and was removed again' }
  return broken(made === undefined ? 'could not be worked on' : `became ${made.type.slice(0, 20)} and no video`, world)
}

function refused({ status, body }: HttpAnswer, world: World): Finding {
  if (status === 401 || status === 403) {
    return {
      level: 'unknown',
      text: `The instance does not take \`mastodon-token\` for an upload (${status})`,
      remedy: 'Give the token of a bot account with the scope `write:media`.'
    }
  }
  // What a Mastodon without ffmpeg says: "Error processing thumbnail for uploaded media".
  if (status >= 500 && body.includes('"error"')) return broken(`was answered with ${status}`, world)
  throw new Error(`the upload was answered with ${status}`)
}

/** A failure only if the config says `ffmpeg: with`: `auto` may have left it out. */
function broken(how: string, { wants }: Pick<World, 'wants'>): Finding {
  return {
    level: wants.ffmpeg === 'with' ? 'fail' : 'warn',
    text: `An animated GIF ${how}`,
    remedy:
      'Look at what the check `ffmpeg` says, and at the log of the dyno that worked on it; `ffmpeg: without` says that it is meant so.'
  }
}

function read({ body, status }: HttpAnswer): Media {
  const said = v.safeParse(v.pipe(v.string(), v.parseJson(), media), body)
  if (said.success) return said.output
  throw new Error(`the upload was answered with ${status}, and not as Mastodon does`)
}

/** One request with the token, to the instance itself: redirects are not followed. */
function ask(world: World, method: string, path: string, part?: { type: string; body: Buffer }): Promise<HttpAnswer> {
  const headers = {
    authorization: `Bearer ${world.token!}`,
    ...(part && { 'content-type': part.type, 'content-length': `${part.body.length}` })
  }
  return askPlace(world.instance!, path, world, { method, headers, send: part && (request => request.end(part.body)) })
}

function multipart(file: Buffer): { type: string; body: Buffer } {
  const boundary = `mastodon-on-heroku-${randomBytes(12).toString('hex')}`
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="two-frames.gif"\r\nContent-Type: image/gif\r\n\r\n`
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    body: Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${boundary}--\r\n`)])
  }
}
