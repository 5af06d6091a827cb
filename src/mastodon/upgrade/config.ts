import {
  configSet,
  configUnset,
  MAIL_ADDON_VARIABLES,
  NEEDS,
  setMail,
  settingsOf,
  setWebPush,
  whyNoMail,
  type Need
} from '../../knowledge/index.ts'
import { type ConfigRule } from '../config-rules.ts'
import { isOlder } from '../versions.ts'
import { type ConfigView, type UpgradeFacts } from './facts.ts'
import { rule, seenIf } from './rule.ts'

/**
 * Variables that a dyno has without a config var: Heroku's (Dev Center: dynos, "Local environment variables";
 * dyno-metadata), and those that the buildpacks for Ruby and Node set (`.profile.d` of heroku/heroku-buildpack-ruby and
 * heroku/heroku-buildpack-nodejs).
 */
const PLATFORM =
  /^(?:DYNO|PORT|PS|HOME|PATH|PWD|USER|SHELL|TMPDIR|LANG|GEM_(?:HOME|PATH)|BUNDLE_\w+|(?:RAILS|RACK|NODE)_ENV|RAILS_LOG_TO_STDOUT|RAILS_SERVE_STATIC_FILES|SECRET_KEY_BASE|PUMA_PERSISTENT_TIMEOUT|MALLOC_ARENA_MAX|WEB_(?:CONCURRENCY|MEMORY)|HEROKU_(?:APP|BUILD|DYNO|RELEASE|SLUG)_\w+)$/

type Facts = Pick<UpgradeFacts, 'tree' | 'from' | 'live'>

/** All that mail may be set by. */
const MAIL_NAMES = [...Object.keys(settingsOf(NEEDS.mail)), ...MAIL_ADDON_VARIABLES]

const ENCRYPTION_KEY: ConfigRule = {
  name: 'ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY',
  where: 'config/initializers/active_record_encryption.rb:10'
}

/** Config vars that this version needs, refuses, or no longer reads. */
export const CONFIG_RULES = [
  rule({
    name: 'missing-config',
    level: 'block',
    holds: ({ tree, live }: Facts) => {
      if (!live) return []
      const { app, config } = live
      const missing = tree.config.required.filter(
        ({ name, when }) =>
          (when === undefined || config.equals(when.name, when.value)) && !config.has(name) && !PLATFORM.test(name)
      )
      return seenIf(missing.length > 0, { app, missing })
    },
    say: ({ app, missing }) => ({
      reason: `${app} has no ${names(missing)}; without ${missing.length > 1 ? 'them' : 'it'} this version does not boot (${places(missing)})`,
      remedy: setThem(missing, app)
    }),
    examples: [{ app: 'APP', missing: [ENCRYPTION_KEY] }]
  }),
  /** If the app is not asked: what the version before did not need. */
  rule({
    name: 'new-config',
    level: 'warn',
    holds: ({ tree, from, live }: Facts) => {
      if (live || !from) return []
      const known = new Set(from.config.required.map(({ name }) => name))
      const added = tree.config.required.filter(
        ({ name, when }) => when === undefined && !known.has(name) && !PLATFORM.test(name)
      )
      return seenIf(added.length > 0, { added })
    },
    say: ({ added }) => ({
      reason: `This version does not boot without ${names(added)}, for which the one before did not ask (${places(added)})`,
      remedy: setThem(added, 'APP')
    }),
    examples: [{ added: [ENCRYPTION_KEY] }]
  }),
  rule({
    name: 'forbidden-config',
    level: 'block',
    holds: ({ tree, live }: Facts) => hits(tree.config.forbidden, live),
    say: ({ app, hit }) => ({
      reason: `${app} has ${shown(hit)}; with it this version stops as it boots (${hit.where})`,
      remedy: `${configUnset(app, hit.name)}, after what that file asks for.`
    }),
    examples: [{ app: 'APP', hit: { name: 'REDIS_NAMESPACE', where: 'config/initializers/deprecations.rb:3' } }]
  }),
  rule({
    name: 'deprecated-config',
    level: 'warn',
    holds: ({ tree, live }: Facts) => hits(tree.config.deprecated, live),
    say: ({ app, hit }) => ({
      reason: `${app} has ${shown(hit)}, of which this version complains (${hit.where})`,
      remedy: `${configUnset(app, hit.name)}.`
    }),
    examples: [{ app: 'APP', hit: { name: 'WHITELIST_MODE', where: 'config/initializers/deprecations.rb:15' } }]
  }),
  rule({
    name: 'secret-key-base-dummy',
    level: 'block',
    holds: ({ tree, live }: Facts) => (tree.config.knowsDummy ? whoSets(live, 'SECRET_KEY_BASE_DUMMY') : []),
    say: ({ app, name }) => ({
      reason: `${app} has ${name}: this version would run with random keys, and lose what is encrypted with the real ones`,
      remedy: `${configUnset(app, name)}. The build sets it by itself.`
    }),
    examples: [{ app: 'APP', name: 'SECRET_KEY_BASE_DUMMY' }]
  }),
  rule({
    name: 'skip-post-deployment-migrations',
    level: 'warn',
    holds: ({ live }: Facts) => whoSets(live, 'SKIP_POST_DEPLOYMENT_MIGRATIONS'),
    say: ({ app, name }) => ({
      reason: `${app} has ${name}, and any value counts, also "false": migrations started by hand leave the second phase out`,
      remedy: `${configUnset(app, name)}. A deploy sets it by itself, for one command.`
    }),
    examples: [{ app: 'APP', name: 'SKIP_POST_DEPLOYMENT_MIGRATIONS' }]
  }),
  rule({
    name: 'static-files',
    level: 'warn',
    holds: ({ tree, live }: Facts) => (tree.wantsStaticFilesTrue ? whoLacks(live, NEEDS.staticFiles) : []),
    say: ({ app }) => ({
      reason: `${app} has no RAILS_SERVE_STATIC_FILES that is exactly "true" (heroku/ruby sets "enabled"): ${NEEDS.staticFiles.without}`,
      remedy: `${configSet(app, NEEDS.staticFiles.vars)}.`
    }),
    examples: [{ app: 'APP', lacks: [] }]
  }),
  rule({
    name: 'obsolete-config',
    level: 'note',
    holds: ({ tree, from, live }: Facts) => {
      const obsolete = live ? obsoleteOnes(tree, from, live.config) : []
      return seenIf(obsolete.length > 0, { app: live?.app ?? '', obsolete })
    },
    say: ({ app, obsolete }) => ({
      reason: `${app} has ${obsolete.join(', ')}, which this version does not read any more`,
      remedy: `${configUnset(app, ...obsolete)} when no going back is planned.`
    }),
    examples: [{ app: 'APP', obsolete: ['OTP_SECRET'] }]
  }),
  rule({
    name: 'secret-key-base',
    level: 'warn',
    holds: ({ live }: Facts) => whoLacks(live, NEEDS.secretKeyBase),
    say: ({ app }) => ({
      reason: `${app} has no SECRET_KEY_BASE: ${NEEDS.secretKeyBase.without}`,
      remedy: `${configSet(app, { SECRET_KEY_BASE: `"$(${NEEDS.secretKeyBase.madeBy})"` })}.`
    }),
    examples: [{ app: 'APP', lacks: [] }]
  }),
  rule({
    name: 'vapid-keys',
    level: 'warn',
    holds: ({ tree, live }: Facts) => (tree.usesVapid ? whoLacks(live, NEEDS.webPush) : []),
    say: ({ app, lacks }) => ({
      reason: `${app} has no ${lacks.join(' and no ')}: ${NEEDS.webPush.without}`,
      remedy: `${setWebPush(app)}.`
    }),
    examples: [{ app: 'APP', lacks: Object.keys(NEEDS.webPush.vars) }]
  }),
  rule({
    name: 's3-incomplete',
    level: 'warn',
    holds: ({ live }: Facts) => whoLacks(live, NEEDS.bucket),
    say: ({ app, lacks }) => ({
      reason: `${app} keeps media on S3, and has no ${lacks.join(', ')}: ${NEEDS.bucket.without}`,
      remedy: `${configSet(app, lacks)}.`
    }),
    examples: [{ app: 'APP', lacks: Object.keys(NEEDS.bucket.vars) }]
  }),
  rule({
    name: 'media-storage',
    level: 'warn',
    holds: ({ live }: Facts) => whoLacks(live, NEEDS.mediaStorage),
    say: ({ app }) => ({
      reason: `S3_ENABLED of ${app} is not exactly "true": ${NEEDS.mediaStorage.without}`,
      remedy: `${configSet(app, { ...NEEDS.mediaStorage.vars, ...settingsOf(NEEDS.bucket) })}.`
    }),
    examples: [{ app: 'APP', lacks: [] }]
  }),
  rule({
    name: 'smtp',
    level: 'warn',
    holds: ({ live }: Facts) =>
      whoLacks(live, NEEDS.mail).map(lack => ({ ...lack, set: MAIL_NAMES.filter(name => live?.config.has(name)) })),
    say: ({ app, lacks, set }) => {
      const has = (name: string): boolean => set.includes(name)
      return { reason: `${app} has no ${lacks.join(', ')}: ${whyNoMail(has)}`, remedy: `${setMail(app, has)}.` }
    },
    examples: [{ app: 'APP', lacks: Object.keys(NEEDS.mail.vars), set: [] }]
  })
]

type Live = Facts['live']

function hits(rules: readonly ConfigRule[], live: Live): { readonly app: string; readonly hit: ConfigRule }[] {
  if (!live) return []
  const { app, config } = live
  return rules
    .filter(({ name, value }) => (value === undefined ? config.isSet(name) : config.equals(name, value)))
    .map(hit => ({ app, hit }))
}

function whoSets(live: Live, name: string): { readonly app: string; readonly name: string }[] {
  return live?.config.isSet(name) ? [{ app: live.app, name }] : []
}

function whoLacks(live: Live, need: Need): { readonly app: string; readonly lacks: readonly string[] }[] {
  const lacks = live?.config.lacks(need) ?? []
  return live && lacks.length > 0 ? [{ app: live.app, lacks }] : []
}

/** Variables that versions before 1.2, 2.0 and 4.4 read. A migration still reads OTP_SECRET if older than 4.4 runs now. */
function obsoleteOnes(tree: Facts['tree'], from: Facts['from'], config: ConfigView): string[] {
  if (isOlder(tree.version ?? '0', '4.4.0-alpha')) return []
  const isBehind = from?.version !== undefined && !isOlder(from.version, '4.4.0-alpha')
  const all = ['PAPERCLIP_SECRET', 'LOCAL_HTTPS', ...(isBehind ? ['OTP_SECRET'] : [])]
  return all.filter(name => config.isSet(name) && !tree.config.required.some(required => required.name === name))
}

function names(rules: readonly ConfigRule[]): string {
  return rules.map(({ name }) => name).join(', ')
}

function places(rules: readonly ConfigRule[]): string {
  return [...new Set(rules.map(({ where }) => where))].slice(0, 3).join(', ')
}

function shown({ name, value }: ConfigRule): string {
  return value === undefined ? name : `${name}=${value}`
}

/** The command that sets config vars; for a secret with a command that makes it. */
function setThem(rules: readonly ConfigRule[], app: string): string {
  const settings = rules.map(({ name }): [string, string] => [
    name,
    /SECRET|_KEY$|_SALT$/.test(name) && !/^AWS_/.test(name) ? '"$(openssl rand -hex 32)"' : '…'
  ])
  return `${configSet(app, Object.fromEntries(settings))}. Secrets are never changed once they are set.`
}
