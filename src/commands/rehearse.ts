import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { imagesFor, otherUser } from '../buildpacks/index.ts'
import { type Config } from '../config/index.ts'
import { finishRelease, shipSlug, waitForDynos, type Artifact, type Deployable, type Tools } from '../deploy/index.ts'
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
import { BASE_SCHEMA_COMMAND, makeVapidPair } from '../mastodon/index.ts'
import { isLoopback, readTreeFile, UserError } from '../runtime/index.ts'
import { exportTree, resolveCommit, type Commit } from '../source/index.ts'
import { Story } from '../verdict/index.ts'
import type { Context } from './context.ts'
import { deployTo } from './deploy.ts'
import { connect, type HerokuAccess } from './steps/heroku.ts'
import { placeKind, stackFor } from './steps/recipe.ts'
import { readConfig, takeSourceToBuild } from './steps/source.ts'

const APP = 'rehearsal'
const STREAMING_APP = 'rehearsal-streaming'
const DOMAIN = 'rehearsal.example'

/**
 * The whole deploy against a Heroku on the runner: the slug really boots with a Postgres and a Redis, migrates from the
 * base branch's schema, and answers; and what a visitor sees of a change-over is counted. Takes the slug of an earlier
 * `build` of the same. Needs no secret.
 */
export async function rehearse(context: Context): Promise<void> {
  const { inputs, runtime } = context
  const own = readConfig(context)
  requireServices(context)
  const source = await runtime.log.group('Source', () => takeSourceToBuild(context))
  // The stack of a build, so that the slug of one that was made before is taken: no app says another here.
  const stack = stackFor(inputs, own, readTreeFile(source.folder, 'app.json')) ?? DEFAULT_STACK
  const config: Config = {
    ...own,
    stack,
    app: APP,
    streamingApp: own.streamingApp === undefined ? undefined : STREAMING_APP,
    stagingApp: undefined
  }
  const heroku = await runtime.log.group('Local Heroku', () => startHeroku(context, config, stack))
  try {
    const access = { url: heroku.apiUrl, key: heroku.apiKey, ca: await readFile(heroku.caFile, 'utf8') }
    const local = {
      ...context,
      inputs: {
        ...inputs,
        herokuApiUrl: heroku.apiUrl,
        streamingSetup: true,
        provision: false,
        builder: 'runner' as const
      }
    }
    await deployTo(local, access, config, {
      source,
      alter: deployable => withBaseSchema(local, access, deployable),
      afterwards: tools => changeOver(heroku, connect(local, access, tools.story).app(APP), tools)
    })
  } finally {
    await heroku.close()
  }
}

function requireServices({ inputs }: Context): void {
  const next =
    'Give the job `services:` postgres and redis, and their addresses as `env:` of this step; they must be empty ones for this job alone.'
  const missing = ['DATABASE_URL', 'REDIS_URL'].filter(name => inputs.rehearsal[name] === undefined)
  if (missing.length > 0) throw new UserError(`A rehearsal needs ${missing.join(' and ')}`, next)
  for (const [name, url] of Object.entries(inputs.rehearsal)) {
    const host = URL.canParse(url) ? new URL(url).hostname : ''
    // A service is reached on this machine, or by its name. Nobody's real database is to be migrated by a rehearsal.
    if (host === '' || (!isLoopback(host) && host.includes('.')))
      throw new UserError(`${name} leads to ${host || 'no host'}, which is no service of this job`, next)
  }
}

async function startHeroku(context: Context, config: Config, stack: string): Promise<LocalHeroku> {
  const { inputs, runtime } = context
  const { scratch, run, clock, log } = runtime
  const folder = path.join(scratch, 'local-heroku')
  const inContainer = placeKind(inputs) === 'container'
  const image = inputs.runImage ?? imagesFor(stack).run
  const heroku = await startLocalHeroku({
    folder,
    clock,
    host: processHost({
      folder,
      run,
      searchPath: inputs.searchPath,
      user: requireOtherUser(context, inContainer) ?? undefined,
      image: inContainer ? { name: image, dockerEnv: inputs.dockerEnvironment } : undefined
    })
  })
  await heroku.addApp(APP, { stack, config: { ...configVars(), ...inputs.rehearsal } })
  if (config.streamingApp !== undefined) {
    // A service container speaks no TLS; Heroku's Postgres wants it.
    await heroku.addApp(STREAMING_APP, { stack, config: { ...inputs.rehearsal, PGSSLMODE: 'disable' } })
  }
  log.info(`Dynos run ${inContainer ? `in containers of ${image}` : 'as processes of this machine'}`)
  return heroku
}

/** A dyno of the same user could read the keys of this job in /proc (design, rule 4). */
function requireOtherUser({ inputs }: Context, inContainer: boolean): ReturnType<typeof otherUser> {
  if (inContainer) return null
  const user = otherUser()
  if (user || inputs.secretsHeld.length === 0) return user
  throw new UserError(
    `The rehearsal cannot run on the host beside ${inputs.secretsHeld.join(', ')}: without root its dynos would run as the same user`,
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
function withBaseSchema(context: Context, access: HerokuAccess, deployable: Deployable): Deployable {
  const { supply } = deployable
  if (supply.by !== 'runner') throw new Error('a rehearsal builds on the runner')
  const build = async (): Promise<readonly Artifact[]> => {
    const artifacts = await supply.build()
    const { log } = context.runtime
    await log.group('The base branch’s schema', () => releaseBaseSchema(context, access, artifacts))
    return artifacts
  }
  // The app was made for this job: what its config lacks says nothing of the real one.
  return { ...deployable, plan: undefined, supply: { by: 'runner', build } }
}

async function releaseBaseSchema(
  context: Context,
  access: HerokuAccess,
  artifacts: readonly Artifact[]
): Promise<void> {
  const { log, clock } = context.runtime
  const base = await baseCommit(context)
  if (!base) return log.info('This is no pull request, so the database starts empty')
  const web = artifacts.find(({ role }) => role === 'web')!
  const { tools, app } = connect(context, access, new Story(log, clock))
  const file = await repack(context, web.file, base)
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

async function baseCommit({ inputs, runtime }: Context): Promise<Commit | undefined> {
  const { baseRef } = inputs.github
  if (baseRef === undefined) return undefined
  const { run, signal, log } = runtime
  try {
    return await resolveCommit({ path: inputs.path, ref: baseRef, run, signal, searchPath: inputs.searchPath })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    log.warning(
      `The base branch ${baseRef} is not in the checkout (fetch-depth: 0 brings it), so the database starts empty`
    )
    return undefined
  }
}

/** The slug with another commit's `db/`. */
async function repack(
  { inputs, runtime }: Context,
  slug: string,
  base: Commit
): Promise<Pick<Artifact, 'file' | 'sha256'>> {
  const { run, signal, scratch } = runtime
  const folder = path.join(scratch, 'base')
  const tree = path.join(scratch, 'base-source')
  const file = path.join(scratch, 'base.tgz')
  await exportTree({ path: inputs.path, commit: base.sha, into: tree, run, signal, searchPath: inputs.searchPath })
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
