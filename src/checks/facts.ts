import {
  domainsOf,
  logLines,
  postgresFigures,
  redisPolicy,
  type Addon,
  type App,
  type Domain,
  type Dyno,
  type Formation,
  type HerokuApp,
  type HerokuClient,
  type LogLine,
  type PostgresFigures,
  type Release,
  type Slug
} from '../heroku/index.ts'
import { POSTGRES, REDIS, SERVICES } from '../knowledge/index.ts'
import { within } from '../net/index.ts'
import { once, type Clock } from '../runtime/index.ts'
import { askedHeroku } from './causes.ts'
import { DEADLINE } from './deadline.ts'

/** Facts of one Heroku app. Each is asked for when a check first wants it, and once for all. */
export interface AppFacts {
  readonly name: string
  info(): Promise<App>
  formation(): Promise<readonly Formation[]>
  dynos(): Promise<readonly Dyno[]>
  addons(): Promise<readonly Addon[]>
  domains(): Promise<readonly Domain[]>
  /** The newest first. */
  releases(): Promise<readonly Release[]>
  /** The one that runs; undefined before the first deploy. */
  release(): Promise<Release | undefined>
  /** The slug that runs; undefined if Heroku no longer has it. */
  slug(): Promise<Slug | undefined>
  /** Slugs that Heroku still has, each once, the newest first. */
  slugs(): Promise<readonly ReleasedSlug[]>
  /** The lines that Heroku itself wrote and still has, oldest first. Hostile text. */
  platformLog(): Promise<readonly LogLine[]>
  /** The same lines and the app's own. */
  log(): Promise<readonly LogLine[]>
  /** Of the Heroku Postgres behind DATABASE_URL; undefined if that is not Heroku's. Undocumented. */
  postgres(): Promise<PostgresFigures | undefined>
  /** Eviction policy of Heroku's Key-Value Store; undefined if Redis is not Heroku's. Undocumented. */
  redisPolicy(): Promise<string | undefined>
}

export interface ReleasedSlug {
  readonly bytes: number
  /** Milliseconds since 1970: when it was first released. */
  readonly released: number
}

interface AppClients {
  readonly platform: HerokuClient
  readonly data: HerokuClient
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Releases that are looked at. Heroku keeps the slugs of the last 20, and of the last 30 days (Dev Center changelog 3395). */
const RELEASES = 50
/** Milliseconds that a fact has at least, however late it is asked for. */
const LEAST = 5_000
/** Slugs whose size is asked for. */
const SLUGS = 12

/** The facts of an app, by clients of the Platform API and of Heroku's data API. Each rejects if Heroku does not answer. */
export function appFacts(app: HerokuApp, { platform, data, ...options }: AppClients): AppFacts {
  const { clock } = options
  const begun = clock.now()
  // A fact that is asked for late has less time: else it would hold up checks with a longer deadline.
  const left = (): number => Math.max(LEAST, DEADLINE - (clock.now() - begun))
  const fact = <Answer>(work: () => Promise<Answer>) =>
    once(() =>
      within(options, left(), 'Heroku did not answer', work).catch((error: unknown) => {
        throw askedHeroku(error)
      })
    )
  const releases = fact(() => app.releases(RELEASES))
  const release = fact(async () => {
    const all = await releases()
    return all.find(({ current }) => current) ?? all.find(({ status }) => status === 'succeeded')
  })
  const addons = fact(() => app.addons())
  const addonOf = async (service: keyof typeof SERVICES): Promise<Addon | undefined> => {
    const all = (await addons()).filter(({ addon_service: { name } }) => name === service)
    return all.find(({ config_vars }) => config_vars.includes(SERVICES[service].brings)) ?? all[0]
  }
  return {
    name: app.name,
    info: fact(() => app.info()),
    formation: fact(() => app.formation()),
    dynos: fact(() => app.dynos()),
    addons,
    domains: fact(() => domainsOf(platform, app.name)),
    releases,
    release,
    slug: fact(async () => {
      const current = await release()
      return current?.slug ? app.slug(current.slug.id) : undefined
    }),
    slugs: fact(async () => sizesOf(app, await releases())),
    platformLog: fact(() => logLines(app, 'heroku', options)),
    log: fact(() => logLines(app, 'all', options)),
    postgres: fact(async () => {
      const addon = await addonOf(POSTGRES)
      return addon && postgresFigures(data, addon.id, addon.plan?.name ?? '')
    }),
    redisPolicy: fact(async () => {
      const addon = await addonOf(REDIS)
      return addon && redisPolicy(data, addon.name)
    })
  }
}

async function sizesOf(app: HerokuApp, releases: readonly Release[]): Promise<ReleasedSlug[]> {
  const first = new Map<string, number>()
  for (const { slug, status, created_at } of releases) {
    const time = Date.parse(created_at)
    if (slug && status === 'succeeded' && !Number.isNaN(time)) first.set(slug.id, time)
  }
  const found = [...first]
    .slice(0, SLUGS)
    .map(async ([id, released]) => ({ bytes: (await app.slug(id))?.size, released }))
  return (await Promise.all(found)).flatMap(({ bytes, released }) =>
    typeof bytes === 'number' ? [{ bytes, released }] : []
  )
}
