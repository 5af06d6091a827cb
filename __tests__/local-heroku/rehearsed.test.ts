import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { processHost, startLocalHeroku, type LocalHeroku } from '../../src/local-heroku/index.ts'
import { runCommand, systemClock } from '../../src/runtime/real.ts'
import { createClient, HerokuApp } from '../../src/heroku/index.ts'
import { NO_SIGNAL } from '../helpers/local-heroku.ts'
import { lastingTemp } from '../helpers/temp.ts'

let heroku: LocalHeroku
let app: HerokuApp
beforeAll(async () => {
  const folder = lastingTemp()
  const host = processHost({ folder, run: runCommand, searchPath: process.env['PATH'] ?? '' })
  heroku = await startLocalHeroku({ folder, clock: systemClock, host })
  await heroku.addApp('one')
  const client = createClient({ url: heroku.apiUrl, key: heroku.apiKey, clock: systemClock, signal: NO_SIGNAL })
  app = new HerokuApp(client, 'one', systemClock)
})
afterAll(() => heroku.close())

const VERSION = 'application/vnd.heroku+json; version=3'
const status = async (path: string, key = heroku.apiKey, accept = VERSION): Promise<number> =>
  (await fetch(heroku.apiUrl + path, { headers: { authorization: `Bearer ${key}`, accept } })).status

it('wants the key and the version, as Heroku does', async () => {
  expect(await status('/apps/one')).toBe(200)
  expect(await status('/apps/one', 'another')).toBe(401)
  expect(await status('/apps/one', heroku.apiKey, 'application/json')).toBe(406)
})

it('knows nothing that a rehearsal does not ask for', async () => {
  for (const path of ['/pipelines', '/apps/one/addons', '/apps/one/domains', '/account/rate-limits'])
    expect(await status(path)).toBe(404)
})

it('shows the last lines of a log, also of one source', async () => {
  await app.setConfigVars({ NEW: 'value' })
  const { log } = heroku.world.machines.get('one')!
  log.write('heroku[router]', 'at=error code=H10')
  log.write('app[web.1]', 'boots')
  const read = async (...of: Parameters<HerokuApp['logUrl']>): Promise<string[]> =>
    (await (await fetch(await app.logUrl(...of))).text()).trim().split('\n')
  expect(await read(2)).toEqual([expect.stringMatching(/code=H10$/), expect.stringMatching(/app\[web\.1\]: boots$/)])
  expect(await read(1, 'heroku')).toEqual([expect.stringMatching(/code=H10$/)])
})
