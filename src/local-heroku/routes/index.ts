import type { IncomingMessage } from 'node:http'
import { ApiError } from '../errors.ts'
import { APP_ROUTES } from './apps.ts'
import { CODE_ROUTES } from './code.ts'
import { DYNO_ROUTES } from './dynos.ts'
import { type Api, type Route } from './route.ts'

/** What a rehearsal asks of the Platform API (Schema: heroku/platform-api:schema.json). */
export const PLATFORM_API: Api = {
  routes: { ...APP_ROUTES, ...CODE_ROUTES, ...DYNO_ROUTES },
  admit: ({ store }, request) => {
    requireKey(request, key => key === store.state.apiKey)
    requireVersion(request)
  },
  ranges: true
}

/** `Bearer KEY`, or Basic with the key as password (heroku-client, heroku/cli). Throws Heroku's 401. */
export function requireKey({ headers }: IncomingMessage, isKey: (key: string) => boolean): void {
  const [scheme = '', given = ''] = (headers.authorization ?? '').split(' ')
  const decoded = Buffer.from(given, 'base64').toString()
  const key = scheme === 'Basic' ? decoded.slice(decoded.indexOf(':') + 1) : given
  if (!isKey(key)) throw new ApiError(401, 'unauthorized', 'Invalid credentials provided.')
}

/** The Platform API wants to be told its version. Throws Heroku's 406. */
export function requireVersion({ headers }: IncomingMessage): void {
  if (!/application\/vnd\.heroku\+json; ?version=3/.test(headers.accept ?? ''))
    throw new ApiError(406, 'not_acceptable', 'Specify a version in the Accept header, such as version=3.')
}

interface FoundRoute {
  readonly api: Api
  readonly route: Route
  readonly params: readonly string[]
}

/** What answers a request; undefined if nothing does. */
export function findRoute(apis: readonly Api[], method: string, path: string): FoundRoute | undefined {
  for (const api of apis) {
    for (const [key, route] of Object.entries(api.routes)) {
      const [of, pattern = ''] = key.split(' ')
      const match = of === method ? new RegExp(`^${pattern.replace(/:\w+/g, '([^/]+)')}$`).exec(path) : null
      if (match) return { api, route, params: match.slice(1).map(decoded) }
    }
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
