import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { type LocalHeroku, type NewApp } from '../rig/local-heroku/index.ts'
import { appOf, clientOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { ask } from './ask.ts'

/** `npm install heroku` somewhere, then HEROKU_CLI=…/node_modules/heroku/bin/run.js (docs/local-heroku.md). */
const CLI = process.env['HEROKU_CLI']
const reason = existsSync(CLI ?? '')
  ? undefined
  : `HEROKU_CLI (${CLI ?? 'not set'}) is not the path of bin/run.js of the npm package heroku`

const SERVER = `
const http = require('node:http')
http.createServer((request, response) => response.end('hello')).listen(process.env.PORT)
`

describeOrSkip('Heroku’s own CLI', reason, () => {
  let heroku: LocalHeroku
  const home = lastingTemp()

  beforeAll(async () => {
    ;({ heroku } = await openHeroku({ addon: service => Promise.resolve(service === 'scheduler' ? {} : undefined) }))
    const addons: NewApp['addons'] = [
      { plan: 'heroku-postgresql:essential-0', vars: { DATABASE_URL: 'postgres://me:secret@127.0.0.1:5432/mastodon' } },
      { plan: 'heroku-redis:mini', vars: { REDIS_URL: 'redis://127.0.0.1:6379' } }
    ]
    await heroku.addApp('staging', { config: { GREETING: 'hello' }, addons })
    await heroku.addApp('production')
    const app = appOf(clientOf(heroku), 'staging')
    const types = { web: 'node server.js', worker: 'sleep 1000', release: 'echo migrating' }
    await ship(app, makeSlug({ 'server.js': SERVER }), types)
    await until(async () => (await app.dynos()).some(({ type, state }) => type === 'web' && state === 'up'))
  })
  afterAll(() => heroku.close())

  async function cli(...args: string[]): Promise<{ code: number | null; output: string; errors: string }> {
    const env = {
      PATH: process.env['PATH'],
      HOME: home,
      HEROKU_HOST: heroku.apiUrl,
      // The port is that of HEROKU_HOST.
      HEROKU_DATA_HOST: '127.0.0.1',
      // Else it asks Heroku itself before each `run`, and tells it of each command.
      HEROKU_PARTICLEBOARD_URL: heroku.apiUrl,
      HEROKU_ANALYTICS_URL: heroku.apiUrl,
      HEROKU_API_KEY: heroku.apiKey,
      HEROKU_SKIP_NEW_VERSION_CHECK: '1',
      DISABLE_TELEMETRY: '1',
      NODE_EXTRA_CA_CERTS: heroku.caFile
    }
    // Open, as a terminal's: at its end `run` writes to the dyno, and fails if that has ended (dist/lib/run/dyno.js).
    const child = spawn(process.execPath, [CLI!, ...args], { env, stdio: 'pipe' })
    let [output, errors] = ['', '']
    child.stdout.on('data', chunk => (output += String(chunk)))
    child.stderr.on('data', chunk => (errors += String(chunk)))
    const code = await new Promise<number | null>(resolve => child.on('close', resolve))
    return { code, output, errors }
  }

  it.each([
    ['apps:info', /^=== staging\n(.*\n)*Addons: +heroku-postgresql:essential-0\n(.*\n)*Dynos: +web: 1\n/],
    ['releases', /Current: v2(.*\n)*.* v2 +Deploy +user@example\.com(.*\n)*.* v1 +Initial release /],
    ['releases:info', /=== Release v2(.*\n)*Eligible for Rollback\?: +Yes/],
    ['releases:output', /^migrating\n/],
    ['ps', /=== web \(Basic\): node server\.js \(1\)\n\nweb\.1: up /],
    ['config', /GREETING: +hello\n/],
    ['domains', /127\.0\.0\.1:\d+/],
    ['addons', /postgresql-local-\w+\).*(.*\n)*.*as DATABASE\n/],
    ['pg:info', /=== DATABASE_URL\n\nPlan: +Essential 0\nStatus: +Available\nConnections: +0\/20\n/],
    ['redis:info', /=== redis-local-\w+ \(REDIS_URL\)\n\nPlan: +Mini\n(.*\n)*Maxmemory: +noeviction\n/],
    ['logs', /heroku\[web\.1\]: .*State changed from starting to up/]
  ])('shows %s', async (command, shows) => {
    const { code, output, errors } = await cli(command, '--app', 'staging')
    expect({ code, errors: code === 0 ? '' : errors }).toEqual({ code: 0, errors: '' })
    expect(output).toMatch(shows)
  })

  it.each([
    ['true', 0, ''],
    ['echo out; exit 3', 3, 'out\n'],
    ['echo "$GREETING"', 0, 'hello\n']
  ])('runs %s in a one-off dyno, and ends as it ended', async (command, exitCode, output) => {
    const result = await cli('run', '--exit-code', '--app', 'staging', '--', `(${command})`)
    expect([result.code, result.output]).toEqual([exitCode, output])
    await until(async () => (await ask(heroku, 'GET /apps/staging/dynos')).body.every(({ type }) => type !== 'run'))
  })

  it('sets config vars, scales, waits for dynos', async () => {
    // The answer has what was before, as long as the release command runs (heroku/cli#3345).
    expect(await cli('config:set', 'MORE=x', '--app', 'staging')).toMatchObject({ code: 0, output: '\n' })
    await until(async () => /MORE: +x/.test((await cli('config', '--app', 'staging')).output))
    expect(await cli('ps:scale', 'worker=1:standard-1x', '--app', 'staging')).toMatchObject({
      code: expect.any(Number),
      errors: expect.stringMatching(/Cannot use the following dyno types in the same app: .*Basic/)
    })
    const both = ['web=1:standard-1x', 'worker=1:standard-1x']
    expect(await cli('ps:scale', ...both, '--app', 'staging')).toMatchObject({ code: 0 })
    expect(await cli('ps:wait', '--app', 'staging')).toMatchObject({ code: 0 })
    expect((await ask(heroku, 'GET /apps/staging/formation/worker')).body).toMatchObject({
      size: 'Standard-1X',
      quantity: 1
    })
  })

  it('retries a release, for which the formation has its type', async () => {
    const { code, output } = await cli('releases:retry', '--app', 'staging')
    expect(code).toBe(0)
    expect(output).toMatch(/Running release command\.\.\.\nmigrating\n/)
  })

  it('shares an add-on, and makes one', async () => {
    const shared = await cli('addons:attach', 'staging::DATABASE', '--as', 'SHARED', '--app', 'production')
    expect(shared).toMatchObject({ code: 0 })
    expect((await cli('config:get', 'SHARED_URL', '--app', 'production')).output).toMatch(/^postgres:/)
    expect(await cli('addons:create', 'scheduler:standard', '--app', 'staging')).toMatchObject({ code: 0 })
    const { body: addons } = await ask(heroku, 'GET /apps/staging/addons')
    const { name } = addons.find(({ plan }) => plan.name === 'scheduler:standard')!
    expect(await cli('addons:destroy', name, '--app', 'staging', '--confirm', 'staging')).toMatchObject({ code: 0 })
  })

  it('makes a pipeline and promotes, with the output of the release phase', async () => {
    expect(await cli('pipelines:create', 'mastodon', '--app', 'staging', '--stage', 'staging')).toMatchObject({
      code: 0
    })
    expect(await cli('pipelines:add', 'mastodon', '--app', 'production', '--stage', 'production')).toMatchObject({
      code: 0
    })
    const { code, output } = await cli('pipelines:promote', '--app', 'staging')
    expect(code).toBe(0)
    expect(output).toMatch(/Running release command\.\.\.\nmigrating\n\nPromotion successful\n/)
    const newest = { headers: { range: 'version ..; order=desc, max=1' } }
    const { body } = await ask(heroku, 'GET /apps/production/releases', newest)
    expect(body[0]?.description).toMatch(/^Promote staging v\d+ 11111111$/)
  })

  it('says what Heroku says where an app does not exist', async () => {
    const { code, errors } = await cli('apps:info', '--app', 'nowhere')
    expect(code).not.toBe(0)
    expect(errors).toMatch(/Couldn't find that app\.(.*\n)*.*Error ID: not_found/)
  })
})
