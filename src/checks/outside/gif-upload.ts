import {
  lookAtUpload,
  removeUpload,
  saysNoFfmpeg,
  uploadGif,
  type ApiAnswer,
  type AskApi,
  type Media
} from '../../mastodon/index.ts'
import { poll } from '../../net/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { askPlace } from '../probes/http.ts'

/** Milliseconds between two looks at an upload that is not processed yet. */
const PAUSE = 2_000
/** Milliseconds, from the start of the check, for the upload to be processed. */
const WORKED_WITHIN = 15_000
/** Milliseconds for one look, and for the removal: even a slow instance leaves time for it before the deadline. */
const LOOK_WITHIN = 3_000

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
    const upload = await uploadGif(asking(world))
    if ('refused' in upload) return [refused(upload.refused, world)]
    const { media, isReady } = upload
    const brisk = asking({
      ...world,
      network: { ...world.network, answerWithin: Math.min(LOOK_WITHIN, world.network.answerWithin) }
    })
    let ended: Media | 'failed'
    let isRemoved = false
    try {
      ended = isReady ? media : await worked(media.id, brisk, until, world)
    } finally {
      isRemoved = await removeUpload(brisk, media.id).catch(() => false)
    }
    return [judge(ended, isRemoved, world)]
  }
}

/** Waits until Mastodon has processed the upload. */
async function worked(id: string, ask: AskApi, until: number, world: World): Promise<Media | 'failed'> {
  const timeout = Math.max(0, until - world.clock.now())
  const ended = await poll(world, { first: PAUSE, longest: PAUSE, timeout }, () => lookAtUpload(ask, id))
  if (ended === undefined) throw new Error(`it is still worked on after ${WORKED_WITHIN / 1000} s; look at the queues`)
  return ended
}

function judge(made: Media | 'failed', isRemoved: boolean, world: World): Finding {
  if (made === 'failed') return broken('could not be worked on', world)
  if (made.type === 'gifv') {
    const end = isRemoved ? 'was removed again' : 'stays until Mastodon removes it, which it does after a day'
    return { level: 'ok', figure: 'gifv', text: `An animated GIF became a video, and ${end}` }
  }
  return broken(`became ${made.type.slice(0, 20)} and no video`, world)
}

function refused(answer: ApiAnswer, world: World): Finding {
  const { status } = answer
  if (status === 401 || status === 403) {
    return {
      level: 'unknown',
      text: `The instance does not take \`mastodon-token\` for an upload (${status})`,
      remedy: 'Give the token of a bot account with the scope `write:media`.'
    }
  }
  if (saysNoFfmpeg(answer)) return broken(`was answered with ${status}`, world)
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

/** Requests with the token, to the instance itself: redirects are not followed. */
function asking(world: World): AskApi {
  return (method, path, body) => {
    const headers = {
      authorization: `Bearer ${world.token!}`,
      ...(body && { 'content-type': body.type, 'content-length': `${body.bytes.length}` })
    }
    const send = body && { send: (request: { end: (bytes: Buffer) => unknown }) => void request.end(body.bytes) }
    return askPlace(world.instance!, path, world, { method, headers, ...send })
  }
}
