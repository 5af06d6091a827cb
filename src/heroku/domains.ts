import * as v from 'valibot'
import { type HerokuClient } from './client.ts'
import { domain, type Domain } from './shapes.ts'

/** All names under which the app is reached, `herokuapp.com` among them. */
export function domainsOf(client: HerokuClient, app: string): Promise<Domain[]> {
  return client.get(`/apps/${encodeURIComponent(app)}/domains`, v.array(domain))
}
