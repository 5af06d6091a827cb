import { type Config } from '../config/index.ts'
import { appliedMigrations, liveFacts, readTarget, blockersOf, tellPlan, type Tools } from '../deploy/index.ts'
import { LONGEST_BODY } from '../github/index.ts'
import { type HerokuApp } from '../heroku/index.ts'
import { type InputsOf, type JobResults, type Slice } from '../inputs/index.ts'
import { type LiveFacts, type UpgradePlan } from '../mastodon/index.ts'
import { makeUpgrade, upgradeMarkdown, type Upgrade } from '../report/index.ts'
import { errorText, type Log, type Runtime } from '../runtime/index.ts'
import { isGreen, type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { addonReader } from './steps/addons.ts'
import { herokuOf, requireApp, type HerokuAccess } from './steps/heroku.ts'
import { scheduleStep, type SyncInputs, type TaskInputs } from './steps/schedule.ts'
import {
  checkoutOf,
  ownFiles,
  readConfig,
  takeSource,
  tellUncommitted,
  type Checkout,
  type Source
} from './steps/source.ts'
import { showLacking } from './steps/lacking.ts'
import { provisioningOf } from './steps/provisioning.ts'
import { planFrom, planOfTree } from './steps/upgrade.ts'
import { withStory } from './steps/with-story.ts'

/**
 * Preflight and upgrade plan alone: with a Heroku key against the app as it runs, its database included, without one
 * against what came before the commit in the checkout. Changes nothing; fails if something blocks.
 */
export async function plan(inputs: InputsOf<'plan'>, tools: CommandTools): Promise<Ending> {
  const { runtime, results, job, machine } = tools
  const config = readConfig(inputs, { app: inputs.app, streamingApp: inputs.streamingApp })
  if (inputs.herokuApiKey !== undefined && config.app !== undefined)
    return planOfApp(inputs, herokuOf(inputs, 'plan'), config, { askDatabase: true, showTasks: inputs.plan }, tools)
  runtime.log.info(
    inputs.herokuApiKey === undefined
      ? 'Without a `heroku-api-key` this is what the tree alone can tell: the app is not asked.'
      : 'No app is named, so this is what the tree alone can tell.'
  )
  const checkout = checkoutOf(inputs.path, machine.searchPath, runtime)
  const own = ownFiles(inputs, machine)
  const source = await runtime.log.group('Source', () => sourceOf(checkout, inputs.ref, own, runtime))
  const where = { buildIn: inputs.buildIn, hostStack: machine.hostStack }
  const { plan: found, upgrade } = await planOfTree(checkout, config, source, where, job, runtime)
  await tell(upgrade, results)
  const ending = judge(found, 'Nothing stands against this upgrade, as far as the tree alone can tell', runtime.log)
  if (isGreen(ending)) runtime.log.info(`${ending.headline}.`)
  return ending
}

async function sourceOf(
  checkout: Checkout,
  ref: string | undefined,
  own: readonly string[],
  runtime: Runtime
): Promise<Source> {
  const source = await takeSource(checkout, ref, runtime)
  await tellUncommitted(checkout, source.commit, own, runtime)
  return source
}

type PlanInputs = TaskInputs &
  SyncInputs &
  Slice<'ref' | 'path' | 'config' | 'outputDir' | 'provision' | 'streamingSetup' | 'dynoSize'> &
  Slice<'herokuDataUrl' | 'herokuApiKey'>

interface PlanWays {
  /** A one-off dyno may be started to read which migrations the database has. */
  readonly askDatabase: boolean
  /** What would change of the scheduled tasks is shown, too. */
  readonly showTasks: boolean
}

/** What a deploy would do, and what stands against it. Nothing is written. */
export async function planOfApp(
  inputs: PlanInputs,
  access: HerokuAccess,
  config: Config,
  { askDatabase, showTasks }: PlanWays,
  { runtime, results, story, machine }: Pick<CommandTools, 'runtime' | 'results' | 'story' | 'machine'>
): Promise<Ending> {
  const name = requireApp(config.app)
  const title = `How the plan for ${name} was made`
  const checkout = checkoutOf(inputs.path, machine.searchPath, runtime)
  const own = ownFiles(inputs, machine)
  return withStory(title, access, { runtime, results, story }, async ({ app, tools, mask, client }) => {
    const read = (one: string) => readTarget(app(one), mask, tools)
    const target = await story.step('Preflight', () => read(name))
    const { streamingApp } = config
    const streaming =
      streamingApp === undefined
        ? undefined
        : await story.step('Preflight of the streaming app', () => read(streamingApp))
    const source = await story.span('Source', () => sourceOf(checkout, inputs.ref, own, runtime))
    const provisioning = provisioningOf(config, { client, app }, () => Promise.resolve(source), results)
    if (inputs.provision && !askDatabase) {
      const complete = await story.step('What the app lacks', () => showLacking(provisioning, tools, results))
      if (!complete) return `${name} would be provisioned first. Nothing was changed`
    }
    const applied =
      askDatabase && target.current?.slug
        ? await story.step('Database', () => askApplied(target.app, inputs.dynoSize, tools))
        : undefined
    const found = await story.step('Upgrade plan', async () => {
      const wishes = inputs.provision ? await provisioning.wishes() : undefined
      const facts = liveFacts(target, streaming, await addonReader(inputs, runtime)(target.app), wishes)
      const live = withSetup({ ...facts, applied }, inputs.streamingSetup || inputs.provision)
      const built = { ...config, stack: config.stack ?? target.stack }
      return planFrom(checkout, built, source, live.commit, runtime, live)
    })
    await tell(upgradeOf(name, found, target.currentSlug?.commit ?? undefined), results)
    if (showTasks) await scheduleStep(inputs, app(name), access.key, config.schedule, tools, results)
    const warnings = found.findings.filter(({ level }) => level === 'warn').length
    const green = `Nothing stands against deploying ${source.commit.sha.slice(0, 8)} to ${name}${warnings > 0 ? `; warnings: ${warnings}` : ''}. Nothing was changed`
    return judge(found, green, runtime.log)
  })
}

/** Tells the plan in the log. What blocks is what was found; else `green` is the headline. */
function judge(found: UpgradePlan, green: string, log: Log): Ending {
  tellPlan(found, { note: text => log.info(text), warn: text => log.warning(text) })
  const findings = found.findings.map(({ level, name, reason, remedy }) => ({
    level: LEVELS[level],
    about: name,
    text: reason,
    remedy
  }))
  const blockers = blockersOf(found.findings)
  if (blockers) return { outcome: 'found', headline: blockers.message, next: [blockers.nextStep], findings }
  return { outcome: findings.some(({ level }) => level === 'warn') ? 'found' : 'done', headline: green, findings }
}

const LEVELS = { block: 'fail', warn: 'warn', note: 'note' } as const

/** A deploy that may would set up what the streaming app lacks. */
function withSetup(live: LiveFacts, mayBeSetUp: boolean): LiveFacts {
  return mayBeSetUp && live.streaming ? { ...live, streaming: { ...live.streaming, lacks: [] } } : live
}

/** The versions in `schema_migrations`; if they cannot be read the trees are compared instead. */
async function askApplied(
  app: HerokuApp,
  size: string | undefined,
  tools: Tools
): Promise<ReadonlySet<string> | undefined> {
  try {
    const applied = await appliedMigrations(app, size, tools)
    tools.story.note(`The database has ${applied.size} migrations (read in a one-off dyno, which changed nothing)`)
    return applied
  } catch (error) {
    if (tools.signal.aborted) throw error
    tools.story.note(`The database could not be asked, so the trees are compared instead: ${errorText(error)}`)
    return undefined
  }
}

function upgradeOf(app: string, found: UpgradePlan, commit: string | undefined): Upgrade {
  const isHash = commit !== undefined && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)
  return makeUpgrade(found, isHash ? { kind: 'release' as const, commit, name: app } : undefined)
}

/** What an admin looks for first. */
function verdict({ findings }: Upgrade): string {
  const count = (level: string): number => findings.filter(finding => finding.level === level).length
  const [blocks, warnings] = [count('block'), count('warn')]
  return `${blocks === 0 ? 'nothing stops it' : `${blocks} ${blocks === 1 ? 'thing stops' : 'things stop'} it`}${warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`}`
}

/** In the summary, and as an output for those who tell it elsewhere: there with figures and names alone if all of it is too long. */
async function tell(upgrade: Upgrade, results: JobResults): Promise<void> {
  const whole = `## Upgrade plan: ${verdict(upgrade)}\n\n${upgradeMarkdown(upgrade, true)}\n`
  results.output('comment-body', whole.length <= LONGEST_BODY ? whole : upgradeMarkdown(upgrade, false))
  await results.summary(whole)
}
