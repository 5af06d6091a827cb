import type { Clock } from '../runtime/index.ts'
import { notFound } from './errors.ts'
import { type Machine } from './machine.ts'
import { type Outputs } from './outputs.ts'
import { type AppState, type Store } from './store.ts'

/** What the routes act on. */
export interface World {
  readonly store: Store
  readonly outputs: Outputs
  readonly clock: Clock
  readonly machines: ReadonlyMap<string, Machine>
  /** Address of this server. */
  readonly url: () => string
  addApp(name: string, stack: string): Promise<AppState>
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
