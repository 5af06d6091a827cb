import { serviceOf, type Addon, type App, type Domain, type Formation, type Scale } from '../heroku/index.ts'
import {
  configSet,
  mailCopies,
  NEEDS,
  REDIS,
  sentence,
  serviceNamed,
  SERVICES,
  settingsOf,
  storageOf,
  type Need
} from '../knowledge/index.ts'
import { instanceDomain, type AppJson, type LiveFacts, type SecretGroup, type WantedAddon } from '../mastodon/index.ts'
import { missingOfStreaming, type MissingOfStreaming } from './streaming.ts'

/** What a commit wants of the app it runs on. */
export interface Wishes {
  readonly appJson: AppJson
  readonly secrets: readonly SecretGroup[]
  /** Whether the slug accepts the certificate of Heroku's own Redis. */
  readonly takesHerokuRedis: boolean
}

/** The app as it is. */
export interface Have {
  readonly app: string
  readonly info: Pick<App, 'web_url' | 'acm'>
  readonly config: Readonly<Record<string, string>>
  readonly addons: readonly Addon[]
  readonly domains: readonly Domain[]
  readonly formation: readonly Formation[]
  /** A release holds a slug. */
  readonly hasRun: boolean
  readonly streaming:
    { readonly app: string; readonly webUrl?: string | null; readonly config: Have['config'] } | undefined
}

export interface Lacking {
  readonly addons: readonly (WantedAddon & { readonly why: string })[]
  /** Config vars that are known: from app.json, by Heroku, or under another name. */
  readonly vars: Readonly<Record<string, string>>
  /** What is made anew. */
  readonly secrets: readonly SecretGroup[]
  /** The instance's name, if the app does not know it yet. */
  readonly domain: string | undefined
  /** Heroku is to get its certificate. */
  readonly certificates: boolean
  readonly scale: readonly Scale[]
  readonly streaming: (MissingOfStreaming & { readonly app: string }) | undefined
  /** What a person must do first: nothing is bought before. */
  readonly blockers: readonly ToDo[]
  /** What a person should do, too. */
  readonly hints: readonly ToDo[]
}

export interface ToDo {
  readonly reason: string
  readonly remedy: string
}

/** What every app on Heroku is given. */
const PLATFORM = { ...NEEDS.staticFiles.vars, ...NEEDS.redisDriver.vars }
/** Mastodon cannot do without them, whatever app.json says. */
const NEEDED = Object.keys(SERVICES)
/** Without the worker there is no federation and no mail; Heroku scales `web` alone by itself. */
const RUNS = ['web', 'worker']

/** What an app lacks of what a commit wants. Pure; what is there already is never in it. */
export function findLacking(have: Have, wishes: Wishes): Lacking {
  const addons = missingAddons(have, wishes.appJson)
  const { secrets, blockers, hints } = missingSecrets(have, wishes.secrets)
  const vars = missingVars(have, wishes)
  const domain = domainOf({ ...vars, ...have.config })
  const isOwn = domain === undefined || /(^|\.)herokuapp\.com$/.test(domain)
  return {
    addons,
    vars,
    secrets,
    domain: isOwn || have.domains.some(({ hostname }) => hostname === domain) ? undefined : domain,
    certificates: !isOwn && have.info.acm !== true && !have.domains.some(({ sni_endpoint }) => sni_endpoint),
    scale: missingDynos(have, wishes.appJson),
    streaming: streamingOf(have),
    blockers: [...blockers, ...unset(have, wishes, vars), ...redis(have, wishes, addons)],
    hints: [...hints, ...unfinished(have, vars)]
  }
}

/** Whether there is nothing to do. */
export function isProvisioned(plan: Lacking): boolean {
  return isConfigured(plan) && plan.scale.length === 0 && plan.domain === undefined && !plan.certificates
}

/** Whether add-ons and config vars are as the commit wants them, so that it can be looked at as it will run. */
export function isConfigured({ addons, vars, secrets }: Lacking): boolean {
  return addons.length + Object.keys(vars).length + secrets.length === 0
}

/** How many dynos of each type run once the app is provisioned. */
export function provisionedFormation(formation: Have['formation'], appJson: AppJson): LiveFacts['formation'] {
  const scaled = missingDynos({ formation }, appJson)
  return [
    ...formation.filter(({ type }) => !scaled.some(scale => scale.type === type)),
    ...scaled.map(dynos => ({ ...dynos, planned: true }))
  ]
}

/** By whom the instance is reached: WEB_DOMAIN, else LOCAL_DOMAIN, without a port. */
function domainOf(config: Readonly<Record<string, string>>): string | undefined {
  const name = instanceDomain(config)?.toLowerCase().replace(/:\d+$/, '')
  return name && /^([a-z\d-]+\.)+[a-z\d-]+$/.test(name) ? name : undefined
}

function missingAddons({ addons, config }: Have, appJson: AppJson): Lacking['addons'] {
  const there = new Set(addons.filter(({ state }) => state !== 'deprovisioned').map(addon => addon.addon_service.name))
  const named = new Set(appJson.addons.map(({ plan }) => serviceOf(plan)))
  const wanted = [...appJson.addons, ...NEEDED.filter(service => !named.has(service)).map(plan => ({ plan }))]
  return wanted.flatMap(addon => {
    const service = serviceOf(addon.plan)
    const { brings, smallest } = serviceNamed(service) ?? {}
    if (there.has(service) || (brings !== undefined && config[brings])) return []
    if (addon.plan !== service) return [{ ...addon, why: 'as app.json says' }]
    return smallest === undefined
      ? [{ ...addon, why: 'Heroku’s default plan, as app.json names none' }]
      : [{ ...addon, plan: `${service}:${smallest}`, why: 'Heroku’s smallest plan, as app.json names none' }]
  })
}

/**
 * All that is missing, on an app that has never run and has no secret yet. On any other nothing is made: what was
 * encrypted or signed with a value that is only missing here would be lost.
 */
function missingSecrets(
  { app, config, hasRun }: Have,
  groups: readonly SecretGroup[]
): Pick<Lacking, 'secrets' | 'blockers' | 'hints'> {
  const lacking = (group: SecretGroup): string[] => group.vars.filter(name => !config[name])
  const isWhollyMissing = (group: SecretGroup): boolean => lacking(group).length === group.vars.length
  const missing = groups.filter(group => lacking(group).length > 0)
  if (!hasRun && groups.every(isWhollyMissing)) return { secrets: missing, blockers: [], hints: [] }
  const why = hasRun ? 'has run before' : 'has other secrets already'
  const needs = (of: readonly SecretGroup[]): ToDo[] =>
    of.map(group => ({
      reason: `${app} ${why} and lacks ${lacking(group).join(', ')}: what an old value encrypted or signed would be lost with a new one, so none is made`,
      remedy: `${configSet(app, lacking(group))} with the old value${group.vars.length > 1 ? 's' : ''}; where there never were any, with what \`${group.byHand}\` prints.`
    }))
  const blocks = (group: SecretGroup): boolean => group.needed || !isWhollyMissing(group)
  return {
    secrets: [],
    blockers: needs(missing.filter(blocks)),
    hints: needs(missing.filter(group => !blocks(group)))
  }
}

/**
 * Values that app.json knows, those that Heroku wants, and the streaming server's address. What app.json does not require
 * is a start for a new app: on one that has run, upstream's `S3_ENABLED` would take media away from where they are.
 */
function missingVars({ config, hasRun, streaming }: Have, { appJson }: Wishes): Record<string, string> {
  const known = appJson.env.flatMap(({ name, value, required }) =>
    value === undefined || value === '' || (!required && (hasRun || (name === 'S3_ENABLED' && hasOtherStorage(config))))
      ? []
      : [[name, value]]
  )
  const url = streaming?.webUrl
  const live = url ? [['STREAMING_API_BASE_URL', `wss://${new URL(url).host}`]] : []
  const all = { ...PLATFORM, ...(Object.fromEntries([...known, ...live]) as Record<string, string>) }
  return {
    ...Object.fromEntries(Object.entries(all).filter(([name]) => config[name] === undefined)),
    ...mailOfAddon(config)
  }
}

/** Mastodon's names for what a mail add-on has set under its own. */
function mailOfAddon(config: Have['config']): Record<string, string> {
  const { from = {} } = (NEEDS.mail.when(config) && mailCopies(name => Boolean(config[name]))) || {}
  return Object.fromEntries(Object.entries(from).map(([name, own]) => [name, config[own]!]))
}

/** If S3 is on as well, Mastodon takes S3 (mastodon/mastodon: config/initializers/paperclip.rb). */
function hasOtherStorage(config: Have['config']): boolean {
  return ['swift', 'azure'].includes(storageOf(config))
}

/** What app.json requires and nobody gave: only a person can know it. */
function unset({ app, config }: Have, { appJson, secrets }: Wishes, vars: Lacking['vars']): ToDo[] {
  const comes = new Set([
    ...secrets.flatMap(group => group.vars),
    ...Object.values(SERVICES).map(({ brings }) => brings)
  ])
  const required = appJson.env.filter(env => env.required && !env.generated).map(({ name }) => name)
  const missing = [...new Set(['LOCAL_DOMAIN', ...required])].filter(
    name => !config[name] && !vars[name] && !comes.has(name)
  )
  if (missing.length === 0) return []
  const forEver = missing.includes('LOCAL_DOMAIN') ? ` ${NEEDS.domain.note}.` : ''
  return [
    {
      reason: `${app} lacks ${missing.join(', ')}, which only you can know`,
      remedy: `${configSet(app, missing)}.${forEver}`
    }
  ]
}

function redis({ app }: Have, { takesHerokuRedis }: Wishes, addons: Lacking['addons']): ToDo[] {
  if (takesHerokuRedis || !addons.some(({ plan }) => serviceOf(plan) === REDIS)) return []
  return [
    {
      reason: 'Heroku’s own Redis has a self-signed certificate, and stock Mastodon does not accept it',
      remedy: `Set \`redis-tls: no-verify\` in the config file (docs/redis-tls.md of mastodon-on-heroku), or give the app another Redis: ${configSet(app, [SERVICES[REDIS].brings])}.`
    }
  ]
}

/** What app.json says, at least one of each that Mastodon needs; what runs already stays as it is. */
function missingDynos({ formation }: Pick<Have, 'formation'>, appJson: AppJson): Scale[] {
  return RUNS.flatMap(type => {
    const wanted = appJson.formation.find(entry => entry.type === type)
    const now = formation.find(entry => entry.type === type)
    if ((now?.quantity ?? 0) > 0) return []
    return [{ type, quantity: Math.max(wanted?.quantity ?? 1, 1), ...(wanted?.size ? { size: wanted.size } : {}) }]
  })
}

function streamingOf({ streaming }: Have): Lacking['streaming'] {
  if (!streaming) return undefined
  const missing = missingOfStreaming(streaming.config)
  return Object.keys(missing.vars).length + missing.attachments.length === 0
    ? undefined
    : { app: streaming.app, ...missing }
}

/** What a person should give, too. */
function unfinished({ app, config, streaming }: Have, vars: Lacking['vars']): ToDo[] {
  const group = (need: Need, reason: string): ToDo[] => {
    const missing = Object.keys(settingsOf(need)).filter(name => !config[name] && !vars[name])
    return missing.length === 0 ? [] : [{ reason, remedy: `${configSet(app, missing)}.` }]
  }
  const { mail, mediaStorage, bucket, streaming: live } = NEEDS
  return [
    ...(mail.when(config) ? group(mail, sentence(mail.without)) : []),
    ...(config['S3_ENABLED'] === 'false' || hasOtherStorage(config)
      ? []
      : group(bucket, `Media has nowhere to go: ${mediaStorage.without}`)),
    ...(streaming
      ? []
      : [
          {
            reason: `There is no streaming app, so ${live.without}`,
            remedy: 'Make one with `heroku create`, name it as `streaming-app`, and run this again.'
          }
        ])
  ]
}
