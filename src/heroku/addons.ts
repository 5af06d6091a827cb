import * as v from 'valibot'
import { type NetTools } from '../net/index.ts'
import { type HerokuClient } from './client.ts'
import { written } from './look.ts'
import { addon, type Addon } from './shapes.ts'

interface NewAddon {
  /** `heroku-postgresql:essential-0`; for a service alone Heroku takes its default plan. */
  readonly plan: string
  /** Name of its attachment, which is the start of its config var `…_URL`; Heroku chooses one without it. */
  readonly as?: string
  /** Options of the service itself. */
  readonly options?: Readonly<Record<string, string>>
}

/** The service of a plan: `heroku-postgresql` of `heroku-postgresql:essential-0`. */
export function serviceOf(plan: string): string {
  return plan.split(':')[0] ?? ''
}

/**
 * Buys an add-on (Schema: add-on, "create"). Its `state` says when it is ready. If the answer is lost, it is looked for by
 * its service among the add-ons that were not there before. Rejects with a `HerokuError`.
 */
export async function createAddon(
  client: HerokuClient,
  app: string,
  { plan, as, options }: NewAddon,
  tools: NetTools
): Promise<Addon> {
  const path = `/apps/${encodeURIComponent(app)}/addons`
  const all = (): Promise<Addon[]> => client.get(path, v.array(addon))
  const known = new Set((await all()).map(({ id }) => id))
  const body = { plan, ...(as === undefined ? {} : { attachment: { name: as } }), ...(options && { config: options }) }
  const isNew = ({ id, addon_service: { name } }: Addon): boolean => !known.has(id) && name === serviceOf(plan)
  return written(
    tools,
    () => client.write('POST', path, addon, { body }),
    async () => (await all()).find(isNew)
  )
}
