import {
  domainsOf,
  type Addon,
  type App,
  type Domain,
  type Dyno,
  type Formation,
  type HerokuApp,
  type HerokuClient,
  type Release,
  type Slug
} from '../heroku/index.ts'

/** Facts of one Heroku app. Each is asked for when it is first wanted, and once for all checks. */
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
  /** What runs; undefined where Heroku no longer has it. */
  slug(): Promise<Slug | undefined>
}

/** Newest releases that are looked at. Heroku keeps the slugs of 20 and of 30 days (Dev Center changelog 3395). */
const RELEASES = 50

export function appFacts(app: HerokuApp, client: HerokuClient): AppFacts {
  const releases = once(() => app.releases(RELEASES))
  const release = once(async () => {
    const all = await releases()
    return all.find(({ current }) => current) ?? all.find(({ status }) => status === 'succeeded')
  })
  return {
    name: app.name,
    info: once(() => app.info()),
    formation: once(() => app.formation()),
    dynos: once(() => app.dynos()),
    addons: once(() => app.addons()),
    domains: once(() => domainsOf(client, app.name)),
    releases,
    release,
    slug: once(async () => {
      const current = await release()
      return current?.slug ? app.slug(current.slug.id) : undefined
    })
  }
}

/** Does the work when it is first asked for; all who ask share what comes of it, also its failure. */
export function once<Answer>(work: () => Promise<Answer>): () => Promise<Answer> {
  let answer: Promise<Answer> | undefined
  return () => (answer ??= work())
}
