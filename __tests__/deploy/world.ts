import { createHash, randomUUID } from 'node:crypto'
import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import {
  deploy,
  GateError,
  goBack,
  migrate,
  readTarget,
  type BuildRecipe,
  type Deployable,
  type DeployRequest,
  type Target,
  type Tools,
  type Trees
} from '../../src/deploy/index.ts'
import { releaseDescription, slugDescription } from '../../src/deploy/slugs.ts'
import { Story } from '../../src/verdict/index.ts'
import { createClient, HerokuApp, type HerokuClient } from '../../src/heroku/index.ts'
import {
  startLocalHeroku,
  type DynoHost,
  type DynoSpec,
  type LocalHeroku,
  type RunningDyno,
  type SlugBuilder
} from '../rig/local-heroku/index.ts'
import {
  planUpgrade,
  readMigrations,
  releaseCommand,
  type Migration,
  type TreeProcfile,
  type UpgradeTree
} from '../../src/mastodon/index.ts'
import { removeTree, type Clock, type Log } from '../../src/runtime/index.ts'
import { TestClock } from '../helpers/clock.ts'

export const OLD = 'a'.repeat(40)
export const NEW = 'b'.repeat(40)
export const APP = 'my-mastodon'
export const STAGING = 'my-staging'
export const STREAMING = 'my-streaming'
const LIMIT = 300_000_000
/** Heroku here writes its state after each change: a world's few small files need no disk. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir()
/** Milliseconds: longer than any test, and the most that a real timer takes. */
const NEVER = 2 ** 31 - 1
const VERSIONS = { first: '20260101000000', pre: '20260201000000', post: '20260202000000' }

const MIGRATIONS = readMigrations([
  { path: `db/migrate/${VERSIONS.first}_first.rb`, text: 'create_table :a' },
  { path: `db/migrate/${VERSIONS.pre}_pre.rb`, text: 'add_column :a, :b, :text' },
  { path: `db/post_migrate/${VERSIONS.post}_post.rb`, text: 'remove_column :a, :c' }
])

/** A Procfile with these types. */
export function procfileOf(...types: string[]): TreeProcfile {
  const commands: Record<string, string> = { web: 'bin/heroku-web', worker: 'bundle exec sidekiq' }
  return {
    file: 'Procfile',
    types: Object.fromEntries(types.map(type => [type, commands[type] ?? type])),
    comments: []
  }
}

function treeOf(migrations: readonly Migration[], procfile: TreeProcfile): UpgradeTree {
  return {
    version: '4.7.0',
    bundler: 'webpack',
    rubyNeedsNode: false,
    minimums: {},
    ruby: { hasLock: false, takes: [] },
    config: { required: [], forbidden: [{ name: 'FORBIDDEN', where: 'a.rb:1' }], deprecated: [], knowsDummy: true },
    migrations,
    breakpoints: {},
    redis: { driver: 'choice', hiredisLacksTls: false, takesSelfSigned: false, streamingTakesSelfSigned: false },
    streaming: undefined,
    listsMediaHosts: true,
    usesVapid: true,
    wantsStaticFilesTrue: false,
    hasScheduler: true,
    procfile,
    hasJobsWork: false,
    aptfile: { entries: [], problems: [] }
  }
}

/** heroku-client reads what these name for each request; nothing here needs it. */
for (const name of ['SSL_CERT_DIR', 'SSL_CERT_FILE']) delete process.env[name]

/** The clock of one job. When the job is dead nothing of it ever goes on. */
export class JobClock implements Clock {
  readonly #clock: Clock
  dead = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (!this.dead) await this.#clock.sleep(milliseconds, signal)
    if (this.dead) await new Promise(() => {})
  }

  after(milliseconds: number, work: () => void): () => void {
    return this.#clock.after(milliseconds, () => {
      if (!this.dead) work()
    })
  }
}

/** What the database of the app holds: versions of applied migrations. */
export class Database {
  readonly applied = new Set([VERSIONS.first])
  /** How often a command that changes it was started. */
  readonly runs = { release: 0, migrate: 0 }
}

export interface WorldOptions {
  /** What goes wrong with the new slug. */
  readonly broken?: 'release' | 'boot' | 'health'
  readonly preboot?: boolean
  readonly strategy?: DeployRequest['migrations']
  readonly builder?: 'runner' | 'heroku'
  readonly staging?: boolean
  readonly streaming?: boolean
  /** Milliseconds that a deploy may wait at one place; a year without it. */
  readonly timeout?: number
  /** One whose time passes at once without it. */
  readonly clock?: Clock
}

/** A local Heroku whose dynos live in this process, an app on it that runs the old commit, and a slug of the new one. */
export class World {
  readonly clock: Clock
  readonly database = new Database()
  readonly stagingDatabase = new Database()
  /** Bytes of the slugs that Heroku builds, with and without ffmpeg. */
  sizes = { with: 250_000_000, without: 200_000_000 }
  failBuild: string | undefined
  /** Of the new commit. */
  procfile = procfileOf('web', 'worker')
  /** The instance does not answer by its name, whatever code runs. */
  unreachable = false
  /** Process types of the slugs that are built. */
  builds: { web: Record<string, string>; streaming: Record<string, string> } = {
    web: { web: 'web', worker: 'bundle exec sidekiq' },
    streaming: { web: 'stream' }
  }
  /** Buildpacks of the new commit. */
  buildpacks = ['heroku/ruby']
  /** Called when the runner builds. */
  onBuild: () => unknown = () => {}
  /** Names of findings that are let through. */
  skip: string[] = []
  /** A worker dyno of a commit. */
  worker: (commit: string) => RunningDyno | Promise<RunningDyno> = untilSignal
  /** What a web dyno of a commit answers to a path, if not what it should. */
  answers: (commit: string, path: string) => { status: number; body?: string } | 'drip' | undefined = () => undefined
  /** Milliseconds that a deploy waits at one place. */
  timeout: number
  /** Whether Redis tells of the Sidekiq in worker.1. */
  tellsSidekiq = true
  /** What happens while the post-deployment migrations run. */
  duringMigration: () => Promise<void> = () => Promise.resolve()
  /** Milliseconds that a release phase takes. */
  releaseTakes = 0
  /** Names and releases of the dynos when the post-deployment migrations began. */
  dynosAtMigration: string[] = []
  duringBuild: (signal: AbortSignal) => Promise<void> = () => Promise.resolve()
  readonly lines: string[] = []
  /** One-off dynos that run now, by what they are for. */
  readonly running = new Set<string>()
  heroku!: LocalHeroku
  readonly #options: WorldOptions
  readonly #folder: string
  readonly #servers = new Set<http.Server>()
  #slug!: string
  #onHang: (() => void) | undefined

  private constructor(options: WorldOptions) {
    this.#options = options
    this.clock = options.clock ?? new TestClock()
    this.timeout = options.timeout ?? 3_600_000 * 24 * 365
    this.#folder = mkdtempSync(path.join(MEMORY, 'world-'))
  }

  static async open(options: WorldOptions = {}): Promise<World> {
    const world: World = new World(options)
    for (const file of ['ca.pem', 'ca.key']) {
      const made = path.join(os.tmpdir(), `deploy-tests-${process.pid}-${file}`)
      if (existsSync(made)) copyFileSync(made, path.join(world.#folder, file))
    }
    world.heroku = await startLocalHeroku({
      folder: world.#folder,
      clock: world.clock,
      host: world.#host(),
      times: { boot: NEVER, grace: NEVER, coolOff: NEVER, memory: NEVER, hold: NEVER },
      build: (...of) => world.#build(...of),
      // Whoever asked waits for an answer by now.
      onHang: () => (world.#onHang ?? (() => void setTimeout(() => world.#pass(61_000), 2)))()
    })
    for (const file of ['ca.pem', 'ca.key'])
      copyFileSync(path.join(world.#folder, file), path.join(os.tmpdir(), `deploy-tests-${process.pid}-${file}`))
    world.#slug = path.join(world.#folder, 'slug.tgz')
    writeFileSync(world.#slug, 'a slug')
    const config = {
      DATABASE_URL: 'postgres://u:secret-password@db/x',
      REDIS_URL: 'redis://r',
      LOCAL_DOMAIN: 'example.com'
    }
    await world.heroku.addApp(APP, { config, preboot: options.preboot })
    if (options.staging) await world.heroku.addApp(STAGING, { config: { ...config, DATABASE_URL: STAGING } })
    if (options.streaming) {
      const own = { RUN_STREAMING: 'true', NODE_ENV: 'production', PGSSLMODE: 'no-verify' }
      await world.heroku.addApp(STREAMING, { config: { ...config, ...own } })
    }
    if (options.builder === 'heroku') await world.deploy(OLD)
    else for (const app of options.streaming ? [APP, STREAMING] : [APP]) await world.#hold(app)
    const formation = world.heroku.machine(APP).app.formation
    formation['worker'] = { quantity: 1, size: 'Basic' }
    await world.heroku.machine(APP).scale()
    world.heroku.requests.length = 0
    for (const { runs } of [world.database, world.stagingDatabase]) runs.release = runs.migrate = 0
    return world
  }

  /** Has an app run the old commit, as a deploy would have left it. */
  async #hold(name: string): Promise<void> {
    const { supply } = this.#deployable(OLD)
    const made = supply.by === 'runner' ? await supply.build() : []
    const slug = made.find(({ role }) => role === (name === STREAMING ? 'streaming' : 'web'))!
    const machine = this.heroku.machine(name)
    const state = {
      id: randomUUID(),
      blob: randomUUID(),
      checksum: null,
      commit: OLD,
      commitDescription: slugDescription(slug),
      processTypes: slug.processTypes,
      stack: slug.stack,
      createdAt: new Date(this.clock.now()).toISOString(),
      size: 6,
      deletedAt: null
    }
    writeFileSync(path.join(this.#folder, 'blobs', state.blob), 'a slug')
    machine.app.slugs.push(state)
    machine.release(state.id, releaseDescription(OLD, slug.role, slug.fingerprint))
    const isUp = (): boolean =>
      machine.current()?.slugId === state.id &&
      machine.dynos.length > 0 &&
      machine.dynos.every(dyno => dyno.state === 'up')
    while (!isUp()) await new Promise(resolve => setTimeout(resolve, 1))
  }

  #pass(milliseconds: number): void {
    if (this.clock instanceof TestClock) this.clock.pass(milliseconds)
  }

  async close(): Promise<void> {
    await this.heroku.close()
    for (const server of this.#servers) server.close()
    await removeTree(this.#folder)
  }

  get machine(): ReturnType<LocalHeroku['machine']> {
    return this.heroku.machine(APP)
  }

  /** Versions of an app's releases that hold a slug of a commit. */
  releasesOf(commit: string, name = APP): number[] {
    const { app } = this.heroku.machine(name)
    const of = (slugId: string | null): string | null | undefined => app.slugs.find(({ id }) => id === slugId)?.commit
    return app.releases.filter(({ slugId }) => of(slugId) === commit).map(({ version }) => version)
  }

  /** Commit of the current release. */
  get live(): string | null | undefined {
    return this.liveOn(APP)
  }

  liveOn(name: string): string | null | undefined {
    const machine = this.heroku.machine(name)
    return machine.slug(machine.current()?.slugId ?? null)?.commit
  }

  /** What the site says that it runs, or its status if that is no answer. */
  async asks(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.machine.app.port}/api/v2/instance`)
    return response.ok ? ((await response.json()) as { version: string }).version : String(response.status)
  }

  async deploy(
    commit: string,
    signal: AbortSignal = new AbortController().signal,
    clock: Clock = this.clock,
    app = APP
  ): Promise<{ requests: number; told: Told }> {
    const client = this.#client(clock, signal)
    const told: Told = { rolledBack: false, migrated: [], steps: [] }
    const tools = this.#tools(clock, signal)
    const { story } = tools
    try {
      await deploy(this.#plan(client, app, commit, told, clock), tools)
    } finally {
      told.steps = story.steps.map(({ name }) => name)
    }
    return { requests: client.usage.requests, told }
  }

  /** Brings an earlier release's code back. `versionsAt` tells the migrations of a commit. */
  async back(
    versionsAt: Trees['versionsAt'] = this.#versionsAt,
    to?: number,
    clock: Clock = this.clock
  ): ReturnType<typeof goBack> {
    const tools = this.#tools(clock, new AbortController().signal)
    const target = await this.target(APP, tools)
    return goBack(target, to, () => Promise.resolve({ migrations: MIGRATIONS, versionsAt }), undefined, tools)
  }

  /** Goes back and ends the job at its n-th request, which was carried out; it never gets to do anything again. */
  async killBack(nth: number): Promise<void> {
    const clock = new JobClock(this.clock)
    this.heroku.faults.add({ kind: 'hang-after', nth })
    const over = this.#atHang(() => (clock.dead = true))
    const run = this.back(undefined, undefined, clock).catch(() => {})
    await Promise.race([over, run])
    this.#onHang = undefined
  }

  /** Resolves when a request hangs, after what is to happen then. */
  #atHang(work: () => void): Promise<void> {
    return new Promise(resolve => {
      this.#onHang = () => {
        work()
        resolve()
      }
    })
  }

  /** An app as the deploy reads it. */
  target(name: string, tools = this.#tools(this.clock, new AbortController().signal)): Promise<Target> {
    return readTarget(new HerokuApp(this.#client(tools.clock, tools.signal), name, tools.clock), () => {}, tools)
  }

  async migrate(phase: 'pre' | 'post' | 'all'): Promise<string[]> {
    const tools = this.#tools(this.clock, new AbortController().signal)
    const ran = await migrate((await this.target(APP, tools)).app, { phase }, tools)
    return ran.map(({ version }) => version)
  }

  #client(clock: Clock, signal: AbortSignal): HerokuClient {
    const { apiUrl: url, apiKey: key } = this.heroku
    const told = (line: string): void => void this.lines.push(line)
    return createClient({ url, key, clock, signal, patience: 3_600_000, told, random: () => 0 })
  }

  #tools(clock: Clock, signal: AbortSignal): Tools {
    const log = this.#log()
    const ca = readFileSync(this.heroku.caFile, 'utf8')
    return { story: new Story(log, clock), log, clock, signal, timeout: this.timeout, ca }
  }

  readonly #versionsAt = (commit: string): Promise<ReadonlySet<string>> =>
    Promise.resolve(new Set(commit === NEW ? Object.values(VERSIONS) : [VERSIONS.first]))

  /**
   * Deploys the new commit and ends the job at its n-th request, which is carried out or not. After SIGTERM the job
   * clears away what it can; after SIGKILL it never gets to do anything again.
   */
  async kill(nth: number, kind: 'hang-before' | 'hang-after', signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const cancel = new AbortController()
    const clock = new JobClock(this.clock)
    this.heroku.faults.add({ kind, nth })
    const atRequest = this.#atHang(() => {
      if (signal === 'SIGTERM') cancel.abort()
      else clock.dead = true
    })
    const run = this.deploy(NEW, cancel.signal, clock).catch(() => {})
    await atRequest
    this.#onHang = undefined
    if (signal === 'SIGTERM') await run
  }

  #plan(client: HerokuClient, app: string, commit: string, told: Told, clock: Clock): DeployRequest {
    return {
      app: new HerokuApp(client, app, clock),
      ...(this.#options.staging && app === APP ? { staging: new HerokuApp(client, STAGING, clock) } : {}),
      ...(this.#options.streaming ? { streaming: new HerokuApp(client, STREAMING, clock) } : {}),
      streamingSetup: { allowed: false },
      migrations: this.#options.strategy ?? 'zero-downtime',
      addons: async target =>
        (await target.addons()).map(({ addon_service: { name: service }, plan }) => ({ service, plan: plan?.name })),
      mask: () => {},
      prepare: () => Promise.resolve(this.#deployable(commit)),
      progress: {
        target: () => {},
        deploying: () => Promise.resolve(),
        shipping: () => {},
        released: () => {},
        healthy: () => {},
        migrated: versions => (told.migrated = versions),
        rolledBack: () => (told.rolledBack = true)
      }
    }
  }

  #deployable(commit: string): Deployable {
    const strategy = this.#options.strategy ?? 'zero-downtime'
    const release: Record<string, string> = strategy === 'off' ? {} : { release: releaseCommand(strategy) }
    const fingerprint = commit.repeat(2).slice(0, 64)
    const types = { web: { ...this.builds.web, ...release }, streaming: this.builds.streaming }
    const common = { commit, fingerprint, stack: 'heroku-24', sha256: '0'.repeat(64), file: this.#slug }
    const recipe = (role: 'web' | 'streaming', variant: string, buildpacks: readonly string[]): BuildRecipe => ({
      role,
      commit,
      fingerprint,
      variant,
      buildpacks,
      pack: () => {
        const file = path.join(this.#folder, `${role}.json`)
        const text = JSON.stringify(types[role])
        writeFileSync(file, text)
        return Promise.resolve({ file, sha256: createHash('sha256').update(text).digest('hex') })
      }
    })
    return {
      commit,
      stack: 'heroku-24',
      fingerprint,
      versions: new Set(commit === NEW ? Object.values(VERSIONS) : [VERSIONS.first]),
      trees: { migrations: MIGRATIONS, versionsAt: this.#versionsAt },
      procfile: this.procfile,
      mayLoseTypes: this.skip.includes('lost-process-type'),
      plan: live =>
        Promise.resolve(
          planUpgrade({
            now: this.clock.now(),
            tree: treeOf(MIGRATIONS, this.procfile),
            from: treeOf(MIGRATIONS.slice(0, 1), procfileOf('web', 'worker')),
            stack: 'heroku-24',
            buildpacks: this.buildpacks,
            strategy,
            redisTls: 'verify',
            hasStreamingApp: this.#options.streaming ?? false,
            skip: this.skip,
            live
          })
        ),
      supply:
        this.#options.builder === 'heroku'
          ? {
              by: 'heroku',
              web: [recipe('web', 'with ffmpeg', ['ffmpeg', 'ruby']), recipe('web', 'without ffmpeg', ['ruby'])],
              streaming: recipe('streaming', 'streaming role', ['ruby']),
              judge: ({ size, variant }) => {
                if (size > LIMIT) throw new GateError(`The slug ${variant} is over its limit`, '')
              }
            }
          : {
              by: 'runner',
              build: () => {
                this.onBuild()
                return Promise.resolve([
                  { ...common, role: 'web', processTypes: types.web, variant: 'without ffmpeg' },
                  { ...common, role: 'streaming', processTypes: types.streaming, variant: 'streaming role' }
                ])
              }
            }
    }
  }

  async #build(...[url, output, into, { buildpacks, signal }]: Parameters<SlugBuilder>): ReturnType<SlugBuilder> {
    const processTypes = (await (await fetch(url)).json()) as Record<string, string>
    output(`-----> ${buildpacks.join(', ')}\n`)
    await this.duringBuild(signal)
    if (this.failBuild !== undefined) throw new Error(this.failBuild)
    writeFileSync(into, 'a slug')
    return { size: buildpacks.includes('ffmpeg') ? this.sizes.with : this.sizes.without, processTypes }
  }

  #log(): Log {
    const say = (line: string): void => void this.lines.push(line)
    return {
      info: say,
      warning: say,
      error: say,
      group: (_, work) => work(),
      progress: (done, total) => say(`${done} of ${total}`),
      fence: () => ({ write: chunk => say(chunk.toString()), close: () => {} })
    }
  }

  #host(): DynoHost {
    return { start: spec => Promise.resolve(this.#start(spec)) }
  }

  #start(spec: DynoSpec): RunningDyno | Promise<RunningDyno> {
    if (spec.command === 'console') return untilSignal()
    const commit = this.#commitOf(spec.slug.id)
    if (commit === NEW && spec.command === 'web' && this.#options.broken === 'boot') return ended(1)
    if (['web', 'stream'].includes(spec.command)) return this.#web(commit, Number(spec.env['PORT']))
    if (spec.command === 'bundle exec sidekiq') return this.worker(commit)
    return this.#startOneOff(spec, commit === NEW)
  }

  #startOneOff({ command, env, output }: DynoSpec, isNew: boolean): RunningDyno {
    const database = env['DATABASE_URL'] === STAGING ? this.stagingDatabase : this.database
    const [, inner, marker = '', exitName] =
      /^bash -c '([^]*)' (\S+); printf '\S+ \S+' (\S+) "\$\?"$/.exec(command) ?? []
    const kind = /mastodon-on-heroku:(\w+):/.exec(marker)?.[1] ?? 'release'
    if (this.running.has(kind)) throw new Error(`two dynos for ${kind} at the same time`)
    this.running.add(kind)
    const { code, text } = this.#run(inner ?? command, isNew, database)
    output(Buffer.from(text + (exitName === undefined ? '' : `\n${exitName} ${code}\n`)))
    this.running.delete(kind)
    if (kind === 'migrate') return { ...ended(code), exited: this.duringMigration().then(() => code) }
    return kind === 'release' && this.releaseTakes > 0 ? this.#endsAfter(this.releaseTakes, code) : ended(code)
  }

  #endsAfter(milliseconds: number, code: number): RunningDyno {
    // Whoever waits at an open connection lets no time pass by itself.
    const ticking = setInterval(() => this.#pass(5_000), 5)
    const exited = new Promise<number>(resolve => this.clock.after(milliseconds, () => resolve(code)))
    void exited.then(() => clearInterval(ticking))
    return { exited, memory: () => Promise.resolve(undefined), signal: () => {} }
  }

  #commitOf(slugId: string): string {
    const machines = [APP, STAGING, STREAMING].map(name => this.heroku.machine(name) as typeof this.machine | undefined)
    return machines.map(machine => machine?.slug(slugId)?.commit).find(Boolean) ?? ''
  }

  #run(command: string, isNew: boolean, { applied, runs }: Database): { code: number; text: string } {
    const wanted = isNew ? Object.values(VERSIONS) : [VERSIONS.first]
    const pending = (): string[] => wanted.filter(version => !applied.has(version))
    // APPLIED_COMMAND, quoted once more for the shell of the one-off dyno.
    if (command.includes('FROM schema_migrations'))
      return { code: 0, text: [...applied].map(version => `${version}\n`).join('') }
    if (command.includes('Sidekiq::ProcessSet')) {
      const line = `mastodon-on-heroku: sidekiq worker.1 ${Math.ceil(this.clock.now() / 1_000)} 3\n`
      return { code: 0, text: this.tellsSidekiq ? line : '' }
    }
    if (command.includes('mastodon_on_heroku:release')) {
      runs.release++
      if (isNew && this.#options.broken === 'release') return { code: 1, text: 'PG::UndefinedTable\n' }
      const ran = pending().filter(version => version !== VERSIONS.post || !command.startsWith('SKIP'))
      for (const version of ran) applied.add(version)
      const [before, after] = [applied.size - ran.length, applied.size]
      return { code: 0, text: `mastodon-on-heroku: migrations before=${before} after=${after} ran=${ran.join(',')}\n` }
    }
    const isFirstPhase = command.startsWith('SKIP')
    if (command.includes('db:migrate')) {
      runs.migrate++
      this.dynosAtMigration = this.machine.dynos.map(({ options: { name, release } }) => `${name} v${release.version}`)
      const ran = pending().filter(version => version !== VERSIONS.post || !isFirstPhase)
      for (const version of ran) applied.add(version)
      return { code: 0, text: ran.map(version => `== ${version} Post: migrated (0.1s) ===\n`).join('') }
    }
    const left = pending().filter(version => version !== VERSIONS.post || !isFirstPhase)
    return { code: left.length > 0 ? 1 : 0, text: left.map(version => `  ${version} is pending\n`).join('') }
  }

  #web(commit: string, port: number): RunningDyno {
    const healthy = commit !== NEW || this.#options.broken !== 'health'
    const server = http.createServer((request, response) => {
      response.setHeader('connection', 'close')
      const { url = '' } = request
      const own = this.answers(commit, url)
      if (own === 'drip') {
        setTimeout(() => this.#pass(61_000), 2)
        return void response.writeHead(200).write('O')
      }
      if (own) return void response.writeHead(own.status).end(own.body)
      if (request.url === '/health' || request.url === '/api/v1/streaming/health')
        return void response.writeHead(healthy ? 200 : 500).end('OK')
      if (this.unreachable) return void response.writeHead(503).end()
      const version = `4.7.0+${commit.slice(0, 7)}`
      if (url === '/api/v2/instance') return void response.end(JSON.stringify({ version }))
      const state = JSON.stringify({ meta: { version } })
      response.end(`<html><script id="initial-state" type="application/json">${state}</script>`)
    })
    server.listen(port, '127.0.0.1')
    this.#servers.add(server)
    let exit: (code: number) => void
    const exited = new Promise<number>(resolve => (exit = resolve))
    return {
      exited,
      memory: () => Promise.resolve(undefined),
      signal: () => {
        this.#servers.delete(server)
        server.close(() => exit(143))
      }
    }
  }
}

export interface Told {
  rolledBack: boolean
  migrated: readonly string[]
  steps: string[]
}

function ended(code: number): RunningDyno {
  return { exited: Promise.resolve(code), memory: () => Promise.resolve(undefined), signal: () => {} }
}

export function untilSignal(): RunningDyno {
  let exit: (code: number) => void
  const exited = new Promise<number>(resolve => (exit = resolve))
  return { exited, memory: () => Promise.resolve(undefined), signal: () => exit(143) }
}
