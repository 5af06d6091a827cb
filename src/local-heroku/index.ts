/**
 * Heroku on this machine: the Platform API, and behind it slugs that are unpacked, processes that run, a router, one-off
 * dynos, release phases. For rehearsals and tests; nothing of it goes to Heroku.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../runtime/index.ts'
import { HEROKU_TIMES, type Times } from './dyno.ts'
import { Faults } from './faults.ts'
import { type DynoHost } from './dyno-host.ts'
import { Machine } from './machine.ts'
import { Outputs } from './outputs.ts'
import { HEROKU_RATE_LIMIT, RateLimit } from './rate-limit.ts'
import { Rendezvous } from './rendezvous.ts'
import { provision } from './routes/addons.ts'
import { runDueJobs } from './schedules.ts'
import { Server } from './server.ts'
import { Store, type AppState, type BuildState } from './store.ts'
import { configRelease, type DataFigures, type World } from './world.ts'

export { HEROKU_TIMES, type Times } from './dyno.ts'
export { FAULT_KINDS, type Fault, type FaultKind } from './faults.ts'
export { type DynoHost, type DynoSpec, type RunningDyno } from './dyno-host.ts'
export { freePort } from './free-port.ts'
export { processHost } from './host.ts'
export { describeVisit, Visitor, type Visit } from './visitor.ts'
export { type DataFigures } from './world.ts'

export interface LocalHerokuOptions {
  /** Its state, blobs and dynos; made where it does not exist, gone on with where it does. */
  readonly folder: string
  /** 0 for any that is free. */
  readonly port?: number
  readonly host: DynoHost
  readonly clock: Clock
  readonly times?: Partial<Times>
  /** Config vars that an add-on of a service brings, such as DATABASE_URL; undefined where it is not to be had. */
  readonly addon?: (service: string, app: string) => Promise<Record<string, string> | undefined>
  /** Makes a slug of a source tarball: for the Build API. */
  readonly build?: SlugBuilder
  /** Requests an hour that the account has; Heroku's 4,500 without it. */
  readonly rateLimit?: number
  /** What the data API says of an add-on's database. */
  readonly figures?: (addon: {
    readonly service: string
    readonly plan: string
    readonly name: string
  }) => Promise<DataFigures>
  /** Jobs that a plan of Cron To Go has room for; 100 without it. */
  readonly jobsLimit?: number
  readonly onRequest?: (method: string, path: string) => void
  readonly onHang?: () => void
}

/** Builds the tarball at a URL and packs the slug `intoFile`; writes what people should see. Rejects where it fails. */
export type SlugBuilder = (
  sourceUrl: string,
  output: (text: string) => void,
  intoFile: string,
  details: {
    readonly buildpacks: readonly string[]
    readonly config: Readonly<Record<string, string>>
    readonly signal: AbortSignal
  }
) => Promise<{ readonly size: number; readonly processTypes: Readonly<Record<string, string>> }>

export interface LocalHeroku {
  readonly apiUrl: string
  readonly dataUrl: string
  readonly schedulerUrl: string
  readonly cronToGoUrl: string
  readonly advancedSchedulerUrl: string
  readonly rendezvous: string
  /** Certificate authority of the rendezvous server (PEM file). */
  readonly caFile: string
  readonly apiKey: string
  readonly faults: Faults
  /** `METHOD /path` of the requests that came, in order. */
  readonly requests: string[]
  addApp(name: string, options?: NewApp): Promise<{ readonly webUrl: string }>
  machine(app: string): Machine
  /** Starts what the app's schedulers have to run by now, and waits for its end. Returns the commands, in order. */
  runDueJobs(app: string): Promise<string[]>
  /** Milliseconds that both versions serve with preboot; Heroku's 3 minutes without it. */
  setPrebootWindow(milliseconds: number): void
  close(): Promise<void>
}

export interface NewApp {
  readonly stack?: string
  readonly config?: Readonly<Record<string, string>>
  readonly preboot?: boolean
  /** Add-ons that exist already, such as service containers: the plan, and the config vars they bring. */
  readonly addons?: readonly { readonly plan: string; readonly vars: Readonly<Record<string, string>> }[]
}

export async function startLocalHeroku(options: LocalHerokuOptions): Promise<LocalHeroku> {
  const { folder, host, clock, build, onRequest = () => {}, onHang = () => {} } = options
  const store = new Store(folder)
  const outputs = new Outputs(store)
  const faults = new Faults()
  const rendezvous = await Rendezvous.start(folder)
  const times = { ...HEROKU_TIMES, ...options.times }
  const parts = { store, host, outputs, rendezvous, clock, times }
  const machines = new Map<string, Machine>()
  const requests: string[] = []

  const addApp = async (name: string, stack: string): Promise<AppState> => {
    const app: AppState = {
      id: randomUUID(),
      name,
      createdAt: new Date(clock.now()).toISOString(),
      port: 0,
      stack,
      maintenance: false,
      preboot: false,
      configVars: {},
      formation: {},
      slugs: [],
      releases: [],
      builds: [],
      domains: [],
      buildpacks: []
    }
    store.state.apps.push(app)
    machines.set(name, await Machine.start(app, parts))
    machines.get(name)!.release(null, 'Initial release')
    return app
  }

  const building = new Map<string, { readonly cancel: AbortController; readonly done: Promise<void> }>()
  const world: World = {
    store,
    clock,
    rateLimit: new RateLimit(options.rateLimit ?? HEROKU_RATE_LIMIT, clock),
    machines,
    url: () => server!.url,
    addApp,
    startBuild: (app, state, url) => {
      const cancel = new AbortController()
      const done = runBuild(app, state, url, cancel.signal)
      building.set(state.id, { cancel, done })
      void done.then(() => building.delete(state.id))
    },
    cancelBuild: ({ id }) => building.get(id)?.cancel.abort(),
    addonTime: times.provision,
    addonVars: options.addon ?? (() => Promise.resolve(undefined)),
    figures: options.figures ?? (() => Promise.resolve({})),
    jobsLimit: options.jobsLimit ?? 100
  }

  const runBuild = async (app: AppState, state: BuildState, sourceUrl: string, signal: AbortSignal): Promise<void> => {
    outputs.begin(state.output)
    const blob = store.secretName()
    try {
      if (!build) throw new Error('This local Heroku has no builder.')
      const write = (text: string): void => outputs.write(state.output, text)
      const details = { buildpacks: state.buildpacks, config: app.configVars, signal }
      const { size, processTypes } = await build(sourceUrl, write, store.blobFile(blob), details)
      signal.throwIfAborted()
      const createdAt = new Date(clock.now()).toISOString()
      const commit = state.version
      const rest = { checksum: null, commitDescription: null, stack: app.stack, deletedAt: null }
      const slug = { id: randomUUID(), blob, commit, processTypes, createdAt, size, ...rest }
      const release = machines.get(app.name)!.releaseSlug(slug, `Deploy ${commit?.slice(0, 8) ?? ''}`)
      state.slugId = slug.id
      state.releaseId = release.id
      state.status = 'succeeded'
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      outputs.write(state.output, ` !     ${reason}\n !     Push failed\n`)
      state.status = 'failed'
    }
    store.save()
    outputs.end(state.output)
  }

  const close = async (): Promise<void> => {
    await server?.close()
    for (const { cancel } of building.values()) cancel.abort()
    await Promise.all([...building.values()].map(({ done }) => done))
    await Promise.all([...machines.values()].map(machine => machine.close()))
    await rendezvous.close()
  }

  let server: Server | undefined
  try {
    server = await Server.start({
      port: options.port ?? 0,
      world,
      outputs,
      faults,
      onHang,
      onRequest: (method, path) => {
        requests.push(`${method} ${path}`)
        onRequest(method, path)
      }
    })
    for (const app of store.state.apps) machines.set(app.name, await Machine.start(app, parts))
  } catch (error) {
    // Such as a port that is taken. What listens already would keep the process going.
    await close()
    throw error
  }

  return {
    apiUrl: server.url,
    dataUrl: server.url,
    schedulerUrl: server.url,
    cronToGoUrl: server.url,
    advancedSchedulerUrl: server.url,
    rendezvous: rendezvous.url,
    caFile: rendezvous.caFile,
    apiKey: store.state.apiKey,
    faults,
    requests,
    async addApp(name, { stack = 'heroku-24', config = {}, preboot, addons = [] } = {}) {
      const known = store.app(name)
      const app = known ?? (await addApp(name, stack))
      const given = { ...config, ...Object.assign({}, ...addons.map(({ vars }) => vars)) } as Record<string, string>
      const changed = Object.keys(given).filter(name => app.configVars[name] !== given[name])
      Object.assign(app.configVars, given)
      app.preboot = preboot ?? app.preboot
      for (const { plan, vars } of addons) {
        if (!hasAddon(store, app, plan)) provision(world, app, plan, vars)
      }
      store.save()
      // What runs already has to learn of it.
      if (known && changed.length > 0) configRelease(world, app, `Set ${changed.join(', ')} config vars`)
      return { webUrl: `http://127.0.0.1:${app.port}/` }
    },
    machine: name => machines.get(name)!,
    runDueJobs: name => runDueJobs(world, store.app(name)!),
    setPrebootWindow: milliseconds => void (times.preboot = milliseconds),
    close
  }
}

function hasAddon({ state }: Store, { name }: AppState, plan: string): boolean {
  return state.addons.some(({ app, service }) => app === name && service === plan.split(':')[0])
}
