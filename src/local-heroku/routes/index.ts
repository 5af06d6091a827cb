import type { IncomingMessage } from 'node:http'
import { ApiError } from '../errors.ts'
import { APP_ROUTES } from './apps.ts'
import { CODE_ROUTES } from './code.ts'
import { DYNO_ROUTES } from './dynos.ts'
import { type Api, type Route } from './route.ts'

/** The part of the Platform API that a rehearsal uses (Schema: heroku/platform-api:schema.json). */
export const PLATFORM_API: Api = {
  routes: { ...APP_ROUTES, ...CODE_ROUTES, ...DYNO_ROUTES },
  admit: ({ store }, request) => {
    requireKey(request, key => key === store.state.apiKey)
    requireVersion(request)
  },
  ranges: true
}

/** Wants the key: as `Bearer KEY`, or as the password of Basic (heroku-client, heroku/cli). Throws Heroku's 401. */
export function requireKey({ headers }: IncomingMessage, isKey: (key: string) => boolean): void {
  const [scheme = '', given = ''] = (headers.authorization ?? '').split(' ')
  const login = Buffer.from(given, 'base64').toString()
  const key = scheme === 'Basic' ? login.slice(login.indexOf(':') + 1) : given
  if (!isKey(key)) throw new ApiError(401, 'unauthorized', 'Invalid credentials provided.')
}

/** Wants the API's version in the Accept header. Throws Heroku's 406. */
export function requireVersion({ headers }: IncomingMessage): void {
  if (!/application\/vnd\.heroku\+json; ?version=3/.test(headers.accept ?? ''))
    throw new ApiError(406, 'not_acceptable', 'Specify a version in the Accept header, such as version=3.')
}

interface FoundRoute {
  readonly api: Api
  readonly route: Route
  readonly params: readonly string[]
}

/** The route for a request; undefined if there is none. */
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

/** The API that answers for an address that nobody has: the first with others below the same folder, else the first. */
export function apiOf(apis: readonly Api[], path: string): Api {
  const folder = path.split('/', 2).join('/')
  const isNear = ({ routes }: Api): boolean =>
    Object.keys(routes).some(key => key.split(' ')[1]!.split('/', 2).join('/') === folder)
  return apis.find(isNear) ?? apis[0]!
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
