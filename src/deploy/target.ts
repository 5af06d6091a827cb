import { type App, type Formation, type HerokuApp, type Release, type Slug } from '../heroku/index.ts'
import { DEFAULT_STACK } from '../knowledge/index.ts'
import { UserError } from '../runtime/index.ts'
import { calledByHeroku, mayGoOn } from './follow.ts'
import { waitFor, type Waiting, type Tools } from './tools.ts'

/** An app as it is before anything is changed. */
export interface Target {
  readonly app: HerokuApp
  readonly info: App
  readonly stack: string
  /** All config vars: secrets. Only values that are asked for by name go further. */
  readonly config: Readonly<Record<string, string>>
  /** The newest first. */
  readonly releases: readonly Release[]
  readonly current: Release | undefined
  readonly currentSlug: Slug | undefined
  readonly formation: readonly Formation[]
  readonly preboot: boolean
}

/** As much of it as an upgrade plan asks for. */
export interface PlanTarget extends Pick<Target, 'stack' | 'config' | 'formation' | 'current' | 'currentSlug'> {
  readonly app: { readonly name: string }
  readonly info: Pick<App, 'maintenance'>
}

/** Newest releases that are looked at: a slug to reuse and one to go back to are among them (Heroku keeps 20). */
const RELEASES = 25

/** Reads what a deploy must know of an app, and waits while someone else's release or build is under way. */
export async function readTarget(
  app: HerokuApp,
  mask: (config: Readonly<Record<string, string>>) => void,
  tools: Tools
): Promise<Target> {
  const info = await app.info()
  const generation = typeof info.generation === 'string' ? info.generation : info.generation?.name
  if ((generation ?? 'cedar') !== 'cedar' || ['cnb', 'container'].includes(info.stack.name)) {
    throw new UserError(
      `The app ${app.name} runs images (${generation ?? ''} ${info.stack.name}), and slugs are for apps of the Cedar generation`,
      `Make a Cedar app for this instance: \`heroku create --stack ${DEFAULT_STACK}\`.`
    )
  }
  await waitForBuild(app, tools)
  const { releases, config } = await settled(app, tools)
  mask(config)
  const current = releases.find(release => release.current) ?? releases.find(({ status }) => status === 'succeeded')
  tellState(info, releases, current, tools)
  return {
    app,
    info,
    stack: (info.build_stack ?? info.stack).name,
    config,
    releases,
    current,
    currentSlug: current?.slug ? await app.slug(current.slug.id) : undefined,
    formation: await app.formation(),
    preboot: await app.hasFeature('preboot')
  }
}

/** Releases, none of them pending, and the config vars after the newest of them. A config change is a release, too. */
async function settled(app: HerokuApp, tools: Tools): Promise<Pick<Target, 'releases' | 'config'>> {
  const next = `Look at \`heroku releases --app ${app.name}\`: who makes so many? Then run the job again.`
  return waitFor(tools, { what: 'a moment without a new release', next }, async () => {
    const releases = await settledReleases(app, tools)
    const config = await app.configVars()
    const [newest] = await app.releases(1)
    return newest?.id === releases[0]?.id ? { releases, config } : undefined
  })
}

/** Says it if maintenance mode is on: nobody sees what is done to the app. */
export function tellMaintenance({ name, maintenance }: App, { story }: Pick<Tools, 'story'>): void {
  if (!maintenance) return
  story.warn(
    `Maintenance mode of ${name} is on: visitors get 503. \`heroku maintenance:off --app ${name}\` turns it off`
  )
}

/** What somebody has to know of an app before anything else is said of it. */
function tellState(
  info: App,
  releases: readonly Release[],
  current: Release | undefined,
  { story }: Pick<Tools, 'story'>
): void {
  const { name } = info
  tellMaintenance(info, { story })
  const [newest] = releases
  if (newest && newest.status !== 'succeeded' && newest.version > (current?.version ?? 0))
    story.warn(
      `The newest release of ${name}, v${newest.version} (${newest.description}), is ${newest.status}: ${current ? `v${current.version} still runs` : 'nothing runs'}. \`heroku releases:output v${newest.version} --app ${name}\` says why. What it changed is not in force`
    )
}

async function waitForBuild(app: HerokuApp, tools: Tools): Promise<void> {
  const wait = new Waits(app, 'a build', tools)
  await waitFor(tools, wait, async () => {
    const [newest] = await app.builds(1)
    if (!newest || !mayGoOn(newest, tools.clock.now())) return true
    const { status, user, created_at } = newest
    wait.tell(status, `a build that ${user?.email ?? 'somebody'} started at ${created_at}`)
    return undefined
  })
}

/** Releases, none of them under way. */
async function settledReleases(app: HerokuApp, tools: Tools): Promise<Release[]> {
  const wait = new Waits(app, 'a release', tools)
  return waitFor(tools, wait, async () => {
    const releases = await app.releases(RELEASES)
    // What came before the newest release is over, whatever it is called.
    const goesOn = releases.find(
      (release, i) => release.status === 'pending' || (i === 0 && mayGoOn(release, tools.clock.now()))
    )
    if (!goesOn) return releases
    const { status, version, description, user } = goesOn
    wait.tell(status, `release v${version} (${description}) of ${user?.email ?? 'somebody'}`)
    return undefined
  })
}

/** Waiting for what somebody else has begun: told once, and how it stood if the time is over. */
class Waits implements Waiting {
  readonly what: string
  readonly next: string
  readonly #story: Tools['story']
  #seen: string | undefined

  constructor(app: HerokuApp, what: string, { story }: Tools) {
    this.what = `${what} to finish`
    this.next = `Look at \`heroku releases --app ${app.name}\`, and at https://dashboard.heroku.com/apps/${app.name}/activity for a build; cancel what hangs, then run the job again.`
    this.#story = story
  }

  tell(status: string, which: string): void {
    const seen = `${which} is ${calledByHeroku(status)}`
    if (this.#seen !== seen) this.#story.note(`Waiting: ${seen}`)
    this.#seen = seen
  }

  readonly fail = (message: string, next: string): UserError => new UserError(`${message}: ${this.#seen}`, next)
}
