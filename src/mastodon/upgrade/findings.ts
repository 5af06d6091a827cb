/**
 * The shape of what a check found, and the list of all that can be found: docs/upgrading.md has it as a table. A name is
 * stable. `block` is only for what surely breaks: the app would not build, boot or migrate, or data would be lost.
 */

export type Level = 'block' | 'warn' | 'note'

export interface Finding {
  readonly name: FindingName
  readonly level: Level
  readonly reason: string
  /** What to do, with the command that mends it. */
  readonly remedy: string
}

interface Kind {
  readonly level: Level
  /** What is so, and what comes of it. */
  readonly why: string
  readonly remedy: string
}

export const FINDINGS = {
  // Config vars
  'missing-config': {
    level: 'block',
    why: 'A config var is not set without which this version does not boot, as its own initializers say',
    remedy: '`heroku config:set NAME=…`; secrets are made with `openssl rand -hex 32`, and never changed again'
  },
  'new-config': {
    level: 'warn',
    why: 'This version does not boot without a config var that the one before did not ask for; told where the app itself cannot be asked',
    remedy: 'Set it with `heroku config:set` before this is deployed'
  },
  'forbidden-config': {
    level: 'block',
    why: 'A config var is set with which this version stops as it boots, such as REDIS_NAMESPACE since 4.4',
    remedy: '`heroku config:unset NAME`, after what the named initializer asks for'
  },
  'deprecated-config': {
    level: 'warn',
    why: 'A config var is set that this version still takes and complains of',
    remedy: '`heroku config:unset NAME`, after what the named initializer asks for'
  },
  'secret-key-base-dummy': {
    level: 'block',
    why: 'SECRET_KEY_BASE_DUMMY is set: this version would then run with random keys, and lose what is encrypted with the real ones',
    remedy: '`heroku config:unset SECRET_KEY_BASE_DUMMY`; the build sets it by itself'
  },
  'skip-post-deployment-migrations': {
    level: 'warn',
    why: 'SKIP_POST_DEPLOYMENT_MIGRATIONS is set, and any value counts, `false` too: migrations started by hand leave the second phase out',
    remedy: '`heroku config:unset SKIP_POST_DEPLOYMENT_MIGRATIONS`; a deploy sets it by itself, for one command'
  },
  'static-files': {
    level: 'warn',
    why: 'RAILS_SERVE_STATIC_FILES is not exactly `true`, and heroku/ruby’s own `enabled` does not count: pages have no style and no script',
    remedy: '`heroku config:set RAILS_SERVE_STATIC_FILES=true`'
  },
  'obsolete-config': {
    level: 'note',
    why: 'A config var is set that this version does not read any more',
    remedy: '`heroku config:unset NAME`, when no going back is planned'
  },
  'secret-key-base': {
    level: 'warn',
    why: 'SECRET_KEY_BASE is not set: each build makes a new one, and each deploy logs everybody out',
    remedy: '`heroku config:set SECRET_KEY_BASE="$(openssl rand -hex 64)"`'
  },
  'vapid-keys': {
    level: 'warn',
    why: 'The pair VAPID_PRIVATE_KEY and VAPID_PUBLIC_KEY is not there, or only half of it: no web push arrives',
    remedy: '`heroku run bin/rails mastodon:webpush:generate_vapid_key`, and set both'
  },
  'media-storage': {
    level: 'warn',
    why: 'Media are kept on the dyno (S3_ENABLED is not exactly `true`): they are lost at its next restart',
    remedy: '`heroku config:set S3_ENABLED=true S3_BUCKET=… S3_REGION=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…`'
  },
  's3-incomplete': {
    level: 'warn',
    why: 'S3 is on, and its bucket or keys are not set: no upload works',
    remedy: '`heroku config:set` of the missing ones'
  },
  smtp: {
    level: 'warn',
    why: 'No mail server or no sender is set: nobody can sign up or get a new password',
    remedy: '`heroku config:set SMTP_SERVER=… SMTP_PORT=… SMTP_LOGIN=… SMTP_PASSWORD=… SMTP_FROM_ADDRESS=…`'
  },
  // Domains
  'local-domain': {
    level: 'block',
    why: 'LOCAL_DOMAIN is not set: the instance answers every visitor with 403 Blocked host',
    remedy: '`heroku config:set LOCAL_DOMAIN=…`: the domain behind the @ of its accounts, for ever'
  },
  'domain-form': {
    level: 'block',
    why: 'LOCAL_DOMAIN or WEB_DOMAIN is not the bare name of a host: the instance answers every visitor with 403 Blocked host',
    remedy: '`heroku config:set LOCAL_DOMAIN=example.com`, without scheme and slash'
  },
  's3-alias-host': {
    level: 'warn',
    why: 'S3_ALIAS_HOST or S3_CLOUDFRONT_HOST has a scheme or a space: media get addresses that lead nowhere',
    remedy: '`heroku config:set S3_ALIAS_HOST=files.example.com`, without `https://`'
  },
  'csp-media-host': {
    level: 'warn',
    why: 'The host of the media is not named, so the content security policy does not list it: browsers block pictures and videos',
    remedy: '`heroku config:set S3_ALIAS_HOST=…`, or S3_HOSTNAME or EXTRA_MEDIA_HOSTS'
  },
  // Redis
  'redis-tls-driver': {
    level: 'block',
    why: 'REDIS_URL is a rediss:// address, and this version talks to it with hiredis, which has no TLS',
    remedy: '`heroku config:set REDIS_DRIVER=ruby`; before 4.3 a Redis without TLS'
  },
  'redis-tls-verify': {
    level: 'block',
    why: "Heroku's own Redis has a certificate that nobody vouches for, and this tree does not take such a one",
    remedy: '`redis-tls: no-verify` in the config, or a Redis of another vendor'
  },
  'redis-version': {
    level: 'block',
    why: 'Redis is older than this version takes: Sidekiq stops as it starts',
    remedy: '`heroku redis:upgrade`'
  },
  // Postgres
  'postgres-version': {
    level: 'block',
    why: 'Postgres is older than `db:pre_migration_check` takes: the release phase fails',
    remedy:
      '`heroku pg:upgrade:run`, from the Standard plans on after `pg:upgrade:prepare` (docs of Heroku: upgrading a database)'
  },
  pgsslmode: {
    level: 'block',
    why: 'PGSSLMODE is `no-verify` on the main app: Ruby cannot connect to Postgres with it, only Node can',
    remedy: '`heroku config:unset PGSSLMODE`; it belongs on the streaming app alone'
  },
  'add-on': {
    level: 'block',
    why: 'DATABASE_URL or REDIS_URL is not set',
    remedy: '`heroku addons:create heroku-postgresql` or `heroku-redis`, or set the address'
  },
  // What it runs on
  stack: {
    level: 'block',
    why: 'The slug is for another stack than the app is on',
    remedy: '`stack:` in the config, or `heroku stack:set`'
  },
  'stack-end-of-life': {
    level: 'warn',
    why: 'The stack gets no updates any more, or only until a day that is known',
    remedy: '`heroku stack:set heroku-24`, and `stack: heroku-24` in the config'
  },
  'ruby-on-stack': {
    level: 'block',
    why: 'Heroku does not have the Ruby of Gemfile.lock for this stack: not yet, or it is older than 3.1 and cannot be built with OpenSSL 3',
    remedy: 'Wait until Heroku has it, deploy a newer version of Mastodon, or change `RUBY VERSION` in Gemfile.lock'
  },
  'ruby-range': {
    level: 'block',
    why: 'The Ruby of Gemfile.lock, which Heroku installs, is none that the Gemfile takes: Bundler refuses it',
    remedy: 'Change `RUBY VERSION` in Gemfile.lock to one in the range'
  },
  'ruby-security': {
    level: 'warn',
    why: 'The Ruby of Gemfile.lock, which Heroku installs, has known security holes, or gets no updates any more',
    remedy: 'Change `RUBY VERSION` in Gemfile.lock to the named one'
  },
  'ruby-not-pinned': {
    level: 'warn',
    why: 'Gemfile.lock names no Ruby: heroku/ruby takes the one of the build before, or its default, and the next build may take another',
    remedy: 'With a `ruby` line in the Gemfile, `bundle lock` writes `RUBY VERSION` to Gemfile.lock'
  },
  'ruby-files-differ': {
    level: 'note',
    why: '`.ruby-version` names another Ruby than Gemfile.lock: Heroku installs the one of Gemfile.lock, version managers and tests take the other',
    remedy: 'Name the same Ruby in both'
  },
  'node-range': {
    level: 'warn',
    why: '`engines.node` of package.json allows a Node that is older than this version takes',
    remedy: 'Change `engines.node` in package.json'
  },
  'libvips-version': {
    level: 'block',
    why: "The stack's libvips is older than this version takes: it stops as it boots",
    remedy: '`heroku stack:set heroku-24`, and `stack: heroku-24` in the config'
  },
  'ffmpeg-version': {
    level: 'warn',
    why: "The Aptfile brings the stack's own ffmpeg, which is older than this version takes",
    remedy: 'Take it out of the Aptfile, and put the buildpack activestorage-preview in front'
  },
  // The build
  'not-buildable': {
    level: 'block',
    why: 'Nothing says the stack or the buildpacks, or the list of buildpacks or the Procfile cannot be read: no build would begin',
    remedy:
      'What the error of the build says: `stack:` or `slug.buildpacks` in the config, or the named line of the file'
  },
  // Buildpacks
  'nodejs-before-ruby': {
    level: 'block',
    why: 'heroku/nodejs does not come before heroku/ruby: the assets, which Vite builds since 4.4, cannot be compiled',
    remedy: '`slug.buildpacks: [heroku/nodejs, heroku/ruby]` in the config, or app.json of this version'
  },
  'no-ruby-buildpack': {
    level: 'warn',
    why: 'None of the buildpacks brings Ruby: web and worker cannot start. (A slug for the streaming server alone needs none)',
    remedy: 'Add heroku/ruby as the last buildpack'
  },
  'ruby-last': {
    level: 'warn',
    why: 'The last buildpack is the one for ffmpeg or apt: the last one decides the default process types',
    remedy: 'Put heroku/ruby last'
  },
  'aptfile-unreadable': {
    level: 'block',
    why: 'The Aptfile has a line on which the apt buildpack fails: Windows line ends, a comment behind a package, an address of a .deb that shares its line',
    remedy: 'Correct the named line'
  },
  'apt-redundant': {
    level: 'note',
    why: 'All that the Aptfile asks for is on the stack already',
    remedy: 'Leave the apt buildpack out of `slug.buildpacks`: the build is shorter'
  },
  'ffmpeg-by-apt': {
    level: 'note',
    why: 'ffmpeg comes from the Aptfile with more than a hundred packages',
    remedy: 'The buildpack activestorage-preview has it in a fraction of the size'
  },
  'ffmpeg-unmaintained': {
    level: 'warn',
    why: 'heroku-buildpack-ffmpeg-latest is not maintained any more, and fetches another build each time',
    remedy: 'Put https://github.com/heroku/heroku-buildpack-activestorage-preview in its place'
  },
  // Processes
  'lost-process-type': {
    level: 'block',
    why: 'Dynos run of a process type that the new slug would not have: Heroku takes the type out of the formation with the release, and ends them',
    remedy: 'The line of that type in the Procfile; or `heroku ps:scale TYPE=0`, if it is no longer wanted'
  },
  'perhaps-lost-process-type': {
    level: 'warn',
    why: "Dynos run of a process type that the Procfile does not have, and a buildpack that is not Heroku's own may add it: that is known after the build alone",
    remedy: 'The line of that type in the Procfile; the deploy looks again before it uploads the slug'
  },
  'no-worker': {
    level: 'warn',
    why: 'No worker runs: no post leaves the instance, no mail is sent, nothing is cleaned up, and /health is green all the same',
    remedy: '`heroku ps:scale worker=1`'
  },
  'no-scheduler': {
    level: 'warn',
    why: 'No process listens to the queue `scheduler`: nothing is cleaned up, no scheduled post is published',
    remedy: 'Add `-q scheduler` to exactly one process type'
  },
  'many-schedulers': {
    level: 'warn',
    why: 'More than one process listens to the queue `scheduler`, and exactly one should',
    remedy: 'One process type with `-q scheduler`, scaled to 1; the others without'
  },
  // Streaming
  'streaming-missing': {
    level: 'warn',
    why: 'No app for streaming is named, and STREAMING_API_BASE_URL is not set: timelines do not move by themselves',
    remedy: 'A second app (docs/recipes.md#a-streaming-app of mastodon-on-heroku), `streaming-app:` in the config'
  },
  'streaming-url': {
    level: 'warn',
    why: 'STREAMING_API_BASE_URL is no wss:// address: browsers may not connect to it',
    remedy: '`heroku config:set STREAMING_API_BASE_URL=wss://…`'
  },
  'streaming-left-behind': {
    level: 'warn',
    why: 'The streaming server changes, and it runs in an app that this deploy does not know',
    remedy: '`streaming-app:` in the config; else deploy that app of the same commit'
  },
  'streaming-not-set-up': {
    level: 'block',
    why: 'The streaming app lacks config vars without which the streaming server does not start or connect',
    remedy: '`streaming-setup: true`, or the named commands'
  },
  'streaming-postgres-tls': {
    level: 'block',
    why: "PGSSLMODE or `sslmode` on the streaming app makes Node verify the certificate of Heroku's Postgres, which nobody vouches for",
    remedy: '`heroku config:set PGSSLMODE=no-verify` on the streaming app'
  },
  // Versions and migrations
  'not-mastodon': {
    level: 'note',
    why: 'The tree does not say its version: what is known by version is not looked at',
    remedy: 'None, where the tree is older than 1.2 or none of Mastodon'
  },
  'base-unknown': {
    level: 'warn',
    why: 'What runs now is not in this checkout: what is pending is not known, and a rollback would be refused',
    remedy: 'Check out with `fetch-depth: 0`'
  },
  downgrade: {
    level: 'block',
    why: 'The commit is of an older minor version than what runs: its code does not know the database',
    remedy: '`command: rollback`, which looks whether that is possible'
  },
  'older-patch': {
    level: 'warn',
    why: 'The commit is of an older patch release than what runs',
    remedy: 'Look whether that is meant'
  },
  'skipped-minor': {
    level: 'warn',
    why: 'Minor versions are skipped; Mastodon wants at least one release of each to be deployed',
    remedy: 'Deploy the newest release of each series between, one after the other'
  },
  'zero-downtime-breakpoint': {
    level: 'block',
    why: 'The database is older than this version can migrate while older code runs: the release phase stops',
    remedy: 'The named version first, or `migrations: maintenance` for this one deploy'
  },
  'long-before-release': {
    level: 'warn',
    why: 'Migrations before the release take long; the release phase may take an hour',
    remedy: 'Deploy when few people are on the site; rehearse with a copy of the database (`heroku pg:copy`)'
  },
  'long-after-release': {
    level: 'note',
    why: 'Migrations after the deployment take long; the new code serves meanwhile',
    remedy: 'Leave the job its time: `timeout`'
  },
  'destructive-before-release': {
    level: 'warn',
    why: 'Migrations before the release take away or rewrite what the code that still runs may ask for',
    remedy: '`migrations: maintenance` where errors of some minutes are worse than a page that says so'
  },
  'no-way-back': {
    level: 'warn',
    why: 'After this upgrade the code of now cannot run on the database: a rollback will be refused',
    remedy: 'A backup before (`heroku pg:backups:capture`); afterwards deploy forward'
  },
  'unknown-migrations': {
    level: 'note',
    why: 'The database has migrations that this tree does not have',
    remedy: 'None, where a fork dropped them long ago'
  }
} as const satisfies Record<string, Kind>

export type FindingName = keyof typeof FINDINGS

/** A finding of that name, at its level. */
export function finding(name: FindingName, reason: string, remedy: string): Finding {
  return { name, level: FINDINGS[name].level, reason, remedy }
}
