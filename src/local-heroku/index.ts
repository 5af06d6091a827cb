/**
 * Heroku on this machine: the Platform API, and behind it slugs that are unpacked, processes that run, a router, one-off
 * dynos, release phases. For rehearsals and tests; nothing of it goes to Heroku.
 */
import { randomUUID } from 'node:crypto'
import type { Clock } from '../runtime/index.ts'
import { type World } from './world.ts'
import { HEROKU_TIMES, type Times } from './dyno.ts'
import { Faults } from './faults.ts'
import { type DynoHost } from './host.ts'
import { Machine } from './machine.ts'
import { Outputs } from './outputs.ts'
import { Rendezvous } from './rendezvous.ts'
import { Server } from './server.ts'
import { Store, type AppState, type BuildState } from './store.ts'

export { HEROKU_TIMES, type Times } from './dyno.ts'
export { FAULT_KINDS, type Fault, type FaultKind } from './faults.ts'
export { processHost, type DynoHost, type DynoSpec, type RunningDyno } from './host.ts'

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
  readonly onRequest?: (method: string, path: string) => void
  readonly onHang?: () => void
}

/** Builds the tarball at a URL and returns the packed slug; writes what people should see. Rejects where it fails. */
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
  readonly rendezvous: string
  /** Certificate authority of the rendezvous server (PEM file). */
  readonly caFile: string
  readonly apiKey: string
  readonly faults: Faults
  /** `METHOD /path` of the requests that came, in order. */
  readonly requests: string[]
  addApp(name: string, options?: NewApp): Promise<{ readonly webUrl: string }>
  machine(app: string): Machine
  close(): Promise<void>
}

export interface NewApp {
  readonly stack?: string
  readonly config?: Readonly<Record<string, string>>
  readonly preboot?: boolean
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

  const building = new Map<string, AbortController>()
  const world: World = {
    store,
    clock,
    machines,
    url: () => server.url,
    addApp,
    startBuild: (app, state, url) => void runBuild(app, state, url),
    cancelBuild: ({ id }) => building.get(id)?.abort(),
    addonVars: options.addon ?? (() => Promise.resolve(undefined))
  }

  const runBuild = async (app: AppState, state: BuildState, sourceUrl: string): Promise<void> => {
    outputs.begin(state.output)
    const blob = store.secretName()
    const cancel = new AbortController()
    building.set(state.id, cancel)
    try {
      if (!build) throw new Error('This local Heroku has no builder.')
      const write = (text: string): void => outputs.write(state.output, text)
      const { size, processTypes } = await build(sourceUrl, write, store.blobFile(blob), {
        buildpacks: state.buildpacks,
        config: app.configVars,
        signal: cancel.signal
      })
      cancel.signal.throwIfAborted()
      const createdAt = new Date(clock.now()).toISOString()
      const commit = state.version
      const rest = { checksum: null, commitDescription: null, stack: app.stack, deletedAt: null }
      const slug = { id: randomUUID(), blob, commit, processTypes, createdAt, size, ...rest }
      app.slugs.push(slug)
      state.slugId = slug.id
      state.releaseId = machines.get(app.name)!.release(slug.id, `Deploy ${commit?.slice(0, 8) ?? ''}`).id
      state.status = 'succeeded'
    } catch (error) {
      outputs.write(
        state.output,
        ` !     ${error instanceof Error ? error.message : String(error)}\n !     Push failed\n`
      )
      state.status = 'failed'
    }
    building.delete(state.id)
    store.save()
    outputs.end(state.output)
  }

  const server = await Server.start({
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

  return {
    apiUrl: server.url,
    dataUrl: server.url,
    schedulerUrl: server.url,
    rendezvous: rendezvous.url,
    caFile: rendezvous.caFile,
    apiKey: store.state.apiKey,
    faults,
    requests,
    async addApp(name, { stack = 'heroku-24', config = {}, preboot = false } = {}) {
      const app = store.app(name) ?? (await addApp(name, stack))
      Object.assign(app.configVars, config)
      app.preboot = preboot
      store.save()
      return { webUrl: `http://127.0.0.1:${app.port}/` }
    },
    machine: name => machines.get(name)!,
    async close() {
      await server.close()
      await Promise.all([...machines.values()].map(machine => machine.close()))
      await rendezvous.close()
    }
  }
}
