import { type Config } from '../config/index.ts'
import {
  deploy as runDeploy,
  MIGRATIONS,
  type MadeSlug,
  type Deployable,
  type DeployRequest,
  type DeployProgress,
  type Target,
  type Tools
} from '../deploy/index.ts'
import { openDeployment, type GithubDeployment } from '../github/index.ts'
import { type HerokuApp } from '../heroku/index.ts'
import { type GithubJob, type Inputs, type InputsOf, type JobResults, type Slice } from '../inputs/index.ts'
import { instanceDomain, migrationsOf, REDIS_NOT_VERIFIED } from '../mastodon/index.ts'
import { type Report } from '../report/index.ts'
import { CancelledError, once, Unverified, UserError, type Runtime } from '../runtime/index.ts'
import { endingOf, type Ending, type Story } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { planOfApp } from './plan.ts'
import { addOwnFiles, versionsAt } from './steps/additions.ts'
import { addonReader } from './steps/addons.ts'
import { builtBefore } from './steps/built-note.ts'
import { buildNow } from './steps/built.ts'
import { fingerprintOf } from './steps/fingerprint.ts'
import { herokuBuilds } from './steps/heroku-builds.ts'
import { checkKey, connect, herokuOf, masker, requireApp, type HerokuAccess } from './steps/heroku.ts'
import { type Gate } from './steps/size-gate.ts'
import { clearOutput } from './steps/output-folder.ts'
import { processTypesFor } from './steps/processes.ts'
import { provisioningOf } from './steps/provisioning.ts'
import { makeRecipe, type RecipeInputs } from './steps/recipe.ts'
import { tellSlug } from './steps/results.ts'
import { scheduleStep } from './steps/schedule.ts'
import { type BuiltSlugs, type SlugInputs, type ToBuild } from './steps/slugs.ts'
import {
  checkoutOf,
  ownFiles,
  procfileOf,
  readConfig,
  takeSourceToBuild,
  type Checkout,
  type Source
} from './steps/source.ts'
import { justThis } from './steps/told.ts'
import { planFrom } from './steps/upgrade.ts'

/** Ships a commit: builds or reuses its slug, releases it, waits until it is live, migrates; goes back if that is safe. */
export async function deploy(inputs: InputsOf<'deploy'>, tools: CommandTools): Promise<Ending> {
  const { app, streamingApp, stagingApp, ffmpeg, slugLimit, builder, provision } = inputs
  const { runtime, results, job } = tools
  const config = readConfig(inputs, { app, streamingApp, stagingApp, ffmpeg, slugLimit })
  const access = herokuOf(inputs, 'deploy')
  if (inputs.plan) return planOfApp(inputs, access, config, PLAN_WAYS, tools)
  const ways = {
    access,
    builder,
    provision,
    streamingSetup: inputs.streamingSetup || provision,
    dynoSize: inputs.dynoSize,
    addons: addonReader(inputs, runtime),
    openDeployment: (commit: string) => openOnGithub(inputs, commit, job, runtime),
    afterwards: (of: Tools, main: HerokuApp) =>
      scheduleStep(inputs, main, access.key, config.schedule, of, results).catch(notScheduled)
  }
  return deployTo(inputs, config, ways, tools)
}

/** Of `plan: true`: no dyno is started. */
const PLAN_WAYS = { askDatabase: false, showTasks: true }

/** The last step failed. The code is live by then, so nothing is taken back. */
function notScheduled(error: unknown): never {
  if (error instanceof CancelledError || !(error instanceof UserError)) throw error
  throw new UserError(
    `The code is live and healthy, but its scheduled tasks are not what the config wants: ${error.message}`,
    `${error.nextStep} Then \`command: schedule\` is enough; the deploy need not be run again.`,
    { cause: error }
  )
}

/** GitHub's deployment of this commit, and the page of this run; undefined outside a job. */
async function openOnGithub(
  inputs: Slice<'githubToken' | 'ref' | 'environment'>,
  commit: string,
  job: GithubJob,
  runtime: Runtime
): Promise<OpenDeployment | undefined> {
  const { repository, runId, serverUrl, apiUrl } = job
  const [owner, repo] = repository?.split('/') ?? []
  if (owner === undefined || repo === undefined || runId === undefined) return undefined
  const runUrl = `${serverUrl}/${owner}/${repo}/actions/runs/${runId}`
  const deployment = await openDeployment({
    apiUrl,
    token: inputs.githubToken,
    owner,
    repo,
    sha: commit,
    ref: inputs.ref ?? job.ref ?? commit,
    environment: inputs.environment,
    runId,
    runUrl,
    ...runtime
  })
  return { deployment, runUrl }
}

interface OpenDeployment {
  readonly deployment: GithubDeployment
  readonly runUrl: string
}

/** What a deploy and a rehearsal read of the inputs in the same way. */
type BuildInputs = RecipeInputs & SlugInputs & Slice<'path' | 'config' | 'ref' | 'buildIn' | 'failOn'>

/** What a deploy and a rehearsal do each in its own way. */
interface DeployWays {
  /** The Heroku that is deployed to. */
  readonly access: HerokuAccess
  readonly builder: Inputs['builder']
  /** What the app lacks may be bought, made and set. */
  readonly provision: boolean
  /** What the streaming app lacks may be set. */
  readonly streamingSetup: boolean
  /** Of one-off dynos. */
  readonly dynoSize?: string
  readonly addons: DeployRequest['addons']
  /** Tells GitHub of the deployment. */
  readonly openDeployment?: (commit: string) => Promise<OpenDeployment | undefined>
  /** Tells of it in another way than as the deploy of an app. */
  readonly telling?: DeployTelling
  /** The commit, if it was taken already. */
  readonly source?: Source
  /** May change what is deployed, such as do something between build and release. */
  readonly alter?: (deployable: Deployable) => Deployable
  /** Comes when all is done, and is part of the story. */
  readonly afterwards: (tools: Tools, app: HerokuApp) => Promise<void>
}

/** The same deploy against any Heroku: a rehearsal's, too. */
export async function deployTo(
  inputs: BuildInputs,
  config: Config,
  ways: DeployWays,
  tools: CommandTools
): Promise<Ending> {
  const { runtime, results, machine, story } = tools
  const connection = connect(ways.access, story, runtime)
  const app = requireApp(config.app)
  const checkout = checkoutOf(inputs.path, machine.searchPath, runtime)
  const own = ownFiles(inputs, machine, inputs.cache)
  const source = once(
    async () => ways.source ?? runtime.log.group('Source', () => takeSourceToBuild(checkout, inputs.ref, own, runtime))
  )
  const facts = ways.telling ?? new Facts(app, config.migrations, story, results, ways.openDeployment)
  story.title = facts.title
  try {
    await story.step('Key', () => checkKey(connection))
    await runDeploy(
      {
        app: connection.app(app),
        streaming: config.streamingApp === undefined ? undefined : connection.app(config.streamingApp),
        staging: config.stagingApp === undefined ? undefined : connection.app(config.stagingApp),
        streamingSetup: { allowed: ways.streamingSetup },
        provisioning: ways.provision ? provisioningOf(config, connection, source, results) : undefined,
        migrations: config.migrations,
        dynoSize: ways.dynoSize,
        addons: ways.addons,
        mask: masker(results),
        prepare: async stack => {
          const built = { ...config, stack: config.stack ?? stack }
          const deployable = await prepare(inputs, built, await source(), ways.builder, checkout, tools)
          return ways.alter?.(deployable) ?? deployable
        },
        progress: facts
      },
      connection.tools
    )
    if (config.redisTls === 'no-verify')
      await story.step('Redis', () => Promise.resolve(story.warn(REDIS_NOT_VERIFIED)))
    await ways.afterwards(connection.tools, connection.app(app))
    const ending = facts.ending()
    await facts.finish('success', 'Live and healthy')
    return ending
  } catch (error) {
    const ending = facts.endingOf(error)
    await facts.finish('failure', ending.headline)
    return ending
  }
}

/** The commit, how it is built, and what a slug of it is known by. The build itself comes only if none can be reused. */
async function prepare(
  inputs: BuildInputs,
  config: Config,
  source: Source,
  builder: Inputs['builder'],
  checkout: Checkout,
  tools: CommandTools
): Promise<Deployable> {
  const { runtime, results, job, machine } = tools
  addOwnFiles(source, config, inputs.ref, job, runtime.log)
  const recipe = await runtime.log.group('Recipe', () => makeRecipe(inputs, builder, config, source, machine, runtime))
  const fingerprint = fingerprintOf(config, source, recipe, builder)
  const migrations = migrationsOf(source.folder)
  const of = { config, source, recipe, fingerprint }
  const gate = { failOn: inputs.failOn, mayLetPass: false }
  return {
    commit: source.commit.sha,
    stack: recipe.stack,
    fingerprint: fingerprint.whole,
    trees: { migrations, versionsAt: commit => versionsAt(checkout, commit) },
    versions: new Set(migrations.map(({ version }) => version)),
    supply:
      builder === 'heroku'
        ? herokuBuilds(of, gate, runtime, results)
        : { by: 'runner', build: () => runnerBuild(inputs, of, gate, tools) },
    procfile: procfileOf(source),
    mayLoseTypes: config.checks.skip.includes('lost-process-type'),
    plan: live => planFrom(checkout, config, source, live.commit, runtime, live)
  }
}

/** The slugs, built here: by an earlier build of the same, or now. */
async function runnerBuild(inputs: SlugInputs, of: ToBuild, gate: Gate, tools: CommandTools): Promise<MadeSlug[]> {
  const { config, source, recipe, fingerprint } = of
  const { log } = tools.runtime
  const { web, streaming } =
    (await builtBefore(tools.machine, inputs.outputDir, fingerprint, config.slug.limit, gate, log)) ??
    (await buildHere(inputs, of, gate, tools))
  const common = { commit: source.commit.sha, stack: recipe.stack, fingerprint: fingerprint.whole }
  const slug: MadeSlug = {
    ...common,
    ...web,
    role: 'web',
    processTypes: processTypesFor(config, web.processTypes, log),
    variant: `${web.variant} ffmpeg`
  }
  return streaming ? [slug, { ...common, ...streaming, role: 'streaming', variant: 'streaming role' }] : [slug]
}

/** Builds. A deploy compares its slug with no other one: only the limit counts. */
async function buildHere(
  inputs: SlugInputs,
  of: ToBuild,
  gate: Gate,
  { runtime, results, job, machine }: CommandTools
): Promise<BuiltSlugs> {
  await clearOutput(inputs.outputDir)
  const telling = { around: (report: Report) => justThis(report, of.config.app, job) }
  return (await buildNow(inputs, of, { gate, telling }, machine, runtime, results)).slugs
}

/** Tells of a deploy: while it happens, how it ended, and, last, who else is to know. */
interface DeployTelling extends DeployProgress {
  /** Of the summary. */
  readonly title: string
  ending(): Ending
  endingOf(error: unknown): Ending
  finish(state: 'success' | 'failure', description: string): Promise<void>
}

/** What becomes known on the way goes to the story, to the outputs, and to GitHub's deployment. */
class Facts implements DeployTelling {
  readonly title: string
  readonly #app: string
  readonly #migrations: Config['migrations']
  readonly #story: Story
  readonly #results: JobResults
  readonly #open: DeployWays['openDeployment']
  #deployment: GithubDeployment | undefined
  #site: string | undefined
  #version = 0
  #commit = ''
  #migrated = 0
  #isRolledBack = false
  #isDescribed = false

  constructor(
    app: string,
    migrations: Config['migrations'],
    story: Story,
    results: JobResults,
    open: DeployWays['openDeployment']
  ) {
    this.title = `Deploy of ${app}`
    this.#app = app
    this.#migrations = migrations
    this.#story = story
    this.#results = results
    this.#open = open
  }

  target: DeployProgress['target'] = target => {
    const { info, current, currentSlug, config } = target
    if (!this.#isDescribed) describe(target, this.#story)
    this.#isDescribed = true
    if (current) {
      this.#results.output('previous-release-version', current.version)
      this.#serves(current.version, currentSlug?.commit ?? undefined)
    }
    const domain = instanceDomain(config)
    this.#site = domain ? `https://${domain}/` : (info.web_url ?? undefined)
  }

  deploying: DeployProgress['deploying'] = async ({ commit }) => {
    this.#commit = commit
    const opened = await this.#open?.(commit)
    if (!opened) return
    this.#story.links['Job'] = opened.runUrl
    this.#deployment = opened.deployment
    await this.#deployment.update('in_progress', `Deploying to ${this.#app}`)
  }

  shipping: DeployProgress['shipping'] = slug => tellSlug(this.#results, slug)

  released: DeployProgress['released'] = (app, { version }) => {
    const url = `https://dashboard.heroku.com/apps/${app}/activity`
    this.#story.links[`Release v${version} of ${app}`] = url
    if (app !== this.#app) return
    this.#version = version
    // Its dynos may be up or not.
    this.#story.serving = 'not known'
    this.#results.output('release-version', version)
    this.#results.output('release-url', url)
  }

  healthy = (): void => {
    this.#results.output('healthy', true)
    this.#serves(this.#version, this.#commit)
    if (this.#site !== undefined) this.#story.links['Site'] = this.#site
  }

  migrated: DeployProgress['migrated'] = versions => {
    this.#migrated = versions.length
    this.#results.output('migrations-run', versions.length)
  }

  rolledBack: DeployProgress['rolledBack'] = release => {
    this.released(this.#app, release)
    this.#isRolledBack = true
    this.#serves(release.version)
    this.#results.output('rolled-back', true)
  }

  #serves(release: number, commit?: string): void {
    this.#story.serving = { app: this.#app, release, commit }
  }

  /** Of a deploy that went through. If only the look for migrations had begun, there was nothing to do. */
  ending(): Ending {
    const changed = this.#story.begun.some(change => change !== MIGRATIONS) || this.#migrated > 0
    const headline = this.#live()
    this.#story.log.info(`Live: ${headline}`)
    return { outcome: changed ? 'done' : 'nothing-to-do', headline }
  }

  /** Of a deploy that threw. */
  endingOf(error: unknown): Ending {
    const ending = endingOf(error, this.#story.begun)
    if (error instanceof Unverified) this.#serves(this.#version, this.#commit)
    return { ...ending, outcome: this.#isRolledBack ? 'rolled-back' : ending.outcome, error }
  }

  #live(): string {
    return `${this.#app} runs commit ${this.#commit.slice(0, 8)} as v${this.#version}: released, its dynos up, healthy, ${this.#migrations === 'off' ? 'its migrations left alone (`migrations: off`)' : 'migrated'}`
  }

  async finish(state: 'success' | 'failure', description: string): Promise<void> {
    await this.#deployment?.update(state, description, state === 'success' ? this.#site : undefined)
  }
}

/** What the app runs, and what a change-over will be like. */
function describe({ app, current, currentSlug, preboot, stack, formation }: Target, story: Story): void {
  const commit = currentSlug?.commit ? `, commit ${currentSlug.commit.slice(0, 8)}` : ''
  story.note(`${app.name}: ${stack}, runs ${current ? `v${current.version}${commit}` : 'nothing yet'}`)
  if (!current || preboot) return
  const size = formation.find(({ type }) => type === 'web')?.size ?? ''
  const can = /^(standard|performance|private)/i.test(size)
  story.note(
    `Without preboot old dynos stop before new ones start, and the router holds requests meanwhile${can ? `: \`heroku features:enable preboot --app ${app.name}\` avoids that` : '; preboot needs Standard or Performance dynos'}`
  )
}
