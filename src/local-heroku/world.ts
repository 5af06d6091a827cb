import type { Clock } from '../runtime/index.ts'
import { notFound } from './errors.ts'
import { type AppMachine } from './machine.ts'
import { type OutputFiles } from './outputs.ts'
import { type AppState, type ReleaseState, type Store } from './store.ts'

/** What the routes act on. */
export interface HerokuWorld {
  readonly store: Store
  readonly outputs: OutputFiles
  readonly clock: Clock
  readonly machines: ReadonlyMap<string, AppMachine>
  /** The server's own address. */
  readonly url: () => string
  addApp(name: string, stack: string, configVars?: Readonly<Record<string, string>>): Promise<AppState>
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

/** Makes a release of the current slug, after config vars were changed by something else than `changeConfig`. */
export function configRelease({ store, machines }: HerokuWorld, { name }: AppState, description: string): void {
  store.save()
  const machine = machines.get(name)!
  machine.release(machine.current()?.slugId ?? null, description)
}

/**
 * Sets config vars, or removes those that are null. Returns the release; undefined if nothing is new.
 * @param held see `AppMachine.release`
 */
export function changeConfig(
  { machines }: HerokuWorld,
  app: AppState,
  vars: Readonly<Record<string, string | null>>,
  held = false
): ReleaseState | undefined {
  const changed = Object.entries(vars).filter(([name, value]) => (app.configVars[name] ?? null) !== value)
  if (changed.length === 0) return undefined
  for (const [name, value] of changed) {
    if (value === null) delete app.configVars[name]
    else app.configVars[name] = value
  }
  const verb = changed.every(([, value]) => value === null) ? 'Remove' : 'Set'
  const machine = machines.get(app.name)!
  const description = `${verb} ${Object.keys(vars).join(', ')} config vars`
  return machine.release(machine.current()?.slugId ?? null, description, { changesConfig: true, held })
}
