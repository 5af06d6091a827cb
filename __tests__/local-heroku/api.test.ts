import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { appOf, clientOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { ask, type Said, type Thing } from './ask.ts'

let heroku: LocalHeroku
let endBuild: () => void

beforeAll(async () => {
  const build = new Promise<never>((_resolve, reject) => (endBuild = () => reject(new Error('It is over.'))))
  ;({ heroku } = await openHeroku({
    build: () => build,
    addon: service =>
      Promise.resolve(service === 'two-vars' ? { TWO_URL: 'url://1', TWO_POOL_URL: 'url://2' } : undefined)
  }))
  for (const name of ['one', 'two', 'empty']) await heroku.addApp(name)
  await ship(appOf(clientOf(heroku), 'one'), makeSlug({ file: 'x' }), { worker: 'sleep 1000', clock: 'sleep 1000' })
})
afterAll(async () => {
  endBuild()
  await heroku.close()
})

const versions = (body: readonly Thing[]): number[] => body.map(({ version }) => version)

describe('errors of the Platform API', () => {
  it.each([
    ['GET /account', { headers: { authorization: 'Bearer wrong' } }, 401, 'unauthorized'],
    ['GET /account', { headers: { accept: 'application/json' } }, 406, 'not_acceptable'],
    ['GET /apps/nowhere', {}, 404, 'not_found'],
    ['GET /apps/%zz', {}, 404, 'not_found'],
    ['GET /no/such/endpoint', {}, 404, 'not_found'],
    ['GET /apps/one/releases/99', {}, 404, 'not_found'],
    ['GET /apps/one/dynos/web.1', {}, 404, 'not_found'],
    ['POST /apps', { body: '{' }, 400, 'bad_request'],
    ['POST /apps', { body: { name: 'one' } }, 422, 'invalid_params'],
    ['POST /apps', { body: { name: 'Not A Name' } }, 422, 'invalid_params'],
    ['POST /oauth/authorizations', { body: { scope: ['everything'] } }, 422, 'invalid_params'],
    ['POST /oauth/authorizations', { body: { expires_in: 'soon' } }, 422, 'invalid_params'],
    ['POST /apps/one/slugs', { body: {} }, 422, 'invalid_params'],
    ['POST /apps/one/slugs', { body: { process_types: {}, more: 1 } }, 422, 'invalid_params'],
    ['POST /apps/one/slugs', { body: { process_types: { 'a b': 'x' } } }, 422, 'invalid_params'],
    ['POST /apps/one/releases', { body: { slug: 'none' } }, 404, 'not_found'],
    ['POST /apps/one/releases', { body: { release: 'none' } }, 404, 'not_found'],
    ['POST /apps/one/dynos', { body: { command: 'x', time_to_live: 0 } }, 422, 'invalid_params'],
    ['POST /apps/one/dynos', { body: { command: 'x', size: 'huge' } }, 422, 'invalid_params'],
    ['POST /apps/empty/dynos', { body: { command: 'x' } }, 409, 'conflict'],
    ['PATCH /apps/one/formation/worker', { body: { quantity: -1 } }, 422, 'invalid_params'],
    ['PATCH /apps/one/formation/nothing', { body: { quantity: 1 } }, 404, 'not_found'],
    ['PATCH /apps/one/formation/worker', { body: { size: 'huge' } }, 422, 'invalid_params'],
    ['PATCH /apps/empty/formation/web', { body: { quantity: 1 } }, 404, 'not_found'],
    ['PATCH /apps/one', { body: { maintenance: 'on' } }, 422, 'invalid_params'],
    ['PATCH /apps/one', { body: { maintenence: true } }, 422, 'invalid_params'],
    ['PATCH /apps/one', { body: { name: 'another' } }, 422, 'invalid_params'],
    ['PATCH /apps/one', { body: { build_stack: 'heroku-1' } }, 422, 'invalid_params'],
    ['PATCH /apps/one/features/preboot', { body: { enabled: 'yes' } }, 422, 'invalid_params'],
    ['GET /apps/one/addons/nothing', {}, 404, 'not_found'],
    ['GET /users/somebody/apps', {}, 404, 'not_found'],
    ['POST /apps/one/domains', { body: { hostname: 'www.example.com' } }, 422, 'invalid_params'],
    ['POST /apps/one/addons', { body: { plan: 'nothing:free' } }, 422, 'invalid_params'],
    ['GET /apps/one/releases', { headers: { range: 'nonsense' } }, 416, 'range_not_satisfiable'],
    ['GET /apps/one/releases', { headers: { range: 'color ..' } }, 416, 'range_not_satisfiable']
  ])('%s with %j is %i %s', async (request, asking, status, id) => {
    const said = await ask(heroku, request, asking)
    expect({ status: said.status, id: said.body.id }).toEqual({ status, id })
    expect(said.body).toEqual({ id, message: expect.stringMatching(/\w/), url: expect.stringMatching(/^https:/) })
    expect(said.headers.get('request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('refuse a slug that was not uploaded', async () => {
    const { body: slug } = await ask(heroku, 'POST /apps/one/slugs', { body: { process_types: { web: 'x' } } })
    const { status, body } = await ask(heroku, 'POST /apps/one/releases', { body: { slug: slug.id } })
    expect([status, body.message]).toEqual([422, 'The slug has not been uploaded'])
  })

  it('refuse to roll back to a release without a slug, or one that failed', async () => {
    const to = async (release: Thing) => ask(heroku, 'POST /apps/one/releases', { body: { release: release.id } })
    const { body: first } = await ask(heroku, 'GET /apps/one/releases/1')
    expect(await to(first)).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/v1 is not eligible/) }
    })
    const change = heroku.beginConfigChange('one', { FAILS: '1' })
    await change.end('failed')
    const { body: failed } = await ask(heroku, `GET /apps/one/releases/${change.version}`)
    expect(failed).toMatchObject({ status: 'failed', eligible_for_rollback: false })
    expect((await to(failed)).status).toBe(422)
  })

  it('refuse a second build while one is under way, whose output tells how it failed', async () => {
    const start = { body: { source_blob: { url: 'http://127.0.0.1/source.tgz', version: 'abc' } } }
    const first = await ask(heroku, 'POST /apps/two/builds', start)
    expect(first).toMatchObject({ status: 201, body: { status: 'pending', source_blob: { version: 'abc' } } })
    expect(await ask(heroku, 'POST /apps/two/builds', start)).toMatchObject({ status: 409, body: { id: 'conflict' } })
    endBuild()
    const { body } = await ask(heroku, `GET /apps/two/builds/${first.body.id}`)
    expect(body).toMatchObject({ status: 'failed', slug: null, release: null })
    expect(await (await fetch(body.output_stream_url)).text()).toMatch(/It is over\.\n ! {5}Push failed\n$/)
  })

  it('hand a request id back', async () => {
    const { headers } = await ask(heroku, 'GET /account', { headers: { 'request-id': 'mine' } })
    expect(headers.get('request-id')).toBe('mine')
  })
})

describe('what Heroku refuses to scale', () => {
  const scale = (updates: readonly object[]) => ask(heroku, 'PATCH /apps/one/formation', { body: { updates } })

  it('a second dyno of a type that is Eco or Basic', async () => {
    expect(await scale([{ type: 'worker', quantity: 2, size: 'basic' }])).toMatchObject({
      status: 422,
      body: {
        id: 'cannot_update_above_limit',
        limit: 1,
        message: expect.stringMatching(/more than 1 Basic size dynos/)
      }
    })
  })

  it('Basic beside another size, of dynos that run', async () => {
    const mixed = [
      { type: 'worker', quantity: 1, size: 'basic' },
      { type: 'clock', quantity: 1, size: 'standard-1x' }
    ]
    expect(await scale(mixed)).toMatchObject({
      status: 422,
      body: { message: expect.stringMatching(/^Cannot use the following dyno types in the same app: .*Basic/) }
    })
  })

  it('release, which is in the formation for its size', async () => {
    const app = appOf(clientOf(heroku), 'released')
    await heroku.addApp('released')
    await ship(app, makeSlug({ file: 'x' }), { worker: 'true', release: 'true' })
    const { body } = await ask(heroku, 'GET /apps/released/formation')
    expect(Object.fromEntries(body.map(({ type, quantity }) => [type, quantity]))).toEqual({ release: 0, worker: 0 })
    expect((await ask(heroku, 'PATCH /apps/released/formation/release', { body: { quantity: 1 } })).status).toBe(422)
    // The first slug with other types is still the first: its web runs.
    await heroku.addApp('first')
    const first = appOf(clientOf(heroku), 'first')
    await ship(first, makeSlug({ file: 'x' }), { release: 'true' })
    await ship(first, makeSlug({ file: 'x' }), { web: 'sleep 1000' })
    expect(await first.formation()).toMatchObject([{ type: 'web', quantity: 1 }])
    const { body: of } = await ask(heroku, 'PATCH /apps/released/formation/release', { body: { size: 'standard-2x' } })
    expect(of.dyno_size.name).toBe('Standard-2X')
  })
})

it('the stack of the next builds is changed alone', async () => {
  const { body } = await ask(heroku, 'PATCH /apps/empty', { body: { build_stack: 'heroku-22' } })
  expect(body).toMatchObject({ build_stack: { name: 'heroku-22' }, stack: { name: 'heroku-24' } })
})

it('an unknown address of a scheduler is not found, whatever the key', async () => {
  const headers = { authorization: 'Bearer of-cron-to-go' }
  expect((await ask(heroku, 'GET /organizations/1/nothing', { headers })).status).toBe(404)
  expect((await ask(heroku, 'GET /nothing', { headers })).status).toBe(401)
})

describe('lists', () => {
  beforeAll(async () => {
    for (const value of '12345') await ask(heroku, 'PATCH /apps/empty/config-vars', { body: { VALUE: value } })
  })

  const releases = (range: string) => ask(heroku, 'GET /apps/empty/releases', { headers: { range } })

  it.each([
    ['version ..; max=4', [1, 2, 3, 4, 5, 6]],
    ['version ..; order=desc, max=4', [6, 5, 4, 3, 2, 1]],
    ['version 2..5; max=3', [2, 3, 4, 5]],
    ['version ]2..; max=2', [3, 4, 5, 6]]
  ])('come page by page by the Range %s', async (range, all) => {
    const seen: number[] = []
    let next: string | null = range
    while (next !== null) {
      const page: Said = await releases(next)
      const numbers = versions(page.body)
      expect(page.headers.get('content-range')).toBe(`version ${numbers[0]}..${numbers.at(-1)}`)
      seen.push(...numbers)
      next = page.headers.get('next-range')
      expect(page.status).toBe(next === null ? 200 : 206)
    }
    expect(seen).toEqual(all)
  })

  it('are whole where no Range asks for less', async () => {
    const { status, body } = await ask(heroku, 'GET /apps/empty/releases')
    expect([status, versions(body).sort()]).toEqual([200, [1, 2, 3, 4, 5, 6]])
  })
})

describe('the rate limit', () => {
  it('goes down with each request, is 429 with Retry-After when it is used up, and fills again', async () => {
    const clock = new TestClock()
    const { heroku: limited } = await openHeroku({ clock, rateLimit: 60 })
    try {
      const left = async (): Promise<number> => (await ask(limited, 'GET /account/rate-limits')).body.remaining
      expect(await left()).toBe(60)
      expect((await ask(limited, 'GET /account')).headers.get('ratelimit-remaining')).toBe('59')
      for (let i = 0; i < 59; i++) expect((await ask(limited, 'GET /apps')).status).toBe(200)
      expect(await left()).toBe(0)
      const { status, headers, body } = await ask(limited, 'GET /apps')
      expect({ status, id: body.id, after: headers.get('retry-after') }).toEqual({
        status: 429,
        id: 'rate_limit',
        after: '60'
      })
      clock.pass(60_000)
      expect(await left()).toBe(1)
      expect((await ask(limited, 'GET /apps')).status).toBe(200)
      expect((await ask(limited, 'GET /apps')).status).toBe(429)
      clock.pass(2 * 3_600_000)
      expect(await left()).toBe(60)
    } finally {
      await limited.close()
    }
  })

  it('is Heroku’s where no other is given', async () => {
    expect((await ask(heroku, 'GET /account/rate-limits')).body.remaining).toBeGreaterThan(4_000)
    expect((await ask(heroku, 'GET /account/rate-limits')).body.remaining).toBeLessThan(4_500)
  })
})

describe('apps', () => {
  it('take config vars all or none', async () => {
    const before = await ask(heroku, 'GET /apps/two/config-vars')
    const wrong = await ask(heroku, 'PATCH /apps/two/config-vars', { body: { GOOD: 'x', BAD: 1 } })
    expect(wrong.status).toBe(422)
    expect((await ask(heroku, 'GET /apps/two/config-vars')).body).toEqual(before.body)
  })

  it('keep the config vars of each release', async () => {
    await ask(heroku, 'PATCH /apps/two/config-vars', { body: { A: '1', B: '2' } })
    await ask(heroku, 'PATCH /apps/two/config-vars', { body: { A: null } })
    const newest = { headers: { range: 'version ..; order=desc, max=2' } }
    const { body } = await ask(heroku, 'GET /apps/two/releases', newest)
    const told = body.map(({ description }) => description)
    expect(told).toEqual(['Remove A config vars', 'Set A, B config vars'])
    const old = await ask(heroku, `GET /apps/two/releases/${body[1]!.version}/config-vars`)
    expect([old.body, (await ask(heroku, 'GET /apps/two/config-vars')).body]).toEqual([{ A: '1', B: '2' }, { B: '2' }])
  })

  it('have domains', async () => {
    const domain = { hostname: 'www.example.com', sni_endpoint: null }
    const added = await ask(heroku, 'POST /apps/two/domains', { body: domain })
    expect(added).toMatchObject({ status: 201, body: { hostname: 'www.example.com', kind: 'custom' } })
    expect((await ask(heroku, 'POST /apps/one/domains', { body: domain })).status).toBe(422)
    const { body } = await ask(heroku, 'GET /apps/two/domains')
    expect(body.map(({ kind }) => kind).sort()).toEqual(['custom', 'heroku'])
    expect((await ask(heroku, 'DELETE /apps/two/domains/www.example.com')).status).toBe(200)
    expect((await ask(heroku, `GET /apps/two/domains/${added.body.id}`)).status).toBe(404)
  })

  it('are scaled by number and step, with sizes by their right names', async () => {
    const updates = [
      { type: 'worker', quantity: '+2', size: 'standard-2x' },
      { type: 'clock', quantity: 1, dyno_size: { name: 'standard-1x' } }
    ]
    const { body } = await ask(heroku, 'PATCH /apps/one/formation', { body: { updates } })
    expect(body.toSorted((a, b) => a.type.localeCompare(b.type))).toMatchObject([
      { type: 'clock', quantity: 1, size: 'Standard-1X' },
      { type: 'worker', quantity: 2, size: 'Standard-2X', dyno_size: { name: 'Standard-2X' } }
    ])
    const { body: dynos } = await ask(heroku, 'GET /apps/one/dynos')
    expect(dynos.map(({ name }) => name).sort()).toEqual(['clock.1', 'worker.1', 'worker.2'])
    const wrong = [
      { type: 'clock', quantity: 5 },
      { type: 'nothing', quantity: 1 }
    ]
    expect((await ask(heroku, 'PATCH /apps/one/formation', { body: { updates: wrong } })).status).toBe(404)
    expect((await ask(heroku, 'GET /apps/one/formation/clock')).body.quantity).toBe(1)
  })
})

describe('add-ons', () => {
  it('bring their config vars, lend them under another name, and take them away', async () => {
    const made = await ask(heroku, 'POST /apps/one/addons', { body: { plan: 'two-vars:small' } })
    expect(made).toMatchObject({
      status: 201,
      body: { state: 'provisioned', config_vars: ['TWO_URL', 'TWO_POOL_URL'] }
    })
    expect((await ask(heroku, 'GET /apps/one/config-vars')).body).toMatchObject({ TWO_URL: 'url://1' })

    const lend = { addon: 'one::TWO', app: 'two', name: 'LENT' }
    const lent = await ask(heroku, 'POST /addon-attachments', { body: lend })
    expect(lent).toMatchObject({ status: 201, body: { name: 'LENT', addon: { app: { name: 'one' } } } })
    const vars = { LENT_URL: 'url://1', LENT_POOL_URL: 'url://2' }
    expect((await ask(heroku, 'GET /apps/two/config-vars')).body).toMatchObject(vars)
    const again = await ask(heroku, 'POST /addon-attachments', { body: lend })
    expect(again).toMatchObject({ status: 422, body: { id: 'confirmation_required' } })
    const confirmed = await ask(heroku, 'POST /addon-attachments', { body: { ...lend, confirm: 'two' } })
    expect(confirmed.status).toBe(201)
    const { body: attached } = await ask(heroku, 'GET /apps/two/addon-attachments')
    expect(attached).toHaveLength(1)

    const resolved = await ask(heroku, 'POST /actions/addons/resolve', { body: { addon: 'LENT', app: 'two' } })
    expect(resolved.body).toMatchObject([{ id: made.body.id }])
    expect((await ask(heroku, `DELETE /addon-attachments/${confirmed.body.id}`)).status).toBe(200)
    expect(Object.keys((await ask(heroku, 'GET /apps/two/config-vars')).body)).toEqual(['B'])
    // An app without it does not know it, and its config vars are not set by hand.
    expect((await ask(heroku, `GET /apps/two/addons/${made.body.name}`)).status).toBe(404)
    const byHand = await ask(heroku, 'PATCH /apps/one/config-vars', { body: { TWO_URL: 'mine' } })
    expect(byHand).toMatchObject({ status: 422, body: { message: 'Cannot overwrite attachment values TWO_URL.' } })
    const gone = await ask(heroku, `DELETE /apps/one/addons/${made.body.name}`)
    expect(gone).toMatchObject({ status: 200, body: { state: 'deprovisioned' } })
    expect((await ask(heroku, 'GET /apps/one/config-vars')).body).toEqual({})
    expect((await ask(heroku, 'GET /apps/one/addons')).body).toEqual([])
  })

  it('change their plan within their service', async () => {
    const { body: addon } = await ask(heroku, 'POST /apps/one/addons', { body: { plan: 'two-vars:small' } })
    const change = (plan: unknown) => ask(heroku, `PATCH /apps/one/addons/${addon.id}`, { body: { plan } })
    expect((await change({ name: 'two-vars:large' })).body.plan.name).toBe('two-vars:large')
    expect((await change('another:large')).status).toBe(422)
  })
})

describe('a key that is made', () => {
  it('is good until its end', async () => {
    const clock = new TestClock()
    const { heroku: timed } = await openHeroku({ clock })
    try {
      const body = { description: 'GitHub deploy', scope: ['global'], expires_in: '60' }
      const { status, body: made } = await ask(timed, 'POST /oauth/authorizations', { body })
      expect({ status, made }).toMatchObject({
        status: 201,
        made: { scope: ['global'], access_token: { expires_in: 60 } }
      })
      const key = { apiUrl: timed.apiUrl, apiKey: made.access_token.token }
      const { body: all } = await ask(key, 'GET /oauth/authorizations')
      // Only who makes a key sees all of it.
      const redacted = [timed.apiKey, key.apiKey].map(token => `${token.slice(0, 8)}**********${token.slice(-4)}`)
      expect(all.map(({ access_token }) => access_token.token).sort()).toEqual(redacted.sort())
      expect(all[0]).toMatchObject({ user: { email: 'user@example.com' } })
      clock.pass(60_000)
      expect((await ask(key, 'GET /account')).status).toBe(401)
    } finally {
      await timed.close()
    }
  })
})

describe('a change of config vars', () => {
  const config = async (app: string) => (await ask(heroku, `GET /apps/${app}/config-vars`)).body
  const newest = async (app: string) =>
    (await ask(heroku, `GET /apps/${app}/releases`, { headers: { range: 'version ..; order=desc, max=1' } })).body[0]!

  it.each([
    ['succeeded', { KEEP: 'new', ADD: '1' }],
    ['failed', { KEEP: 'old', GO: '1' }]
  ] as const)('can be read only when its release has %s, and is undone if it fails', async (status, after) => {
    const name = `config-${status}`
    const before = { KEEP: 'old', GO: '1' }
    await heroku.addApp(name, { config: before })
    const change = heroku.beginConfigChange(name, { KEEP: 'new', GO: null, ADD: '1' })
    expect(await config(name)).toEqual(before)
    expect(await newest(name)).toMatchObject({ version: change.version, status: 'pending', current: false })
    await change.end(status)
    expect(await config(name)).toEqual(after)
    expect(await newest(name)).toMatchObject({ version: change.version, status, current: status === 'succeeded' })
  })

  it('waits for the release command of the slug, whose failure undoes it', async () => {
    await heroku.addApp('commanded', { config: { FAILS: '' } })
    const app = appOf(clientOf(heroku), 'commanded')
    await ship(app, makeSlug({ file: 'x' }), { worker: 'sleep 1000', release: 'exit $FAILS' })
    const settled = () => until(async () => (await newest('commanded')).status !== 'pending' && newest('commanded'))
    await settled()
    const set = (FAILS: string) => ask(heroku, 'PATCH /apps/commanded/config-vars', { body: { FAILS } })
    expect((await set('0')).body).toEqual({ FAILS: '' })
    expect((await settled()).status).toBe('succeeded')
    expect(await config('commanded')).toEqual({ FAILS: '0' })
    expect((await set('1')).body).toEqual({ FAILS: '0' })
    expect((await settled()).status).toBe('failed')
    expect(await config('commanded')).toEqual({ FAILS: '0' })
  })
})
