import { ADDON_ROUTES } from './addons.ts'
import { ADVANCED_SCHEDULER_ROUTES } from './advanced-scheduler.ts'
import { APP_ROUTES } from './apps.ts'
import { AUTHORIZATION_ROUTES } from './authorizations.ts'
import { CODE_ROUTES } from './code.ts'
import { CRON_TO_GO_ROUTES } from './cron-to-go.ts'
import { DATA_ROUTES } from './data.ts'
import { DYNO_ROUTES } from './dynos.ts'
import { PIPELINE_ROUTES } from './pipelines.ts'
import { type Route, type Routes } from './route.ts'
import { SCHEDULER_ROUTES } from './scheduler.ts'

export { isKey } from './authorizations.ts'
export { type Answer } from './route.ts'

/** They are on hosts of their own; here they share one address. An `add-on` is somebody else's, with keys of its own. */
type Api = 'platform' | 'data' | 'scheduler' | 'add-on'

export interface FoundRoute {
  readonly api: Api
  readonly route: Route
  readonly params: readonly string[]
}

interface Entry {
  readonly api: Api
  readonly method: string
  readonly pattern: RegExp
  readonly route: Route
}

const ENTRIES: readonly Entry[] = [
  ...entries('platform', {
    ...APP_ROUTES,
    ...AUTHORIZATION_ROUTES,
    ...CODE_ROUTES,
    ...DYNO_ROUTES,
    ...ADDON_ROUTES,
    ...PIPELINE_ROUTES
  }),
  ...entries('data', DATA_ROUTES),
  ...entries('scheduler', SCHEDULER_ROUTES),
  ...entries('add-on', { ...CRON_TO_GO_ROUTES, ...ADVANCED_SCHEDULER_ROUTES })
]

function entries(api: Api, routes: Routes): Entry[] {
  return Object.entries(routes).map(([key, route]) => {
    const [method = '', path = ''] = key.split(' ')
    return { api, method, pattern: new RegExp(`^${path.replace(/:\w+/g, '([^/]+)')}$`), route }
  })
}

/** What answers a request (Schema: heroku/platform-api:schema.json); undefined where nothing does. */
export function findRoute(method: string, path: string): FoundRoute | undefined {
  for (const entry of ENTRIES) {
    const match = entry.method === method ? entry.pattern.exec(path) : null
    if (match) return { api: entry.api, route: entry.route, params: match.slice(1).map(decoded) }
  }
  return undefined
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
