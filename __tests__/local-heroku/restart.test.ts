import { afterEach, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { appOf, clientOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { ask } from './ask.ts'

const SERVER = `
const http = require('node:http')
http.createServer((request, response) => response.end(process.env.GREETING)).listen(process.env.PORT)
`
const folder = lastingTemp()
const slug = makeSlug({ 'server.js': SERVER })
const open: LocalHeroku[] = []
afterEach(() => Promise.all(open.splice(0).map(heroku => heroku.close())))

async function start(into: string): Promise<LocalHeroku> {
  const { heroku } = await openHeroku({
    folder: into,
    addon: () => Promise.resolve({}),
    build: (_url, _output, _file, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('Cancelled.'))))
  })
  open.push(heroku)
  return heroku
}

/** Reads a stream that goes on, until it has said something. */
async function hears(url: string, what: string): Promise<void> {
  let text = ''
  for await (const chunk of (await fetch(url)).body!) {
    text += Buffer.from(chunk).toString()
    if (text.includes(what)) return
  }
}

const answers = (webUrl: string, text: string): Promise<true> =>
  until(async () => (await (await fetch(webUrl)).text()) === text || undefined)

describe('a local Heroku that is started on the same folder again', () => {
  it('goes on: key, apps, addresses, releases, slugs, dynos, jobs, pipelines; what was under way has failed', async () => {
    let heroku = await start(folder)
    const { webUrl } = await heroku.addApp('one', { config: { GREETING: 'hello' }, preboot: true })
    let app = appOf(clientOf(heroku), 'one')
    const first = await ship(app, slug, { web: 'node server.js' })
    await answers(webUrl, 'hello')
    await ask(heroku, 'POST /apps/one/domains', { body: { hostname: 'www.example.com', sni_endpoint: null } })
    await ask(heroku, 'POST /apps/one/addons', { body: { plan: 'scheduler:standard' } })
    await ask(heroku, 'POST /pipelines', { body: { name: 'mastodon' } })
    const hanging = await ship(app, slug, { web: 'node server.js', release: 'echo working; exec sleep 1000' })
    await until(async () => (await fetch(hanging.output_stream_url!, { method: 'HEAD' })).status === 200)
    await hears(hanging.output_stream_url!, 'working')
    const source = { source_blob: { url: 'http://127.0.0.1/source.tgz' } }
    const { body: build } = await ask(heroku, 'POST /apps/one/builds', { body: source })
    expect(build.status).toBe('pending')
    const key = heroku.apiKey
    await open.pop()!.close()
    await expect(fetch(webUrl)).rejects.toThrow()

    heroku = await start(folder)
    app = appOf(clientOf(heroku), 'one')
    expect(heroku.apiKey).toBe(key)
    expect(await heroku.addApp('one')).toEqual({ webUrl })
    await answers(webUrl, 'hello')
    const failed = await app.release(hanging.id)
    expect(failed).toMatchObject({ status: 'failed', current: false })
    expect(await (await fetch(failed.output_stream_url!)).text()).toBe(
      'working\n\nThe local Heroku was ended meanwhile.\n'
    )
    const releases = await app.releases(10)
    expect(releases.map(({ version, current }) => [version, current])).toEqual([
      [4, false],
      [3, true],
      [2, false],
      [1, false]
    ])
    const kept = await app.slug(first.slug!.id)
    expect(Buffer.from(await (await fetch(kept!.blob.url)).arrayBuffer())).toEqual(readFileSync(slug))
    expect(await app.hasFeature('preboot')).toBe(true)
    expect((await ask(heroku, 'GET /apps/one/domains/www.example.com')).status).toBe(200)
    expect((await app.addons()).map(({ plan }) => plan?.name)).toEqual(['scheduler:standard'])
    expect((await ask(heroku, 'GET /pipelines/mastodon')).status).toBe(200)
    expect((await app.build(build.id)).status).toBe('failed')
  })

  it('gives a running app the config vars that are new', async () => {
    const heroku = await start(lastingTemp())
    const { webUrl } = await heroku.addApp('one', { config: { GREETING: 'hello' } })
    await ship(appOf(clientOf(heroku), 'one'), slug, { web: 'node server.js' })
    await answers(webUrl, 'hello')
    await heroku.addApp('one', { config: { GREETING: 'good day' } })
    await answers(webUrl, 'good day')
    const { body } = await ask(heroku, 'GET /apps/one/releases/3')
    expect(body.description).toBe('Set GREETING config vars')
  })
})
