/** The instance that the five minutes find. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { createClient, HerokuApp, scaleFormation } from '../../../src/heroku/index.ts'
import { type LocalHeroku } from '../local-heroku/index.ts'
import { makeVapidPair } from '../../../src/mastodon/index.ts'
import { systemClock } from '../../../src/runtime/real.ts'
import { git } from '../sample-fork.ts'
import { packSlug, ship } from '../ship-slug.ts'
import { makeNodejs, makeRuby } from './internet.ts'

const DOMAIN = 'social.example'
const NO_SIGNAL = new AbortController().signal

export interface Instance {
  readonly origin: string
  readonly branch: string
  readonly url: string
  readonly redis: number
  readonly folder: string
}

/** An instance that came here by `git push heroku`: its database is as this commit leaves it, a slug of it runs. */
export async function openInstance(
  heroku: LocalHeroku,
  app: string,
  { origin, branch, url, redis, folder }: Instance
): Promise<void> {
  const config = {
    LOCAL_DOMAIN: DOMAIN,
    RAILS_SERVE_STATIC_FILES: 'true',
    SECRET_KEY_BASE: 'a-secret-of-the-instance',
    // Until 4.4 (mastodon/mastodon#34757).
    ...(wantsOtpSecret(origin, branch) ? { OTP_SECRET: 'another-secret-of-the-instance' } : {}),
    ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY: 'a-secret-of-the-instance-1',
    ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT: 'a-secret-of-the-instance-2',
    ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY: 'a-secret-of-the-instance-3',
    ...makeVapidPair(),
    S3_ENABLED: 'true',
    S3_BUCKET: 'media',
    S3_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'a-key-of-the-instance',
    AWS_SECRET_ACCESS_KEY: 'a-secret-of-the-instance-4',
    SMTP_SERVER: 'mail.social.example',
    SMTP_LOGIN: 'mastodon',
    SMTP_PASSWORD: 'a-secret-of-the-instance-5',
    SMTP_FROM_ADDRESS: 'notifications@social.example'
  }
  await heroku.addApp(app, {
    config,
    addons: [
      { plan: 'heroku-postgresql:essential-0', vars: { DATABASE_URL: url } },
      { plan: 'heroku-redis:mini', vars: { REDIS_URL: `redis://127.0.0.1:${redis}` } }
    ]
  })
  const files = git(origin, 'ls-tree', '-r', '--name-only', branch, 'db/').split('\n')
  const versions = files.flatMap(file => /^db\/(?:post_)?migrate\/(\d{14})_\w+\.rb$/.exec(file)?.[1] ?? [])
  await query(
    url,
    'CREATE TABLE schema_migrations (version varchar PRIMARY KEY)',
    ...versions.map(version => `INSERT INTO schema_migrations VALUES ('${version}')`)
  )
  const client = createClient({ url: heroku.apiUrl, key: heroku.apiKey, clock: systemClock, signal: NO_SIGNAL })
  const slug = builtByHeroku(origin, branch, folder)
  const commit = git(origin, 'rev-parse', branch)
  const types = { web: 'bin/heroku-web', worker: 'bundle exec sidekiq' }
  await ship(new HerokuApp(client, app, systemClock), slug, types, commit)
  const patience = { clock: systemClock, signal: NO_SIGNAL }
  await scaleFormation(client, app, [{ type: 'worker', quantity: 1 }], patience)
}

export async function query(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

function wantsOtpSecret(origin: string, branch: string): boolean {
  return spawnSync('git', ['-C', origin, 'grep', '-q', 'OTP_SECRET', branch, '--', 'config/environments']).status === 0
}

/** As Heroku builds what is pushed, with the stand-ins for Node and Ruby alone. */
function builtByHeroku(origin: string, branch: string, folder: string): string {
  const built = path.join(folder, 'app')
  mkdirSync(built)
  execFileSync('sh', ['-c', `git -C '${origin}' archive '${branch}' | tar -x -C '${built}'`])
  for (const [name, make] of Object.entries({ nodejs: makeNodejs, ruby: makeRuby })) {
    const buildpack = path.join(folder, name)
    make(buildpack)
    execFileSync(path.join(buildpack, 'bin', 'compile'), [built, folder, folder])
  }
  return packSlug(folder, {})
}
