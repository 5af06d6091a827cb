import {
  ConfigView,
  planUpgrade,
  readUpgradeTree,
  type FindingName,
  type LiveFacts,
  type UpgradeFacts,
  type UpgradeTree
} from '../../../src/mastodon/index.ts'
import { makeTree } from '../../slug/helpers.ts'

type Files = Record<string, string>

/** The shape of lib/mastodon/version.rb. */
export function versionFile(version: string): string {
  const [, major, minor, patch, prerelease = ''] = /^(\d+)\.(\d+)\.(\d+)(?:-(.+))?$/.exec(version) ?? []
  const method = (name: string, value: string | undefined): string => `    def ${name}\n      ${value}\n    end\n`
  return `module Version\n${method('major', major)}${method('minor', minor)}${method('patch', patch)}${method('default_prerelease', `'${prerelease}'`)}end\n`
}

/** A Gemfile.lock as Bundler 4 writes it; older ones write `   ruby 3.4.1p0`. */
export function lockFile(ruby: string | undefined): string {
  const named = ruby === undefined ? '' : `\nRUBY VERSION\n  ruby ${ruby}\n`
  return `GEM\n  specs:\n    hiredis-client (0.30.1)\n    redis (5.4.1)\n${named}\nBUNDLED WITH\n  4.0.18\n`
}

const BUILDPACKS = ['https://github.com/heroku/heroku-buildpack-activestorage-preview', 'heroku/nodejs', 'heroku/ruby']

/** Names alone: a tree without migrations would be none to upgrade from. */
const FIRST = '20241007071624'

/** A fork as 4.7 is laid out, in our own words: the parts that a plan reads. */
export const FORK: Files = {
  'lib/mastodon/version.rb': versionFile('4.7.6'),
  'README.md':
    '# A fork\n\n- **Ruby** 3.3+\n- **PostgreSQL** 14+\n- **Redis** 7.0+\n- **Node.js** 22+\n- **FFmpeg** 5.1+\n',
  Gemfile: "source 'https://gems.example'\nruby '>= 3.3.0', '< 4.1.0'\n",
  'Gemfile.lock': lockFile('4.0.10'),
  '.ruby-version': '4.0.10\n',
  'package.json': '{ "engines": { "node": ">=22" } }',
  'app.json': JSON.stringify({ stack: 'heroku-24', buildpacks: BUILDPACKS.map(url => ({ url })) }),
  Procfile: 'web: bin/heroku-web\nworker: bundle exec sidekiq\n',
  'vite.config.mts': '',
  'config/application.rb':
    "module Mastodon\n  class Application < Rails::Application\n    config.load_defaults 8.1\n    use Files if Rails.env.local? || ENV['RAILS_SERVE_STATIC_FILES'] == 'true'\n  end\nend\n",
  'config/environments/production.rb':
    "Rails.application.configure do\n  config.log_level = ENV.fetch('RAILS_LOG_LEVEL', 'info')\nend\n",
  'config/initializers/active_record_encryption.rb':
    '%w(\n  ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY\n  ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT\n  ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY\n).each do |key|\n' +
    "  ENV[key] = SecureRandom.hex(64) if ENV['SECRET_KEY_BASE_DUMMY']\n  abort \"#{key} is missing\" if ENV.fetch(key, '').blank?\nend\n",
  'config/initializers/deprecations.rb':
    "if ENV['REDIS_NAMESPACE']\n  message = <<~TEXT\n    if you read this,\n    end it\n  TEXT\n  abort message\nend\n\nwarn 'old name' if ENV.key?('WHITELIST_MODE')\n",
  'config/initializers/vips.rb': "require 'vips'\n\nunless Vips.at_least_libvips?(8, 13)\n  abort 'too old'\nend\n",
  'config/initializers/content_security_policy.rb': 'p.img_src :self, :data, :blob, *media_hosts\n',
  'config/vapid.yml': "shared:\n  private_key: <%= ENV.fetch('VAPID_PRIVATE_KEY', nil) %>\n",
  'config/sidekiq.yml': ':queues:\n  - [default, 8]\n  - [scheduler]\n:scheduler:\n  :listened_queues_only: true\n',
  'lib/mastodon/redis_configuration.rb':
    "def driver\n  ENV['REDIS_DRIVER'] == 'ruby' ? :ruby : :hiredis\nend\n\ndef ssl_params\n  { verify_mode: OpenSSL::SSL::VERIFY_NONE }\nend\n",
  'lib/tasks/db.rake':
    "task :pre_migration_check do\n  abort 'old' if pg_version < 140_000\n  abort <<~TEXT if ENV['SKIP_POST_DEPLOYMENT_MIGRATIONS'] && schema_version < 2024_10_07_071624\n    Not from versions earlier than 4.3.0.\n  TEXT\nend\n",
  'streaming/redis.js': 'if (url.startsWith("rediss:")) options.tls = { rejectUnauthorized: false };\n',
  'streaming/index.js': 'serve();\n',
  [`db/migrate/${FIRST}_first.rb`]: 'create_table :a\n'
}

/** The config vars of an app on which nothing is amiss. */
export const VARS: Files = {
  DATABASE_URL: 'postgres://u:secret@ec2-1.compute-1.amazonaws.com:5432/d',
  REDIS_URL: 'rediss://:secret@ec2-2.compute-1.amazonaws.com:6380',
  REDIS_DRIVER: 'ruby',
  LOCAL_DOMAIN: 'example.com',
  RAILS_SERVE_STATIC_FILES: 'true',
  SECRET_KEY_BASE: 'a',
  ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: 'a',
  ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: 'a',
  ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: 'a',
  VAPID_PRIVATE_KEY: 'a',
  VAPID_PUBLIC_KEY: 'a',
  S3_ENABLED: 'true',
  S3_BUCKET: 'files',
  AWS_ACCESS_KEY_ID: 'a',
  AWS_SECRET_ACCESS_KEY: 'a',
  S3_ALIAS_HOST: 'files.example.com',
  SMTP_SERVER: 'smtp.example.com',
  SMTP_FROM_ADDRESS: 'a@example.com',
  STREAMING_API_BASE_URL: 'wss://live.example.com'
}

/** What is different from the fork and the app on which nothing is amiss; `undefined` takes away. */
export interface Change {
  readonly files?: Record<string, string | undefined>
  /** Files of the tree before, on top of those of the fork. */
  readonly before?: Record<string, string | undefined> | false
  readonly vars?: Record<string, string | undefined>
  readonly streamingVars?: Record<string, string>
  readonly facts?: Partial<UpgradeFacts>
  readonly live?: Partial<LiveFacts> | false
}

/** heroku-22 ends soon, heroku-24 does not, and no line of Ruby has ended. */
const NOW = Date.parse('2026-11-29')

const trees = new Map<string, UpgradeTree>()

/** A tree of those files, read once. */
export function treeOf(files: Record<string, string | undefined> = {}): UpgradeTree {
  const all = { ...FORK, ...files }
  const key = JSON.stringify(all)
  const known = trees.get(key)
  if (known) return known
  const present = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)
  const tree = readUpgradeTree(makeTree(Object.fromEntries(present)))
  trees.set(key, tree)
  return tree
}

export function factsOf({ files, before = {}, vars, streamingVars = {}, facts, live }: Change = {}): UpgradeFacts {
  const tree = treeOf(files)
  const config = { ...VARS, ...vars }
  const set = Object.entries(config).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    now: NOW,
    tree,
    from: before === false ? undefined : treeOf({ ...files, ...before }),
    stack: 'heroku-24',
    buildpacks: BUILDPACKS,
    strategy: 'zero-downtime',
    redisTls: 'verify',
    hasStreamingApp: true,
    skip: [],
    live:
      live === false
        ? undefined
        : {
            app: 'my-mastodon',
            stack: 'heroku-24',
            config: new ConfigView(Object.fromEntries(set)),
            addons: [
              { service: 'heroku-postgresql', plan: 'heroku-postgresql:essential-0', version: '16.4' },
              { service: 'heroku-redis', plan: 'heroku-redis:mini', version: '7.2' }
            ],
            formation: [
              { type: 'web', quantity: 1 },
              { type: 'worker', quantity: 1 }
            ],
            runs: true,
            commit: 'a'.repeat(40),
            streaming: {
              app: 'my-live',
              config: new ConfigView({ PGSSLMODE: 'no-verify', ...streamingVars }),
              lacks: [],
              remedy: ''
            },
            ...live
          },
    ...facts
  }
}

/** Names of what a plan finds. */
export function found(change: Change = {}): FindingName[] {
  return planUpgrade(factsOf(change)).findings.map(({ name }) => name)
}
