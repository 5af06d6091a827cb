import { type Config } from '../config/index.ts'
import {
  appliedMigrations,
  liveFacts,
  readTarget,
  refuse,
  tellPlan,
  type Target,
  type Tools,
  type Wishes
} from '../deploy/index.ts'
import { LONGEST_BODY } from '../github/index.ts'
import { type HerokuApp } from '../heroku/index.ts'
import { type LiveFacts, type UpgradePlan } from '../mastodon/index.ts'
import { makeUpgrade, upgradeMarkdown, type Upgrade } from '../report/index.ts'
import { errorText } from '../runtime/index.ts'
import type { Context } from './context.ts'
import { addonReader } from './steps/addons.ts'
import { requireApp } from './steps/heroku.ts'
import { scheduleStep } from './steps/schedule.ts'
import { readConfig, takeSource, tellUncommitted, type Source } from './steps/source.ts'
import { planProvision } from './steps/provision-plan.ts'
import { provisioningOf } from './steps/provisioning.ts'
import { planFrom, planOfTree } from './steps/upgrade.ts'
import { withStory } from './steps/with-story.ts'

/**
 * Preflight and upgrade plan alone: with a Heroku key against the app as it runs, its database included, without one
 * against what came before the commit in the checkout. Changes nothing; fails where something blocks.
 */
export async function plan(context: Context): Promise<void> {
  const { inputs, runtime } = context
  const config = readConfig(context)
  if (inputs.herokuApiKey !== undefined && config.app !== undefined) return planOfApp(context, config, true)
  runtime.log.info(
    inputs.herokuApiKey === undefined
      ? 'Without a `heroku-api-key` this is what the tree alone can tell: the app is not asked.'
      : 'No app is named, so this is what the tree alone can tell.'
  )
  const source = await runtime.log.group('Source', () => sourceOf(context))
  const { plan, upgrade } = await planOfTree(context, config, source)
  await tell(context, upgrade)
  announce(context, plan)
  runtime.log.info('Nothing stands against this upgrade, as far as the tree alone can tell.')
}

async function sourceOf(context: Context): Promise<Source> {
  const source = await takeSource(context)
  await tellUncommitted(context, source)
  return source
}

/** `deploy` with `plan: true`: what it would do, and what stands against it. Nothing is written, no dyno is started. */
export async function planDeploy(context: Context): Promise<void> {
  await planOfApp(context, readConfig(context), false)
}

/** @param askDatabase whether a one-off dyno may be started to read which migrations the database has */
async function planOfApp(context: Context, config: Config, askDatabase: boolean): Promise<void> {
  const { inputs } = context
  const name = requireApp(config.app)
  await withStory(context, `How the plan for ${name} was made`, async ({ app, tools, mask, client }) => {
    const { story } = tools
    const read = (name: string) => readTarget(app(name), mask, tools)
    const target = await story.step('Preflight', () => read(name))
    const { streamingApp } = config
    const streaming =
      streamingApp === undefined
        ? undefined
        : await story.step('Preflight of the streaming app', () => read(streamingApp))
    const source = await story.span('Source', () => sourceOf(context))
    const provisioning = provisioningOf(context, config, { client, app }, () => Promise.resolve(source))
    if (inputs.provision && !askDatabase) {
      const complete = await story.step('What the app lacks', () => planProvision(context, provisioning, tools))
      if (!complete) return `${name} would be provisioned first. Nothing was changed.`
    }
    const applied =
      askDatabase && target.current?.slug
        ? await story.step('Database', () => askApplied(target.app, inputs.dynoSize, tools))
        : undefined
    const plan = await story.step('Upgrade plan', async () => {
      const wishes = inputs.provision ? await provisioning.wishes() : undefined
      const live = await factsOf(context, { target, streaming, wishes }, applied)
      return planFrom(context, { ...config, stack: config.stack ?? target.stack }, source, live.commit, live)
    })
    await tell(context, upgradeOf(name, plan, target.currentSlug?.commit ?? undefined))
    // With `plan: true` it shows them, and changes nothing.
    if (inputs.plan) await scheduleStep(context, app(name), config.schedule, mask, tools)
    announce(context, plan)
    const warnings = plan.findings.filter(({ level }) => level === 'warn').length
    return `Nothing stands against deploying ${source.commit.sha.slice(0, 8)} to ${name}${warnings > 0 ? `; warnings: ${warnings}` : ''}. Nothing was changed.`
  })
}

/** Tells it in the log, and fails where something blocks. */
function announce({ runtime: { log } }: Context, plan: UpgradePlan): void {
  tellPlan(plan, { note: text => log.info(text), warn: text => log.warning(text) })
  refuse(plan.findings)
}

async function factsOf(
  context: Context,
  { target, streaming, wishes }: { target: Target; streaming: Target | undefined; wishes: Wishes | undefined },
  applied: ReadonlySet<string> | undefined
): Promise<LiveFacts> {
  const live = { ...liveFacts(target, streaming, await addonReader(context)(target.app), wishes), applied }
  // A deploy would set up what the streaming app lacks.
  return (context.inputs.streamingSetup || context.inputs.provision) && live.streaming
    ? { ...live, streaming: { ...live.streaming, lacks: [] } }
    : live
}

/** The versions in `schema_migrations`; where they cannot be read the trees are compared instead. */
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

function upgradeOf(app: string, plan: UpgradePlan, commit: string | undefined): Upgrade {
  const isHash = commit !== undefined && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)
  return makeUpgrade(plan, isHash ? { kind: 'release' as const, commit, name: app } : undefined)
}

/** What an admin looks for first. */
function verdict({ findings }: Upgrade): string {
  const count = (level: string): number => findings.filter(finding => finding.level === level).length
  const [blocks, warnings] = [count('block'), count('warn')]
  return `${blocks === 0 ? 'nothing stops it' : `${blocks} ${blocks === 1 ? 'thing stops' : 'things stop'} it`}${warnings === 0 ? '' : `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`}`
}

/** In the summary, and as an output for those who tell it elsewhere: there with figures and names alone where all of it is too long. */
async function tell({ results }: Context, upgrade: Upgrade): Promise<void> {
  const whole = `## Upgrade plan: ${verdict(upgrade)}\n\n${upgradeMarkdown(upgrade, true)}\n`
  results.output('comment-body', whole.length <= LONGEST_BODY ? whole : upgradeMarkdown(upgrade, false))
  await results.summary(whole)
}
