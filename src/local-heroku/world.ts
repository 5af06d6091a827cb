import type { Clock } from '../runtime/index.ts'
import { ApiError } from './errors.ts'
import { type Machine } from './machine.ts'
import { type AppState, type BuildState, type Store } from './store.ts'

/** What the routes act on. */
export interface World {
  readonly store: Store
  readonly clock: Clock
  readonly machines: ReadonlyMap<string, Machine>
  /** Address of this server. */
  readonly url: () => string
  addApp(name: string, stack: string): Promise<AppState>
  /** Builds a source tarball into a slug. */
  startBuild(app: AppState, build: BuildState, sourceUrl: string): void
  cancelBuild(build: BuildState): void
  /** Config vars that a new add-on brings, or undefined where this service is not to be had. */
  addonVars(service: string, app: string): Promise<Record<string, string> | undefined>
}

/** The app that a path names. Throws Heroku's 404. */
export function appOf({ store }: World, params: readonly string[]): AppState {
  const app = store.app(params[0] ?? '')
  if (!app) throw new ApiError(404, 'not_found', 'Couldn’t find that app.')
  return app
}

export function machineOf(world: World, params: readonly string[]): Machine {
  return world.machines.get(appOf(world, params).name)!
}
