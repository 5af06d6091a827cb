import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { processHost, startLocalHeroku, type LocalHeroku } from '../../src/local-heroku/index.ts'
import { runCommand, systemClock } from '../../src/runtime/real.ts'
import { createClient, HerokuApp } from '../../src/heroku/index.ts'
import { appOf, makeSlug, NO_SIGNAL, ship, until } from '../helpers/local-heroku.ts'
import { lastingTemp } from '../helpers/temp.ts'

let heroku: LocalHeroku
let app: HerokuApp
let shared: string
const WEB = "require('node:http').createServer((_, answer) => answer.end('OK')).listen(process.env.PORT)"
beforeAll(async () => {
  const folder = lastingTemp()
  shared = join(folder, 'shared')
  const host = processHost({ folder, run: runCommand, searchPath: process.env['PATH'] ?? '', shared })
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

it('has the formation that it is given, a folder that all dynos share, and the memory of each dyno', async () => {
  await heroku.addApp('two', { formation: { web: 1, worker: 1, clock: 1 } })
  const of = appOf(
    createClient({ url: heroku.apiUrl, key: heroku.apiKey, clock: systemClock, signal: NO_SIGNAL }),
    'two'
  )
  const holds = (file: string): string => `node -e 'x = Buffer.alloc(80e6, 1); setInterval(() => x[0]++, 1e3)' ${file}`
  await ship(of, makeSlug({ 'web.js': WEB }), { web: 'node web.js', worker: `touch ${shared}/made; ${holds('')}` })
  await until(async () => (await heroku.memory('two')).length === 2 || undefined)
  await until(() => Promise.resolve(existsSync(join(shared, 'made')) || undefined))
  expect((await of.formation()).map(({ type, quantity }) => `${type} ${quantity}`)).toEqual(['web 1', 'worker 1'])
  const worker = async (): Promise<true | undefined> => {
    const bytes = (await heroku.memory('two')).find(({ type }) => type === 'worker')?.bytes ?? 0
    return (bytes > 80e6 && bytes < 400e6) || undefined
  }
  expect(await until(worker)).toBe(true)
})
