/**
 * The whole Heroku on this machine, for tests and the demo: what a rehearsal runs, and beside it pipelines, schedulers,
 * the data API, builds, add-ons that are bought, authorizations, faults, a rate limit, and a state that outlives it.
 */
import { type BeforeRequest } from '../../../src/local-heroku/server.ts'
import {
  startLocalHeroku as startRehearsed,
  type LocalHeroku as Rehearsed,
  type LocalHerokuOptions as RehearsedOptions,
  type NewApp as NewRehearsedApp
} from '../../../src/local-heroku/index.ts'
import { type Times } from '../../../src/local-heroku/dyno.ts'
import { type Attaching } from '../../../src/local-heroku/machine.ts'
import { changeConfig } from '../../../src/local-heroku/world.ts'
import { endWithFile } from '../end-with-file.ts'
import { serveBlob } from './blobs.ts'
import { Builds, type SlugBuilder } from './builds.ts'
import { Faults } from './faults.ts'
import { serveLog } from './log-sessions.ts'
import { HEROKU_RATE_LIMIT, RateLimit } from './rate-limit.ts'
import { provision } from './routes/addons.ts'
import { allApis } from './routes/index.ts'
import { runDueJobs } from './schedules.ts'
import { FileStore } from './store.ts'
import { suffer } from './suffer.ts'
import { type DataFigures, type More, type RigMachine } from './world.ts'

export { type DynoHost, type DynoSpec, type RunningDyno } from '../../../src/local-heroku/dyno-host.ts'
export { HEROKU_TIMES, type Times } from '../../../src/local-heroku/dyno.ts'
export { describeVisit, freePort, Visitor, type Visit } from '../../../src/local-heroku/index.ts'
export { type SlugBuilder } from './builds.ts'
export { FAULT_KINDS, type Fault, type FaultKind } from './faults.ts'
export { processHost } from './host.ts'
export { type DataFigures } from './world.ts'

export interface LocalHerokuOptions extends Omit<
  RehearsedOptions,
  'store' | 'apis' | 'before' | 'attaching' | 'times'
> {
  /** Its state, blobs and dynos; made if it does not exist, gone on with if it does. */
  readonly folder: string
  /** `provision`: until a new add-on is there with its config vars; 0 without it. */
  readonly times?: Partial<Times & { readonly provision: number }>
  /** Config vars that an add-on of a service brings, such as DATABASE_URL; undefined if it is not to be had. */
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

export interface LocalHeroku extends Omit<Rehearsed, 'world'> {
  readonly dataUrl: string
  readonly schedulerUrl: string
  readonly cronToGoUrl: string
  readonly advancedSchedulerUrl: string
  readonly faults: Faults
  /** `METHOD /path` of the requests that came, in order. */
  readonly requests: string[]
  addApp(name: string, options?: NewApp): Promise<{ readonly webUrl: string }>
  machine(app: string): RigMachine
  /** The keys that were made beside the account's own, whole. */
  madeKeys(): string[]
  /**
   * Changes config vars (null removes one) in a release that stays pending, as while its release command runs: they can
   * be read only when it has succeeded. `end` says how it ends.
   */
  beginConfigChange(app: string, vars: Readonly<Record<string, string | null>>): HeldRelease
  /** Starts what the app's schedulers have to run by now, and waits for its end. Returns the commands, in order. */
  runDueJobs(app: string): Promise<string[]>
}

export interface HeldRelease {
  readonly version: number
  /** Resolves when the dyno change-over of a success is done. */
  end(status: 'succeeded' | 'failed'): Promise<void>
}

export interface NewApp extends NewRehearsedApp {
  /** Add-ons that exist already, such as service containers: the plan, and the config vars they bring. */
  readonly addons?: readonly { readonly plan: string; readonly vars: Readonly<Record<string, string>> }[]
}

export async function startLocalHeroku(options: LocalHerokuOptions): Promise<LocalHeroku> {
  const { folder, clock, onRequest = () => {}, onHang = () => {} } = options
  const store = new FileStore(folder)
  const faults = new Faults()
  const builds = new Builds(options.build)
  const requests: string[] = []
  const more: More = {
    store,
    rateLimit: new RateLimit(options.rateLimit ?? HEROKU_RATE_LIMIT, clock),
    startBuild: (...of) => builds.start(...of),
    cancelBuild: build => builds.cancel(build),
    addonVars: options.addon ?? (() => Promise.resolve(undefined)),
    addonTime: options.times?.provision ?? 0,
    figures: options.figures ?? (() => Promise.resolve({})),
    jobsLimit: options.jobsLimit ?? 100
  }

  const before: BeforeRequest = (request, response, world) => {
    const { method = 'GET', url = '/' } = request
    const [path = '/'] = url.split('?', 1)
    requests.push(`${method} ${path}`)
    onRequest(method, path)
    const fault = faults.take(method, path)
    if (fault && suffer(fault, request, response, onHang)) return true
    if (path.startsWith('/logs/')) serveLog(world, request, response)
    else if (path.startsWith('/blobs/') && method === 'GET') void serveBlob(store, request, response)
    else return false
    return true
  }

  const heroku = await startRehearsed({
    ...options,
    store,
    apis: allApis(more),
    before,
    attaching: attachingWith(faults)
  })
  const world = { ...heroku.world, ...more }
  const { apiUrl } = heroku
  const close = async (): Promise<void> => {
    await builds.close()
    await heroku.close()
  }
  endWithFile(close)

  return {
    ...heroku,
    dataUrl: apiUrl,
    schedulerUrl: apiUrl,
    cronToGoUrl: apiUrl,
    advancedSchedulerUrl: apiUrl,
    faults,
    requests,
    async addApp(name, { addons = [], config = {}, ...rest } = {}) {
      const given = Object.assign({}, ...addons.map(addon => addon.vars)) as Record<string, string>
      const made = await heroku.addApp(name, { ...rest, config: { ...config, ...given } })
      const app = store.app(name)!
      for (const { plan, vars } of addons) {
        const [service] = plan.split(':')
        if (!store.state.addons.some(addon => addon.app === name && addon.service === service))
          provision(world, app, plan, vars)
      }
      return made
    },
    madeKeys: () => store.state.authorizations.map(({ token }) => token),
    machine: name => world.machines.get(name) as RigMachine,
    beginConfigChange(name, vars) {
      const release = changeConfig(heroku.world, store.app(name)!, vars, true)
      if (!release) throw new Error('These config vars are so already.')
      const machine = heroku.world.machines.get(name)!
      return { version: release.version, end: status => machine.settle(release, status) }
    },
    runDueJobs: name => runDueJobs(world, store.app(name)!),
    close
  }
}

/** What the connection to a one-off dyno may suffer: `RENDEZVOUS` in the place of a method. */
function attachingWith(faults: Faults): Attaching {
  return (app, meet) => {
    switch (faults.take('RENDEZVOUS', `/apps/${app}/dynos`)) {
      case 'hang-before':
        return undefined
      // Lost before anything ran: the dyno goes on waiting, for nobody.
      case 'reset-before':
        return client => client.destroy()
      case 'cut':
        return client =>
          meet({
            ...client,
            write(chunk) {
              client.write(chunk)
              client.destroy()
            }
          })
      default:
        return meet
    }
  }
}
