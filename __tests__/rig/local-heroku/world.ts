import { type AppMachine } from '../../../src/local-heroku/machine.ts'
import { appOf as rehearsedApp, type HerokuWorld as RehearsedWorld } from '../../../src/local-heroku/world.ts'
import { type RateLimit } from './rate-limit.ts'
import { type AddonState, type AppState, type BuildState, type FileStore } from './store.ts'

export { configRelease, machineOf } from '../../../src/local-heroku/world.ts'

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

/** What the routes act on beyond a rehearsal's. */
export interface More {
  readonly store: FileStore
  readonly rateLimit: RateLimit
  /** Builds a source tarball into a slug. */
  startBuild(world: RehearsedWorld, app: AppState, build: BuildState, sourceUrl: string): void
  cancelBuild(build: BuildState): void
  /** Config vars that a new add-on brings, or undefined if this service is not to be had. */
  addonVars(service: string, app: string): Promise<Record<string, string> | undefined>
  /** Milliseconds until a new add-on is there. */
  readonly addonTime: number
  /** What the data API says of an add-on. */
  figures(addon: AddonState): Promise<DataFigures>
  /** How many jobs a plan of Cron To Go has room for. */
  readonly jobsLimit: number
}

export interface World extends Omit<RehearsedWorld, 'store'>, More {}

/** A machine, whose app is known with all that only the whole local Heroku keeps of it. */
export type RigMachine = AppMachine & { readonly app: AppState }

/** The app that a path names. Throws Heroku's 404. */
export function appOf(world: RehearsedWorld, params: readonly string[]): AppState {
  return rehearsedApp(world, params) as AppState
}
