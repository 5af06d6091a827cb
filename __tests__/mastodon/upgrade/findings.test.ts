import { describe, expect, it } from '@jest/globals'
import { FINDINGS, planUpgrade, type FindingName } from '../../../src/mastodon/index.ts'
import { factsOf, found, lockFile, versionFile, type Change } from './fork.ts'

const version = (text: string): Record<string, string> => ({ 'lib/mastodon/version.rb': versionFile(text) })
const migration = (file: string, body: string): Record<string, string> => ({
  [`db/${file}.rb`]: `def up\n  ${body}\nend\n`
})
const added = (file: string, body: string): Change => ({
  files: migration(file, body),
  before: { [`db/${file}.rb`]: undefined }
})
const buildpacks = (...names: string[]): Change => ({ facts: { buildpacks: names } })
/** A tree whose Gemfile.lock names that Ruby. */
const ruby = (locked: string | undefined, files: Change['files'] = {}): Change => ({
  files: { 'Gemfile.lock': lockFile(locked), ...files }
})
const APT = 'https://github.com/heroku/heroku-buildpack-apt'

const FORMATION = [
  { type: 'web', quantity: 1 },
  { type: 'worker', quantity: 1 }
]
const WEB_ALONE = { files: { Procfile: 'web: bin/heroku-web\n' } }
const LIVE = factsOf().live!.streaming!

/** Each finding, in ways in which it comes, and the nearest ones in which it does not. */
const CASES: Record<FindingName, { fires: Change[]; silent: Change[] }> = {
  'maintenance-mode': {
    fires: [
      { live: { maintenance: true } },
      { live: { maintenance: true }, facts: { strategy: 'off' } },
      { live: { streaming: { ...LIVE, maintenance: true } }, facts: { strategy: 'maintenance' } }
    ],
    silent: [{}, { live: { maintenance: true }, facts: { strategy: 'maintenance' } }, { live: false }]
  },
  'no-web-dyno': {
    fires: [
      { live: { formation: [{ type: 'web', quantity: 0 }] } },
      { live: { streaming: { ...LIVE, runs: true, formation: [{ type: 'web', quantity: 0 }] } } }
    ],
    silent: [
      {},
      { live: { formation: [{ type: 'web', quantity: 0 }], runs: false } },
      { live: { formation: [{ type: 'worker', quantity: 0 }] } },
      { live: { streaming: { ...LIVE, runs: false, formation: [{ type: 'web', quantity: 0 }] } } }
    ]
  },
  'missing-config': {
    fires: [
      { vars: { ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: undefined } },
      { vars: { ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: '' } },
      // In words of its own.
      {
        files: { 'config/initializers/active_record_encryption.rb': "abort 'Set the keys' unless keys?\n" },
        vars: { ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: undefined }
      },
      {
        files: {
          'config/environments/production.rb':
            "x.otp = if ENV['SECRET_KEY_BASE_DUMMY']\n          SecureRandom.hex\n        else\n          ENV.fetch('OTP_SECRET')\n        end\n"
        }
      },
      {
        files: {
          'config/initializers/ldap.rb': "if ENV['LDAP_ENABLED'] == 'true'\n  base = ENV.fetch('LDAP_BASE')\nend\n"
        },
        vars: { LDAP_ENABLED: 'true' }
      },
      { files: { 'config/initializers/a.rb': "def a\n  return 1 if b\nend\nc = ENV.fetch('A') || d\n" } }
    ],
    silent: [
      {
        files: {
          'config/initializers/ldap.rb': "if ENV['LDAP_ENABLED'] == 'true'\n  base = ENV.fetch('LDAP_BASE')\nend\n"
        }
      },
      {
        files: { 'config/initializers/a.rb': "a = ENV.fetch('A') { 'b' }\nb = ENV.fetch('B', nil)\n# ENV.fetch('C')\n" }
      },
      { files: { 'config/initializers/a.rb': "a = ENV.fetch('A') { \"x-#{ENV.fetch('B')}\" }\n" } },
      // Only if something else is so, too.
      ...[
        "a = ENV.key?('B') ? ENV.fetch('A') : 'c'",
        "a = ENV['B'] || ENV.fetch('A')",
        "a = b && ENV.fetch('A')",
        "if ENV['B'] == 'c' && ENV.fetch('A') == 'd'\n  e\nend",
        "return unless ENV['B'] == 'true'\n\na = ENV.fetch('A')",
        "if Rails.env.local?\n  return\nend\na = ENV.fetch('A')"
      ].map(text => ({ files: { 'config/initializers/a.rb': `${text}\n` } })),
      // Heroku or its buildpacks set them.
      {
        files: {
          'config/initializers/a.rb':
            "a = ENV.fetch('DYNO') + ENV.fetch('PORT') + ENV.fetch('RAILS_ENV') + ENV.fetch('HEROKU_SLUG_COMMIT')\nb = ENV.fetch('SECRET_KEY_BASE')\n"
        },
        vars: { SECRET_KEY_BASE: undefined }
      },
      { files: { 'config/initializers/a.rb': "a = begin\n  ENV.fetch('A')\nrescue KeyError\n  nil\nend\n" } },
      { files: { 'config/initializers/a.rb': "a = ENV.fetch('A') if ENV.key?('A')\ndef b\n  ENV.fetch('B')\nend\n" } },
      {
        files: { ...version('4.2.10'), 'config/initializers/active_record_encryption.rb': undefined },
        vars: { ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: undefined }
      }
    ]
  },
  'new-config': {
    fires: [{ live: false, before: { 'config/initializers/active_record_encryption.rb': undefined } }],
    silent: [
      { live: false },
      { live: false, before: false },
      { before: { 'config/initializers/active_record_encryption.rb': undefined } }
    ]
  },
  'forbidden-config': {
    fires: [
      { vars: { REDIS_NAMESPACE: 'm' } },
      { vars: { REDIS_NAMESPACE: '' } },
      { files: { 'config/initializers/a.rb': "abort 'no' if ENV['A'] == 'b'\n" }, vars: { A: 'b' } }
    ],
    silent: [
      {
        files: { 'config/initializers/a.rb': "return if ENV['C']\nabort 'no' if ENV['A'] == 'b'\n" },
        vars: { A: 'b' }
      },
      { files: { 'config/initializers/a.rb': "abort 'no' if ENV['A'] == 'b'\n" }, vars: { A: 'c' } },
      { files: { 'config/initializers/a.rb': "abort 'no' unless ENV['A'] == 'b'\n" }, vars: { A: 'b' } },
      // It only warned until 4.3.
      {
        files: { 'config/initializers/deprecations.rb': "if ENV['REDIS_NAMESPACE']\n  warn 'soon'\nend\n" },
        vars: { REDIS_NAMESPACE: 'm' }
      }
    ]
  },
  'deprecated-config': {
    fires: [
      { vars: { WHITELIST_MODE: 'true' } },
      {
        files: { 'config/initializers/deprecations.rb': "if ENV['REDIS_NAMESPACE']\n  warn 'soon'\nend\n" },
        vars: { REDIS_NAMESPACE: 'm' }
      }
    ],
    silent: [{ vars: { LIMITED_FEDERATION_MODE: 'true' } }]
  },
  'secret-key-base-dummy': {
    fires: [{ vars: { SECRET_KEY_BASE_DUMMY: '1' } }],
    silent: [
      { files: { 'config/initializers/active_record_encryption.rb': undefined }, vars: { SECRET_KEY_BASE_DUMMY: '1' } }
    ]
  },
  'skip-post-deployment-migrations': {
    fires: [{ vars: { SKIP_POST_DEPLOYMENT_MIGRATIONS: 'false' } }, { vars: { SKIP_POST_DEPLOYMENT_MIGRATIONS: '' } }],
    silent: []
  },
  'obsolete-config': {
    fires: [{ vars: { OTP_SECRET: 'a' } }, { vars: { LOCAL_HTTPS: 'true' } }],
    silent: [
      { files: { 'config/environments/production.rb': "otp = ENV.fetch('OTP_SECRET')\n" }, vars: { OTP_SECRET: 'a' } },
      { files: { 'lib/mastodon/version.rb': undefined }, vars: { OTP_SECRET: 'a' } },
      // A migration in between reads it.
      { before: version('4.3.0'), vars: { OTP_SECRET: 'a' } },
      { before: false, vars: { OTP_SECRET: 'a' } }
    ]
  },
  'secret-key-base': { fires: [{ vars: { SECRET_KEY_BASE: undefined } }], silent: [] },
  'vapid-keys': {
    fires: [
      { vars: { VAPID_PRIVATE_KEY: undefined, VAPID_PUBLIC_KEY: undefined } },
      { vars: { VAPID_PUBLIC_KEY: '' } }
    ],
    silent: [{ files: { 'config/vapid.yml': undefined }, vars: { VAPID_PUBLIC_KEY: undefined } }]
  },
  'static-files': {
    fires: [{ vars: { RAILS_SERVE_STATIC_FILES: undefined } }, { vars: { RAILS_SERVE_STATIC_FILES: 'enabled' } }],
    silent: [
      {
        files: { 'config/application.rb': "use Files if ENV['RAILS_SERVE_STATIC_FILES'].present?\n" },
        vars: { RAILS_SERVE_STATIC_FILES: 'enabled' }
      }
    ]
  },
  'media-storage': {
    fires: [{ vars: { S3_ENABLED: undefined } }, { vars: { S3_ENABLED: 'True' } }],
    silent: [{ vars: { S3_ENABLED: undefined, SWIFT_ENABLED: 'true' } }]
  },
  's3-incomplete': {
    fires: [{ vars: { S3_BUCKET: undefined } }],
    silent: [{ vars: { S3_BUCKET: undefined, S3_ENABLED: undefined } }]
  },
  smtp: {
    fires: [{ vars: { SMTP_SERVER: undefined } }],
    silent: [{ vars: { SMTP_SERVER: undefined, SMTP_DELIVERY_METHOD: 'sendmail' } }]
  },
  'local-domain': { fires: [{ vars: { LOCAL_DOMAIN: undefined } }], silent: [] },
  'domain-form': {
    fires: [{ vars: { LOCAL_DOMAIN: 'https://example.com' } }, { vars: { WEB_DOMAIN: 'social.example.com/' } }],
    silent: [{ vars: { LOCAL_DOMAIN: 'Example.com', WEB_DOMAIN: 'localhost:3000' } }]
  },
  's3-alias-host': {
    fires: [{ vars: { S3_ALIAS_HOST: 'https://files.example.com' } }, { vars: { S3_CLOUDFRONT_HOST: 'a b' } }],
    silent: [{ vars: { S3_ALIAS_HOST: 'files.example.com/bucket' } }]
  },
  'csp-media-host': {
    fires: [{ vars: { S3_ALIAS_HOST: undefined } }],
    silent: [
      { vars: { S3_ALIAS_HOST: undefined, S3_HOSTNAME: 's3.example.com' } },
      { vars: { S3_ALIAS_HOST: undefined, EXTRA_MEDIA_HOSTS: 'https://a' } },
      { vars: { S3_ALIAS_HOST: undefined, S3_ENABLED: undefined } },
      {
        files: { 'config/initializers/content_security_policy.rb': 'p.img_src :self, :https, :data\n' },
        vars: { S3_ALIAS_HOST: undefined }
      }
    ]
  },
  'redis-tls-driver': {
    fires: [
      { files: { 'Gemfile.lock': 'GEM\n  specs:\n    hiredis (0.6.3)\n' }, vars: { REDIS_DRIVER: undefined } },
      {
        files: {
          'Gemfile.lock': 'GEM\n  specs:\n    hiredis (0.6.3)\n',
          'lib/mastodon/redis_configuration.rb': undefined,
          'lib/mastodon/redis_config.rb': 'PARAMS = { driver: :hiredis, url: URL }\n'
        }
      }
    ],
    silent: [
      { files: { 'Gemfile.lock': 'GEM\n  specs:\n    hiredis (0.6.3)\n' } },
      {
        files: { 'Gemfile.lock': 'GEM\n  specs:\n    hiredis (0.6.3)\n' },
        vars: { REDIS_DRIVER: undefined, REDIS_URL: 'redis://a' }
      },
      { vars: { REDIS_DRIVER: undefined } }
    ]
  },
  'redis-tls-verify': {
    fires: [
      {
        files: {
          'lib/mastodon/redis_configuration.rb':
            "# verify_mode: OpenSSL::SSL::VERIFY_NONE\nENV['REDIS_DRIVER'] == 'ruby' ? :ruby : :hiredis\n"
        }
      },
      { files: { 'streaming/redis.js': 'new Redis(url)' } }
    ],
    silent: [
      { files: { 'lib/mastodon/redis_configuration.rb': ':ruby\n' }, facts: { redisTls: 'no-verify' } },
      {
        files: {
          'lib/mastodon/redis_configuration.rb': ':ruby\n',
          'config/initializers/zz_own.rb':
            'RedisClient::Config.prepend(OwnTls) # VERIFY_NONE\nMODE = OpenSSL::SSL::VERIFY_NONE\n'
        }
      },
      { files: { 'streaming/redis.js': 'new Redis(url)' }, facts: { hasStreamingApp: false } },
      {
        files: { 'lib/mastodon/redis_configuration.rb': ':ruby\n' },
        vars: { REDIS_URL: 'redis://ec2-2.compute-1.amazonaws.com' }
      },
      {
        files: { 'lib/mastodon/redis_configuration.rb': ':ruby\n' },
        vars: { REDIS_URL: 'rediss://redis.example.com' }
      },
      { files: { 'lib/mastodon/redis_configuration.rb': ':ruby\n' }, live: { addons: [{ service: 'rediscloud' }] } }
    ]
  },
  'redis-version': {
    fires: [{ live: { addons: [{ service: 'heroku-redis', version: '6.2.14' }] } }],
    silent: [{ live: { addons: [{ service: 'heroku-redis' }] } }, { live: { addons: undefined } }]
  },
  'postgres-version': {
    fires: [{ live: { addons: [{ service: 'heroku-postgresql', version: '13.16' }] } }],
    silent: [
      { live: { addons: [{ service: 'heroku-postgresql', version: '14.0' }] } },
      {
        files: { 'lib/tasks/db.rake': 'abort if version < 90_500' },
        live: { addons: [{ service: 'heroku-postgresql', version: '9.6' }] }
      }
    ]
  },
  pgsslmode: { fires: [{ vars: { PGSSLMODE: 'no-verify' } }], silent: [{ vars: { PGSSLMODE: 'require' } }] },
  'add-on': { fires: [{ vars: { DATABASE_URL: undefined } }, { vars: { REDIS_URL: '' } }], silent: [] },
  stack: {
    fires: [{ live: { stack: 'heroku-22' } }],
    silent: [{ facts: { stack: undefined }, live: { stack: 'heroku-22' } }, { live: false }]
  },
  'stack-end-of-life': {
    fires: [{ facts: { stack: 'heroku-22' } }, { facts: { stack: 'heroku-20' } }],
    silent: [{ facts: { stack: 'heroku-26' } }, { facts: { stack: 'heroku-30' } }]
  },
  'ruby-on-stack': {
    fires: [
      ruby('2.4.1'),
      ruby('2.7.8p225'),
      // As forks without a change have it: `.ruby-version` is for others.
      { ...ruby('4.0.10', { '.ruby-version': '4.0.11\n' }), facts: { hasRuby: false } },
      { facts: { hasRuby: false } },
      { ...ruby('3.4.5 (jruby 10.0.2.0)'), facts: { hasRuby: false } }
    ],
    silent: [
      { facts: { hasRuby: true } },
      { facts: { hasRuby: false, buildpacks: ['heroku/nodejs', './my-ruby'] } },
      { facts: { hasRuby: false, buildpacks: ['https://github.com/me/heroku-buildpack-ruby'] } },
      { ...ruby('2.7.8'), facts: { stack: 'heroku-20' } },
      { ...ruby('2.7.8'), facts: { buildpacks: ['heroku/nodejs', './my-ruby'] } },
      // JRuby says of which Ruby it takes the language.
      ruby('2.5.7p001 (jruby 9.2.13.0)'),
      { files: { '.ruby-version': '2.4.1\n' } }
    ]
  },
  'ruby-range': {
    fires: [
      ruby('3.2.9'),
      ruby('4.1.0'),
      ruby('3.2.9', { '.ruby-version': '4.0.10\n' }),
      ruby('4.0.9', { Gemfile: "ruby '4.0.10'\n" }),
      ruby('4.0.10', { Gemfile: "ruby '~> 3.4.0'\n" }),
      // Mastodon 4.5's two files with such a Gemfile: Bundler stops.
      ruby('3.4.1p0', { Gemfile: "ruby file: '.ruby-version'\n", '.ruby-version': '3.4.7\n' }),
      ruby('3.2.9', { Gemfile: "gem 'rails'\n" }),
      { ...ruby('3.2.9'), facts: { buildpacks: ['https://github.com/me/heroku-buildpack-ruby#main'] } }
    ],
    silent: [
      ruby('3.2.9', { Gemfile: "gem 'rails'\n", 'README.md': '', ...version('4.4.0') }),
      ruby('4.1.0.preview1'),
      ruby(undefined, { '.ruby-version': '3.2.9\n' }),
      // It is not what Heroku installs.
      { files: { '.ruby-version': '3.2.9\n' } },
      ruby('3.2.9', { 'Gemfile.lock': undefined }),
      { ...ruby('3.2.9'), facts: { buildpacks: ['./my-ruby'] } }
    ]
  },
  'ruby-security': {
    fires: [
      ruby('4.0.9'),
      ruby('3.4.12p1'),
      ruby('3.2.10'),
      ruby('4.0.10.rc1'),
      // The owner has changed the file that Heroku does not read.
      ruby('3.4.1p0', { '.ruby-version': '3.4.13\n' })
    ],
    silent: [
      ruby('3.4.13'),
      ruby('4.2.0'),
      ruby('3.4.5 (jruby 10.0.2.0)'),
      // What developers use is none of Heroku's.
      { files: { '.ruby-version': '3.4.12' } }
    ]
  },
  'ruby-not-pinned': {
    fires: [
      ruby(undefined),
      ruby(undefined, { '.ruby-version': undefined, Gemfile: "ruby '4.0.10'\n" }),
      // Four spaces, two numbers: heroku/ruby does not read it.
      { files: { 'Gemfile.lock': 'RUBY VERSION\n    ruby 4.0.10\n' } },
      ruby('4.0')
    ],
    silent: [
      ruby(undefined, { 'Gemfile.lock': undefined }),
      { ...ruby(undefined), facts: { buildpacks: ['heroku/nodejs', './my-ruby'] } }
    ]
  },
  'ruby-files-differ': {
    fires: [
      // Mastodon v4.3.0, v4.4.0 and v4.5.0.
      ruby('3.3.4p94', { '.ruby-version': '3.3.5\n' }),
      ruby('3.4.1p0', { '.ruby-version': '3.4.4\n' }),
      ruby('3.4.1p0', { '.ruby-version': '3.4.7\n' }),
      ruby('4.0.11')
    ],
    silent: [
      ruby('4.0.10p99'),
      ruby('4.0.9', { '.ruby-version': undefined }),
      ruby('4.0.9', { '.ruby-version': '4.0\n' }),
      ruby('4.1.0-preview1', { '.ruby-version': 'ruby-4.1.0.preview1 # soon\n' }),
      ruby(undefined),
      { ...ruby('4.0.11'), facts: { buildpacks: ['./my-ruby'] } }
    ]
  },
  'node-range': {
    fires: [{ files: { 'package.json': '{"engines": {"node": "^20.1"}}' } }],
    silent: [{ files: { 'package.json': '{}' } }, { files: { 'package.json': '{"engines": {"node": "24.x"}}' } }]
  },
  'node-end-of-life': {
    fires: ['^20.1', '20.x', '>=18 <21', '18 || 20', '>=16 <=18.20', '18 - 20', '21', '~10'].map(range => ({
      files: { 'package.json': JSON.stringify({ engines: { node: range } }) }
    })),
    silent: [
      ...['>=20', '20 || 22', '*', '>=18 <22.1', '24.x', '99', ''].map(range => ({
        files: { 'package.json': JSON.stringify({ engines: { node: range } }) }
      })),
      { ...buildpacks('./my-node', 'heroku/ruby'), files: { 'package.json': '{"engines": {"node": "20"}}' } }
    ]
  },
  'libvips-version': {
    fires: [
      { facts: { stack: 'heroku-22' } },
      { files: LIBVIPS_UNLESS(), facts: { stack: 'heroku-22' } },
      { files: LIBVIPS_UNLESS(), facts: { stack: 'heroku-22' }, live: false }
    ],
    silent: [
      { files: LIBVIPS_UNLESS(), facts: { stack: 'heroku-22' }, vars: { MASTODON_USE_LIBVIPS: 'false' } },
      { files: LIBVIPS_UNLESS('=='), facts: { stack: 'heroku-22' } },
      { files: { 'config/initializers/vips.rb': undefined }, facts: { stack: 'heroku-22' } },
      {
        facts: {
          stack: 'heroku-22',
          buildpacks: ['https://github.com/me/heroku-buildpack-vips', 'heroku/nodejs', 'heroku/ruby']
        }
      }
    ]
  },
  'ffmpeg-version': {
    fires: [
      { files: { Aptfile: 'ffmpeg\n' }, facts: { stack: 'heroku-22' } },
      { files: { Aptfile: 'libidn12\tffmpeg:amd64\n' }, facts: { stack: 'heroku-22' } }
    ],
    silent: [
      { files: { Aptfile: 'ffmpeg\n' } },
      { files: { Aptfile: '# ffmpeg\nffmpegthumbnailer' }, facts: { stack: 'heroku-22' } },
      // Another one than the stack's.
      { files: { Aptfile: 'ffmpeg=7:7.1-1\n' }, facts: { stack: 'heroku-22' } },
      { files: { Aptfile: '-t jammy-backports ffmpeg\n' }, facts: { stack: 'heroku-22' } }
    ]
  },
  'nodejs-before-ruby': {
    fires: [buildpacks(APT, 'heroku/ruby'), buildpacks('heroku/ruby', 'heroku/nodejs')],
    silent: [
      { ...buildpacks(APT, 'heroku/ruby'), files: { 'vite.config.mts': undefined } },
      buildpacks('https://example.com/everything.tgz'),
      buildpacks('./buildpacks/nodejs', 'https://github.com/heroku/heroku-buildpack-ruby/archive/refs/tags/v361.tar.gz')
    ]
  },
  'not-buildable': {
    fires: [
      { facts: { problems: [{ reason: 'Nothing says which stack the slug is for', remedy: '' }] } },
      { files: { Procfile: 'web: bin/heroku-web\nworker\n' } }
    ],
    silent: [{ files: { Procfile: undefined } }]
  },
  'no-ruby-buildpack': {
    fires: [buildpacks('heroku/nodejs'), buildpacks('https://github.com/heroku/heroku-buildpack-nodejs.git#v300', APT)],
    silent: [
      buildpacks('heroku/nodejs', 'https://github.com/me/all-in-one'),
      { ...buildpacks('heroku/nodejs'), files: { 'lib/mastodon/version.rb': undefined } }
    ]
  },
  'ruby-last': {
    fires: [
      buildpacks('heroku/nodejs', 'heroku/ruby', 'https://github.com/heroku/heroku-buildpack-activestorage-preview')
    ],
    silent: [buildpacks('heroku/nodejs', 'heroku/ruby', 'https://github.com/me/my-buildpack')]
  },
  'aptfile-unreadable': {
    fires: [
      { ...buildpacks(APT, 'heroku/nodejs', 'heroku/ruby'), files: { Aptfile: '# why\r\nlibidn12\r\n' } },
      { ...buildpacks(APT, 'heroku/nodejs', 'heroku/ruby'), files: { Aptfile: 'libidn12 # why\n' } }
    ],
    silent: [
      { ...buildpacks(APT, 'heroku/nodejs', 'heroku/ruby'), files: { Aptfile: '# why\r\nlibidn12\n' } },
      { ...buildpacks('heroku/nodejs', 'heroku/ruby'), files: { Aptfile: 'libidn12\r\n' } }
    ]
  },
  'apt-redundant': {
    fires: [
      { ...buildpacks(APT, 'heroku/nodejs', 'heroku/ruby'), files: { Aptfile: '# why\nlibidn12\n' } },
      { ...buildpacks(APT, 'heroku/nodejs', 'heroku/ruby'), files: { Aptfile: 'libidn12\tlibpq-dev:amd64\n' } }
    ],
    silent: [
      ...[
        'libidn12 imagemagick',
        'libidn12=1.42',
        'libidn12:i386',
        '-t noble-backports libidn12',
        'https://deb.example/a.deb'
      ].map(text => ({ ...buildpacks(APT, 'heroku/nodejs', 'heroku/ruby'), files: { Aptfile: `${text}\n` } })),
      { ...buildpacks(APT, 'heroku/nodejs', 'heroku/ruby'), files: { Aptfile: 'libidn12\nimagemagick\n' } },
      {
        facts: { buildpacks: [APT, 'heroku/nodejs', 'heroku/ruby'], stack: 'heroku-22' },
        files: { Aptfile: 'libidn12\n' }
      },
      { files: { Aptfile: 'libidn12\n' } }
    ]
  },
  'ffmpeg-by-apt': {
    fires: [
      { ...buildpacks(APT, 'heroku/nodejs', 'heroku/ruby'), files: { Aptfile: 'ffmpeg\n' } },
      { ...buildpacks(APT, 'heroku/nodejs', 'heroku/ruby'), files: { Aptfile: 'libidn12 ffmpeg:amd64=7:6.1\n' } }
    ],
    silent: [{ files: { Aptfile: 'ffmpeg\n' } }]
  },
  'ffmpeg-unmaintained': {
    fires: [
      buildpacks('https://github.com/jonathanong/heroku-buildpack-ffmpeg-latest.git#v1', 'heroku/nodejs', 'heroku/ruby')
    ],
    silent: []
  },
  'lost-process-type': {
    fires: [
      { files: { Procfile: 'web: bin/heroku-web\n# worker: bundle exec sidekiq\n' } },
      { files: { Procfile: undefined, procfile: 'web: bin/heroku-web\nworker: bundle exec sidekiq\n' } },
      { files: { Procfile: 'web: bin/heroku-web\nWorker: bundle exec sidekiq\n' } },
      { live: { formation: [...FORMATION, { type: 'cron', quantity: 1 }] } },
      { live: { streaming: { ...LIVE, lost: [{ type: 'worker', quantity: 1 }] } } },
      { ...buildpacks(APT, 'heroku/nodejs', 'https://github.com/heroku/heroku-buildpack-ruby#v361'), ...WEB_ALONE }
    ],
    silent: [
      // heroku/ruby adds them by itself.
      { live: { formation: [...FORMATION, { type: 'console', quantity: 1 }] } },
      { files: { Procfile: 'worker: bundle exec sidekiq\n' } },
      { files: { ...WEB_ALONE.files, 'Gemfile.lock': 'GEM\n  specs:\n    delayed_job (4.1.13)\n' } },
      { files: { ...WEB_ALONE.files, 'lib/tasks/jobs.rake': 'namespace :jobs do\n  task :work\nend\n' } },
      { ...WEB_ALONE, live: { formation: [{ type: 'worker', quantity: 0 }] } },
      { live: { formation: [...FORMATION, { type: 'release', quantity: 1 }] } },
      { ...WEB_ALONE, live: false },
      { ...WEB_ALONE, ...buildpacks('heroku/nodejs', './buildpacks/ruby') },
      { ...WEB_ALONE, facts: { buildpacks: [] } },
      // That is what is to be mended first.
      { files: { Procfile: 'web: bin/heroku-web\nworker\n' } }
    ]
  },
  'perhaps-lost-process-type': {
    fires: [
      { ...WEB_ALONE, ...buildpacks('heroku/nodejs', './buildpacks/ruby') },
      { files: { Procfile: undefined }, ...buildpacks('https://example.com/heroku/ruby.tgz') }
    ],
    silent: [WEB_ALONE, buildpacks('heroku/nodejs', './buildpacks/ruby')]
  },
  'no-worker': {
    fires: [
      { live: { formation: [{ type: 'web', quantity: 1 }] } },
      { live: { formation: [{ type: 'worker', quantity: 0 }] } }
    ],
    silent: [
      {
        files: { Procfile: 'web: if [ "$RUN_WORKER" ]; then bundle exec sidekiq & fi; wait\n' },
        live: { formation: [] }
      },
      { files: { Procfile: 'web: bin/heroku-web\n' }, live: { formation: [] } }
    ]
  },
  'no-scheduler': {
    fires: [{ files: { Procfile: 'worker: bundle exec sidekiq -q default -q pull\n' } }],
    silent: [
      {
        files: {
          Procfile: 'worker: bundle exec sidekiq -q default -q pull\n',
          'config/sidekiq.yml': ':concurrency: 5\n'
        }
      }
    ]
  },
  'many-schedulers': {
    fires: [
      { live: { formation: [{ type: 'worker', quantity: 2 }] } },
      {
        files: { Procfile: 'worker: bundle exec sidekiq\ncron: bundle exec sidekiq --queue scheduler\n' },
        live: {
          formation: [
            { type: 'worker', quantity: 1 },
            { type: 'cron', quantity: 1 }
          ]
        }
      }
    ],
    silent: [
      {
        files: { Procfile: 'worker: bundle exec sidekiq -q default\ncron: bundle exec sidekiq -q scheduler\n' },
        live: {
          formation: [
            { type: 'worker', quantity: 3 },
            { type: 'cron', quantity: 1 }
          ]
        }
      }
    ]
  },
  'streaming-missing': {
    fires: [
      { vars: { STREAMING_API_BASE_URL: undefined }, facts: { hasStreamingApp: false } },
      { vars: { STREAMING_API_BASE_URL: undefined } }
    ],
    silent: [
      {
        vars: { STREAMING_API_BASE_URL: undefined },
        files: { 'streaming/index.js': undefined, 'streaming/redis.js': undefined }
      }
    ]
  },
  'streaming-url': {
    fires: [{ vars: { STREAMING_API_BASE_URL: 'https://live.example.com' } }],
    silent: [{ vars: { STREAMING_API_BASE_URL: 'WSS://live.example.com' } }]
  },
  'streaming-left-behind': {
    fires: [
      { before: { 'streaming/index.js': 'old()' }, facts: { hasStreamingApp: false } },
      { before: false, facts: { hasStreamingApp: false } },
      { before: version('4.6.5'), facts: { hasStreamingApp: false } }
    ],
    silent: [
      { facts: { hasStreamingApp: false } },
      { before: { 'streaming/index.js': 'old()' } },
      {
        before: { 'streaming/index.js': 'old()' },
        facts: { hasStreamingApp: false },
        vars: { STREAMING_API_BASE_URL: 'wss://example.com' }
      }
    ]
  },
  'streaming-not-set-up': {
    fires: [{ live: { streaming: { ...factsOf().live!.streaming!, lacks: ['RUN_STREAMING'] } } }],
    silent: [{ live: { streaming: undefined } }]
  },
  'streaming-postgres-tls': {
    fires: [
      { streamingVars: { PGSSLMODE: 'require' } },
      { streamingVars: { DATABASE_URL: 'postgres://a.amazonaws.com/b?sslmode=require' } }
    ],
    silent: [
      { streamingVars: { PGSSLMODE: 'require', NODE_TLS_REJECT_UNAUTHORIZED: '0' } },
      { streamingVars: { PGSSLMODE: 'require' }, live: { addons: [{ service: 'crunchy' }] } },
      { streamingVars: { PGSSLMODE: 'disable' } }
    ]
  },
  'not-mastodon': { fires: [{ files: { 'lib/mastodon/version.rb': undefined } }], silent: [] },
  'base-unknown': {
    fires: [{ before: false }],
    silent: [
      { before: false, live: { runs: false, commit: undefined } },
      { before: false, live: false }
    ]
  },
  downgrade: {
    fires: [
      { files: version('4.6.5'), before: version('4.7.0') },
      { files: version('4.6.5'), before: version('5.0.0') }
    ],
    silent: [{ files: version('4.7.1'), before: version('4.7.6') }, { before: version('4.7.0-rc.1') }]
  },
  'older-patch': {
    fires: [
      { files: version('4.7.1'), before: version('4.7.6') },
      { files: version('4.7.0-rc.1'), before: version('4.7.0') }
    ],
    silent: [{ files: version('4.6.5'), before: version('4.7.0') }]
  },
  'skipped-minor': {
    fires: [
      { before: version('4.5.0') },
      { before: { 'lib/mastodon/version.rb': undefined } },
      { before: version('3.5.19') }
    ],
    silent: [
      { before: version('4.6.5') },
      { files: version('4.8.0-alpha.1'), before: version('4.7.0') },
      { files: version('4.0.0'), before: version('3.5.3') }
    ]
  },
  'zero-downtime-breakpoint': {
    fires: [
      { live: { applied: new Set(['20170406215816']) } },
      { before: { 'db/migrate/20241007071624_first.rb': undefined, 'db/migrate/20230101000000_old.rb': '' } }
    ],
    silent: [
      { live: { applied: new Set(['20170406215816']) }, facts: { strategy: 'maintenance' } },
      { live: { applied: new Set(['20170406215816', '20241007071624']) } },
      { live: { applied: new Set() } }
    ]
  },
  'long-before-release': {
    fires: [
      added('migrate/20260101000000_a', 'User.find_each(&:touch)'),
      added('migrate/20260101000000_a', 'add_index :a, :b, algorithm: :concurrently'),
      { ...added('post_migrate/20260101000000_a', 'User.find_each(&:touch)'), facts: { strategy: 'maintenance' } }
    ],
    silent: [
      added('migrate/20260101000000_a', 'add_column :a, :b, :text'),
      added('migrate/20260101000000_a', 'disable_ddl_transaction!'),
      { files: migration('migrate/20260101000000_a', 'User.find_each(&:touch)') }
    ]
  },
  'long-after-release': {
    fires: [added('post_migrate/20260101000000_a', 'User.find_each(&:touch)')],
    silent: [added('post_migrate/20260101000000_a', 'remove_column :a, :b')]
  },
  'destructive-before-release': {
    fires: [added('migrate/20260101000000_a', 'remove_column :a, :b')],
    silent: [
      added('post_migrate/20260101000000_a', 'remove_column :a, :b'),
      added('migrate/20260101000000_a', "execute 'DELETE FROM duplicates'"),
      { ...added('migrate/20260101000000_a', 'remove_column :a, :b'), facts: { strategy: 'maintenance' } }
    ]
  },
  'no-way-back': {
    fires: [
      added('post_migrate/20260101000000_a', 'remove_column :a, :b'),
      added('migrate/20260101000000_a', "execute 'DELETE FROM a'")
    ],
    silent: [
      added('migrate/20260101000000_a', 'add_column :a, :b, :text'),
      { files: migration('migrate/20260101000000_a', 'remove_column :a, :b') },
      {
        ...added('migrate/20260101000000_a', 'remove_column :a, :b'),
        live: { applied: new Set(['20241007071624', '20260101000000']) }
      }
    ]
  },
  'unknown-migrations': {
    fires: [{ live: { applied: new Set(['20241007071624', '20250101000000']) } }],
    silent: [{ live: { applied: new Set(['20241007071624']) } }]
  }
}

/** The switch of 4.4 and 4.5, or of 4.3. */
function LIBVIPS_UNLESS(operator = '!='): Record<string, string> {
  const value = operator === '!=' ? 'false' : 'true'
  return {
    'config/initializers/vips.rb':
      "if Rails.configuration.x.use_vips\n  abort 'old' unless Vips.at_least_libvips?(8, 13)\nend\n",
    'config/application.rb': `config.x.use_vips = ENV['MASTODON_USE_LIBVIPS'] ${operator} '${value}'\n`
  }
}

describe('an app and a fork on which nothing is amiss', () => {
  it('have no finding', () => expect(found()).toEqual([]))
  it('have none without the app, either', () => expect(found({ live: false })).toEqual([]))
})

describe.each(Object.entries(CASES) as [FindingName, (typeof CASES)[FindingName]][])(
  '%s',
  (name, { fires, silent }) => {
    it.each(fires.map((change, i) => [i + 1, change] as const))('is found (%i)', (_, change) => {
      const { findings } = planUpgrade(factsOf(change))
      const finding = findings.find(one => one.name === name)
      expect(finding).toMatchObject({ level: FINDINGS.find(rule => rule.name === name)!.level })
      // What is so, and what to do: a sentence each, and a command or a setting if one mends it.
      expect(finding!.reason.length).toBeGreaterThan(20)
      expect(finding!.remedy).toMatch(/\.$|^$/)
      // No value of a secret gets into what is told.
      expect(finding!.reason + finding!.remedy).not.toContain('secret@')
    })

    it.each([{}, ...silent].map((change, i) => [i, change] as const))('is not found (%i)', (_, change) => {
      expect(found(change)).not.toContain(name)
    })
  }
)

describe('what is told of Ruby', () => {
  const told = (change: Change): Record<string, string> =>
    Object.fromEntries(
      planUpgrade(factsOf(change)).findings.map(({ name, reason, remedy }) => [name, `${reason}. ${remedy}`])
    )

  it('is what Heroku installs, and what changes that', () => {
    expect(told(ruby('3.4.1p0', { '.ruby-version': '3.4.7\n' }))).toEqual({
      'ruby-security':
        'Ruby 3.4.1, which Heroku installs because Gemfile.lock names it, has known holes that 3.4.13 closes. ' +
        'For Ruby 3.4.13: change the line below `RUBY VERSION` in Gemfile.lock to `ruby 3.4.13` (`bundle update --ruby` does that, run with Ruby 3.4.13), ' +
        'write `3.4.13` to `.ruby-version`, and commit both. Or deploy a version of Mastodon whose Gemfile.lock names 3.4.13 or newer.',
      'ruby-files-differ':
        'Heroku installs Ruby 3.4.1, which Gemfile.lock names. .ruby-version names 3.4.7, and only version managers and ' +
        "Mastodon's tests read it. Write the same Ruby to both files."
    })
    expect(told(ruby('3.4.1p0', { '.ruby-version': '3.4.13\n' }))['ruby-files-differ']).toMatch(
      /\.ruby-version names 3\.4\.13.*To run on 3\.4\.13: change the line below `RUBY VERSION` in Gemfile\.lock to `ruby 3\.4\.13`/
    )
    expect(told(ruby('4.0.11'))['ruby-files-differ']).toMatch(/Write `4\.0\.11` to `\.ruby-version`, so that/)
  })

  it('names no Ruby that the Gemfile does not take', () => {
    const gemfile = (takes: string) => ({ Gemfile: `ruby ${takes}\n` })
    expect(told(ruby('3.2.10', gemfile("'>= 3.2.0', '< 3.5.0'")))['ruby-security']).toMatch(/For Ruby 3\.3\.14:/)
    expect(told(ruby('3.2.10', gemfile("'~> 3.2.0'")))['ruby-security']).toMatch(
      /Deploy a version of Mastodon that takes a newer Ruby/
    )
    expect(told(ruby('3.2.10', gemfile("'~> 3.4.0'")))['ruby-range']).toMatch(
      /Heroku would install Ruby 3\.2\.10, .*the Gemfile takes ~> 3\.4\.0.*`ruby 3\.4\.13`/
    )
  })

  it('names the Ruby of .ruby-version if the Gemfile takes that one alone', () => {
    const files = { Gemfile: "ruby file: '.ruby-version'\n", '.ruby-version': '3.4.7\n' }
    expect(told(ruby('3.4.1p0', files))['ruby-range']).toMatch(
      /Heroku would install Ruby 3\.4\.1, .*the Gemfile takes 3\.4\.7\. .*change .*to `ruby 3\.4\.7`/
    )
  })

  it('says where the Ruby comes from if Gemfile.lock names none', () => {
    expect(told(ruby(undefined))['ruby-not-pinned']).toMatch(
      /the one of the build before.*its default \(3\.3\.9 in July 2026\).*by \.ruby-version, which names 4\.0\.10.*`bundle lock` with Ruby 4\.0\.10/
    )
  })
})

describe('the list of findings', () => {
  it('is what is tested here', () => expect(Object.keys(CASES).sort()).toEqual(FINDINGS.map(({ name }) => name).sort()))

  it('has names of one form', () => {
    for (const { name } of FINDINGS) expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
  })
})
