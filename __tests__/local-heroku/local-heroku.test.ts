import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { followOutput, runOneOff, type HerokuApp, type HerokuClient } from '../../src/heroku/index.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { systemClock } from '../../src/runtime/real.ts'
import { appOf, makeSlug, NO_SIGNAL, openHeroku, ship, until } from '../helpers/local-heroku.ts'

const SERVER = `
const http = require('node:http')
const server = http.createServer((request, response) => response.end(process.env.GREETING + ' ' + process.env.FROM_PROFILE))
server.listen(process.env.PORT)
process.on('SIGTERM', () => server.close(() => process.exit(0)))
`

let heroku: LocalHeroku
let client: HerokuClient
let app: HerokuApp
let webUrl: string

beforeAll(async () => {
  ;({ heroku, client } = await openHeroku({ times: { coolOff: 60_000 } }))
  ;({ webUrl } = await heroku.addApp('one', { config: { GREETING: 'hello' } }))
  app = appOf(client, 'one')
})
afterAll(() => heroku.close())

const slug = (files: Record<string, string> = {}): string =>
  makeSlug({ 'server.js': SERVER, '.profile.d/a.sh': 'export FROM_PROFILE=profile\n', ...files })

const wholeOutput = async (url: string, versionOf: number): Promise<string> => {
  let text = ''
  await followOutput({
    url,
    write: chunk => (text += chunk.toString()),
    isOver: async () => (await app.release(versionOf)).status !== 'pending',
    clock: systemClock,
    signal: NO_SIGNAL
  })
  return text
}

describe('local Heroku', () => {
  it('runs the web process of an uploaded slug with config vars, .profile.d and PORT', async () => {
    const release = await ship(app, slug(), { web: 'node server.js' })
    expect(release).toMatchObject({ status: 'succeeded', version: 2 })
    await until(async () => (await app.dynos()).find(({ state }) => state === 'up'))
    expect(await (await fetch(webUrl)).text()).toBe('hello profile')
    expect(await app.formation()).toMatchObject([{ type: 'web', quantity: 1 }])
  })

  it('runs the release phase before the switch, and keeps the old release where it fails', async () => {
    const failing = await ship(app, slug(), { web: 'node server.js', release: 'echo migrating; exit 3' })
    expect(failing.status).toBe('pending')
    expect(await wholeOutput(failing.output_stream_url!, failing.version)).toBe('migrating\n')
    expect((await app.release(failing.id)).status).toBe('failed')
    const current = (await app.releases(10)).find(release => release.current)
    expect(current?.version).toBe(2)
    expect(await (await fetch(webUrl)).text()).toBe('hello profile')
  })

  it('makes a release of a config change, and restarts', async () => {
    await app.setConfigVars({ GREETING: 'good day' })
    await until(async () => (await (await fetch(webUrl)).text()) === 'good day profile')
    expect((await app.releases(1))[0]).toMatchObject({ version: 4, description: 'Set GREETING config vars' })
  })

  it('runs a one-off dyno over TLS, with its output and exit code', async () => {
    let output = ''
    const command = `echo "$GREETING é"; echo error >&2; node -e 'process.exit(7)'`
    const result = await runOneOff(
      app,
      { command, purpose: 'test', timeout: 60_000, write: chunk => (output += chunk.toString()) },
      { clock: systemClock, signal: NO_SIGNAL, ca: readFileSync(heroku.caFile, 'utf8') }
    )
    expect(result.exitCode).toBe(7)
    expect(output.split('\n').filter(Boolean).sort()).toEqual(['error', 'good day é'])
    await until(async () => (await app.dynos()).every(({ type }) => type !== 'run'))
  })

  it('shows a crash, and the router answers H10', async () => {
    const release = await ship(app, slug({ 'server.js': 'process.exit(1)' }), { web: 'node server.js' })
    const crashed = await until(async () =>
      (await app.dynos()).find(({ state, release: of }) => state === 'crashed' && of?.version === release.version)
    )
    expect(crashed.type).toBe('web')
    await until(async () => (await fetch(webUrl)).status === 503)
    const logUrl = await app.logUrl(100)
    expect(await (await fetch(logUrl)).text()).toMatch(/heroku\[web\.1\]: State changed from starting to crashed/)
  })
})
