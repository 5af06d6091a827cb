import type { Clock } from '../runtime/index.ts'
import { notFound } from './errors.ts'
import { type AppMachine } from './machine.ts'
import { type OutputFiles } from './outputs.ts'
import { type AppState, type Store } from './store.ts'

/** What the routes act on. */
export interface HerokuWorld {
  readonly store: Store
  readonly outputs: OutputFiles
  readonly clock: Clock
  readonly machines: ReadonlyMap<string, AppMachine>
  /** The server's own address. */
  readonly url: () => string
  addApp(name: string, stack: string): Promise<AppState>
}

/** The app that a path names. Throws Heroku's 404. */
export function appOf({ store }: HerokuWorld, params: readonly string[]): AppState {
  const app = store.app(params[0] ?? '')
  if (!app) throw notFound('app')
  return app
}

export function machineOf(world: HerokuWorld, params: readonly string[]): AppMachine {
  return world.machines.get(appOf(world, params).name)!
}

/** Makes a release of the current slug, after config vars were changed. */
export function configRelease({ store, machines }: HerokuWorld, { name }: AppState, description: string): void {
  store.save()
  const machine = machines.get(name)!
  machine.release(machine.current()?.slugId ?? null, description)
}
