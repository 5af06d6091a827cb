import * as v from 'valibot'
import { type HerokuClient } from './client.ts'
import { lookForLost, type Patience } from './look.ts'
import { app as appShape, domain, type Domain } from './shapes.ts'

/** All names under which the app is reached, `herokuapp.com` among them. */
export function domainsOf(client: HerokuClient, app: string): Promise<Domain[]> {
  return client.get(`${pathOf(app)}/domains`, v.array(domain))
}

/**
 * Adds a name of one's own; its `cname` says where the name must lead. Where the answer is lost, it is looked for.
 * (Schema: domain, "create": both keys are required.)
 */
export async function addDomain(
  client: HerokuClient,
  app: string,
  hostname: string,
  patience: Patience
): Promise<Domain> {
  try {
    return await client.write('POST', `${pathOf(app)}/domains`, domain, { body: { hostname, sni_endpoint: null } })
  } catch (error) {
    const find = async (): Promise<Domain | undefined> =>
      (await domainsOf(client, app)).find(known => known.hostname === hostname)
    return lookForLost(error, find, patience)
  }
}

/**
 * Has Heroku get and renew the certificates of the app's domains (Automated Certificate Management; Schema: app, "enable
 * ACM"). Not for Eco dynos. Where the answer is lost, reads whether it is on.
 */
export async function enableCertificates(client: HerokuClient, app: string, patience: Patience): Promise<void> {
  try {
    await client.write('POST', `${pathOf(app)}/acm`, appShape)
  } catch (error) {
    await lookForLost(error, async () => (await client.get(pathOf(app), appShape)).acm || undefined, patience)
  }
}

function pathOf(app: string): string {
  return `/apps/${encodeURIComponent(app)}`
}
