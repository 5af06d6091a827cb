import * as v from 'valibot'
import { type NetTools } from '../net/index.ts'
import { type HerokuClient } from './client.ts'
import { written } from './look.ts'
import { app as appShape, domain, type Domain } from './shapes.ts'

/** All names of an app, the one below `herokuapp.com` among them. */
export function domainsOf(client: HerokuClient, app: string): Promise<Domain[]> {
  return client.get(`${pathOf(app)}/domains`, v.array(domain))
}

/**
 * Adds a name of the owner's; its `cname` says where its DNS must lead. If the answer is lost, it is looked for.
 * (Schema: domain, "create": both keys are required.)
 */
export function addDomain(client: HerokuClient, app: string, hostname: string, tools: NetTools): Promise<Domain> {
  return written(
    tools,
    () => client.write('POST', `${pathOf(app)}/domains`, domain, { body: { hostname, sni_endpoint: null } }),
    async () => (await domainsOf(client, app)).find(known => known.hostname === hostname)
  )
}

/**
 * Lets Heroku get and renew the certificates of the app's domains (Automated Certificate Management; Schema: app, "enable
 * ACM"). Not for Eco dynos. If the answer is lost, reads whether it is on.
 */
export async function enableCertificates(client: HerokuClient, app: string, tools: NetTools): Promise<void> {
  await written(
    tools,
    () => client.write('POST', `${pathOf(app)}/acm`, appShape),
    async () => {
      const now = await client.get(pathOf(app), appShape)
      return now.acm ? now : undefined
    }
  )
}

function pathOf(app: string): string {
  return `/apps/${encodeURIComponent(app)}`
}
