/**
 * Heroku on this machine, as far as a rehearsal uses it: the Platform API, and behind it real slugs, processes, a router,
 * one-off dynos, release phases. It never asks Heroku.
 */
import { randomUUID } from 'node:crypto'
import { DEFAULT_STACK } from '../knowledge/index.ts'
import type { Clock } from '../runtime/index.ts'
import { HEROKU_TIMES, type Times } from './dyno.ts'
import { type DynoHost } from './dyno-host.ts'
import { AppMachine, type Attaching } from './machine.ts'
import { OutputFiles } from './outputs.ts'
import { Rendezvous } from './rendezvous.ts'
import { PLATFORM_API } from './routes/index.ts'
import { type Api } from './routes/route.ts'
import { Server, type BeforeRequest } from './server.ts'
import { Store, type AppState } from './store.ts'
import { configRelease, type HerokuWorld } from './world.ts'

export { freePort } from './free-port.ts'
export { processHost } from './host.ts'
export { describeVisit, Visitor, type Visit } from './visitor.ts'

export interface LocalHerokuOptions {
  /** For blobs, outputs and dynos; made if it is not there. */
  readonly folder: string
  /** 0, the default, for any free one. */
  readonly port?: number
  readonly host: DynoHost
  readonly clock: Clock
  readonly times?: Partial<Times>
  /** What it knows at the start; nothing by default. */
  readonly store?: Store
  /** The APIs that it has; by default, what a rehearsal asks. The first one answers for unknown addresses. */
  readonly apis?: readonly Api[]
  /** Gets each request first, and may answer it. */
  readonly before?: BeforeRequest
  /** May change what an attached one-off dyno does with its client. */
  readonly attaching?: Attaching
}

export interface LocalHeroku {
  readonly apiUrl: string
  /** `rendezvous://HOST:PORT`, where clients of one-off dynos connect. */
  readonly rendezvous: string
  /** Certificate authority of the rendezvous server (PEM file). */
  readonly caFile: string
  readonly apiKey: string
  readonly world: HerokuWorld
  /** Makes an app. One that is there already gets the config vars, in a new release if they are new. */
  addApp(name: string, options?: NewApp): Promise<{ readonly webUrl: string }>
  /** Memory of an app's dynos that are up. */
  memory(app: string): Promise<readonly DynoMemory[]>
  /** Milliseconds for which both versions run with preboot; 3 minutes by default, as on Heroku. */
  setPrebootWindow(milliseconds: number): void
  close(): Promise<void>
}

export interface NewApp {
  readonly stack?: string
  readonly config?: Readonly<Record<string, string>>
  readonly preboot?: boolean
  /** Dynos of each type, as soon as a slug has it; by default one `web`. */
  readonly formation?: Readonly<Record<string, number>>
}

/** What a dyno has in memory. */
export interface DynoMemory {
  /** `web.1` */
  readonly dyno: string
  readonly type: string
  /** Of its processes together. */
  readonly bytes: number
}

/** Starts a Heroku whose addresses are all on loopback. Rejects if the port is taken. */
export async function startLocalHeroku(options: LocalHerokuOptions): Promise<LocalHeroku> {
  const { folder, host, clock, store = new Store(folder), attaching = (_, meet) => meet } = options
  const outputs = new OutputFiles(store)
  const rendezvous = await Rendezvous.start(folder)
  const times = { ...HEROKU_TIMES, ...options.times }
  const parts = { store, host, outputs, rendezvous, clock, times, attaching }
  const machines = new Map<string, AppMachine>()

  const addApp: HerokuWorld['addApp'] = async (name, stack, configVars = {}) => {
    const app: AppState = {
      id: randomUUID(),
      name,
      createdAt: new Date(clock.now()).toISOString(),
      port: 0,
      stack,
      maintenance: false,
      preboot: false,
      configVars: { ...configVars },
      formation: {},
      slugs: [],
      releases: []
    }
    store.addApp(app)
    machines.set(name, await AppMachine.start(app, parts))
    machines.get(name)!.release(null, 'Initial release')
    return app
  }

  const world: HerokuWorld = { store, outputs, clock, machines, url: () => server!.url, addApp }

  const close = async (): Promise<void> => {
    await server?.close()
    await Promise.all([...machines.values()].map(machine => machine.close()))
    await rendezvous.close()
  }

  let server: Server | undefined
  try {
    const { port = 0, apis = [PLATFORM_API], before = () => false } = options
    server = await Server.start({ port, world, apis, before })
    for (const app of store.state.apps) machines.set(app.name, await AppMachine.start(app, parts))
  } catch (error) {
    // For example a port that is taken. What listens already would keep this process alive.
    await close()
    throw error
  }

  return {
    apiUrl: server.url,
    rendezvous: rendezvous.url,
    caFile: rendezvous.caFile,
    apiKey: store.state.apiKey,
    world,
    async addApp(name, { stack = DEFAULT_STACK, config = {}, preboot, formation = {} } = {}) {
      const known = store.app(name)
      const app = known ?? (await addApp(name, stack, config))
      const changed = Object.keys(config).filter(key => app.configVars[key] !== config[key])
      Object.assign(app.configVars, config)
      app.preboot = preboot ?? app.preboot
      for (const [type, quantity] of Object.entries(formation)) app.formation[type] = { quantity, size: 'Basic' }
      store.save()
      // Dynos that run need the new config vars, too.
      if (known && changed.length > 0) configRelease(world, app, `Set ${changed.join(', ')} config vars`)
      return { webUrl: `http://127.0.0.1:${app.port}/` }
    },
    memory: async app => {
      const up = machines.get(app)?.dynos.filter(({ state }) => state === 'up') ?? []
      const all = await Promise.all(
        up.map(async dyno => ({ dyno: dyno.options.name, type: dyno.options.type, bytes: await dyno.memory() }))
      )
      return all.flatMap(({ bytes, ...of }) => (bytes === undefined ? [] : { ...of, bytes }))
    },
    setPrebootWindow: milliseconds => void (times.preboot = milliseconds),
    close
  }
}
