import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import { type AppFacts, type Deployed, type PlannedUpgrade } from '../../checks/index.ts'
import { type Config } from '../../config/index.ts'
import { liveFacts } from '../../deploy/index.ts'
import { type HerokuApp } from '../../heroku/index.ts'
import {
  parseVersion,
  planUpgrade,
  UPSTREAM,
  VERSION_FILE,
  type LiveFacts,
  type UpgradeFacts,
  type UpgradePlan
} from '../../mastodon/index.ts'
import { type Machine, type Slice } from '../../inputs/index.ts'
import { within } from '../../net/index.ts'
import { errorText, removeTree, UserError, type Runtime } from '../../runtime/index.ts'
import { resolveCommit, textAt, writeMerged } from '../../source/index.ts'
import { addonReader } from './addons.ts'
import { checkoutOf, type Checkout } from './source.ts'
import { factsFrom, READ } from './upgrade.ts'

type AddonInputs = Slice<'herokuDataUrl' | 'herokuApiKey'>
export type UpgradeInputs = AddonInputs & Slice<'path'>
type ConfigVars = Readonly<Record<string, string>>

export interface UpgradeSources {
  readonly config: Config
  readonly app: HerokuApp
  readonly facts: AppFacts
  readonly configVars: ConfigVars
  /** The app that runs streaming, if it is one of its own. */
  readonly streaming?: { readonly name: string; readonly configVars: () => Promise<ConfigVars> }
  readonly deployed: () => Promise<Deployed>
  /** Address of Mastodon's repository; tests have one of their own. */
  readonly upstream?: string
}

/** Milliseconds for Heroku to tell of the app: a plan of the trees alone is better than none. */
const APP_WITHIN = 6_000
/** Milliseconds of these for the add-ons. */
const ADDONS_WITHIN = 4_000

/** By these a fork says how it runs on Heroku: its own count, whatever upstream does to its. */
const OWN = /^(?:Procfile|app\.json|Aptfile)$/

/**
 * Plans the upgrade of what runs to a version of Mastodon: the fork's tree with that version merged, file by file,
 * against the fork's tree and the app as it runs. Only what a plan reads of it is fetched, into a folder that is gone
 * afterwards; the checkout is only read. When the signal is aborted it ends what it started, and rejects.
 * @param from the version that runs
 */
export async function planVersion(
  inputs: UpgradeInputs,
  sources: UpgradeSources,
  from: string,
  to: string,
  { searchPath, proxyEnvironment }: Pick<Machine, 'searchPath' | 'proxyEnvironment'>,
  runtime: Runtime
): Promise<PlannedUpgrade> {
  const folder = await mkdtemp(path.join(runtime.scratch, 'upgrade-'))
  try {
    const checkout = checkoutOf(inputs.path, searchPath, runtime)
    const start = await startOf(checkout, sources.deployed, from)
    const [live, { contested }] = await Promise.all([
      liveOf(inputs, sources, runtime),
      writeMerged({
        ...checkout,
        proxyEnvironment,
        commit: start.commit,
        url: sources.upstream ?? UPSTREAM,
        tag: `v${to}`,
        baseTag: `v${from}`,
        fetchInto: path.join(folder, 'upstream.git'),
        into: path.join(folder, 'merged'),
        only: name => READ.test(name),
        own: name => OWN.test(name)
      })
    ])
    const source = { folder: path.join(folder, 'merged'), removed: [] }
    const facts = await factsFrom(checkout, sources.config, source, start.commit, runtime, live)
    const plan = planUpgrade(facts)
    return { plan, already: foundToday(facts), from: start, isAppAsked: live !== undefined, contested }
  } finally {
    await removeTree(folder)
  }
}

/** What a plan to deploy once more what runs would find, too: it has nothing to do with the upgrade. */
function foundToday(facts: UpgradeFacts): UpgradePlan['findings'] {
  const { from: tree } = facts
  return tree ? planUpgrade({ ...facts, tree, hasRuby: undefined }).findings : []
}

/** The commit that runs; if the checkout does not have it, the checked-out one, if it is of the same version. */
async function startOf(
  checkout: Checkout,
  deployed: UpgradeSources['deployed'],
  version: string
): Promise<PlannedUpgrade['from']> {
  const running = await deployed().catch(() => undefined)
  // Its version was read from the checkout.
  if (running?.commit !== undefined && running.version !== undefined)
    return { commit: running.commit, isReleased: true }
  const head = await resolveCommit(checkout)
  const here = parseVersion(await textAt({ ...checkout, commit: head.sha, file: VERSION_FILE }))
  if (here === version) return { commit: head.sha, isReleased: false }
  throw new UserError(
    `the checkout does not have the commit that runs, and what is checked out is ${here === undefined ? 'no Mastodon' : `of ${here}`}`,
    'Check out with `fetch-depth: 0`.'
  )
}

/** The app as it runs; undefined if Heroku does not say enough of it. */
async function liveOf(inputs: AddonInputs, sources: UpgradeSources, runtime: Runtime): Promise<LiveFacts | undefined> {
  try {
    return await within(runtime, APP_WITHIN, 'Heroku did not answer', () => askApp(inputs, sources, runtime))
  } catch (error) {
    runtime.log.info(`The upgrade plan is made without the app: ${errorText(error)}`)
    return undefined
  }
}

async function askApp(
  inputs: AddonInputs,
  { app, facts, configVars, streaming }: UpgradeSources,
  runtime: Runtime
): Promise<LiveFacts> {
  // Their API is undocumented: if it does not answer, the plan goes without the add-ons alone.
  const addonsOf = within(runtime, ADDONS_WITHIN, 'Heroku did not answer', () => addonReader(inputs, runtime)(app))
  const [info, formation, current, slug, addons, streamingVars] = await Promise.all([
    facts.info(),
    facts.formation(),
    facts.release(),
    facts.slug(),
    addonsOf.catch(() => undefined),
    streaming?.configVars()
  ])
  const { name: stack } = info.build_stack ?? info.stack
  return liveFacts(
    { app, info, stack, config: configVars, formation, current, currentSlug: slug },
    streaming && streamingVars && { app: streaming, config: streamingVars },
    addons
  )
}
