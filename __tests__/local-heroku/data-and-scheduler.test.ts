import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type DataFigures, type LocalHeroku } from '../rig/local-heroku/index.ts'
import { openHeroku } from '../helpers/local-heroku.ts'
import { ask, type Asking, type Said, type Thing } from './ask.ts'

const POSTGRES = 'postgres://me:secret@127.0.0.1:5432/mastodon?sslmode=disable'
const REDIS = 'rediss://:secret@127.0.0.1:6380'
const figures: Record<string, DataFigures> = {}

let heroku: LocalHeroku
let addons: readonly Thing[]
let appId: string

beforeAll(async () => {
  ;({ heroku } = await openHeroku({
    addon: service => Promise.resolve(service === 'scheduler' ? {} : undefined),
    figures: ({ service }) => Promise.resolve(figures[service] ?? {})
  }))
  await heroku.addApp('one', {
    addons: [
      { plan: 'heroku-postgresql:essential-0', vars: { DATABASE_URL: POSTGRES } },
      { plan: 'heroku-redis:mini', vars: { REDIS_URL: REDIS } }
    ]
  })
  await heroku.addApp('big', { addons: [{ plan: 'heroku-postgresql:advanced-1', vars: { DATABASE_URL: POSTGRES } }] })
  appId = (await ask(heroku, 'GET /apps/one')).body.id
  addons = (await ask(heroku, 'GET /addons')).body
})
afterAll(() => heroku.close())

const addon = (plan: string): Thing => addons.find(({ plan: { name } }) => name === plan)!
const data = (request: string, asking: Asking = {}): Promise<Said> =>
  ask(heroku, request, { ...asking, headers: { accept: 'application/json' } })

describe('the data API', () => {
  it('tells of a Postgres by its URL and figures', async () => {
    const { id } = addon('heroku-postgresql:essential-0')
    const usual = await data(`GET /client/v11/databases/${id}`)
    expect(usual).toMatchObject({
      status: 200,
      body: { plan: { name: 'essential-0' }, database_name: 'mastodon', resource_url: POSTGRES, 'waiting?': false }
    })
    figures['heroku-postgresql'] = {
      bytes: 9e8,
      connections: 19,
      tables: 120,
      status: 'Over Plan Capacity: Action Required',
      info: { Maintenance: 'required by 2026-12-01' }
    }
    const { body } = await data(`GET /client/v11/databases/${id}`)
    expect(body).toMatchObject({ num_bytes: 9e8, num_connections: 19, num_tables: 120 })
    const info = (body as unknown as { info: { name: string; values: string[] }[] }).info
    expect(Object.fromEntries(info.map(({ name, values }) => [name, values[0]]))).toMatchObject({
      Plan: 'Essential 0',
      Status: 'Over Plan Capacity: Action Required',
      Connections: '19/20',
      'Data Size': '900.0 MB/1.00 GB (90.00%)',
      Tables: '120/4000',
      Maintenance: 'required by 2026-12-01'
    })
    expect((await data(`GET /client/v11/databases/${id}/wait_status`)).body).toMatchObject({ 'waiting?': false })
  })

  it('has another address for the Advanced tier', async () => {
    const { id } = addon('heroku-postgresql:advanced-1')
    expect((await data(`GET /client/v11/databases/${id}`)).status).toBe(404)
    const { body } = await data(`GET /data/postgres/v1/${id}/info`)
    expect(body).toMatchObject({ tier: 'advanced', pools: [{ connections_used: 19 }] })
    const small = addon('heroku-postgresql:essential-0').id
    expect((await data(`GET /data/postgres/v1/${small}/info`)).status).toBe(404)
  })

  it('tells of a Redis, and keeps its settings', async () => {
    const { name } = addon('heroku-redis:mini')
    const path = `/redis/v0/databases/${name}`
    expect((await data(`GET ${path}`)).body).toMatchObject({ plan: 'mini', port: 6380, prefer_native_tls: true })
    expect((await data(`GET ${path}/config`)).body).toMatchObject({ maxmemory_policy: { value: 'noeviction' } })
    const changed = await data(`PATCH ${path}/config`, { body: { maxmemory_policy: 'allkeys-lru' } })
    expect(changed.body).toMatchObject({ maxmemory_policy: { value: 'allkeys-lru', default: 'noeviction' } })
    expect((await data(`PATCH ${path}/config`, { body: { maxmemory_policy: 'what' } })).status).toBe(422)
    expect((await data(`PATCH ${path}/config`, { body: { unknown: 1 } })).status).toBe(422)
    expect((await data(`GET ${path}/config`)).body).toMatchObject({ maxmemory_policy: { value: 'allkeys-lru' } })
  })

  it('knows a database by its own service alone, wants the key, and costs no request of the account', async () => {
    const left = async (): Promise<number> => (await ask(heroku, 'GET /account/rate-limits')).body.remaining
    const before = await left()
    expect((await data(`GET /client/v11/databases/${addon('heroku-redis:mini').id}`)).status).toBe(404)
    expect((await data('GET /redis/v0/databases/nothing')).status).toBe(404)
    const keyless = await fetch(`${heroku.dataUrl}/redis/v0/databases/${addon('heroku-redis:mini').name}`)
    expect(keyless.status).toBe(401)
    expect(await left()).toBeGreaterThanOrEqual(before)
  })
})

const JSON_API = { accept: 'application/vnd.api+json', 'content-type': 'application/vnd.api+json' }
const scheduler = (request: string, body?: unknown, headers: Record<string, string> = JSON_API): Promise<Said> =>
  ask(heroku, request.replace('JOBS', `/apps/${appId}/jobs`), { body, headers })
const job = (attributes: object, more: object = {}) => ({ data: { type: 'jobs', attributes, ...more } })
const GOOD = { command: 'bin/tootctl media remove', 'dyno-size': 'Standard-1X', every: 1440, at: 210 }

describe('the Scheduler', () => {
  it('is not there before its add-on', async () => {
    expect((await scheduler('GET JOBS')).status).toBe(404)
    expect((await ask(heroku, 'POST /apps/one/addons', { body: { plan: 'scheduler:standard' } })).status).toBe(201)
    expect((await scheduler('GET JOBS')).body).toEqual({ data: [] })
  })

  it('keeps jobs, and never gives an id twice', async () => {
    const made = await scheduler('POST JOBS', job(GOOD))
    expect(made).toMatchObject({
      status: 201,
      body: { data: { type: 'jobs', attributes: { ...GOOD, 'ran-at': null } } }
    })
    expect(made.headers.get('content-type')).toBe('application/vnd.api+json')
    const { id } = made.body.data
    expect((await scheduler('GET JOBS')).body.data).toMatchObject([{ id, attributes: GOOD }])
    for (const named of [id, appId]) {
      const changed = await scheduler(`PATCH JOBS/${id}`, job({ at: 240 }, { id: named }))
      expect(changed.body.data).toMatchObject({ id, attributes: { ...GOOD, at: 240 } })
    }
    expect((await scheduler(`PATCH JOBS/${id}`, job({ every: 60 }, { id }))).status).toBe(422)
    expect((await scheduler(`DELETE JOBS/${id}`)).status).toBe(204)
    expect((await scheduler(`DELETE JOBS/${id}`)).status).toBe(404)
    expect((await scheduler('POST JOBS', job(GOOD))).body.data.id).not.toBe(id)
  })

  it.each([
    [{ every: 10, at: 0 }, 201],
    [{ every: 10, at: 5 }, 422],
    [{ every: 60, at: 50 }, 201],
    [{ every: 60, at: 15 }, 422],
    [{ every: 60, at: 60 }, 422],
    [{ every: 1440, at: 1410 }, 201],
    [{ every: 1440, at: 20 }, 422],
    [{ every: 1440, at: 1440 }, 422],
    [{ every: 30 }, 422],
    [{ every: '10', at: 0 }, 422],
    [{ 'dyno-size': 'standard-1x' }, 422],
    [{ command: ' ' }, 422],
    [{ cron: '* * * * *' }, 422]
  ])('answers a job with %j by %i', async (attributes, status) => {
    const said = await scheduler('POST JOBS', job({ ...GOOD, ...attributes }))
    expect(said.status).toBe(status)
    if (status === 422)
      expect(said.body).toMatchObject({
        errors: [{ status: '422', source: { pointer: expect.stringMatching(/^\/data\/attributes\//) } }]
      })
  })

  it('is JSON:API: types, headers, and apps by their id alone', async () => {
    const typeless = await scheduler('POST JOBS', { data: { attributes: GOOD } })
    expect(typeless).toMatchObject({
      status: 400,
      body: { errors: [{ title: 'Missing type in data parameter', source: { pointer: '/data/type' }, status: '400' }] }
    })
    expect((await scheduler('GET JOBS', undefined, { accept: 'application/json' })).status).toBe(406)
    expect((await scheduler('POST JOBS', job(GOOD), { ...JSON_API, 'content-type': 'application/json' })).status).toBe(
      415
    )
    expect((await scheduler('GET /apps/one/jobs')).status).toBe(404)
    expect((await scheduler('GET JOBS', undefined, { ...JSON_API, authorization: 'Bearer no' })).status).toBe(401)
  })
})
