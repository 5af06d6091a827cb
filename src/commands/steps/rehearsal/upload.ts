import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import path from 'node:path'
import { type Tools } from '../../../deploy/index.ts'
import {
  lookAtUpload,
  saysNoFfmpeg,
  uploadGif,
  type ApiAnswer,
  type AskApi,
  type Media
} from '../../../mastodon/index.ts'
import { poll } from '../../../net/index.ts'
import { errorText, UserError } from '../../../runtime/index.ts'
import { type Seen } from './seen.ts'

/** Milliseconds for an upload to be worked on. */
const WORKED_WITHIN = 120_000
const PAUSES = { first: 500, longest: 5_000 }

/**
 * Uploads an animated GIF through the API. With ffmpeg in the slug it must become an mp4; without, it must be refused.
 * @param uploads the folder in which web and worker keep them
 */
export async function tryGif(ask: AskApi, uploads: string, seen: Seen, tools: Tools): Promise<void> {
  const without = seen.variant === 'without ffmpeg'
  const upload = await uploadGif(ask).catch((error: unknown) => {
    throw broken(`An animated GIF could not be uploaded: ${errorText(error)}`)
  })
  if ('refused' in upload) {
    const { status } = upload.refused
    if (!without || !saysNoFfmpeg(upload.refused))
      throw broken(`An animated GIF was refused with ${status}${reason(upload.refused)}`)
    tools.story.note(`An animated GIF was refused with ${status}, as the slug has no ffmpeg`)
    return seen.passed('an animated GIF is refused, as there is no ffmpeg')
  }
  const { media, isReady } = upload
  const became = isReady ? media : await worked(ask, media.id, tools)
  if (became === 'failed') throw broken('An animated GIF could not be worked on')
  if (became.type !== 'gifv') throw broken(`An animated GIF became ${became.type.slice(0, 20)} and no video`)
  if (!(await isMp4(uploads, became))) throw broken('An animated GIF is called a video, and its file is no mp4')
  tools.story.note('An animated GIF went up through the API and became an mp4')
  if (without) tools.story.note('The slug has no ffmpeg: that of the place where the dynos run was taken')
  seen.passed('a GIF became a video')
}

/** What Mastodon says of an error: `{"error":"…"}`. Hostile text. */
function reason({ body }: ApiAnswer): string {
  const said = /"error":"([^"\\]{1,200})"/.exec(body)?.[1]
  return said === undefined ? '' : `: ${said}`
}

function broken(message: string): UserError {
  return new UserError(message, 'Look at what `web` and `worker` printed, and at what the size report says of ffmpeg.')
}

async function worked(ask: AskApi, id: string, tools: Tools): Promise<Media | 'failed'> {
  const ended = await poll(tools, { ...PAUSES, timeout: WORKED_WITHIN }, () => lookAtUpload(ask, id))
  if (ended !== undefined) return ended
  throw broken(`An animated GIF is still worked on after ${WORKED_WITHIN / 1000} s`)
}

/** Where Mastodon's own server has uploads (mastodon/mastodon: config/initializers/paperclip.rb, PAPERCLIP_ROOT_URL). */
const ROOT = '/system/'

/**
 * Whether the file of an upload is an mp4, by its first bytes: a length, then `ftyp` (ISO/IEC 14496-12, 4.3). The dynos can
 * write into the folder, so what lies there is hostile: no link is followed, and nothing but a file is opened.
 */
async function isMp4(uploads: string, { url }: Media): Promise<boolean> {
  const at = url && URL.canParse(url) ? decodeURIComponent(new URL(url).pathname) : ''
  const file = path.join(uploads, at.slice(ROOT.length))
  if (!at.startsWith(ROOT) || !file.startsWith(`${uploads}${path.sep}`)) return false
  const found = await lstat(file).catch(() => undefined)
  if (!found?.isFile()) return false
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(8), 0, 8, 0)
    return bytesRead === 8 && buffer.toString('latin1', 4) === 'ftyp'
  } finally {
    await handle.close()
  }
}
