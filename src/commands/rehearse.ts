import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { imagesFor, otherUser } from '../buildpacks/index.ts'
import { type Config } from '../config/index.ts'
import { finishRelease, shipSlug, waitForDynos, type MadeSlug, type Deployable, type Tools } from '../deploy/index.ts'
import { type HerokuApp } from '../heroku/index.ts'
import { DEFAULT_STACK, NEEDS } from '../knowledge/index.ts'
import {
  describeVisit,
  processHost,
  startLocalHeroku,
  Visitor,
  type LocalHeroku,
  type Visit
} from '../local-heroku/index.ts'
import { type InputsOf, type Machine } from '../inputs/index.ts'
import { BASE_SCHEMA_COMMAND, makeVapidPair } from '../mastodon/index.ts'
import { isLoopback, readTreeFile, UserError, type Log, type Runtime } from '../runtime/index.ts'
import { exportTree, resolveCommit, type Commit } from '../source/index.ts'
import { Story, type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { deployTo } from './deploy.ts'
import { connect, type Connection } from './steps/heroku.ts'
import { placeKind, stackFor } from './steps/recipe.ts'
import { checkoutOf, ownFiles, readConfig, takeSourceToBuild, type Checkout } from './steps/source.ts'

const APP = 'rehearsal'
const STREAMING_APP = 'rehearsal-streaming'
const DOMAIN = 'rehearsal.example'

/**
 * The whole deploy against a Heroku on the runner: the slug really boots with a Postgres and a Redis, migrates from the
 * base branch's schema, and answers; and what a visitor sees of a change-over is counted. Takes the slug of an earlier
 * `build` of the same. Needs no secret.
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
  const heroku = await runtime.log.group('Local Heroku', () => {
    const image = placeKind(where) === 'container' ? (inputs.runImage ?? imagesFor(stack).run) : undefined
    return startHeroku(config, stack, image, machine, runtime)
  })
  try {
    const { timeout } = inputs
    const access = { timeout, url: heroku.apiUrl, key: heroku.apiKey, ca: await readFile(heroku.caFile, 'utf8') }
    const connectTo = (story: Story): Connection => connect(access, story, runtime)
    const base = { checkout, ref: job.baseRef }
    const ways = {
      access,
      builder: 'runner' as const,
      provision: false,
      streamingSetup: true,
      addons: () => Promise.resolve([]),
      source,
      alter: (deployable: Deployable) => withBaseSchema(base, connectTo, deployable, runtime),
      afterwards: (of: Tools) => changeOver(heroku, connectTo(of.story).app(APP), of)
    }
    return await deployTo(inputs, config, ways, tools)
  } finally {
    await heroku.close()
  }
}

/** The branch that a pull request goes into, and where it may be found. */
interface BaseBranch {
  readonly checkout: Checkout
  /** Undefined if this is no pull request. */
  readonly ref: string | undefined
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

/** @param image of the containers in which dynos run; undefined if they are processes of this machine */
async function startHeroku(
  config: Config,
  stack: string,
  image: string | undefined,
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
      user: image === undefined ? requireOtherUser(secretsHeld) : undefined,
      image: image === undefined ? undefined : { name: image, dockerEnv: dockerEnvironment }
    })
  })
  await heroku.addApp(APP, { stack, config: { ...configVars(), ...services } })
  if (config.streamingApp !== undefined) {
    // A service container speaks no TLS; Heroku's Postgres wants it.
    await heroku.addApp(STREAMING_APP, { stack, config: { ...services, PGSSLMODE: 'disable' } })
  }
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

/** Before the release: the built tree with the base branch's `db/`, whose release phase loads that schema. */
function withBaseSchema(
  base: BaseBranch,
  connectTo: (story: Story) => Connection,
  deployable: Deployable,
  runtime: Runtime
): Deployable {
  const { supply } = deployable
  if (supply.by !== 'runner') throw new Error('a rehearsal builds on the runner')
  const build = async (): Promise<readonly MadeSlug[]> => {
    const artifacts = await supply.build()
    await runtime.log.group('The base branch’s schema', () => releaseBaseSchema(base, connectTo, artifacts, runtime))
    return artifacts
  }
  // The app was made for this job: what its config lacks says nothing of the real one.
  return { ...deployable, plan: undefined, supply: { by: 'runner', build } }
}

async function releaseBaseSchema(
  { checkout, ref }: BaseBranch,
  connectTo: (story: Story) => Connection,
  artifacts: readonly MadeSlug[],
  runtime: Runtime
): Promise<void> {
  const { log, clock } = runtime
  const base = ref === undefined ? undefined : await baseCommit(checkout, ref, log)
  if (!base) return log.info('This is no pull request, so the database starts empty')
  const web = artifacts.find(({ role }) => role === 'web')!
  const { tools, app } = connectTo(new Story(log, clock))
  const file = await repack(checkout, web.file, base, runtime.scratch)
  const slug = await shipSlug(app(APP), { ...web, ...file, processTypes: { release: BASE_SCHEMA_COMMAND } }, tools)
  const newest = (await app(APP).releases(1))[0]?.version ?? 0
  const release = await app(APP).createRelease(slug.id, `Schema of ${base.ref}`, newest)
  await finishRelease(app(APP), release, tools)
}

/**
 * What a visitor sees of a change-over, without preboot and with it: the same slug starts anew under a new release, while
 * somebody asks all the time.
 */
async function changeOver(heroku: LocalHeroku, app: HerokuApp, tools: Tools): Promise<void> {
  const { story } = tools
  await story.step('Change-over', async () => {
    const without = await visitRestart(heroku, app, false, tools)
    // Heroku gives the new dynos three minutes; here, well more than they just took.
    heroku.setPrebootWindow(Math.max(3_000, 3 * without.slowest))
    await visitRestart(heroku, app, true, tools)
  })
}

async function visitRestart(heroku: LocalHeroku, app: HerokuApp, preboot: boolean, tools: Tools): Promise<Visit> {
  const { webUrl } = await heroku.addApp(APP, { preboot })
  const visitor = new Visitor(new URL('/health', webUrl).href, DOMAIN)
  let visit: Visit
  try {
    await app.setConfigVars({ REHEARSED_CHANGE_OVER: preboot ? 'with preboot' : 'without preboot' })
    const [release] = await app.releases(1)
    await finishRelease(app, release!, tools)
    await waitForDynos(app, release!.version, tools)
  } finally {
    visit = await visitor.leave()
  }
  tools.story.note(`A visitor, ${preboot ? 'with' : 'without'} preboot: ${describeVisit(visit)}`)
  return visit
}

async function baseCommit(checkout: Checkout, ref: string, log: Log): Promise<Commit | undefined> {
  try {
    return await resolveCommit({ ...checkout, ref })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    log.warning(
      `The base branch ${ref} is not in the checkout (fetch-depth: 0 brings it), so the database starts empty`
    )
    return undefined
  }
}

/** The slug with another commit's `db/`. */
async function repack(
  checkout: Checkout,
  slug: string,
  base: Commit,
  scratch: string
): Promise<Pick<MadeSlug, 'file' | 'sha256'>> {
  const { run, signal } = checkout
  const folder = path.join(scratch, 'base')
  const tree = path.join(scratch, 'base-source')
  const file = path.join(scratch, 'base.tgz')
  await exportTree({ ...checkout, commit: base.sha, into: tree })
  const must = async (program: string, ...args: string[]): Promise<void> => {
    const { code, stderr } = await run(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' }, signal })
    if (code === 0) return
    throw new UserError(`${program} failed: ${stderr.trim().slice(0, 300)}`, 'Free disk space on the runner.')
  }
  await must('mkdir', '-p', folder)
  await must('tar', '-xzf', slug, '-C', folder)
  await must('rm', '-rf', `${folder}/app/db`)
  await must('cp', '-a', `${tree}/db`, `${folder}/app/db`)
  await must('tar', '-C', folder, '-I', 'gzip -1', '-cf', file, './app')
  await must('rm', '-rf', folder, tree)
  return { file, sha256: '0'.repeat(64) }
}
