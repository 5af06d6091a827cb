import { hostCause } from '../causes.ts'
import { type Finding, type World } from '../check.ts'
import { type HttpAnswer } from '../probes/http.ts'
import { unreached } from '../probes/network.ts'

/** The finding of a target that was not reached: `unknown` if the runner's own network may be the cause. */
export function notReached(
  what: string,
  error: unknown,
  world: Pick<World, 'signal'>,
  more: Partial<Finding> = {}
): Finding {
  const { why, runner } = unreached(error, world)
  const cause = hostCause(hostIn(what), why)
  if (runner)
    return { level: 'unknown', about: more.about, text: `${what} could not be reached from here: ${why}`, cause }
  return { level: 'fail', text: `${what} cannot be reached: ${why}`, cause, ...more }
}

/** The host in `https://site.test/about`, `A WebSocket to live.test`. */
function hostIn(what: string): string {
  return /(?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?/i.exec(what)?.[0] ?? what
}

/** `answered 403`, and who answered if it was not the app. */
export function answered({ status, headers, body }: HttpAnswer): string {
  if (headers['cf-mitigated'] === 'challenge') return `answered ${status}: Cloudflare asks whether we are human`
  if (status === 403 && /^\s*(<[^>]*>|\s)*Blocked host/i.test(body.slice(0, 2_000)))
    return `answered 403: Rails does not know the name (Blocked host)`
  // Heroku's own pages (Dev Center: error-pages).
  if (status === 503 && /Application error|herokucdn\.com\/error-pages/.test(body))
    return 'answered 503: Heroku’s error page'
  return `answered ${status}`
}

/** Which CDN answered, by its headers; undefined if none is known. */
export function frontOf({ headers }: HttpAnswer): string | undefined {
  if (headers['cf-ray'] !== undefined) return 'Cloudflare'
  if (headers['x-amz-cf-id'] !== undefined) return 'CloudFront'
  if ([headers['x-served-by']].flat()[0]?.startsWith('cache-')) return 'Fastly'
  return undefined
}

/** Whether an answer came through Heroku's router (Dev Center: http-routing; `1.1 vegur`, `2.0 heroku-router`). */
export function cameThroughHeroku({ headers: { via = '' } }: HttpAnswer): boolean {
  return /\b(vegur|heroku-router)\b/.test(via)
}

/** The remedy if only the app's log can tell more. */
export function lookAtLogs({ app }: Pick<World, 'app'>): string {
  return `Look at \`heroku logs --app ${app.name}\``
}

/** `0.3 s` */
export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`
}

/** The host of a place, as people know it. */
export function hostOf({ url, host }: { url: string; host?: string }): string {
  return host ?? new URL(url).host
}
