import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { imagesFor, otherUser } from '../buildpacks/index.ts'
import { type Config } from '../config/index.ts'
import { type Deployable, type Tools } from '../deploy/index.ts'
import { DEFAULT_STACK, NEEDS } from '../knowledge/index.ts'
import { processHost, startLocalHeroku, type LocalHeroku } from '../local-heroku/index.ts'
import { type InputsOf, type Machine } from '../inputs/index.ts'
import { makeVapidPair } from '../mastodon/index.ts'
import { isLoopback, readTreeFile, UserError, type Runtime } from '../runtime/index.ts'
import { type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { deployTo } from './deploy.ts'
import { connect } from './steps/heroku.ts'
import { placeKind, stackFor } from './steps/recipe.ts'
import { tryInstance } from './steps/rehearsal/instance.ts'
import { printLogs } from './steps/rehearsal/logs.ts'
import { Seen } from './steps/rehearsal/seen.ts'
import { BeforeRelease, formationOf } from './steps/rehearsal/before-release.ts'
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
  const seen = new Seen(tools.story, tools.results, () => printLogs(heroku, [APP, STREAMING_APP], runtime.log))
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
    const before = new BeforeRelease(instance, base, seen, connection.tools, runtime.scratch)
    const ways = {
      access,
      builder: 'runner' as const,
      provision: false,
      streamingSetup: true,
      telling: seen,
      addons: () => Promise.resolve([]),
      source,
      alter: (deployable: Deployable) => before.prepare(deployable),
      afterwards: async (of: Tools) => {
        await before.end()
        await tryInstance(instance, { ...streaming, web: before.web }, seen, of)
        seen.judge()
      }
    }
    return await deployTo(inputs, config, ways, tools).finally(() => before.end())
  } finally {
    await heroku.close()
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
  await heroku.addApp(APP, { stack, config: vars, formation: formationOf(worker) })
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
