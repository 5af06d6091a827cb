import {
  addDomain,
  createAddon,
  domainsOf,
  enableCertificates,
  HerokuError,
  type HerokuApp,
  type HerokuClient
} from '../heroku/index.ts'
import { UserError } from '../runtime/index.ts'
import { isProvisioned, findLacking, type Have, type Lacking, type Wishes } from './lacking.ts'
import { calledByHeroku } from './follow.ts'
import { waitFor, type Tools, type Waiting } from './tools.ts'

export interface Provisioning {
  readonly client: HerokuClient
  readonly app: HerokuApp
  readonly streaming?: HerokuApp
  /** Reads what the commit wants of its app. */
  readonly wishes: () => Promise<Wishes>
  /** Is handed config vars as soon as they are read, to mask what is secret in them. */
  readonly maskConfig: (config: Readonly<Record<string, string>>) => void
  /** Is handed each new secret before anything is done with it. */
  readonly maskSecret: (value: string) => void
}

/** Newest releases among which one with a slug is looked for. */
const RELEASES = 25

/** Reads the app, and what it lacks. Changes nothing. */
export async function readLacking(of: Provisioning, wishes: Wishes): Promise<Lacking> {
  return findLacking(await readHave(of), wishes)
}

/**
 * Gives an app what the commit wants of it and it lacks: add-ons, then all config vars in one write, then the instance's
 * name. What is there stays; each thing is looked for first, so a job that was killed buys nothing twice. Rejects with a
 * `UserError` before anything is bought if a person has to do something first.
 */
export async function provision(of: Provisioning, wishes: Wishes, tools: Tools): Promise<void> {
  const { client, app } = of
  const { story } = tools
  const plan = await readLacking(of, wishes)
  refuse(plan)
  if (isProvisioned(plan)) story.note(`${app.name} lacks nothing`)
  else story.begin(`provisioning of ${app.name}`)
  const bought = new Set<string>()
  for (const { why, ...wanted } of plan.addons) {
    const { name } = await createAddon(client, app.name, wanted, tools)
    bought.add(name)
    story.note(`Add-on ${wanted.plan} (${why}): ${name}`)
  }
  await untilProvisioned(app, bought, tools)
  await configure(of, wishes, tools)
  if (plan.domain !== undefined) {
    await addDomain(client, app.name, plan.domain, tools)
    story.note(`${app.name} answers to ${plan.domain} now`)
  }
  await tellDomains(of, tools)
}

/**
 * Right after the first release: dynos of each process type that Mastodon needs, and certificates, which Heroku gives to
 * apps with paid dynos alone.
 */
export async function provisionDynos(of: Provisioning, wishes: Wishes, tools: Tools): Promise<void> {
  const { app } = of
  const { story } = tools
  const { scale, certificates } = await readLacking(of, wishes)
  const types = new Set((await app.formation()).map(({ type }) => type))
  const wanted = scale.filter(({ type }) => types.has(type))
  if (wanted.length > 0) {
    story.begin(`scaling of ${app.name}`)
    await app.scale(wanted)
    story.note(
      `Scaled ${wanted.map(({ type, quantity, size }) => `${type} to ${quantity}${size ? ` ${size}` : ''}`).join(', ')}`
    )
  }
  if (certificates) await manageCertificates(of, tools)
  await tellDomains(of, tools)
}

/** Throws what a person has to do first, if anything. */
export function refuse({ blockers }: Lacking): void {
  if (blockers.length === 0) return
  throw new UserError(
    `Nothing was bought or set: ${blockers.map(({ reason }) => reason).join('; ')}`,
    blockers.map(({ remedy }) => remedy).join(' ')
  )
}

async function readHave({ client, app, streaming, maskConfig }: Provisioning): Promise<Have> {
  const configOf = async (of: HerokuApp): Promise<Record<string, string>> => {
    const config = await of.configVars()
    maskConfig(config)
    return config
  }
  return {
    app: app.name,
    info: await app.info(),
    config: await configOf(app),
    addons: await app.addons(),
    domains: await domainsOf(client, app.name),
    formation: await app.formation(),
    hasRun: (await app.releases(RELEASES)).some(({ slug }) => slug),
    streaming: streaming && {
      app: streaming.name,
      webUrl: (await streaming.info()).web_url,
      config: await configOf(streaming)
    }
  }
}

/**
 * Add-ons may take minutes; their config vars come with them (Schema: add-on, `state`). One that was bought here and is in a
 * state that is not known is told, and waited for.
 */
async function untilProvisioned(app: HerokuApp, bought: ReadonlySet<string>, tools: Tools): Promise<void> {
  let seen: string | undefined
  const waiting: Waiting = {
    what: `the add-ons of ${app.name}`,
    next: `Look at \`heroku addons --app ${app.name}\`, then run the job again: it buys nothing twice.`,
    fail: (message, next) => new UserError(`${message}: ${seen}`, next)
  }
  await waitFor(tools, waiting, async () => {
    const open = (await app.addons()).find(
      ({ name, state }) =>
        state === 'provisioning' || (bought.has(name) && !['provisioned', 'deprovisioned'].includes(state))
    )
    if (!open) return true
    const now = `${open.name} is ${open.state === 'provisioning' ? 'being made' : calledByHeroku(open.state)}`
    if (now !== seen) tools.story.note(`Waiting: ${now}`)
    seen = now
    return undefined
  })
}

/** Read anew, as add-ons have brought config vars, and whoever else may have set some. One write, so one release. */
async function configure(of: Provisioning, wishes: Wishes, { story }: Tools): Promise<void> {
  const plan = await readLacking(of, wishes)
  refuse(plan)
  const made: Record<string, string> = {}
  for (const group of plan.secrets) Object.assign(made, group.make())
  for (const value of Object.values(made)) of.maskSecret(value)
  const vars = { ...plan.vars, ...made }
  const names = Object.keys(vars)
  if (names.length === 0) return
  await of.app.setConfigVars(vars)
  if (Object.keys(plan.vars).length > 0) story.note(`Set ${Object.keys(plan.vars).join(', ')}`)
  if (Object.keys(made).length > 0)
    story.note(`Made and set ${Object.keys(made).join(', ')}: seen by nobody, kept by Heroku`)
}

/** If Heroku refuses, the deploy goes on: the instance may have its certificate from elsewhere. */
async function manageCertificates({ client, app }: Provisioning, tools: Tools): Promise<void> {
  try {
    await enableCertificates(client, app.name, tools)
    tools.story.note('Heroku gets and renews the certificate from now on')
  } catch (error) {
    if (!(error instanceof HerokuError) || error.outcome !== 'refused') throw error
    tools.story.warn(
      `Heroku does not manage the certificate: ${error.details.reason}. With paid dynos: \`heroku certs:auto:enable --app ${app.name}\``
    )
  }
}

/** Where names must lead, and how their certificates stand. */
async function tellDomains({ client, app }: Provisioning, { story }: Tools): Promise<void> {
  for (const { hostname, kind, cname, acm_status, acm_status_reason } of await domainsOf(client, app.name)) {
    if (kind === 'heroku') continue
    const status = [acm_status ?? 'not managed by Heroku', acm_status_reason].filter(Boolean).join(': ')
    story.note(
      `DNS: ${hostname} must lead to ${cname ?? 'the app'} (CNAME; ALIAS or ANAME for a name without www). Certificate: ${status}`
    )
  }
}
