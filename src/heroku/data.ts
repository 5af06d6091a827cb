import * as v from 'valibot'
import { type HerokuClient } from './client.ts'

/**
 * Heroku's data API. Heroku does not document it: addresses and fields are those that heroku/cli reads (pg:info,
 * redis:maxmemory; lib/pg/types), and the texts in `info` are what it prints. A figure that is not found is left out.
 */

/** How much is used of how much, in the same unit. */
export interface Share {
  readonly part: number
  readonly whole: number
}

export interface PostgresFigures {
  /** `essential-0`. */
  readonly plan: string | undefined
  /** Heroku's words: `Available`; `… Action Required` if the plan is full (Dev Center: over-plan-capacity). */
  readonly status: string | undefined
  /** Bytes. */
  readonly bytes: number | undefined
  readonly size: Share | undefined
  readonly connections: Share | undefined
  readonly tables: Share | undefined
}

const amount = v.optional(v.nullable(v.pipe(v.number(), v.minValue(0))))
const short = v.pipe(v.string(), v.maxLength(300))
const lines = v.array(v.looseObject({ name: short, values: v.array(v.union([short, v.number()])) }))
const classic = v.looseObject({
  plan: v.nullish(v.looseObject({ name: short })),
  num_bytes: amount,
  info: v.optional(lines, [])
})
const advanced = v.looseObject({
  status: v.optional(short),
  tier: v.nullish(short),
  plan_limits: v.optional(
    v.array(v.looseObject({ name: short, current: v.nullish(v.number()), limit: v.nullish(v.number()) })),
    []
  ),
  pools: v.optional(
    v.array(
      v.looseObject({ connections_used: v.nullish(v.number()), expected_connection_limit: v.nullish(v.number()) })
    ),
    []
  )
})
const redisConfig = v.looseObject({ maxmemory_policy: v.looseObject({ value: short }) })

/**
 * Figures of a Heroku Postgres: Essential to Premium, or the Advanced tier, which has an address of its own.
 * @param client of the data API
 * @param plan as the Platform API names it: `heroku-postgresql:essential-0`
 */
export async function postgresFigures(client: HerokuClient, id: string, plan: string): Promise<PostgresFigures> {
  if (/^heroku-postgresql:(advanced|performance)/.test(plan)) return advancedFigures(client, id)
  const {
    num_bytes: bytes,
    plan: named,
    info
  } = await client.get(`/client/v11/databases/${encodeURIComponent(id)}`, classic)
  const said = (name: string): string => String(info.find(line => line.name === name)?.values[0] ?? '')
  return {
    plan: named?.name,
    status: said('Status') || undefined,
    bytes: bytes ?? undefined,
    size: shareOf(said('Data Size')),
    connections: shareOf(said('Connections')),
    tables: shareOf(said('Tables'))
  }
}

/** The eviction policy of a Heroku Key-Value Store. */
export async function redisPolicy(client: HerokuClient, name: string): Promise<string> {
  return (await client.get(`/redis/v0/databases/${encodeURIComponent(name)}/config`, redisConfig)).maxmemory_policy
    .value
}

async function advancedFigures(client: HerokuClient, id: string): Promise<PostgresFigures> {
  const { status, tier, plan_limits, pools } = await client.get(
    `/data/postgres/v1/${encodeURIComponent(id)}/info`,
    advanced
  )
  const limit = (name: string): Share | undefined => {
    const found = plan_limits.find(one => one.name === name)
    return share(found?.current, found?.limit)
  }
  const size = limit('storage-limit-in-gb')
  const [pool] = pools
  return {
    plan: tier ?? undefined,
    status,
    bytes: size && Math.round(size.part * 1e9),
    size,
    connections: share(pool?.connections_used, pool?.expected_connection_limit),
    tables: limit('table-limit')
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, bytes: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }

/** Reads `19/20`, `900.0 MB / 1.00 GB (90.00%) (In compliance)`. */
function shareOf(text: string): Share | undefined {
  const [, part, partUnit = '', whole, wholeUnit = ''] =
    /^\s*([\d.,]+)\s*(bytes|[KMGT]B|)\s*\/\s*([\d.,]+)\s*(bytes|[KMGT]B|)(?:\s|\(|$)/.exec(text) ?? []
  const number = (digits: string | undefined, unit: string): number =>
    Number(digits?.replaceAll(',', '') ?? NaN) * (UNITS[unit] ?? NaN)
  return share(number(part, partUnit), number(whole, wholeUnit))
}

function share(part: number | null | undefined, whole: number | null | undefined): Share | undefined {
  return Number.isFinite(part) && Number.isFinite(whole) && whole! > 0 ? { part: part!, whole: whole! } : undefined
}
