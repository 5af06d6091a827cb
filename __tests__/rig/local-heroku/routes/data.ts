import { POSTGRES, REDIS, SERVICES } from '../../../../src/knowledge/index.ts'
import { invalid, notFound } from '../errors.ts'
import { type AddonState } from '../store.ts'
import { type DataFigures, type World } from '../world.ts'
import { addonOf } from './addons.ts'
import { type Routes } from './route.ts'

/**
 * Heroku's data API (api.data.heroku.com). Heroku documents none of it: addresses and fields are those that heroku/cli
 * reads (pg:info, redis:info, redis:maxmemory; lib/pg/types). The names of the lines in `info` of Redis, and what holds
 * more than one number in `info` of Postgres, are undocumented.
 */
export const DATA_ROUTES: Routes = {
  'GET /client/v11/databases/:addon': async (world, { params }) => {
    const addon = databaseOf(world, params[0])
    if (isAdvanced(addon)) throw notFound('database')
    return [200, postgresView(addon, urlOf(world, addon), await world.figures(addon))]
  },
  'GET /client/v11/databases/:addon/wait_status': (world, { params }) => {
    databaseOf(world, params[0])
    return [200, { message: 'available', 'waiting?': false }]
  },
  'GET /data/postgres/v1/:addon/info': async (world, { params }) => {
    const addon = databaseOf(world, params[0])
    if (!isAdvanced(addon)) throw notFound('database')
    return [200, advancedView(addon, await world.figures(addon))]
  },

  'GET /redis/v0/databases/:addon': async (world, { params }) => {
    const addon = redisOf(world, params[0])
    return [200, redisView(addon, urlOf(world, addon), await world.figures(addon))]
  },
  'GET /redis/v0/databases/:addon/config': (world, { params }) => [200, redisConfig(redisOf(world, params[0]))],
  'PATCH /redis/v0/databases/:addon/config': (world, { params, body }) => {
    const addon = redisOf(world, params[0])
    for (const name of Object.keys(body)) {
      if (!(name in REDIS_SETTINGS)) throw invalid(`${name} is not a setting`)
    }
    const policy = body['maxmemory_policy'] ?? 'noeviction'
    if (typeof policy !== 'string' || !(policy in POLICIES)) throw invalid('maxmemory_policy is not valid')
    addon.settings = { ...addon.settings, ...(body as Record<string, string | number>) }
    world.store.save()
    return [200, redisConfig(addon)]
  }
}

/** Of a plan that is not known: the largest. */
const UNKNOWN_PLAN: (typeof SERVICES)[typeof POSTGRES]['plans'][string] = { bytes: 4096e9, connections: 500 }

/** Redis's own policies (redis.io: eviction). Heroku's default is `noeviction` (Dev Center: heroku-redis). */
const POLICIES: Readonly<Record<string, string>> = {
  noeviction: 'return errors when memory limit is reached',
  'allkeys-lru': 'remove less recently used keys first',
  'allkeys-lfu': 'remove less frequently used keys first',
  'allkeys-random': 'evict random keys',
  'volatile-lru': 'remove less recently used keys first that have an expiry set',
  'volatile-lfu': 'remove less frequently used keys first that have an expiry set',
  'volatile-random': 'evict random keys that have an expiry set',
  'volatile-ttl': 'evict keys with an expiry set and a short time to live first'
}
const REDIS_SETTINGS: Readonly<Record<string, string | number>> = {
  maxmemory_policy: 'noeviction',
  timeout: 300,
  notify_keyspace_events: ''
}

function databaseOf(world: World, idOrName: string | undefined): AddonState {
  return serviceOf(world, idOrName, POSTGRES)
}

function redisOf(world: World, idOrName: string | undefined): AddonState {
  return serviceOf(world, idOrName, REDIS)
}

function serviceOf(world: World, idOrName: string | undefined, service: string): AddonState {
  const addon = addonOf(world, idOrName)
  if (addon.service !== service) throw notFound('add-on')
  return addon
}

/** Plans of the Advanced tier have addresses of their own (heroku/heroku-cli-util: addons/helpers). */
function isAdvanced({ plan }: AddonState): boolean {
  return /^heroku-postgresql:(advanced|performance)/.test(plan)
}

function urlOf({ store }: World, { app, configVars }: AddonState): string {
  return store.app(app)?.configVars[configVars[0] ?? ''] ?? ''
}

function postgresView(addon: AddonState, url: string, figures: DataFigures): unknown {
  const { bytes = 0, connections = 0, tables = 0, version = '16.4', status = 'Available', info = {} } = figures
  const [, plan = ''] = addon.plan.split(':')
  const most = SERVICES[POSTGRES].plans[plan] ?? UNKNOWN_PLAN
  const lines: Record<string, string> = {
    Plan: titleOf(plan),
    Status: status,
    Connections: `${connections}/${most.connections}`,
    'PG Version': version,
    Created: addon.createdAt.slice(0, 16).replace('T', ' ') + ' UTC',
    'Data Size': `${sizeText(bytes)}/${sizeText(most.bytes)} (${((bytes / most.bytes) * 100).toFixed(2)}%)`,
    Tables: most.tables === undefined ? `${tables}` : `${tables}/${most.tables}`,
    ...info
  }
  return {
    addon_id: addon.id,
    name: addon.name,
    plan: { name: plan },
    created_at: addon.createdAt,
    status_updated_at: addon.createdAt,
    num_bytes: bytes,
    num_connections: connections,
    num_connections_waiting: 0,
    num_tables: tables,
    postgres_version: version,
    database_name: databaseName(url),
    resource_url: url,
    credentials: 1,
    following: null,
    forked_from: null,
    'hot_standby?': false,
    'waiting?': false,
    info: infoLines(lines)
  }
}

function advancedView({ plan }: AddonState, figures: DataFigures): unknown {
  const { bytes = 0, connections = 0, tables = 0, version = '17.2', status = 'Available' } = figures
  return {
    status: status.toLowerCase(),
    tier: plan.split(':')[1]?.split('-')[0],
    version,
    plan_limits: [
      { name: 'storage-limit-in-gb', current: bytes / 1e9, limit: UNKNOWN_PLAN.bytes / 1e9 },
      { name: 'table-limit', current: tables, limit: 4_000 }
    ],
    pools: [{ name: 'leader', connections_used: connections, expected_connection_limit: UNKNOWN_PLAN.connections }],
    quotas: []
  }
}

function redisView(addon: AddonState, url: string, figures: DataFigures): unknown {
  const { version = '7.2.4', status = 'available', info = {} } = figures
  const [, plan = ''] = addon.plan.split(':')
  const policy = String(settingsOf(addon)['maxmemory_policy'])
  const lines = { Plan: titleOf(plan), Status: status, Created: addon.createdAt, Version: version, Maxmemory: policy }
  return {
    addon_id: addon.id,
    name: addon.name,
    plan,
    version,
    created_at: addon.createdAt,
    port: Number(/:(\d+)(?:\/\d*)?$/.exec(url)?.[1] ?? 6379),
    prefer_native_tls: url.startsWith('rediss:'),
    resource_url: url,
    info: infoLines({ ...lines, ...info })
  }
}

function redisConfig(addon: AddonState): unknown {
  const settings = settingsOf(addon)
  return Object.fromEntries(
    Object.entries(REDIS_SETTINGS).map(([name, usual]) => [
      name,
      { value: settings[name], values: name === 'maxmemory_policy' ? POLICIES : {}, default: usual, desc: name }
    ])
  )
}

function settingsOf({ settings }: AddonState): Record<string, string | number> {
  return { ...REDIS_SETTINGS, ...settings }
}

function infoLines(lines: Readonly<Record<string, string>>): unknown[] {
  return Object.entries(lines).map(([name, value]) => ({ name, values: [value] }))
}

/** `Essential 0` */
function titleOf(plan: string): string {
  return plan.replace('-', ' ').replace(/^./, letter => letter.toUpperCase())
}

function sizeText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${(bytes / 1e6).toFixed(1)} MB`
}

function databaseName(url: string): string {
  return /\/([^/?]+)(?:\?.*)?$/.exec(url)?.[1] ?? ''
}
