import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { appFacts, type AppFacts } from '../../src/checks/index.ts'
import { type DataFigures, type LocalHeroku } from '../rig/local-heroku/index.ts'
import { systemClock } from '../../src/runtime/real.ts'
import { ask } from '../local-heroku/ask.ts'
import { appOf, clientOf, makeSlug, NO_SIGNAL, openHeroku, ship } from '../helpers/local-heroku.ts'

const figures: Record<string, DataFigures> = {}
let heroku: LocalHeroku

const facts = (name: string): AppFacts => {
  const platform = clientOf(heroku)
  return appFacts(appOf(platform, name), { platform, data: platform, clock: systemClock, signal: NO_SIGNAL })
}

beforeAll(async () => {
  ;({ heroku } = await openHeroku({ figures: ({ service }) => Promise.resolve(figures[service] ?? {}) }))
  const url = 'postgres://me:secret@127.0.0.1:5432/mastodon'
  await heroku.addApp('one', {
    addons: [
      { plan: 'heroku-postgresql:essential-0', vars: { DATABASE_URL: url } },
      { plan: 'heroku-redis:mini', vars: { REDIS_URL: 'rediss://:secret@127.0.0.1:6380' } }
    ]
  })
  await heroku.addApp('big', { addons: [{ plan: 'heroku-postgresql:advanced-1', vars: { DATABASE_URL: url } }] })
  await heroku.addApp('bare', {})
})
afterAll(() => heroku.close())

describe('facts of an app', () => {
  it("has Postgres's figures of either tier, and none of another's", async () => {
    figures['heroku-postgresql'] = { bytes: 9e8, connections: 19, tables: 120 }
    expect(await facts('one').postgres()).toEqual({
      plan: 'essential-0',
      status: 'Available',
      bytes: 9e8,
      size: { part: 9e8, whole: 1e9 },
      connections: { part: 19, whole: 20 },
      tables: { part: 120, whole: 4000 }
    })
    expect(await facts('big').postgres()).toMatchObject({
      plan: 'advanced',
      bytes: 9e8,
      size: { part: 0.9, whole: 4096 },
      connections: { part: 19, whole: 500 }
    })
    expect(await facts('bare').postgres()).toBeUndefined()
  })

  it.each([
    [{ 'Data Size': '8.5 MB / 1.00 GB (0.85%) (In compliance)' }, { size: { part: 8.5e6, whole: 1e9 } }],
    [
      { 'Data Size': '7.9 MB', Connections: 'unknown', Tables: '3' },
      { size: undefined, connections: undefined, tables: undefined }
    ],
    [{ Connections: '1,019/1,200' }, { connections: { part: 1019, whole: 1200 } }],
    [
      { Connections: '0/0', 'Data Size': '1 PB/2 PB' },
      { connections: undefined, size: undefined }
    ]
  ])('takes of undocumented lines %j what it knows', async (info, expected) => {
    figures['heroku-postgresql'] = { bytes: 9e8, info }
    expect(await facts('one').postgres()).toMatchObject(expected)
  })

  it("has Redis's policy", async () => {
    expect(await facts('one').redisPolicy()).toBe('noeviction')
    expect(await facts('bare').redisPolicy()).toBeUndefined()
  })

  it('asks once, whoever asks', async () => {
    const one = facts('one')
    const before = heroku.requests.length
    await Promise.all([one.formation(), one.formation(), one.postgres(), one.redisPolicy(), one.addons()])
    await one.formation()
    const asked = heroku.requests.slice(before)
    expect(asked.filter(request => request.endsWith('/formation'))).toHaveLength(1)
    expect(asked.filter(request => request.endsWith('/addons'))).toHaveLength(1)
  })

  it('has the slugs that were released, each once, and reads the log by its source', async () => {
    const app = appOf(clientOf(heroku), 'one')
    const types = { web: 'sleep 100', hello: 'sh hello.sh' }
    await ship(app, makeSlug({ 'hello.sh': 'echo "Error R14 (Memory quota exceeded)"' }), types)
    await ship(app, makeSlug({ 'hello.sh': 'echo two', 'more.txt': 'x'.repeat(5_000) }), types)
    await app.setConfigVars({ NAME: 'value' })
    const one = facts('one')
    const slugs = await one.slugs()
    expect(slugs.map(({ bytes }) => bytes > 100)).toEqual([true, true])
    expect(slugs[0]!.bytes).toBe((await one.slug())?.size)
    expect(Math.abs(slugs[0]!.released - Date.now())).toBeLessThan(60_000)

    heroku.machine('one').log.write('heroku[web.1]', 'Error R14 (Memory quota exceeded)')
    heroku.machine('one').log.write('app[web.1]', 'Error R14 (says the app)\nat=error code=H99')
    const platform = await one.platformLog()
    expect(platform.filter(({ text }) => text.includes('R14'))).toEqual([
      { time: expect.any(Number), source: 'heroku', dyno: 'web.1', text: 'Error R14 (Memory quota exceeded)' }
    ])
    expect((await one.log()).filter(({ source }) => source === 'app').map(({ text }) => text)).toEqual(
      expect.arrayContaining(['Error R14 (says the app)', 'at=error code=H99'])
    )
  })

  it('knows domains, and says what it was refused', async () => {
    await ask(heroku, 'POST /apps/one/domains', { body: { hostname: 'www.example.org', sni_endpoint: null } })
    await ask(heroku, 'POST /apps/one/acm')
    const domains = await facts('one').domains()
    expect(domains.map(({ hostname, kind, acm_status }) => [hostname, kind, acm_status]).sort()).toEqual([
      [expect.stringMatching(/^127/), 'heroku', null],
      ['www.example.org', 'custom', 'cert issued']
    ])
    await expect(facts('nobody').log()).rejects.toThrow(/404/)
  })
})
