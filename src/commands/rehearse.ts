import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { imagesFor, otherUser } from '../buildpacks/index.ts'
import { type Config } from '../config/index.ts'
import { type Deployable, type MadeSlug, type Tools } from '../deploy/index.ts'
import { DEFAULT_STACK, NEEDS } from '../knowledge/index.ts'
import { processHost, startLocalHeroku, type LocalHeroku } from '../local-heroku/index.ts'
import { type InputsOf, type Machine } from '../inputs/index.ts'
import { makeVapidPair } from '../mastodon/index.ts'
import { isLoopback, readTreeFile, UserError, type Runtime } from '../runtime/index.ts'
import { isGreen, type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { deployTo } from './deploy.ts'
import { connect } from './steps/heroku.ts'
import { placeKind, stackFor } from './steps/recipe.ts'
import { releaseBase, type BaseBranch, type Watch } from './steps/rehearsal/base.ts'
import { tryInstance, type RehearsedInstance } from './steps/rehearsal/instance.ts'
import { printLogs } from './steps/rehearsal/logs.ts'
import { Seen } from './steps/rehearsal/seen.ts'
import { checkoutOf, ownFiles, procfileOf, readConfig, takeSourceToBuild } from './steps/source.ts'

const APP = 'rehearsal'
const STREAMING_APP = 'rehearsal-streaming'
const DOMAIN = 'rehearsal.example'
/** Where Mastodon says that uploads are; nobody serves them there (mastodon/mastodon: config/initializers/paperclip.rb). */
const UPLOADS_URL = '/system'

/**
 * The whole deploy against a Heroku on the runner: the slug really boots with a Postgres and a Redis, migrates from the
 * base branch's schema, and answers; then the whole instance is used: web, worker and streaming. Takes the slug of an
 * earlier `build` of the same. Needs no secret.
 */
export async function rehearse(inputs: InputsOf<'rehearse'>, tools: CommandTools): Promise<Ending> {
  const { runtime, machine, job } = tools
  const { streamingApp, ffmpeg, slugLimit } = inputs
  const own = readConfig(inputs, { streamingApp, ffmpeg, slugLimit })
  requireServices(machine.services)
  const checkout = checkoutOf(inputs.path, machine.searchPath, runtime)
  const ours = ownFiles(inputs, machine, inputs.cache)
  const source = await runtime.log.group('Source', () => takeSourceToBuild(checkout, inputs.ref, ours, runtime))
  // The stack of a build, so that the slug of one that was made before is taken: no app says another here.
  const where = { buildIn: inputs.buildIn, hostStack: machine.hostStack }
  const stack = stackFor(where, own, readTreeFile(source.folder, 'app.json')) ?? DEFAULT_STACK
  const config: Config = {
    ...own,
    stack,
    app: APP,
    streamingApp: own.streamingApp === undefined ? undefined : STREAMING_APP,
    stagingApp: undefined
  }
  const uploads = path.join(runtime.scratch, 'uploads')
  const worker = procfileOf(source).types['worker'] !== undefined
  const heroku = await runtime.log.group('Local Heroku', () => {
    const image = placeKind(where) === 'container' ? (inputs.runImage ?? imagesFor(stack).run) : undefined
    return startHeroku(config, { stack, image, uploads, worker }, machine, runtime)
  })
  const seen = new Seen(tools.story, tools.results)
  try {
    const { timeout } = inputs
    const access = { timeout, url: heroku.apiUrl, key: heroku.apiKey, ca: await readFile(heroku.caFile, 'utf8') }
    const connection = connect(access, tools.story, runtime)
    const base = job.baseRef === undefined ? undefined : { checkout, ref: job.baseRef }
    const { webUrl } = await heroku.addApp(APP)
    const instance = {
      heroku,
      uploads,
      source: source.folder,
      worker,
      app: connection.app(APP),
      place: { url: webUrl, host: DOMAIN },
      mask: (secret: string) => tools.results.mask(secret)
    }
    const streaming = { app: connection.app(STREAMING_APP), isOwn: config.streamingApp !== undefined }
    const stage = new Stage(instance, base, seen, connection.tools, runtime)
    const ways = {
      access,
      builder: 'runner' as const,
      provision: false,
      streamingSetup: true,
      telling: seen,
      addons: () => Promise.resolve([]),
      source,
      alter: (deployable: Deployable) => stage.prepare(deployable),
      afterwards: async (of: Tools) => {
        await stage.end()
        await tryInstance(instance, { ...streaming, web: stage.web }, seen, of)
        seen.judge()
      }
    }
    const ending = await deployTo(inputs, config, ways, tools).finally(() => stage.end())
    if (!isGreen(ending)) printLogs(heroku, [APP, STREAMING_APP], runtime.log)
    return ending
  } finally {
    await heroku.close()
  }
}

/** What happens between the build and the release. */
class Stage {
  readonly #instance: RehearsedInstance
  readonly #base: BaseBranch | undefined
  readonly #seen: Seen
  readonly #tools: Tools
  readonly #scratch: string
  #web: MadeSlug | undefined
  #watch: Watch | undefined

  constructor(
    instance: RehearsedInstance,
    base: BaseBranch | undefined,
    seen: Seen,
    tools: Tools,
    { scratch }: Pick<Runtime, 'scratch'>
  ) {
    this.#instance = instance
    this.#base = base
    this.#seen = seen
    this.#tools = tools
    this.#scratch = scratch
  }

  /** The web slug, once it is built. */
  get web(): MadeSlug {
    if (!this.#web) throw new Error('no slug is built yet')
    return this.#web
  }

  /** The same deploy, with the base branch's release between build and release. */
  prepare(deployable: Deployable): Deployable {
    const { supply } = deployable
    if (supply.by !== 'runner') throw new Error('a rehearsal builds on the runner')
    const build = async (): Promise<readonly MadeSlug[]> => {
      const slugs = await supply.build()
      this.#web = slugs.find(({ role }) => role === 'web')!
      this.#watch = await this.#before(this.#web)
      return slugs
    }
    // The app was made for this job: what its config lacks says nothing of the real one.
    return { ...deployable, plan: undefined, supply: { by: 'runner', build } }
  }

  /** The deploy is over. */
  async end(): Promise<void> {
    const watch = this.#watch
    this.#watch = undefined
    if (watch) await this.#tools.story.step('Visitor', () => watch.leave())
  }

  async #before(web: MadeSlug): Promise<Watch | undefined> {
    const base = this.#base
    if (!base) return void this.#seen.notSeen('an upgrade', 'this is no pull request, so the database started empty')
    const { app, place, source: tree, mask } = this.#instance
    const rehearsed = { app, place, tree, mask, web, scratch: this.#scratch }
    return this.#tools.story.step('The base branch', () => releaseBase(base, rehearsed, this.#seen, this.#tools))
  }
}

function requireServices(services: Machine['services']): void {
  const next =
    'Give the job `services:` postgres and redis, and their addresses as `env:` of this step; they must be empty ones for this job alone.'
  const missing = ['DATABASE_URL', 'REDIS_URL'].filter(name => services[name] === undefined)
  if (missing.length > 0) throw new UserError(`A rehearsal needs ${missing.join(' and ')}`, next)
  for (const [name, url] of Object.entries(services)) {
    const host = URL.canParse(url) ? new URL(url).hostname : ''
    // A service is reached on this machine, or by its name. Nobody's real database is to be migrated by a rehearsal.
    if (host === '' || (!isLoopback(host) && host.includes('.')))
      throw new UserError(`${name} leads to ${host || 'no host'}, which is no service of this job`, next)
  }
}

interface LocalWishes {
  readonly stack: string
  /** Of the containers in which dynos run; undefined if they are processes of this machine. */
  readonly image: string | undefined
  /** The folder in which dynos keep uploads. */
  readonly uploads: string
  /** Whether a worker runs beside web. */
  readonly worker: boolean
}

async function startHeroku(
  config: Config,
  { stack, image, uploads, worker }: LocalWishes,
  { searchPath, secretsHeld, dockerEnvironment, services }: Machine,
  { scratch, run, clock, log }: Runtime
): Promise<LocalHeroku> {
  const folder = path.join(scratch, 'local-heroku')
  const heroku = await startLocalHeroku({
    folder,
    clock,
    host: processHost({
      folder,
      run,
      searchPath,
      shared: uploads,
      user: image === undefined ? requireOtherUser(secretsHeld) : undefined,
      image: image === undefined ? undefined : { name: image, dockerEnv: dockerEnvironment }
    })
  })
  // Dynos share no disk, and there is no bucket here.
  const vars = { ...configVars(), ...services, PAPERCLIP_ROOT_PATH: uploads, PAPERCLIP_ROOT_URL: UPLOADS_URL }
  await heroku.addApp(APP, { stack, config: vars, formation: { web: 1, ...(worker ? { worker: 1 } : {}) } })
  // A service container speaks no TLS; Heroku's Postgres wants it.
  const live = { ...services, ...NEEDS.streamingServer.vars, PGSSLMODE: 'disable' }
  await heroku.addApp(STREAMING_APP, {
    stack,
    config: config.streamingApp === undefined ? live : { ...services, PGSSLMODE: 'disable' }
  })
  log.info(`Dynos run ${image === undefined ? 'as processes of this machine' : `in containers of ${image}`}`)
  return heroku
}

/** A dyno of the same user could read the keys of this job in /proc (design, rule 4). */
function requireOtherUser(secretsHeld: readonly string[]): NonNullable<ReturnType<typeof otherUser>> | undefined {
  const user = otherUser()
  if (user || secretsHeld.length === 0) return user ?? undefined
  throw new UserError(
    `The rehearsal cannot run on the host beside ${secretsHeld.join(', ')}: without root its dynos would run as the same user`,
    "Use `build-in: container`, or take them out of this job: a rehearsal needs none (github-token: '')."
  )
}

/** What an instance needs to boot (mastodon/mastodon: app.json, .env.production.sample), with secrets for this run alone. */
function configVars(): Record<string, string> {
  const secret = (): string => randomBytes(32).toString('hex')
  return {
    LOCAL_DOMAIN: DOMAIN,
    RAILS_ENV: 'production',
    NODE_ENV: 'production',
    ...NEEDS.staticFiles.vars,
    RAILS_LOG_TO_STDOUT: 'enabled',
    SECRET_KEY_BASE: secret() + secret(),
    OTP_SECRET: secret(),
    ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: secret(),
    ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: secret(),
    ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: secret(),
    ...makeVapidPair(),
    ...NEEDS.redisDriver.vars
  }
}
