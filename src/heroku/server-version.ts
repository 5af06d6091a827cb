import * as v from 'valibot'
import { POSTGRES, REDIS } from '../knowledge/index.ts'
import { type HerokuClient } from './client.ts'
import { type Addon } from './shapes.ts'

const postgres = v.looseObject({ postgres_version: v.nullish(v.string()) })
const redis = v.looseObject({ version: v.nullish(v.string()) })

/**
 * The server's version of an add-on of Heroku's Postgres (`16.4`) or Redis (`7.2`); undefined for any other add-on, and if
 * the answer does not say. One request to Heroku's data API, which is undocumented (heroku/cli: pg:info, redis:info).
 * Rejects with a `HerokuError`.
 */
export async function serverVersion(
  data: HerokuClient,
  { id, name, addon_service: { name: service } }: Addon
): Promise<string | undefined> {
  const text = async (): Promise<string | null | undefined> => {
    if (service === POSTGRES)
      return (await data.get(`/client/v11/databases/${encodeURIComponent(id)}`, postgres)).postgres_version
    if (service === REDIS) return (await data.get(`/redis/v0/databases/${encodeURIComponent(name)}`, redis)).version
    return undefined
  }
  return /\d+(?:\.\d+)*/.exec((await text()) ?? '')?.[0]
}
