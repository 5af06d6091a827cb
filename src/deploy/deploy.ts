import { type Release } from '../heroku/index.ts'
import { lostTypes, SIDEKIQ_COMMAND, workingDynos, type LiveFacts } from '../mastodon/index.ts'
import { CancelledError, errorText, Unverified, UserError, WorkFailed } from '../runtime/index.ts'
import { buildOn } from './builds.ts'
import { blaming, FaultOfTheCode, lookBefore, NOT_KNOWN, webProbes, type OldRelease } from './fault.ts'
import { checkHealth, ownHealth, STREAMING_HEALTH, webHealth, type Probe } from './health.ts'
import { Maintenance } from './maintenance.ts'
import { askInDyno, migrate } from './migrate.ts'
import { GateError, type Deployable, type DeployRequest } from './request.ts'
import { liveFacts, refuse, tellPlan } from './preflight.ts'
import { type Wishes } from './lacking.ts'
import { provision, provisionDynos, type Provisioning } from './provision.ts'
import { finishRelease, releaseOnce, requireCurrent, type FinishedRelease } from './release.ts'
import { bringBack, RollbackRefused } from './rollback.ts'
import { RolloutWatch } from './rollout.ts'
import { type Role, type ShippedSlug } from './slugs.ts'
import { prepareStreaming } from './streaming.ts'
import { obtainSlugs, type Apps, type Shippable, type Shippables } from './supply.ts'
import { judgeTypes, LostTypeError } from './process-types.ts'
import { readTarget, type Target } from './target.ts'
import { type Tools } from './tools.ts'

/**
 * The whole deploy (design: never a false green, at most once, run it again). Resolves when this commit's slug is the
 * current release, its dynos run and no older one is left, it answered, and its migrations are done. Each step first
 * looks whether it is done already, so a deploy that was killed goes on where it was.
 */
export async function deploy(request: DeployRequest, tools: Tools): Promise<void> {
  const { story } = tools
  const { progress } = request
  const apps = await readApps(request, tools)
  const deployable = await story.span('Source', () => request.prepare(apps.main.stack))
  await story.step('Upgrade plan', () => judgeUpgrade(request, apps, deployable, tools))
  await progress.deploying(deployable)
  const shippable = await obtainSlugs(apps, deployable, tools)
  if ('slug' in shippable.web) progress.shipping(shippable.web.slug)
  await changeOver(request, apps, deployable, shippable, tools)
}

/** The apps as they are, once what they lack is there, if it may be bought and set. */
async function readApps(request: DeployRequest, tools: Tools): Promise<Apps> {
  const { story } = tools
  const { provisioning } = request
  const read = async (): Promise<Target> => {
    const target = await readTarget(request.app, request.mask, tools)
    request.progress.target(target)
    return target
  }
  let main = await story.step('Preflight', read)
  const wishes = provisioning && (await story.span('Wishes of the commit', provisioning.wishes))
  if (wishes) {
    main = await story.step('Provision', async () => {
      await provision(provisioning, wishes, tools)
      return read()
    })
  }
  const staging =
    request.staging &&
    (await story.step('Preflight of the staging app', () => readTarget(request.staging!, request.mask, tools)))
  const streaming =
    request.streaming && (await story.step('Preflight of the streaming app', () => readStreaming(request, main, tools)))
  return { main, staging, streaming, wishes }
}

/** From the release to the last migration. If the new code is at fault, the release before is brought back. */
async function changeOver(
  request: DeployRequest,
  { main, streaming, wishes }: Apps,
  deployable: Deployable,
  shippable: Shippables,
  tools: Tools
): Promise<void> {
  const { story } = tools
  const { app, progress, provisioning } = request
  const before = await askBefore(main, shippable.web, webProbes(main), tools)
  const maintenance = new Maintenance(request, main, deployable, tools)
  let live: Live | undefined
  try {
    await maintenance.begin()
    live = await goLive(main, 'web', shippable.web, deployable, request, tools)
    const { version } = live.finished.release
    progress.migrated(live.finished.migrations?.ran ?? [], live.finished.ran)
    live.judge?.()
    if (provisioning && wishes) await provisionStep(provisioning, wishes, tools)
    const dynos = new RolloutWatch(app, version, tools, before)
    await story.step('Dynos', () => dynos.up())
    await maintenance.end()
    await story.step('Health', () => proveHealthy(main, live!, deployable.commit, before, request, tools))
    const working = await proveWorkers(request, live, dynos, tools)
    if (streaming && shippable.streaming) {
      await shipStreaming(streaming, shippable.streaming, deployable, request, tools)
      live = { ...live, also: `; ${streaming.app.name} stays on the new commit: \`command: rollback\` brings it along` }
    }
    if (request.migrations !== 'off') await migrateAfter(request, live, tools)
    await story.step('Dynos once more', () => dynos.stay(working))
    await requireCurrent(app, version, live.slug.id)
  } catch (error) {
    await maintenance.endAfterFailure()
    if (live && isFaultOfTheRelease(error)) await rollBack(request, main, live, deployable, error as UserError, tools)
    throw error
  }
}

/** How the old release answers. If the app runs this slug already, nobody knows any more. */
function askBefore(target: Target, shippable: Shippable, probes: readonly Probe[], tools: Tools): Promise<OldRelease> {
  const { current } = target
  const runsAlready = 'slug' in shippable && current?.slug?.id === shippable.slug.id
  if (runsAlready || !current?.slug) return Promise.resolve(NOT_KNOWN)
  return tools.story.step(`${target.app.name} before`, () => lookBefore(target, probes, tools))
}

/** Rejects with a `FaultOfTheCode` if the new code answers wrongly what the old one answered rightly, else with an `Unverified`. */
async function proveHealthy(
  main: Target,
  { finished: { release } }: Live,
  commit: string,
  before: OldRelease,
  { progress }: DeployRequest,
  tools: Tools
): Promise<void> {
  await blaming({ app: main.app, version: release.version }, before, tools, async () =>
    progress.healthy(await webHealth(main, commit, tools))
  )
}

function provisionStep(provisioning: Provisioning, wishes: Wishes, tools: Tools): Promise<void> {
  return tools.story.step('Formation and certificate', () => provisionDynos(provisioning, wishes, tools))
}

/**
 * Asks Redis in which dynos a Sidekiq of this release works, and waits for the others to stay up: whoever exits soon after
 * each start is found before the second phase, from which there may be no way back.
 * @returns names of the dynos that were seen to work
 */
async function proveWorkers(
  { app, dynoSize: size }: DeployRequest,
  { finished }: Live,
  dynos: RolloutWatch,
  tools: Tools
): Promise<Set<string>> {
  return tools.story.step('Workers', async () => {
    const working = dynos.runsSidekiq ? await askRedis() : new Set<string>()
    await dynos.stay(working)
    return working
  })

  async function askRedis(): Promise<Set<string>> {
    const look = { command: SIDEKIQ_COMMAND, purpose: 'workers', size }
    const output = await askInDyno(app, look, tools).catch((error: unknown) => {
      if (tools.signal.aborted) throw error
      tools.story.note(`Redis could not be asked for the workers: ${errorText(error)}`)
      return ''
    })
    return workingDynos(output, Date.parse(finished.release.created_at))
  }
}

/** The post-deployment migrations. */
async function migrateAfter(request: DeployRequest, { slug, finished }: Live, tools: Tools): Promise<void> {
  const { story } = tools
  await story.step('Post-deployment migrations', async () => {
    // Else another release's code would run its own.
    await requireCurrent(request.app, finished.release.version, slug.id)
    const ran = await migrate(request.app, { size: request.dynoSize }, tools)
    story.note(
      `${ran.length === 0 ? 'No' : ran.length} post-deployment migration${ran.length === 1 ? '' : 's'} in this upgrade; none is pending`
    )
    const versions = [...(finished.migrations?.ran ?? []), ...ran.map(({ version }) => version)]
    request.progress.migrated(versions, [...finished.ran, ...ran])
  })
}

/** The new code's own fault, a slug over its limit, or one without a process type of what ran: the code before is better. */
function isFaultOfTheRelease(error: unknown): boolean {
  return error instanceof FaultOfTheCode || error instanceof GateError || error instanceof LostTypeError
}

/** Tells what the upgrade brings, and throws what blocks it, before anything is changed. */
async function judgeUpgrade(
  request: DeployRequest,
  { main, streaming, staging, wishes }: Apps,
  deployable: Deployable,
  tools: Tools
): Promise<void> {
  if (!deployable.plan) return
  const upgrade = await deployable.plan(liveFacts(main, streaming, await request.addons(main.app), wishes))
  tellPlan(upgrade, tools.story)
  refuse(upgrade.findings)
  // Heroku's build has to run on the staging app first. What is wrong with that app itself is no blocker for the main one.
  if (staging && deployable.supply.by === 'heroku')
    refuse((await deployable.plan(ofStaging(liveFacts(staging, undefined, undefined)))).findings)
}

/** An app on which Heroku builds. It is asked for its health only if it has a web dyno. */
function ofStaging(live: LiveFacts): LiveFacts {
  const formation = live.formation.filter(({ quantity }) => quantity > 0)
  return { ...live, maintenance: live.maintenance && formation.some(({ type }) => type === 'web'), formation }
}

async function readStreaming(request: DeployRequest, main: Target, tools: Tools): Promise<Target> {
  const target = await readTarget(request.streaming!, request.mask, tools)
  return prepareStreaming(
    main,
    target,
    request.streamingSetup,
    () => readTarget(request.streaming!, request.mask, tools),
    tools
  )
}

interface Live {
  readonly slug: ShippedSlug
  readonly finished: FinishedRelease
  /** What stays as it is if this is taken back. */
  readonly also?: string
  /** If its size and process types could not be judged before. */
  readonly judge?: () => void
}

/** Releases a slug, or has Heroku build it, which releases it as well. */
async function goLive(
  target: Target,
  role: Role,
  shippable: Shippable,
  deployable: Deployable,
  { progress, migrations }: DeployRequest,
  tools: Tools
): Promise<Live> {
  const { story } = tools
  const { app } = target
  const { commit, fingerprint } = deployable
  const title = role === 'web' ? 'Release' : 'Release of the streaming app'
  const told = (finished: FinishedRelease): FinishedRelease => {
    tellMigrations(finished, migrations, tools)
    return finished
  }
  if ('slug' in shippable) {
    const { slug } = shippable
    const made = (release: Release): void => progress.released(app.name, release)
    return story.step(title, async () => ({
      slug,
      finished: told(await releaseOnce(target, slug, { commit, role, fingerprint }, tools, made))
    }))
  }
  const before = await app.formation()
  const slug = await story.step(`Build on ${app.name}`, () => buildOn(app, shippable.recipe, tools))
  const judge = (): void => {
    shippable.judge(slug)
    judgeTypes(app.name, before, slug, deployable, role, tools)
  }
  if (role === 'web') progress.shipping(slug)
  return story.step(title, async () => {
    const release = await app.release(slug.releaseId)
    progress.released(app.name, release)
    return { slug, finished: told(await finishRelease(app, release, tools)), judge }
  })
}

/** The streaming app. The main one is live by then, and is not taken back for it. */
async function shipStreaming(
  target: Target,
  shippable: Shippable,
  deployable: Deployable,
  request: DeployRequest,
  tools: Tools
): Promise<void> {
  const { app } = target
  const probe = ownHealth(target, STREAMING_HEALTH)
  const before = await askBefore(target, shippable, [probe], tools)
  const { slug, finished, judge } = await goLive(target, 'streaming', shippable, deployable, request, tools)
  const { version } = finished.release
  const prove = async (): Promise<void> => {
    await new RolloutWatch(app, version, tools, before).up()
    await checkHealth(probe, tools)
    judge?.()
    await requireCurrent(app, version, slug.id)
  }
  try {
    await blaming({ app, version }, before, tools, () => tools.story.step('Streaming app', prove))
  } catch (cause) {
    if (!(cause instanceof UserError) || !isFaultOfTheRelease(cause)) throw cause
    throw new WorkFailed(
      `${cause.message}\n${request.app.name} is live and healthy; its post-deployment migrations did not run`,
      cause.nextStep,
      { cause }
    )
  }
}

async function rollBack(
  request: DeployRequest,
  target: Target,
  { slug: badSlug, finished, also = '' }: Live,
  { trees }: Deployable,
  cause: UserError,
  tools: Tools
): Promise<void> {
  const { story } = tools
  try {
    await story.step('Rollback', async () => {
      // Another deploy may have come in between: what it released is not for this one to take back.
      await requireCurrent(target.app, finished.release.version, badSlug.id).catch((error: unknown) => {
        throw error instanceof UserError && !error.isFailure
          ? new RollbackRefused(error.message, error.nextStep, { cause: error })
          : error
      })
      story.warn(`Going back, because: ${cause.message.split('\n')[0] ?? ''}`)
      const { release } = await bringBack(target, badSlug.id, trees, request.dynoSize, tools, {
        mayLoseTypes: true,
        // Before the health check: if that fails, the worker must run all the same.
        released: () => scaleAgain(target, badSlug, tools)
      })
      request.progress.rolledBack(release)
    })
  } catch (error) {
    if (error instanceof CancelledError) throw error
    const next =
      error instanceof UserError ? error.nextStep : `Look at \`heroku releases --app ${request.app.name}\` at once.`
    throw new UserError(`${cause.message}\nAnd ${howBackEnded(error)}: ${errorText(error)}`, next, { cause: error })
  }
  throw new UserError(`${cause.message}\nThe release before was brought back and serves${also}`, cause.nextStep, {
    cause
  })
}

function howBackEnded(error: unknown): string {
  if (error instanceof RollbackRefused) return 'it was not rolled back'
  return error instanceof Unverified ? 'its code was released again' : 'going back did not end well'
}

/** Scales the dynos again whose process type the bad slug lacked: Heroku starts none by itself for a type that is new. */
async function scaleAgain({ app, formation }: Target, badSlug: ShippedSlug, { story }: Tools): Promise<void> {
  const lost = lostTypes(formation, Object.keys(badSlug.processTypes))
  if (lost.length === 0) return
  const there = new Set((await app.formation()).map(({ type }) => type))
  const wanted = lost
    .filter(({ type }) => there.has(type))
    .map(({ type, quantity, size }) => ({ type, quantity, ...(size ? { size } : {}) }))
  if (wanted.length === 0) return
  await app.scale(wanted)
  story.note(`Scaled as before: ${wanted.map(({ type, quantity }) => `${type} ${quantity}`).join(', ')}`)
}

function tellMigrations(
  { migrations }: FinishedRelease,
  strategy: DeployRequest['migrations'],
  { story }: Tools
): void {
  if (!migrations) return
  const { before, after, ran } = migrations
  if (before === 0) story.note(`The database was empty: its schema was loaded (${after} migrations) and seeded`)
  else
    story.note(
      `${ran.length} migration${ran.length === 1 ? '' : 's'} ran in the release phase${strategy === 'maintenance' ? ', of both phases' : ''}`
    )
}
