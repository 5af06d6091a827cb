import { type HerokuApp, type Release } from '../heroku/index.ts'
import { CancelledError, errorText, UserError } from '../runtime/index.ts'
import { assetProbes, checkHealth, HealthError, instanceProbe, ownHealth, type ProbeResult } from './health.ts'
import { appliedMigrations, migrate } from './migrate.ts'
import { judgeTarget, readTarget, type PreflightCheck, type Target } from './preflight.ts'
import { finishRelease, type FinishedRelease } from './release.ts'
import { lastGoodRelease, requireSafeRollback, type Trees } from './rollback.ts'
import { CrashError, waitForDynos } from './rollout.ts'
import { findShipped, releaseDescription, shipSlug, type Artifact, type Role, type ShippedSlug } from './slugs.ts'
import { prepareStreaming, type StreamingSetup } from './streaming.ts'
import { type Tools } from './tools.ts'

/** What is to be deployed, once the app's stack is known. */
export interface Deployable {
  readonly commit: string
  readonly stack: string
  readonly fingerprint: string
  readonly trees: Trees
  /** Versions of the tree's migrations, both phases. */
  readonly versions: ReadonlySet<string>
  /** Builds the slugs, where none can be reused. Rejects where they are over the limit: nothing is sent then. */
  readonly obtain: () => Promise<readonly Artifact[]>
}

export interface DeployPlan {
  readonly app: HerokuApp
  readonly streaming?: HerokuApp
  readonly streamingSetup: StreamingSetup
  readonly migrations: 'zero-downtime' | 'maintenance' | 'off'
  /** Size of one-off dynos. */
  readonly dynoSize?: string
  readonly required: Readonly<Record<string, string>>
  readonly checks: readonly PreflightCheck[]
  /** Is handed the config vars, to mask what is secret in them. */
  readonly mask: (config: Readonly<Record<string, string>>) => void
  /** @param stack the app's */
  readonly prepare: (stack: string) => Promise<Deployable>
  readonly progress: DeployProgress
}

/** Told as soon as it is known, so that a later failure still leaves it. */
export interface DeployProgress {
  target(target: Target): void
  deploying(deployable: Deployable): Promise<void>
  released(app: string, release: Release): void
  healthy(results: readonly ProbeResult[]): void
  migrated(versions: readonly string[]): void
  rolledBack(release: Release): void
}

/**
 * The whole deploy (design: never a false green, at most once, run it again). Resolves when this commit's slug is the
 * current release, its dynos run and no older one is left, it answered, and its migrations are done. Each step first
 * looks whether it is done already, so a deploy that was killed goes on where it was.
 */
export async function deploy(plan: DeployPlan, tools: Tools): Promise<void> {
  const { story } = tools
  const { progress } = plan
  const target = await story.step('Preflight', async () => {
    const target = await readTarget(plan.app, plan.mask, tools)
    describe(target, tools)
    progress.target(target)
    return target
  })
  const streaming =
    plan.streaming && (await story.step('Preflight of the streaming app', () => readStreaming(plan, target, tools)))
  const deployable = await story.span('Source', () => plan.prepare(target.stack))
  judgeTarget(target, { stack: deployable.stack, required: plan.required }, plan.checks, tools)
  await progress.deploying(deployable)

  const [web, live] = await obtainSlugs(plan, target, streaming, deployable, tools)
  const maintenance = new Maintenance(plan, target, deployable, tools)
  let switched = false
  try {
    await maintenance.begin()
    const finished = await story.step('Release', async () => {
      const finished = await releaseOnce(target, 'web', web, deployable, tools, progress)
      tellMigrations(finished, plan, tools)
      return finished
    })
    const { version } = finished.release
    progress.migrated(finished.migrations?.ran ?? [])
    switched = true
    await story.step('Dynos', () => waitForDynos(plan.app, version, tools))
    await maintenance.end()
    await story.step('Health', async () => progress.healthy(await webHealth(target, deployable.commit, tools)))
    switched = false
    if (streaming && live) await shipStreaming(streaming, live, deployable, tools, progress)
    if (plan.migrations !== 'off') {
      await story.step('Post-deployment migrations', async () => {
        const versions = await migrate(plan.app, { size: plan.dynoSize }, tools)
        story.note(
          `${versions.length === 0 ? 'No' : versions.length} post-deployment migration${versions.length === 1 ? '' : 's'} in this upgrade; none is pending`
        )
        progress.migrated([...(finished.migrations?.ran ?? []), ...versions])
      })
    }
    await requireCurrent(plan.app, version, web.id)
  } catch (error) {
    await maintenance.end()
    if (switched && isFaultOfTheRelease(error))
      await rollBack(plan, target, web.id, deployable, error as UserError, tools)
    throw error
  }
}

/** A crash, or an app that does not answer at its own address: the code before is better. */
function isFaultOfTheRelease(error: unknown): boolean {
  return error instanceof CrashError || (error instanceof HealthError && !error.serves)
}

async function readStreaming(plan: DeployPlan, main: Target, tools: Tools): Promise<Target> {
  const target = await readTarget(plan.streaming!, plan.mask, tools)
  return prepareStreaming(main, target, plan.streamingSetup, () => readTarget(plan.streaming!, plan.mask, tools), tools)
}

/** Slugs that Heroku holds already, else built and uploaded. */
async function obtainSlugs(
  plan: DeployPlan,
  main: Target,
  streaming: Target | undefined,
  { fingerprint, obtain, commit }: Deployable,
  tools: Tools
): Promise<[ShippedSlug, ShippedSlug | undefined]> {
  const { story } = tools
  const [web, live] = await story.step('Slug', async () => {
    const web = await findShipped(main, 'web', fingerprint)
    const live = streaming && (await findShipped(streaming, 'streaming', fingerprint))
    if (web)
      story.note(`${plan.app.name} holds a slug of commit ${commit.slice(0, 8)}, built from the same; it is used again`)
    if (live) story.note(`${plan.streaming!.name} holds its slug, too`)
    if (!web) story.note('No release holds a slug built from the same, so it is built')
    return [web, live] as const
  })
  if (web && (live || !streaming)) return [web, live]
  const built = await story.span('Build', obtain)
  const artifact = (role: Role): Artifact => {
    const found = built.find(one => one.role === role)
    if (!found) throw new Error(`no slug was built for ${role}`)
    return found
  }
  return story.step('Upload', async () => [
    web ?? (await shipSlug(plan.app, artifact('web'), tools)),
    streaming ? (live ?? (await shipSlug(plan.streaming!, artifact('streaming'), tools))) : undefined
  ])
}

/** Releases a slug, unless it is the current release already. */
async function releaseOnce(
  { app, releases, current }: Target,
  role: Role,
  slug: ShippedSlug,
  { commit, fingerprint }: Deployable,
  tools: Tools,
  progress: DeployProgress
): Promise<FinishedRelease> {
  const { story } = tools
  if (current?.slug?.id === slug.id) {
    story.note(`${app.name} runs this slug already, in v${current.version}`)
    progress.released(app.name, current)
    return { release: current, migrations: undefined }
  }
  const newest = releases[0]?.version ?? 0
  const release = await app.createRelease(slug.id, releaseDescription(commit, role, fingerprint), newest)
  story.note(`Release v${release.version} of ${app.name} is made`)
  progress.released(app.name, release)
  const finished = await finishRelease(app, release, tools)
  story.note(`v${release.version} succeeded`)
  return finished
}

async function shipStreaming(
  target: Target,
  slug: ShippedSlug,
  deployable: Deployable,
  tools: Tools,
  progress: DeployProgress
): Promise<void> {
  const { story } = tools
  const { app, info } = target
  await story.step('Streaming app', async () => {
    const { release } = await releaseOnce(target, 'streaming', slug, deployable, tools, progress)
    await waitForDynos(app, release.version, tools)
    await checkHealth([ownHealth(info.web_url ?? '', '/api/v1/streaming/health')], tools)
    await requireCurrent(app, release.version, slug.id)
  })
}

async function webHealth(target: Target, commit: string, tools: Tools): Promise<ProbeResult[]> {
  const { story, app } = { ...tools, ...target }
  if (!target.info.web_url)
    throw new UserError(`${app.name} has no web address`, 'Look at the app in Heroku’s dashboard.')
  const own = await checkHealth([ownHealth(target.info.web_url)], tools)
  const instance = instanceProbe(target, commit)
  if (!instance) {
    story.warn('LOCAL_DOMAIN is not set, so the instance was not asked by its name')
    return own
  }
  const outer = [instance, ...(await assetProbes(target, tools))]
  // It serves: what is wrong from here on is the way to it, or a file.
  return [...own, ...(await checkHealthOf(outer, tools))]
}

async function checkHealthOf(probes: Parameters<typeof checkHealth>[0], tools: Tools): Promise<ProbeResult[]> {
  try {
    return await checkHealth(probes, tools)
  } catch (error) {
    if (error instanceof HealthError) throw new HealthError(error.message, error.nextStep, true)
    throw error
  }
}

/** Green means live: the release is read once more at the end. */
async function requireCurrent(app: HerokuApp, version: number, slugId: string): Promise<void> {
  const newest = (await app.releases(5)).find(({ current, status }) => current || status === 'succeeded')
  if (newest?.slug?.id === slugId && newest.version >= version) return
  throw new UserError(
    `${app.name} no longer runs this deploy’s slug: v${newest?.version ?? '?'} (${newest?.description ?? 'unknown'}) came in between`,
    'Two deploys ran at the same time. Give the workflow a `concurrency` group for this app, and run the wanted one again.'
  )
}

async function rollBack(
  plan: DeployPlan,
  target: Target,
  badSlug: string,
  { trees }: Deployable,
  cause: UserError,
  tools: Tools
): Promise<void> {
  const { story } = tools
  try {
    await story.step('Rollback', async () => {
      story.warn(`Going back, because: ${cause.message.split('\n')[0] ?? ''}`)
      const release = await bringBack(plan.app, target, badSlug, trees, plan.dynoSize, tools)
      plan.progress.rolledBack(release)
    })
  } catch (error) {
    if (error instanceof CancelledError) throw error
    const next = error instanceof UserError ? error.nextStep : 'Look at `heroku releases` at once.'
    throw new UserError(`${cause.message}\nAnd it was not rolled back: ${errorText(error)}`, next, { cause: error })
  }
  throw new UserError(`${cause.message}\nThe release before was brought back and serves`, cause.nextStep, { cause })
}

/**
 * The last good release's slug under a new release (config vars stay), waited for and checked. Refused where the
 * database is no longer one for its code.
 */
export async function bringBack(
  app: HerokuApp,
  target: Target,
  badSlug: string | undefined,
  trees: Trees,
  dynoSize: string | undefined,
  tools: Tools
): Promise<Release> {
  const { story } = tools
  const good = await lastGoodRelease(app, target.releases, badSlug)
  if (!good) {
    throw new UserError('There is no earlier release whose slug Heroku still has', 'Mend the fault and deploy again.')
  }
  await requireSafeRollback(app, good, trees, dynoSize, tools)
  const newest = (await app.releases(1))[0]?.version ?? 0
  const description = `Roll back to v${good.release.version} (mastodon-on-heroku)`
  const release = await app.createRelease(good.slug.id, description, newest)
  story.note(`v${release.version} brings back the slug of v${good.release.version}; config vars stay as they are`)
  await finishRelease(app, release, tools)
  await waitForDynos(app, release.version, tools)
  await checkHealth([ownHealth(target.info.web_url ?? '')], tools)
  return release
}

function describe({ app, current, currentSlug, preboot, stack, formation }: Target, { story }: Tools): void {
  const runs = current
    ? `v${current.version}${currentSlug?.commit ? `, commit ${currentSlug.commit.slice(0, 8)}` : ''}`
    : 'nothing yet'
  story.note(`${app.name}: ${stack}, runs ${runs}`)
  const web = formation.find(({ type }) => type === 'web')
  if (!current || preboot) return
  const can = /^(standard|performance|private)/i.test(web?.size ?? '')
  story.note(
    `Without preboot old dynos stop before new ones start, and the router holds requests meanwhile${can ? `: \`heroku features:enable preboot --app ${app.name}\` avoids that` : '; preboot needs Standard or Performance dynos'}`
  )
}

function tellMigrations({ migrations }: FinishedRelease, plan: DeployPlan, { story }: Tools): void {
  if (!migrations) return
  const { before, after, ran } = migrations
  if (before === 0) story.note(`The database was empty: its schema was loaded (${after} migrations) and seeded`)
  else
    story.note(
      `${ran.length} migration${ran.length === 1 ? '' : 's'} ran in the release phase${plan.migrations === 'maintenance' ? ', of both phases' : ''}`
    )
}

/** Maintenance mode for strategy `maintenance`: only when there is something to migrate, and always off again. */
class Maintenance {
  readonly #plan: DeployPlan
  readonly #target: Target
  readonly #deployable: Deployable
  readonly #tools: Tools
  /** Also where an earlier job was killed before it could turn it off. */
  #on: boolean

  constructor(plan: DeployPlan, target: Target, deployable: Deployable, tools: Tools) {
    this.#plan = plan
    this.#target = target
    this.#deployable = deployable
    this.#tools = tools
    this.#on = plan.migrations === 'maintenance' && target.info.maintenance
  }

  async begin(): Promise<void> {
    const { app, migrations, dynoSize } = this.#plan
    if (migrations !== 'maintenance' || !this.#target.current?.slug || this.#on) return
    const { story } = this.#tools
    await story.step('Maintenance', async () => {
      const applied = await appliedMigrations(app, dynoSize, this.#tools)
      const pending = [...this.#deployable.versions].filter(version => !applied.has(version))
      if (pending.length === 0) return story.note('Nothing is to be migrated, so the site stays on')
      this.#on = true
      await app.setMaintenance(true)
      story.note(`Maintenance mode is on for ${pending.length} migrations`)
    })
  }

  async end(): Promise<void> {
    if (!this.#on) return
    // The job may have been cancelled: the site comes back all the same.
    await this.#plan.app.under(AbortSignal.timeout(8_000)).setMaintenance(false)
    this.#on = false
    this.#tools.story.note('Maintenance mode is off')
  }
}
