import { configSet, NEEDS } from '../knowledge/index.ts'
import { assetsOf, instancePlace, mayRun, readInstance } from '../mastodon/index.ts'
import { fetchPage, poll, type HttpPage } from '../net/index.ts'
import { CancelledError, errorText, UserError } from '../runtime/index.ts'
import { type Target } from './target.ts'
import { type Tools } from './tools.ts'

export interface Probe {
  /** For people: `/health`. */
  readonly name: string
  readonly url: string
  /** Host header, if it is another than the address's: on the runner no name leads to the app. */
  readonly host?: string
  /** Why the answer is not good, or undefined if it is. */
  readonly wrong: (page: HttpPage) => string | undefined
  /** What to do if it stays wrong. */
  readonly next: string
}

export interface ProbeResult {
  readonly name: string
  readonly url: string
  /** `200 OK in 0.1 s`, or what was wrong. */
  readonly answer: string
}

/** The app does not answer as it should. `serves`: it answers at its own address, so only the way to it is wrong. */
export class HealthError extends UserError {
  readonly serves: boolean

  constructor(message: string, next: string, serves: boolean) {
    super(message, next)
    this.serves = serves
  }
}

/** Milliseconds: how long one probe may stay wrong, and between two tries. */
const RIGHT_WITHIN = 120_000
const PAUSE = 3_000
/** Of the streaming server (mastodon/mastodon: streaming/index.js). */
export const STREAMING_HEALTH = '/api/v1/streaming/health'

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
    wrong: ({ status, body }) => (status === 200 && body.trim() === 'OK' ? undefined : `answered ${status}`),
    next: 'Look at `heroku logs`: the web process does not answer.'
  }
}

/**
 * The whole health of the web app: its own address, then the instance as its users reach it, then the assets.
 * @param commit that the instance must say it runs; undefined if its slug cannot tell
 */
export async function webHealth(target: Target, commit: string | undefined, tools: Tools): Promise<ProbeResult[]> {
  const own = await checkHealth([ownHealth(target)], tools)
  const instance = instanceProbe(target, commit)
  if (!instance) {
    tools.story.warn('LOCAL_DOMAIN is not set, so the instance was not asked by its name')
    return own
  }
  try {
    return [...own, ...(await checkHealth([instance, ...(await assetProbes(target, tools))], tools))]
  } catch (error) {
    // It serves: what is wrong from here on is the way to it, or a file.
    if (error instanceof HealthError) throw new HealthError(error.message, error.nextStep, true)
    throw error
  }
}

/** The instance as its users reach it, and the commit that it must say it runs. */
function instanceProbe(target: Target, commit: string | undefined): Probe | undefined {
  const place = instancePlace(target.config, target.info.web_url)
  if (!place) return undefined
  const metadata = target.config['MASTODON_VERSION_METADATA']
  return {
    name: '/api/v2/instance',
    url: new URL('/api/v2/instance', place.url).href,
    host: place.host,
    wrong: ({ status, body }) => {
      if (status !== 200) return `answered ${status}`
      const version = readInstance(body)?.version
      if (version === undefined) return 'did not answer as Mastodon does'
      return mayRun(version, commit, metadata) ? undefined : `runs ${version}, not +${metadata || commit?.slice(0, 7)}`
    },
    next: `Check that ${place.host ?? new URL(place.url).hostname} leads to this app (\`heroku domains\`), and what is in front of it.`
  }
}

/** The front page's own styles and scripts. */
async function assetProbes(target: Target, tools: Tools): Promise<Probe[]> {
  const place = instancePlace(target.config, target.info.web_url)
  if (!place) return []
  const { status, body } = await fetchPage(place.url, { host: place.host }, tools)
  if (status !== 200) return []
  const paths = assetsOf(body).filter(asset => asset.startsWith('/'))
  return paths.map(path => ({
    name: path,
    url: new URL(path, place.url).href,
    host: place.host,
    wrong: page => (page.status === 200 ? undefined : `answered ${page.status}`),
    next: `The front page names files that the app does not serve: ${configSet(target.app.name, NEEDS.staticFiles.vars)}.`
  }))
}

/** Asks until each probe is right. Rejects with a `HealthError` when one stays wrong. */
export async function checkHealth(probes: readonly Probe[], tools: Tools): Promise<ProbeResult[]> {
  const results: ProbeResult[] = []
  for (const probe of probes) results.push(await untilRight(probe, results.length > 0, tools))
  return results
}

async function untilRight(probe: Probe, serves: boolean, tools: Tools): Promise<ProbeResult> {
  const { name, url, host, wrong, next } = probe
  const { clock, signal, story } = tools
  let problem: string | undefined = 'did not answer'
  const took = async (): Promise<number | undefined> => {
    const started = clock.now()
    problem = await fetchPage(url, { host }, { clock, signal }).then(wrong, (error: unknown) => {
      if (error instanceof CancelledError) throw error
      return `could not be reached: ${errorText(error)}`
    })
    return problem === undefined ? clock.now() - started : undefined
  }
  const timeout = Math.min(RIGHT_WITHIN, tools.timeout)
  const milliseconds = await poll({ clock, signal }, { first: PAUSE, longest: PAUSE, timeout }, took)
  if (milliseconds === undefined) throw new HealthError(`${url} ${problem}`, next, serves)
  const answer = `200 in ${(milliseconds / 1000).toFixed(1)} s`
  story.note(`${host ?? new URL(url).host}${name}: ${answer}`)
  return { name, url, answer }
}
