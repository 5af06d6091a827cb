import { type Sourced } from './fact.ts'

/** Config vars of an app with their values. */
export type ConfigVars = Readonly<Record<string, string | undefined>>

/** Something that an instance on Heroku needs, and the config vars that give it. */
export interface Need extends Sourced {
  /** Config vars that it takes, each with the value that it must have; `ANY` if any value will do. */
  readonly vars: Readonly<Record<string, string>>
  /** Config vars that are usually set with them. */
  readonly also?: Readonly<Record<string, string>>
  /** Whether an app with these config vars needs it. Without this function every app does. */
  readonly when?: (config: ConfigVars) => boolean
  /** What happens without it: a clause to follow a colon. */
  readonly without: string
  /** What a person must know before it is set: a clause. */
  readonly note?: string
  /** The command that prints new values; absent if only a person knows them, or they are always the same. */
  readonly madeBy?: string
}

/** Stands for any value. */
const ANY = '…'

const STORAGE = 'mastodon/mastodon:config/initializers/paperclip.rb'

/** What an instance on Heroku needs. What a Mastodon tree itself says is read from the tree. */
export const NEEDS = {
  domain: {
    vars: { LOCAL_DOMAIN: ANY },
    without: 'it answers every visitor with 403 Blocked host',
    note: 'LOCAL_DOMAIN is the part behind the @ of every account, and can never be changed',
    source: 'mastodon/mastodon:config/initializers/1_hosts.rb',
    seen: '2026-11-22'
  },
  /** heroku/ruby sets `enabled`. The tree says whether it takes only `true`. */
  staticFiles: {
    vars: { RAILS_SERVE_STATIC_FILES: 'true' },
    without: 'pages have no style and no script',
    source: 'mastodon/mastodon:config/application.rb',
    seen: '2026-11-22'
  },
  redisDriver: {
    vars: { REDIS_DRIVER: 'ruby' },
    without: 'this version talks to it with hiredis, which has no TLS',
    source: 'mastodon/mastodon:lib/mastodon/redis_configuration.rb; #19824',
    seen: '2026-11-22'
  },
  secretKeyBase: {
    vars: { SECRET_KEY_BASE: ANY },
    without: 'each build makes a new one, and each deploy logs everybody out',
    madeBy: 'openssl rand -hex 64',
    source: 'heroku/heroku-buildpack-ruby:lib/language_pack/rails41.rb',
    seen: '2026-11-22'
  },
  webPush: {
    vars: { VAPID_PRIVATE_KEY: ANY, VAPID_PUBLIC_KEY: ANY },
    without: 'no browser gets push notifications',
    madeBy: 'bin/rails mastodon:webpush:generate_vapid_key',
    source: 'mastodon/mastodon:config/vapid.yml',
    seen: '2026-11-22'
  },
  mail: {
    vars: { SMTP_SERVER: ANY, SMTP_FROM_ADDRESS: ANY },
    also: { SMTP_PORT: ANY, SMTP_LOGIN: ANY, SMTP_PASSWORD: ANY },
    when: config => (config['SMTP_DELIVERY_METHOD'] || 'smtp') === 'smtp',
    without: 'no mail can be sent, so nobody can sign up or get a new password',
    source: 'mastodon/mastodon:config/email.yml',
    seen: '2026-11-22'
  },
  /** For an app behind PgBouncer, which gives each transaction another connection. */
  pooled: {
    vars: { PREPARED_STATEMENTS: 'false' },
    without: 'queries fail: a statement was prepared on another connection',
    note: 'migrations must go past PgBouncer',
    source: 'mastodon/documentation:content/en/admin/scaling.md#pgbouncer; mastodon/mastodon:config/database.yml',
    seen: '2026-11-29'
  },
  mediaStorage: {
    vars: { S3_ENABLED: 'true' },
    when: config => storageOf(config) === 'dyno',
    without: 'uploads are kept on the dyno, and are gone when it restarts, which is at least once a day',
    source: `${STORAGE}; Dev Center: dynos#ephemeral-filesystem`,
    seen: '2026-11-22'
  },
  bucket: {
    vars: { S3_BUCKET: ANY, AWS_ACCESS_KEY_ID: ANY, AWS_SECRET_ACCESS_KEY: ANY },
    also: { S3_REGION: ANY },
    when: config => storageOf(config) === 's3',
    without: 'no upload works',
    source: STORAGE,
    seen: '2026-11-22'
  },
  /** A Heroku app has one web process type, so the streaming server runs in an app of its own. */
  streaming: {
    vars: { STREAMING_API_BASE_URL: ANY },
    without: 'timelines do not move by themselves',
    source: 'mastodon/mastodon:Procfile; app/serializers/rest/instance_serializer.rb',
    seen: '2026-11-22'
  },
  /**
   * For the streaming app. node-postgres reads PGSSLMODE if DATABASE_URL names no mode. Heroku's Postgres has a self-signed
   * certificate.
   */
  streamingServer: {
    vars: { RUN_STREAMING: 'true', NODE_ENV: 'production', PGSSLMODE: 'no-verify' },
    without: 'the streaming server does not start, or cannot connect to Postgres',
    source: 'mastodon/mastodon:Procfile; streaming/database.js; mastodon/mastodon#31774',
    seen: '2026-11-22'
  }
} as const satisfies Record<string, Need>

/** Where an instance keeps its media, by its config vars. */
export function storageOf(config: ConfigVars): 's3' | 'swift' | 'azure' | 'dyno' {
  if (config['S3_ENABLED'] === 'true') return 's3'
  if (config['SWIFT_ENABLED'] === 'true') return 'swift'
  return config['AZURE_ENABLED'] === 'true' ? 'azure' : 'dyno'
}

/** Names of the config vars that an app still has to set; empty if it has all, or does not need them. */
export function lacking(need: Need, config: ConfigVars): string[] {
  if (need.when && !need.when(config)) return []
  return Object.entries(need.vars).flatMap(([name, value]) =>
    (value === ANY ? config[name] : config[name] === value) ? [] : [name]
  )
}

/** All config vars that belong to it, with their values. */
export function settingsOf({ vars, also }: Need): Readonly<Record<string, string>> {
  return { ...vars, ...also }
}

/** Names of config vars for people: `` `S3_BUCKET`, `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` ``. */
export function namesOf(settings: Readonly<Record<string, string>>): string {
  const names = Object.keys(settings).map(name => `\`${name}\``)
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join('')
}

/** A clause with a capital at its start. */
export function sentence(clause: string): string {
  return clause.replace(/^./, letter => letter.toUpperCase())
}

/**
 * The command that sets config vars: `` `heroku config:set A=b --app my-app` ``.
 * @param settings names with their values; or only names, and `…` stands for each value
 */
export function configSet(app: string, settings: Readonly<Record<string, string>> | readonly string[]): string {
  const pairs = Array.isArray(settings) ? settings.map((name: string) => [name, ANY]) : Object.entries(settings)
  return `\`heroku config:set ${pairs.map(([name, value]) => `${name}=${value}`).join(' ')} --app ${app}\``
}

/** The commands that make and set the keys for push notifications. */
export function setWebPush(app: string): string {
  const { madeBy, vars } = NEEDS.webPush
  return `\`heroku run --app ${app} ${madeBy}\` prints a pair: ${configSet(app, vars)}`
}

/** The command that removes config vars: `` `heroku config:unset A --app my-app` ``. */
export function configUnset(app: string, ...names: readonly string[]): string {
  return `\`heroku config:unset ${names.join(' ')} --app ${app}\``
}
