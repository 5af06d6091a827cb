import { configSet, NEEDS } from '../knowledge/index.ts'
import {
  assetsOf,
  instancePlace,
  mayRun,
  readInstance,
  tellsCommit,
  versionOfPage,
  type InstancePlace
} from '../mastodon/index.ts'
import { fetchPage, poll, type HttpPage, type NetTools } from '../net/index.ts'
import { CancelledError, errorCode, errorText, UserError } from '../runtime/index.ts'
import { type Target } from './target.ts'
import { type Tools } from './tools.ts'

/** A question to an app, and what is expected of its answer. */
export interface Probe {
  /** For people: `/health`. */
  readonly name: string
  readonly url: string
  /** Host header, if it is another than the address's: on the runner no name leads to the app. */
  readonly host?: string
  /** @param get a page of the same place, by its path */
  readonly ask: (get: (path: string) => Promise<HttpPage>) => Promise<Seen>
  /** What to do if it stays wrong. */
  readonly next: string
}

/** What one question brought. */
interface Seen {
  /** Why the answer is not good: a verb and what follows; undefined if it is good. */
  readonly wrong?: string
  /** Whether the app's own code answered wrongly, and not what is in front of it. */
  readonly byTheCode?: boolean
  /** The answer may be an older one from Mastodon's cache. */
  readonly cached?: boolean
  /** Status of the front page, if that did not say the version. */
  readonly front?: number
  /** What it said of itself, for people. */
  readonly said?: string
  /** The front page, if it was right. */
  readonly html?: string
}

export interface ProbeResult {
  readonly name: string
  readonly url: string
  /** `200 in 0.1 s`, and what it said. */
  readonly answer: string
}

/** The app does not answer as it should. Whose fault that is, is not said yet. */
export class HealthError extends UserError {
  readonly probe: string
  readonly byTheCode: boolean

  constructor({ name, url, next }: Probe, { wrong, byTheCode = false }: Seen) {
    super(`${url} ${wrong}`, next)
    this.probe = name
    this.byTheCode = byTheCode
  }
}

/** Milliseconds: how long one probe may stay wrong, and between two tries. */
const RIGHT_WITHIN = 120_000
const PAUSE = 3_000
/** Mastodon keeps its answer of `/api/v2/instance` in Redis for 3 minutes (mastodon: app/helpers/cache_concern, render_with_cache). */
const CACHE_LASTS = 200_000
/** Of the streaming server (mastodon/mastodon: streaming/index.js). */
export const STREAMING_HEALTH = '/api/v1/streaming/health'
export const FRONT_PAGE = '/'
const INSTANCE_API = '/api/v2/instance'

/**
 * The app's own address: the only one that works whatever the domain is (mastodon: only /health is exempt from the host check).
 * Throws a `UserError` if it has none.
 */
export function ownHealth({ app, info }: Pick<Target, 'app' | 'info'>, path = '/health'): Probe {
  if (!info.web_url) {
    throw new UserError(
      `${app.name} has no web address`,
      'Look at the app in Heroku’s dashboard, under Settings, Domains.'
    )
  }
  return {
    name: path,
    url: new URL(path, info.web_url).href,
    ask: async get => {
      const { status, body } = await get(path)
      if (status === 200 && body.trim() === 'OK') return {}
      return { wrong: `answered ${status}${status === 200 ? ', and not OK' : ''}`, byTheCode: true }
    },
    next: `Look at \`heroku logs --app ${app.name}\`: the web process does not answer.`
  }
}

/**
 * The instance as its users reach it. The front page tells which version made it, and comes from no cache of Mastodon
 * (mastodon: app/serializers/initial_state_serializer.rb). If it does not tell, `/api/v2/instance` is asked.
 * @param commit that it must say it runs; undefined if its slug cannot tell
 * @returns undefined if the instance has no name
 */
export function instanceProbe(
  { app, config, info }: Pick<Target, 'app' | 'config' | 'info'>,
  commit: string | undefined
): Probe | undefined {
  const place = instancePlace(config, info.web_url)
  if (!place) return undefined
  const metadata = config['MASTODON_VERSION_METADATA']
  const isPrivate = config['LIMITED_FEDERATION_MODE'] === 'true'
  const judge = (version: string, more: Pick<Seen, 'cached' | 'front' | 'html'>): Seen => {
    if (!mayRun(version, commit, metadata))
      return { wrong: `runs ${version}, not +${metadata || commit?.slice(0, 7)}`, ...more }
    const commitless = tellsCommit(version) ? '' : ', which tells no commit'
    const page = more.front === 200 ? 'does not tell a version' : `answered ${more.front}`
    const cached = more.cached ? ` (${INSTANCE_API}, which Mastodon caches for 3 minutes; the front page ${page})` : ''
    return { said: `says ${version}${commitless}${cached}`, ...more }
  }
  return {
    name: FRONT_PAGE,
    url: place.url,
    host: place.host,
    ask: async get => {
      const front = await get(FRONT_PAGE)
      if (front.status >= 500) return { wrong: `answered ${front.status}`, byTheCode: true }
      const version = front.status === 200 ? versionOfPage(front.body) : undefined
      if (version !== undefined) return judge(version, { html: front.body })
      const { status, body } = await get(INSTANCE_API)
      const html = front.status === 200 ? front.body : undefined
      const said = status === 200 ? readInstance(body)?.version : undefined
      if (said !== undefined) return judge(said, { cached: true, html, front: front.status })
      // Until 4.3 an instance in that mode answers nobody who is not signed in (mastodon PR 34576).
      if (status === 401 && isPrivate && front.status === 200)
        return { said: 'wants a login (LIMITED_FEDERATION_MODE), so it did not say its version', html }
      return {
        wrong: status === 200 ? 'did not answer as Mastodon does' : `answered ${status}`,
        byTheCode: status >= 500
      }
    },
    next: `Check that ${place.host ?? new URL(place.url).hostname} leads to this app (\`heroku domains --app ${app.name}\`), and what is in front of it.`
  }
}

/**
 * The whole health of the web app: its own address, then the instance as its users reach it, then the assets of its front
 * page. Rejects with a `HealthError`.
 * @param commit that the instance must say it runs; undefined if its slug cannot tell
 */
export async function webHealth(target: Target, commit: string | undefined, tools: Tools): Promise<ProbeResult[]> {
  const own = await untilRight(ownHealth(target), tools)
  const instance = instanceProbe(target, commit)
  const place = instancePlace(target.config, target.info.web_url)
  if (!instance || !place) {
    tools.story.warn('Neither WEB_DOMAIN nor LOCAL_DOMAIN is a domain, so the instance was not asked by its name')
    return [own.result]
  }
  const front = await untilRight(instance, tools)
  const results = [own.result, front.result]
  for (const asset of assetProbes(target, place, front.html ?? ''))
    results.push((await untilRight(asset, tools)).result)
  return results
}

/** The front page's own styles and scripts. */
function assetProbes({ app }: Target, place: InstancePlace, html: string): Probe[] {
  const paths = assetsOf(html).filter(asset => asset.startsWith('/'))
  return paths.map(path => ({
    name: path,
    url: new URL(path, place.url).href,
    host: place.host,
    ask: async get => {
      const { status } = await get(path)
      return status === 200 ? {} : { wrong: `answered ${status}` }
    },
    next: `The front page names files that the app does not serve: ${configSet(app.name, NEEDS.staticFiles.vars)}.`
  }))
}

/** Asks until the answer is right. Rejects with a `HealthError` if it stays wrong. */
export async function checkHealth(probe: Probe, tools: Tools): Promise<void> {
  await untilRight(probe, tools)
}

interface Right {
  readonly result: ProbeResult
  readonly html: string | undefined
}

async function untilRight(probe: Probe, tools: Tools): Promise<Right> {
  const { name, url, host } = probe
  const { clock, signal, story } = tools
  let last: Seen = { wrong: 'did not answer' }
  const ask = async (inner: AbortSignal): Promise<Right | undefined> => {
    const started = clock.now()
    last = await askOnce(probe, { clock, signal: inner })
    if (last.wrong !== undefined) return undefined
    const answer = `200 in ${((clock.now() - started) / 1000).toFixed(1)} s${last.said === undefined ? '' : `, ${last.said}`}`
    return { result: { name, url, answer }, html: last.html }
  }
  const within = (most: number): Promise<Right | undefined> =>
    poll({ clock, signal }, { first: PAUSE, longest: PAUSE, timeout: Math.min(most, tools.timeout) }, ask)
  let right = await within(RIGHT_WITHIN)
  if (!right && last.cached) {
    story.note(`${url} ${last.wrong}: that may be Mastodon's cache of 3 minutes, so it is asked until that is over`)
    right = await within(CACHE_LASTS - RIGHT_WITHIN)
  }
  if (!right) throw new HealthError(probe, last)
  story.note(`${host ?? new URL(url).host}${name}: ${right.result.answer}`)
  return right
}

/** Asks one time. Rejects only if the job is cancelled. */
export async function askOnce({ url, host, ask }: Probe, tools: NetTools): Promise<Seen> {
  try {
    return await ask(path => fetchPage(new URL(path, url).href, { host }, tools))
  } catch (error) {
    if (error instanceof CancelledError) throw error
    return { wrong: `could not be reached: ${errorText(error)}`, byTheCode: !isTheWay(error) }
  }
}

/**
 * Whether no connection was made, or no trusted one. Heroku's router is in front of every dyno, so that is the fault of a
 * name, a proxy or a certificate, never of the app's code.
 */
function isTheWay(error: unknown): boolean {
  const code = errorCode(error) ?? ''
  return (
    ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'].includes(code) ||
    /CERT|SSL|TLS|SIGNATURE|ISSUER/.test(code)
  )
}
