import { type Config } from '../config/index.ts'
import {
  deploy as runDeploy,
  type Artifact,
  type Deployable,
  type DeployProgress,
  type Tools
} from '../deploy/index.ts'
import { openDeployment, type GithubDeployment } from '../github/index.ts'
import { instanceDomain, migrationsOf, REDIS_NOT_VERIFIED } from '../mastodon/index.ts'
import { type HerokuApp } from '../heroku/index.ts'
import { CancelledError, errorText, once, UserError } from '../runtime/index.ts'
import { Story, storyMarkdown } from '../verdict/index.ts'
import type { Context } from './context.ts'
import { planDeploy } from './plan.ts'
import { addOwnFiles, versionsAt } from './steps/additions.ts'
import { addonReader } from './steps/addons.ts'
import { builtBefore, buildNow } from './steps/built.ts'
import { fingerprintOf, type Fingerprint } from './steps/fingerprint.ts'
import { checkKey, connect, herokuOf, masker, requireApp, type HerokuAccess } from './steps/heroku.ts'
import { herokuBuilds } from './steps/heroku-builds.ts'
import { processTypesFor } from './steps/processes.ts'
import { provisioningOf } from './steps/provisioning.ts'
import { makeRecipe, type Recipe } from './steps/recipe.ts'
import { clearOutput } from './steps/output-folder.ts'
import { scheduleStep } from './steps/schedule.ts'
import { type BuiltSlugs } from './steps/slugs.ts'
import { procfileOf, readConfig, takeSourceToBuild, type Source } from './steps/source.ts'
import { planFrom } from './steps/upgrade.ts'

/** Ships a commit: builds or reuses its slug, releases it, waits until it is live, migrates; goes back where that is safe. */
export async function deploy(context: Context): Promise<void> {
  if (context.inputs.plan) return planDeploy(context)
  const config = readConfig(context)
  const { schedule } = config
  await deployTo(context, herokuOf(context), config, {
    afterwards: (tools, app) => scheduleStep(context, app, schedule, masker(context), tools).catch(notScheduled)
  })
}

/** Of the last step. The code is live by then, so its failure takes nothing back. */
function notScheduled(error: unknown): never {
  if (error instanceof CancelledError || !(error instanceof UserError)) throw error
  throw new UserError(
    `The code is live and healthy, but its scheduled tasks are not what the config wants: ${error.message}`,
    `${error.nextStep} Then \`command: schedule\` is enough; the deploy needs not be run again.`,
    { cause: error }
  )
}

interface More {
  /** The commit, if it was taken already. */
  source: Source
  alter(this: void, deployable: Deployable): Deployable
  afterwards(this: void, tools: Tools, app: HerokuApp): Promise<void>
}

const same: More['alter'] = deployable => deployable
const nothing: More['afterwards'] = () => Promise.resolve()

/**
 * The same deploy against any Heroku: a rehearsal's, too.
 * @param more `alter` may change what is deployed, such as do something between build and release; `afterwards` comes
 * when all is done, and is part of the story
 */
export async function deployTo(
  context: Context,
  access: HerokuAccess,
  config: Config,
  { source: taken, alter = same, afterwards = nothing }: Partial<More> = {}
): Promise<void> {
  const { inputs, results, runtime } = context
  const story = new Story(runtime.log, runtime.clock)
  const connection = connect(context, access, story)
  const app = requireApp(config.app)
  const source = once(async () => taken ?? runtime.log.group('Source', () => takeSourceToBuild(context)))
  const title = `Deploy of ${app}`
  const facts = new Facts(context, app, config.migrations)
  const tell = (outcome: string): Promise<void> =>
    results.summary(storyMarkdown(story, { title, outcome, links: facts.links, redact: results.redact }))
  try {
    await story.step('Key', () => checkKey(connection))
    await runDeploy(
      {
        app: connection.app(app),
        streaming: config.streamingApp === undefined ? undefined : connection.app(config.streamingApp),
        staging: config.stagingApp === undefined ? undefined : connection.app(config.stagingApp),
        streamingSetup: { allowed: inputs.streamingSetup || inputs.provision },
        provisioning: inputs.provision ? provisioningOf(context, config, connection, source) : undefined,
        migrations: config.migrations,
        dynoSize: inputs.dynoSize,
        addons: addonReader(context),
        mask: masker(context),
        prepare: async stack => prepare(context, { ...config, stack: config.stack ?? stack }, await source(), alter),
        progress: facts
      },
      connection.tools
    )
    if (config.redisTls === 'no-verify')
      await story.step('Redis', () => Promise.resolve(story.warn(REDIS_NOT_VERIFIED)))
    await afterwards(connection.tools, connection.app(app))
    await facts.finish('success', 'Live and healthy')
    runtime.log.info(`Live: ${facts.outcome()}`)
    await tell(facts.outcome())
  } catch (error) {
    await facts.finish('failure', firstLine(error))
    await tell(`Failed: ${firstLine(error)}`)
    throw error
  }
}

/** Without the output of others behind it. */
function firstLine(error: unknown): string {
  const [first = ''] = errorText(error).split('\n')
  return first.replace(/\. [\w’' ]+:$/, '')
}

/** The commit, how it is built, and what a slug of it is known by. The build itself comes only where none can be reused. */
async function prepare(context: Context, config: Config, source: Source, alter: More['alter']): Promise<Deployable> {
  const { inputs, runtime } = context
  addOwnFiles(context, config, source)
  const recipe = await runtime.log.group('Recipe', () => makeRecipe(context, config, source))
  const fingerprint = fingerprintOf(config, source, recipe, inputs.builder)
  const migrations = migrationsOf(source.folder)
  const deployable: Deployable = {
    commit: source.commit.sha,
    stack: recipe.stack,
    fingerprint: fingerprint.whole,
    trees: { migrations, versionsAt: commit => versionsAt(context, commit) },
    versions: new Set(migrations.map(({ version }) => version)),
    supply:
      inputs.builder === 'heroku'
        ? herokuBuilds(context, config, source, recipe, fingerprint.whole)
        : { by: 'runner', build: () => runnerBuild(context, config, source, recipe, fingerprint) },
    procfile: procfileOf(source),
    mayLoseTypes: config.checks.skip.includes('lost-process-type'),
    plan: live => planFrom(context, config, source, live.commit, live)
  }
  return alter(deployable)
}

/** The slugs, built here: by an earlier build of the same, or now. */
async function runnerBuild(
  context: Context,
  config: Config,
  source: Source,
  recipe: Recipe,
  fingerprint: Fingerprint
): Promise<Artifact[]> {
  const { web, streaming } =
    (await builtBefore(context, fingerprint, config.slug.limit)) ??
    (await buildHere(context, config, source, recipe, fingerprint))
  const common = { commit: source.commit.sha, stack: recipe.stack, fingerprint: fingerprint.whole }
  const slug: Artifact = {
    ...common,
    ...web,
    role: 'web',
    processTypes: processTypesFor(config, web.processTypes, context.runtime.log),
    variant: `${web.variant} ffmpeg`
  }
  return streaming ? [slug, { ...common, ...streaming, role: 'streaming', variant: 'streaming role' }] : [slug]
}

async function buildHere(...of: Parameters<typeof buildNow>): Promise<BuiltSlugs> {
  const [context] = of
  await clearOutput(context.inputs.outputDir)
  return buildNow(...of)
}

/** What becomes known on the way goes to the outputs, and to GitHub's deployment. */
class Facts implements DeployProgress {
  readonly links: Record<string, string> = {}
  readonly #context: Context
  readonly #app: string
  readonly #migrations: Config['migrations']
  #deployment: GithubDeployment | undefined
  #site: string | undefined
  #version = 0
  #commit = ''

  constructor(context: Context, app: string, migrations: Config['migrations']) {
    this.#context = context
    this.#app = app
    this.#migrations = migrations
  }

  target: DeployProgress['target'] = ({ info, current, config }) => {
    const { results } = this.#context
    if (current) results.output('previous-release-version', current.version)
    const domain = instanceDomain(config)
    this.#site = domain ? `https://${domain}/` : (info.web_url ?? undefined)
  }

  deploying: DeployProgress['deploying'] = async ({ commit }) => {
    const { inputs, runtime } = this.#context
    const { repository, runId, serverUrl, apiUrl } = inputs.github
    this.#commit = commit
    const [owner, repo] = repository?.split('/') ?? []
    if (owner === undefined || repo === undefined || runId === undefined || inputs.command !== 'deploy') return
    const runUrl = `${serverUrl}/${owner}/${repo}/actions/runs/${runId}`
    this.links['Job'] = runUrl
    this.#deployment = await openDeployment({
      apiUrl,
      token: inputs.githubToken,
      owner,
      repo,
      sha: commit,
      ref: inputs.ref ?? inputs.github.ref ?? commit,
      environment: inputs.environment ?? 'production',
      runId,
      runUrl,
      ...runtime
    })
    await this.#deployment.update('in_progress', `Deploying to ${this.#app}`)
  }

  shipping: DeployProgress['shipping'] = ({ size, variant }) => {
    const { results } = this.#context
    if (size !== undefined) results.output('slug-size', size)
    const ffmpeg = /^(with|without) ffmpeg$/.exec(variant)?.[1]
    if (ffmpeg === 'with' || ffmpeg === 'without') results.output('ffmpeg', ffmpeg)
  }

  released: DeployProgress['released'] = (app, { version }) => {
    const url = `https://dashboard.heroku.com/apps/${app}/activity`
    this.links[`Release v${version} of ${app}`] = url
    if (app !== this.#app) return
    this.#version = version
    this.#context.results.output('release-version', version)
    this.#context.results.output('release-url', url)
  }

  healthy = (): void => {
    this.#context.results.output('healthy', true)
    if (this.#site !== undefined) this.links['Site'] = this.#site
  }

  migrated: DeployProgress['migrated'] = versions => this.#context.results.output('migrations-run', versions.length)

  rolledBack: DeployProgress['rolledBack'] = release => {
    this.released(this.#app, release)
    this.#context.results.output('rolled-back', true)
  }

  outcome(): string {
    return `${this.#app} runs commit ${this.#commit.slice(0, 8)} as v${this.#version}: released, its dynos up, healthy, ${this.#migrations === 'off' ? 'its migrations left alone (`migrations: off`)' : 'migrated'}`
  }

  async finish(state: 'success' | 'failure', description: string): Promise<void> {
    const { redact } = this.#context.results
    await this.#deployment?.update(state, redact(description), state === 'success' ? this.#site : undefined)
  }
}
