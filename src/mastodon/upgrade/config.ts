import { type ConfigRule } from '../config-rules.ts'
import { isOlder } from '../versions.ts'
import { type ConfigView, type UpgradeFacts } from './facts.ts'
import { finding, type Finding } from './findings.ts'

/**
 * In a dyno's environment without being config vars: its own (Dev Center: dynos, "Local environment variables";
 * dyno-metadata), and what the buildpacks for Ruby and Node export where it is not set (`.profile.d` of
 * heroku/heroku-buildpack-ruby and heroku/heroku-buildpack-nodejs).
 */
const PLATFORM =
  /^(?:DYNO|PORT|PS|HOME|PATH|PWD|USER|SHELL|TMPDIR|LANG|GEM_(?:HOME|PATH)|BUNDLE_\w+|(?:RAILS|RACK|NODE)_ENV|RAILS_LOG_TO_STDOUT|RAILS_SERVE_STATIC_FILES|SECRET_KEY_BASE|PUMA_PERSISTENT_TIMEOUT|MALLOC_ARENA_MAX|WEB_(?:CONCURRENCY|MEMORY)|HEROKU_(?:APP|BUILD|DYNO|RELEASE|SLUG)_\w+)$/

/** Config vars that this version wants, does not want, or does not need any more. */
export function checkConfig(facts: UpgradeFacts): Finding[] {
  const { tree, from, live } = facts
  if (!live) return newlyRequired(tree.config.required, from?.config.required)
  const { app, config } = live
  const missing = tree.config.required.filter(
    rule => applies(rule, config) && !config.has(rule.name) && !PLATFORM.test(rule.name)
  )
  const isHit = ({ name, value }: ConfigRule): boolean =>
    value === undefined ? config.isSet(name) : config.equals(name, value)
  return [
    ...(missing.length > 0
      ? [
          finding(
            'missing-config',
            `${app} has no ${names(missing)}; without ${missing.length > 1 ? 'them' : 'it'} this version does not boot (${places(missing)})`,
            setThem(missing, app)
          )
        ]
      : []),
    ...tree.config.forbidden
      .filter(isHit)
      .map(rule =>
        finding(
          'forbidden-config',
          `${app} has ${shown(rule)}; with it this version stops as it boots (${rule.where})`,
          unset(rule.name, app)
        )
      ),
    ...tree.config.deprecated
      .filter(isHit)
      .map(rule =>
        finding(
          'deprecated-config',
          `${app} has ${shown(rule)}, of which this version complains (${rule.where})`,
          unset(rule.name, app)
        )
      ),
    ...switches(facts, app, config),
    ...groups(facts, app, config)
  ]
}

function applies({ when }: ConfigRule, config: ConfigView): boolean {
  return when === undefined || config.equals(when.name, when.value)
}

/** Without the app: what the version before did not ask for. */
function newlyRequired(now: readonly ConfigRule[], before: readonly ConfigRule[] | undefined): Finding[] {
  if (!before) return []
  const known = new Set(before.map(({ name }) => name))
  const added = now.filter(({ name, when }) => when === undefined && !known.has(name) && !PLATFORM.test(name))
  if (added.length === 0) return []
  return [
    finding(
      'new-config',
      `This version does not boot without ${names(added)}, for which the one before did not ask (${places(added)})`,
      setThem(added, 'APP')
    )
  ]
}

/** Variables that change what commands and builds do. */
function switches(facts: UpgradeFacts, app: string, config: ConfigView): Finding[] {
  const { tree } = facts
  const found: Finding[] = []
  if (tree.config.knowsDummy && config.isSet('SECRET_KEY_BASE_DUMMY')) {
    found.push(
      finding(
        'secret-key-base-dummy',
        `${app} has SECRET_KEY_BASE_DUMMY: this version would run with random keys, and lose what is encrypted with the real ones`,
        unset('SECRET_KEY_BASE_DUMMY', app)
      )
    )
  }
  if (config.isSet('SKIP_POST_DEPLOYMENT_MIGRATIONS')) {
    found.push(
      finding(
        'skip-post-deployment-migrations',
        `${app} has SKIP_POST_DEPLOYMENT_MIGRATIONS, and any value counts, also "false": migrations started by hand leave the second phase out`,
        unset('SKIP_POST_DEPLOYMENT_MIGRATIONS', app)
      )
    )
  }
  if (tree.wantsStaticFilesTrue && !config.equals('RAILS_SERVE_STATIC_FILES', 'true')) {
    found.push(
      finding(
        'static-files',
        `${app} has no RAILS_SERVE_STATIC_FILES that is exactly "true" (heroku/ruby sets "enabled"): pages have no style and no script`,
        `\`heroku config:set RAILS_SERVE_STATIC_FILES=true --app ${app}\`.`
      )
    )
  }
  const obsolete = obsoleteOnes(facts, config)
  if (obsolete.length > 0) {
    found.push(
      finding(
        'obsolete-config',
        `${app} has ${obsolete.join(', ')}, which this version does not read any more`,
        `\`heroku config:unset ${obsolete.join(' ')} --app ${app}\` when no going back is planned.`
      )
    )
  }
  return found
}

/** Variables of versions before 1.2, 2.0 and 4.4. A migration still reads OTP_SECRET where what runs is older than 4.4. */
function obsoleteOnes({ tree, from }: UpgradeFacts, config: ConfigView): string[] {
  if (isOlder(tree.version ?? '0', '4.4.0-alpha')) return []
  const isBehind = from?.version !== undefined && !isOlder(from.version, '4.4.0-alpha')
  const names = ['PAPERCLIP_SECRET', 'LOCAL_HTTPS', ...(isBehind ? ['OTP_SECRET'] : [])]
  return names.filter(name => config.isSet(name) && !tree.config.required.some(rule => rule.name === name))
}

/** Variables that belong together. It boots without them, and something does not work. */
function groups({ tree }: UpgradeFacts, app: string, config: ConfigView): Finding[] {
  const lacks = (...wanted: string[]): string[] => wanted.filter(name => !config.has(name))
  const found: Finding[] = []
  if (lacks('SECRET_KEY_BASE').length > 0) {
    found.push(
      finding(
        'secret-key-base',
        `${app} has no SECRET_KEY_BASE: each build makes a new one, and each deploy logs everybody out`,
        `\`heroku config:set SECRET_KEY_BASE="$(openssl rand -hex 64)" --app ${app}\`.`
      )
    )
  }
  const vapid = lacks('VAPID_PRIVATE_KEY', 'VAPID_PUBLIC_KEY')
  if (tree.usesVapid && vapid.length > 0) {
    found.push(
      finding(
        'vapid-keys',
        `${app} has no ${vapid.join(' and no ')}: no web push arrives`,
        `\`heroku run --app ${app} bin/rails mastodon:webpush:generate_vapid_key\` prints a pair; set both with \`heroku config:set\`.`
      )
    )
  }
  const s3 = lacks('S3_BUCKET', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY')
  if (config.equals('S3_ENABLED', 'true')) {
    if (s3.length > 0) {
      found.push(
        finding(
          's3-incomplete',
          `${app} keeps media on S3, and has no ${s3.join(', ')}: no upload works`,
          `\`heroku config:set ${s3.map(name => `${name}=…`).join(' ')} --app ${app}\`.`
        )
      )
    }
  } else if (!config.equals('SWIFT_ENABLED', 'true') && !config.equals('AZURE_ENABLED', 'true')) {
    found.push(
      finding(
        'media-storage',
        `${app} keeps media on its dynos (S3_ENABLED is not exactly "true"): they are lost at the next restart`,
        `\`heroku config:set S3_ENABLED=true S3_BUCKET=… S3_REGION=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… --app ${app}\`.`
      )
    )
  }
  const smtp = lacks('SMTP_SERVER', 'SMTP_FROM_ADDRESS')
  const isOther = config.has('SMTP_DELIVERY_METHOD') && !config.equals('SMTP_DELIVERY_METHOD', 'smtp')
  if (smtp.length > 0 && !isOther) {
    found.push(
      finding(
        'smtp',
        `${app} has no ${smtp.join(', ')}: nobody can sign up or get a new password`,
        `\`heroku config:set ${smtp.map(name => `${name}=…`).join(' ')} --app ${app}\`.`
      )
    )
  }
  return found
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

/** Secrets come with what makes them. */
function setThem(rules: readonly ConfigRule[], app: string): string {
  const settings = rules.map(
    ({ name }) =>
      `${name}=${/SECRET|_KEY$|_SALT$/.test(name) && !/^AWS_/.test(name) ? '"$(openssl rand -hex 32)"' : '…'}`
  )
  return `\`heroku config:set ${settings.join(' ')} --app ${app}\`. Secrets are never changed once they are set.`
}

function unset(name: string, app: string): string {
  return `\`heroku config:unset ${name} --app ${app}\`.`
}
