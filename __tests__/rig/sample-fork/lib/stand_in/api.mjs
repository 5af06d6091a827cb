// What a person with a token asks of Mastodon's API, as far as a rehearsal does.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { withRedis } from './redis.mjs'

const { env } = process

/** The answer to a request of the API; undefined where it is none of these. */
export async function answerApi({ method, url, headers }, body) {
  const { pathname } = new URL(url, 'http://localhost')
  const asked = `${method} ${pathname}`
  if (!Object.hasOwn(ROUTES, asked)) return undefined
  return withRedis(async redis => {
    const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1]
    if (!(await redis.call('HGET', 'stand_in:tokens', token ?? ''))) return [401, { error: 'The access token is invalid' }]
    return ROUTES[asked](redis, body)
  })
}

const ROUTES = {
  'POST /api/v1/statuses': async ({ call }) => {
    const id = String(await call('INCR', 'stand_in:ids'))
    await call('LPUSH', 'queue:default', JSON.stringify({ class: 'DistributionWorker', args: [id], queue: 'default' }))
    return [200, { id }]
  },
  'GET /api/v1/timelines/home': async ({ call }) => [
    200,
    (await call('LRANGE', 'stand_in:home', 0, 19)).map(id => ({ id }))
  ],
  // A GIF is worked on at once, by web (mastodon: app/models/media_attachment.rb).
  'POST /api/v2/media': async ({ call }, body) => {
    const id = String(await call('INCR', 'stand_in:ids'))
    const name = `media_attachments/files/${id}/original/made.mp4`
    const file = path.join(env.PAPERCLIP_ROOT_PATH ?? 'public/system', name)
    const from = path.join(mkdtempSync(path.join(os.tmpdir(), 'media-')), 'in.gif')
    const start = body.indexOf('GIF89a')
    writeFileSync(from, body.subarray(start, body.indexOf('\r\n--', start)))
    mkdirSync(path.dirname(file), { recursive: true })
    const { status } = spawnSync(env.FFMPEG_BINARY ?? 'ffmpeg', ['-i', from, '-f', 'mp4', '-y', file], { stdio: 'ignore' })
    if (status !== 0) return [500, { error: 'Error processing thumbnail for uploaded media' }]
    return [200, { id, type: 'gifv', url: `https://${env.LOCAL_DOMAIN}/system/${name}` }]
  }
}
