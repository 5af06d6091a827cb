import { PLATFORM_API, requireKey, requireVersion } from '../../../../src/local-heroku/routes/index.ts'
import { type Api, type Routes as RehearsedRoutes } from '../../../../src/local-heroku/routes/route.ts'
import { JSON_API } from '../errors.ts'
import { type More } from '../world.ts'
import { ADDON_ROUTES } from './addons.ts'
import { ADVANCED_SCHEDULER_ROUTES } from './advanced-scheduler.ts'
import { APP_ROUTES } from './apps.ts'
import { AUTHORIZATION_ROUTES, isKey } from './authorizations.ts'
import { CODE_ROUTES } from './code.ts'
import { CRON_TO_GO_ROUTES } from './cron-to-go.ts'
import { DATA_ROUTES } from './data.ts'
import { DYNO_ROUTES } from './dynos.ts'
import { PIPELINE_ROUTES } from './pipelines.ts'
import { type Routes } from './route.ts'
import { SCHEDULER_ROUTES } from './scheduler.ts'

/** All of Heroku's APIs and those of add-ons. They are on hosts of their own; here they share one address. */
export function allApis(more: More): readonly Api[] {
  const { store, rateLimit } = more
  const on = (routes: Routes): RehearsedRoutes =>
    Object.fromEntries(
      Object.entries(routes).map(([key, route]) => [key, (world, request) => route({ ...world, ...more }, request)])
    )
  const admit: Api['admit'] = ({ clock }, request) => requireKey(request, key => isKey(store, clock, key))
  const platform = {
    ...APP_ROUTES,
    ...AUTHORIZATION_ROUTES,
    ...CODE_ROUTES,
    ...DYNO_ROUTES,
    ...ADDON_ROUTES,
    ...PIPELINE_ROUTES
  }
  return [
    {
      ...PLATFORM_API,
      routes: { ...PLATFORM_API.routes, ...on(platform) },
      // It alone counts requests.
      admit(world, request, headers) {
        admit(world, request, headers)
        if (request.url !== '/account/rate-limits') rateLimit.take()
        headers['ratelimit-remaining'] = String(rateLimit.remaining())
        requireVersion(request)
      }
    },
    { routes: on(DATA_ROUTES), admit, ranges: true },
    { routes: on(SCHEDULER_ROUTES), admit, type: JSON_API },
    // Somebody else's, with keys of their own.
    { routes: on({ ...CRON_TO_GO_ROUTES, ...ADVANCED_SCHEDULER_ROUTES }), admit: () => {} }
  ]
}
