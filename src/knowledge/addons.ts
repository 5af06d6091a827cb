import { type Sourced } from './fact.ts'

/** What an add-on plan holds. */
interface Plan {
  readonly bytes: number
  readonly connections: number
  /** Undefined: no limit. */
  readonly tables?: number
}

/** One of Heroku's own add-on services. */
interface Service extends Sourced {
  /** The config var that it sets. A database from elsewhere is known by it, too. */
  readonly brings: string
  /** The smallest plan: Heroku takes it if only the service is named (heroku/cli: addons:create). */
  readonly smallest: string
  /** Plans of the Common Runtime that are needed here. */
  readonly plans: Readonly<Record<string, Plan>>
}

/** Names of the services, as Heroku has them. */
export const POSTGRES = 'heroku-postgresql'
export const REDIS = 'heroku-redis'

/** Mastodon needs both. */
export const SERVICES: Readonly<Record<typeof POSTGRES | typeof REDIS, Service>> = {
  [POSTGRES]: {
    brings: 'DATABASE_URL',
    smallest: 'essential-0',
    plans: {
      'essential-0': { bytes: 1e9, connections: 20, tables: 4_000 },
      'essential-1': { bytes: 10e9, connections: 20, tables: 4_000 },
      'essential-2': { bytes: 32e9, connections: 40, tables: 4_000 },
      'standard-0': { bytes: 64e9, connections: 120 }
    },
    source: 'Dev Center: heroku-postgres-plans',
    seen: '2026-11-22'
  },
  [REDIS]: {
    brings: 'REDIS_URL',
    smallest: 'mini',
    plans: {
      mini: { bytes: 25e6, connections: 20 },
      'premium-0': { bytes: 50e6, connections: 40 },
      'premium-1': { bytes: 100e6, connections: 80 },
      'premium-2': { bytes: 250e6, connections: 200 },
      'premium-3': { bytes: 500e6, connections: 400 }
    },
    source: 'Dev Center: heroku-redis-technical-characterization',
    seen: '2026-11-29'
  }
}

/** A service by its name; undefined if it is not one of these. */
export function serviceNamed(name: string): Service | undefined {
  return Object.hasOwn(SERVICES, name) ? SERVICES[name as keyof typeof SERVICES] : undefined
}
