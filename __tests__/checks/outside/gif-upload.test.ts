import { describe, expect, it } from '@jest/globals'
import { type IncomingMessage } from 'node:http'
import { type Surroundings } from '../../../src/checks/index.ts'
import { gifUpload } from '../../../src/checks/outside/gif-upload.ts'
import { ANIMATED_GIF } from '../../../src/runtime/index.ts'
import { TestClock } from '../../helpers/clock.ts'
import { ask, useInternet } from './scene.ts'

const internet = useInternet()
const TOKEN = 'a-token-of-a-bot'

interface Answer {
  readonly status: number
  readonly body?: unknown
}
const made = (type: string): Answer => ({ status: 200, body: { id: '77', type, url: 'https://media.test/77.mp4' } })
const PENDING: Answer = { status: 202, body: { id: '77', type: 'image', url: null } }
const FAILED: Answer = { status: 500, body: { error: 'Error processing thumbnail for uploaded media' } }

/** A Mastodon as far as uploads go: what it answers to one, and then to each look. Returns what it was asked. */
function openMedia(
  upload: Answer,
  looks: readonly Answer[] = [],
  removal: Answer = { status: 200, body: {} }
): { asked: string[]; files: Buffer[] } {
  const seen = { asked: [] as string[], files: [] as Buffer[] }
  let look = 0
  const receive = async (request: IncomingMessage): Promise<Answer> => {
    const { method, url, headers } = request
    seen.asked.push(`${method} ${url}`)
    if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401 }
    if (method === 'DELETE') return removal
    if (method === 'GET') return looks[Math.min(look++, looks.length - 1)]!
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const type = { headers: { 'content-type': headers['content-type']! } }
    const file = (await new Response(new Uint8Array(Buffer.concat(chunks)), type).formData()).get('file') as File
    seen.files.push(Buffer.from(await file.arrayBuffer()))
    return upload
  }
  internet.site('site.test', (request, response) => {
    void receive(request).then(({ status, body }) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body ?? {}))
    )
  })
  return seen
}

const look = (more: Partial<Surroundings> = {}): Promise<string[]> =>
  ask(internet, gifUpload, { mastodonToken: TOKEN, clock: new TestClock(), ...more })
const wanting = (ffmpeg: 'with' | 'without' | 'auto') => ({ wants: { ffmpeg, slugLimit: 3e8 } })

describe('gif-upload', () => {
  it('uploads two frames, sees a video, and removes it again', async () => {
    const seen = openMedia(made('gifv'))
    expect(await look()).toEqual(['ok (gifv): An animated GIF became a video, and was removed again'])
    expect(seen.asked).toEqual(['POST /api/v2/media', 'DELETE /api/v1/media/77'])
    expect(seen.files).toEqual([Buffer.from(ANIMATED_GIF, 'base64')])
  })

  it('does not say that it is removed if Mastodon does not remove it', async () => {
    openMedia(made('gifv'), [], { status: 404 })
    expect(await look()).toEqual([
      'ok (gifv): An animated GIF became a video, and stays until Mastodon removes it, which it does after a day'
    ])
  })

  it('waits for a worker', async () => {
    const seen = openMedia(PENDING, [{ status: 206 }, { status: 206 }, made('gifv')])
    expect(await look()).toEqual(['ok (gifv): An animated GIF became a video, and was removed again'])
    expect(seen.asked.at(-1)).toBe('DELETE /api/v1/media/77')
    expect(seen.asked).toHaveLength(5)
  })

  it.each<[string, Answer, readonly Answer[], 'with' | 'auto', string]>([
    ['there is no ffmpeg', FAILED, [], 'with', 'fail: An animated GIF was answered with 500'],
    ['there is no ffmpeg, as auto chose', FAILED, [], 'auto', 'warn: An animated GIF was answered with 500'],
    ['it stays a picture', made('image'), [], 'with', 'fail: An animated GIF became image and no video'],
    ['the worker fails', PENDING, [{ status: 422 }], 'with', 'fail: An animated GIF could not be worked on'],
    [
      'the token lacks a scope',
      { status: 403, body: { error: 'This action is outside the authorized scopes' } },
      [],
      'with',
      'unknown: The instance does not take `mastodon-token` for an upload (403)'
    ],
    [
      'no worker comes',
      PENDING,
      [{ status: 206 }],
      'with',
      'unknown: It could not look: it is still worked on after 15 s; look at the queues'
    ],
    [
      'the bucket is away',
      { status: 503, body: { error: 'There was a temporary problem serving your request, please try again' } },
      [],
      'with',
      'unknown: It could not look: the upload was answered with 503'
    ],
    [
      'it fails for another reason',
      { status: 500, body: { error: 'Something went wrong' } },
      [],
      'with',
      'unknown: It could not look: the upload was answered with 500'
    ],
    ['a proxy answers', { status: 502 }, [], 'with', 'unknown: It could not look: the upload was answered with 502'],
    [
      'something else answers',
      { status: 200, body: { id: '../x', type: 'gifv' } },
      [],
      'with',
      'unknown: It could not look: the upload was answered with 200, and not as Mastodon does'
    ]
  ])('%s', async (_, upload, looks, wanted, expected) => {
    const seen = openMedia(upload, looks)
    expect(await look(wanting(wanted))).toEqual([expected])
    // What was made is removed, whatever came of it.
    const stays = upload.status > 202 || !/^\d+$/.test((upload.body as { id: string }).id)
    expect(seen.asked.filter(request => request.startsWith('DELETE'))).toHaveLength(stays ? 0 : 1)
  })

  it('removes it also where every look hangs until the last moment', async () => {
    const asked: string[] = []
    const clock = new TestClock()
    const started = clock.now()
    internet.site('site.test', (request, response) => {
      const { method = '', url = '' } = request.resume()
      const at = (clock.now() - started) / 1000
      asked.push(`${method} ${url} after ${at} s`)
      // The upload takes as long as it may, and no look is answered.
      if (method === 'POST') {
        clock.pass(9_900)
        response.writeHead(202).end(JSON.stringify(PENDING.body))
      } else if (method === 'GET' && at < 13) response.writeHead(206).end('{}')
      else clock.pass(3_000)
    })
    expect(await look({ clock, network: internet.network(10_000) })).toEqual([
      'unknown: It could not look: it is still worked on after 15 s; look at the queues'
    ])
    expect(asked.at(-1)).toMatch(/^DELETE \/api\/v1\/media\/77 after (1\d|2[01])(\.\d)? s$/)
  })

  it('has nothing to do without a token, and where no ffmpeg is wanted', async () => {
    const seen = openMedia(made('gifv'))
    expect(await look({ mastodonToken: undefined })).toEqual([])
    expect(await look(wanting('without'))).toEqual([])
    expect(seen.asked).toEqual([])
  })
})
