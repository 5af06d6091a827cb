import { type App, type Formation, type HerokuApp, type Release, type Slug } from '../heroku/index.ts'
import { DEFAULT_STACK } from '../knowledge/index.ts'
import { UserError } from '../runtime/index.ts'
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
  for (;;) {
    const releases = await settledReleases(app, tools)
    const config = await app.configVars()
    const [newest] = await app.releases(1)
    if (newest?.id === releases[0]?.id) return { releases, config }
  }
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
  let told = false
  await waitFor(tools, waiting('a build to finish'), async () => {
    const pending = (await app.builds(1)).find(({ status }) => status === 'pending')
    if (!pending) return true
    if (!told)
      tools.story.note(`Waiting for a build that ${pending.user?.email ?? 'somebody'} started at ${pending.created_at}`)
    told = true
    return undefined
  })
}

/** Releases, none of them pending. */
async function settledReleases(app: HerokuApp, tools: Tools): Promise<Release[]> {
  let told = false
  return waitFor(tools, waiting('a release to finish'), async () => {
    const releases = await app.releases(RELEASES)
    const pending = releases.find(({ status }) => status === 'pending')
    if (!pending) return releases
    if (!told) {
      const { version, description, user } = pending
      tools.story.note(`Waiting for release v${version} (${description}) of ${user?.email ?? 'somebody'}`)
    }
    told = true
    return undefined
  })
}

function waiting(what: string): Waiting {
  const next =
    'Look at `heroku releases`, and at the app’s activity in Heroku’s dashboard for a build; cancel what hangs, then run the job again.'
  return { what, next }
}
