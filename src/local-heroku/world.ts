import type { Clock } from '../runtime/index.ts'
import { notFound } from './errors.ts'
import { type Machine } from './machine.ts'
import { type RateLimit } from './rate-limit.ts'
import { type AddonState, type AppState, type BuildState, type Store } from './store.ts'

/** What is known of a database that an add-on stands for. What is left out is none, or what is usual. */
export interface DataFigures {
  readonly bytes?: number
  readonly connections?: number
  readonly tables?: number
  readonly version?: string
  /** `Available`, `Over Plan Capacity: Action Required` (Dev Center: heroku-postgres-over-plan-capacity). */
  readonly status?: string
  /** More lines of the answer's `info`, such as Maintenance. */
  readonly info?: Readonly<Record<string, string>>
}

/** What the routes act on. */
export interface World {
  readonly store: Store
  readonly clock: Clock
  readonly rateLimit: RateLimit
  readonly machines: ReadonlyMap<string, Machine>
  /** Address of this server. */
  readonly url: () => string
  addApp(name: string, stack: string): Promise<AppState>
  /** Builds a source tarball into a slug. */
  startBuild(app: AppState, build: BuildState, sourceUrl: string): void
  cancelBuild(build: BuildState): void
  /** Config vars that a new add-on brings, or undefined where this service is not to be had. */
  addonVars(service: string, app: string): Promise<Record<string, string> | undefined>
  /** Milliseconds until a new add-on is there. */
  readonly addonTime: number
  /** What the data API says of an add-on. */
  figures(addon: AddonState): Promise<DataFigures>
  /** How many jobs a plan of Cron To Go has room for. */
  readonly jobsLimit: number
}

/** The app that a path names. Throws Heroku's 404. */
export function appOf({ store }: World, params: readonly string[]): AppState {
  const app = store.app(params[0] ?? '')
  if (!app) throw notFound('app')
  return app
}

export function machineOf(world: World, params: readonly string[]): Machine {
  return world.machines.get(appOf(world, params).name)!
}

/** The current slug in a new release, after config vars were changed. */
export function configRelease({ store, machines }: World, { name }: AppState, description: string): void {
  store.save()
  const machine = machines.get(name)!
  machine.release(machine.current()?.slugId ?? null, description)
}
