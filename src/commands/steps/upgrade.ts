import { mkdtemp } from 'node:fs/promises'
import path from 'node:path'
import {
  chooseBuildpacks,
  hasRuby,
  installsLockedRuby,
  isHerokuRuby,
  readBuildpacks,
  stackOf,
  type LockedRuby
} from '../../buildpacks/index.ts'
import { type Config } from '../../config/index.ts'
import { type GithubJob } from '../../inputs/index.ts'
import {
  installsNode,
  newestNode,
  planUpgrade,
  readRuby,
  readUpgradeTree,
  type LiveFacts,
  type TreeProblem,
  type TreeRuby,
  type UpgradeFacts,
  type UpgradePlan,
  type UpgradeTree
} from '../../mastodon/index.ts'
import { CancelledError, readTreeFile, removeTree, UserError, type Runtime } from '../../runtime/index.ts'
import { type NetTools } from '../../net/index.ts'
import { makeUpgrade, type Upgrade } from '../../report/index.ts'
import { baseOf, exportTree, resolveCommit, textAt } from '../../source/index.ts'
import { requireStack, type Where } from './recipe.ts'
import { procfileTaken, type Checkout, type Source } from './source.ts'

/** What a plan reads of a tree; the rest of a commit is not written out. */
export const READ =
  /^(?:db\/|config\/(?!locales)|lib\/(?:mastodon|tasks)\/|streaming\/|vite\.config\.|[^/]*file(?:\.lock)?$|\.ruby-version$|package\.json$|app\.json$|README\.md$)/

/** Plans the upgrade from one commit to the one to be deployed. */
export async function planFrom(...of: Parameters<typeof factsFrom>): Promise<UpgradePlan> {
  return planUpgrade(await factsFrom(...of))
}

/**
 * What such a plan is made of.
 * @param from the commit that runs now, or that this one is compared with; undefined if there is none
 * @param live what is known of the running app, if it may be asked
 */
export async function factsFrom(
  checkout: Checkout,
  config: Config,
  source: Pick<Source, 'folder' | 'removed'>,
  from: string | undefined,
  { clock, signal, scratch }: Pick<Runtime, 'clock' | 'signal' | 'scratch'>,
  live?: LiveFacts
): Promise<UpgradeFacts> {
  const appJson = readTreeFile(source.folder, 'app.json')
  const tree = readUpgradeTree(source.folder)
  const problems: TreeProblem[] = []
  const stack = config.stack ?? stackOf(appJson) ?? live?.stack
  const { chosen = [] } = tried(problems, () => chooseBuildpacks(config.slug.buildpacks, appJson)) ?? {}
  const buildpacks = chosen.map(({ reference }) => reference.text)
  return {
    now: clock.now(),
    tree: { ...tree, procfile: { ...tree.procfile, ...procfileTaken(source.removed) } },
    problems,
    from: from === undefined ? undefined : await readTreeAt(checkout, from, scratch),
    stack,
    buildpacks,
    hasRuby: await askForRuby({ clock, signal }, config, buildpacks, tree.ruby.locked, stack),
    strategy: config.migrations,
    redisTls: config.redisTls,
    hasStreamingApp: config.streamingApp !== undefined,
    skip: config.checks.skip,
    live
  }
}

/** What the tree alone can tell, against what came before it in the checkout: that is no fact of any app. */
export async function planOfTree(
  checkout: Checkout,
  config: Config,
  source: Source,
  where: Where,
  { event, baseRef }: Pick<GithubJob, 'event' | 'baseRef'>,
  runtime: Pick<Runtime, 'clock' | 'signal' | 'scratch'>
): Promise<{ plan: UpgradePlan; upgrade: Upgrade }> {
  const base = await baseOf({
    ...checkout,
    commit: source.commit.sha,
    branch: baseRef ?? event.pullRequest?.baseBranch ?? event.defaultBranch ?? 'main',
    pullRequest: baseRef !== undefined || event.pullRequest !== undefined
  })
  const problems: TreeProblem[] = []
  const stack = tried(problems, () => requireStack(where, config, readTreeFile(source.folder, 'app.json')))
  const facts = await factsFrom(checkout, { ...config, stack }, source, base?.commit, runtime)
  const plan = planUpgrade({ ...facts, problems: [...problems, ...(facts.problems ?? [])] })
  return { plan, upgrade: makeUpgrade(plan, base) }
}

/** Asks where Heroku's own buildpack would fetch it, and only if it would. */
async function askForRuby(
  net: NetTools,
  { slug }: Config,
  buildpacks: readonly string[],
  ruby: LockedRuby | undefined,
  stack: string | undefined
): Promise<boolean | undefined> {
  if (ruby === undefined || stack === undefined || !buildpacks.some(isHerokuRuby)) return undefined
  return hasRuby({ ruby, stack, vendorUrl: slug.env['BUILDPACK_VENDOR_URL'] }, net)
}

/**
 * What the checked-out commit says of Ruby: a build of it installs that. Undefined if no heroku/ruby builds it, or it has no
 * Gemfile.lock. Rejects if there is no checkout, or its app.json cannot be read.
 */
export async function rubyOfCheckout(checkout: Checkout, config: Config): Promise<TreeRuby | undefined> {
  const { buildpacks, texts } = await readCheckout(checkout, config, ['Gemfile.lock', 'Gemfile', '.ruby-version'])
  const [gemfileLock = '', gemfile = '', rubyVersion = ''] = texts
  if (gemfileLock === '' || !buildpacks.some(installsLockedRuby)) return undefined
  return readRuby({ gemfileLock, gemfile, rubyVersion })
}

/** The newest major version of Node that it takes; undefined without a bound, or if no heroku/nodejs builds it. Rejects as above. */
export async function nodeOfCheckout(checkout: Checkout, config: Config): Promise<number | undefined> {
  const { buildpacks, texts } = await readCheckout(checkout, config, ['package.json'])
  return installsNode(buildpacks) ? newestNode(texts[0] ?? '') : undefined
}

/** The buildpacks of the checked-out commit, and the texts of some of its files. */
async function readCheckout(
  checkout: Checkout,
  config: Config,
  files: readonly string[]
): Promise<{ buildpacks: string[]; texts: (string | undefined)[] }> {
  const { sha: commit } = await resolveCommit(checkout)
  const read = (file: string): Promise<string | undefined> => textAt({ ...checkout, commit, file })
  const [appJson, ...texts] = await Promise.all(['app.json', ...files].map(read))
  const { chosen } = readBuildpacks(config.slug.buildpacks, appJson)
  return { buildpacks: chosen.map(({ reference }) => reference.text), texts }
}

/** What is said of the build, or undefined, and then why there would be none is among the problems. */
function tried<T>(problems: TreeProblem[], say: () => T): T | undefined {
  try {
    return say()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    problems.push({ reason: error.message, remedy: error.nextStep })
    return undefined
  }
}

/** The tree of a commit; undefined if the checkout does not have it. */
async function readTreeAt(checkout: Checkout, commit: string, scratch: string): Promise<UpgradeTree | undefined> {
  const folder = await mkdtemp(path.join(scratch, 'tree-before-'))
  try {
    await exportTree({ ...checkout, commit, into: folder, only: name => READ.test(name) })
    return readUpgradeTree(folder)
  } catch (error) {
    if (error instanceof UserError && !(error instanceof CancelledError)) return undefined
    throw error
  } finally {
    await removeTree(folder)
  }
}
