/** The five-minute path's scene: an admin's machine, the fork on a GitHub, the instance on a Heroku. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { leadGithubCli } from '../../__tests__/helpers/github-cli.ts'
import { startPlainRedis } from '../../__tests__/helpers/redis.ts'
import { createClient, HerokuApp, scaleFormation } from '../../src/heroku/index.ts'
import { processHost, startLocalHeroku, type LocalHeroku } from '../../src/local-heroku/index.ts'
import { makeVapidPair } from '../../src/mastodon/index.ts'
import { runCommand, systemClock } from '../../src/runtime/real.ts'
import { startPostgres } from '../postgres.ts'
import { git } from '../sample-fork.ts'
import { packSlug, ship } from '../ship-slug.ts'
import { Stage } from '../workflows/stage.ts'
import { makeNodejs, makeRuby, openInternet } from './internet.ts'

export interface SceneOptions {
  /** A clone of a fork of Mastodon; it is read alone. */
  readonly clone: string
  /** Its own, empty. */
  readonly folder: string
  readonly app: string
  /** Folders of buildpacks, by their name in app.json. */
  readonly buildpacks: Readonly<Record<string, string>>
}

export interface Ran {
  readonly code: number
  readonly output: string
}

export interface Scene {
  readonly stage: Stage
  readonly heroku: LocalHeroku
  /** The admin's clone. */
  readonly fork: string
  /** What stands in for something else, and why. */
  readonly standIns: readonly string[]
  /** The admin types a command, in the fork. */
  type(this: void, command: string): Promise<Ran>
  close(this: void): Promise<void>
}

const DOMAIN = 'social.example'
const TOKEN = 'ghp_of-the-admin'

export async function openScene({ clone, folder, app, buildpacks }: SceneOptions): Promise<Scene> {
  const closers: (() => Promise<void>)[] = []
  const close = async (): Promise<void> => {
    for (const closeOne of closers.splice(0).reverse()) await closeOne()
  }
  try {
    chmodSync(folder, 0o755)
    const at = (name: string): string => {
      mkdirSync(path.join(folder, name))
      return path.join(folder, name)
    }
    const branch = git(clone, 'rev-parse', '--abbrev-ref', 'HEAD')
    const origin = path.join(folder, 'owner', 'fork.git')
    execFileSync('git', [
      'clone',
      '-q',
      '--bare',
      '--single-branch',
      '--branch',
      branch,
      `file://${path.resolve(clone)}`,
      origin
    ])

    const internet = await openInternet(at('internet'), fileOf(origin, branch, 'Aptfile'), buildpacks)
    closers.push(internet.close)
    const databases = await startPostgres(at('postgres'))
    closers.push(() => databases.stop())
    const services = await openServices(at('services'), closers)
    const heroku = await openHeroku(at('heroku'))
    closers.push(() => heroku.close())
    await databases.createDatabase('instance')
    await openInstance(heroku, app, {
      origin,
      branch,
      url: databases.url('instance'),
      redis: services.redis,
      folder: at('before')
    })

    const stage = await Stage.open({ folder: at('jobs'), origin, heroku, branch })
    closers.push(() => stage.close())
    stage.services = services
    stage.inputs = { 'buildpack-registry-url': internet.registryUrl }
    stage.env = { PATH: `${internet.programs}:${process.env['PATH']}` }
    stage.github.allow(TOKEN, ADMIN, 'admin')
    const cli = await leadGithubCli(at('github'), stage.github.url)
    closers.push(cli.close)

    const home = at('home')
    const programs = adminsPrograms(at('bin'), folder)
    writeFileSync(path.join(home, '.gitconfig'), '[user]\n\tname = Admin\n\temail = admin@social.example\n')
    const env = {
      PATH: `${programs}:${process.env['PATH']}`,
      HOME: home,
      TERM: 'dumb',
      ...cli.env,
      GH_TOKEN: TOKEN,
      // docs/local-heroku.md: how Heroku's CLI is led there.
      HEROKU_HOST: heroku.apiUrl,
      HEROKU_API_KEY: heroku.apiKey,
      HEROKU_SKIP_NEW_VERSION_CHECK: '1',
      HEROKU_ANALYTICS_URL: heroku.apiUrl,
      DISABLE_TELEMETRY: '1',
      npm_config_registry: internet.npmUrl,
      npm_config_update_notifier: 'false'
    }
    const fork = path.join(folder, 'fork')
    await mustType(`git clone -q git@github.com:owner/fork.git '${fork}'`, folder, env)
    return {
      stage,
      heroku,
      fork,
      standIns: [...internet.standIns.map(name => `the buildpack ${name}`), ...standInPrograms()],
      type: command => type(command, fork, env),
      close
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** What the owner of a repository may do with a token of `gh auth login`. */
const ADMIN = { administration: 'write', environments: 'write', actions: 'write', 'pull-requests': 'write' } as const

export function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

function standInPrograms(): string[] {
  return has('heroku') ? [] : ['Heroku’s CLI, which is not installed']
}

/** Service containers of the rehearsal: an empty Postgres with the workflow's password, a Redis. */
async function openServices(
  folder: string,
  closers: (() => Promise<void>)[]
): Promise<{ postgres: number; redis: number }> {
  const postgres = await startPostgres(path.join(folder, 'postgres'))
  closers.push(() => postgres.stop())
  const url = new URL(postgres.url('postgres'))
  await query(url.href, `ALTER USER postgres PASSWORD 'postgres'`)
  const redis = await startPlainRedis(folder)
  closers.push(() => redis.close())
  return { postgres: Number(url.port), redis: redis.port }
}

async function query(url: string, ...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

function openHeroku(folder: string): Promise<LocalHeroku> {
  return startLocalHeroku({
    folder,
    clock: systemClock,
    host: processHost({ folder, run: runCommand, searchPath: process.env['PATH'] ?? '' })
  })
}

interface Instance {
  readonly origin: string
  readonly branch: string
  readonly url: string
  readonly redis: number
  readonly folder: string
}

/** An instance that came here by `git push heroku`: its database is as this commit leaves it, a slug of it runs. */
async function openInstance(
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

const NO_SIGNAL = new AbortController().signal

/** A file's text; empty where it is not there. */
function fileOf(origin: string, branch: string, file: string): string {
  return spawnSync('git', ['-C', origin, 'show', `${branch}:${file}`], { encoding: 'utf8' }).stdout
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

/** ssh that leads to GitHub's repositories in `folder`; `heroku`, where there is none, makes keys alone. */
function adminsPrograms(into: string, folder: string): string {
  const ssh = `for last; do :; done\nexec sh -c "$(printf %s "$last" | sed "s,'owner/,'${folder}/owner/,")"`
  const heroku = `exec node '${path.join(import.meta.dirname, 'heroku.mjs')}' "$@"`
  for (const [name, text] of Object.entries({ ssh, ...(has('heroku') ? {} : { heroku }) })) {
    writeFileSync(path.join(into, name), `#!/bin/sh\n${text}\n`)
    chmodSync(path.join(into, name), 0o755)
  }
  return into
}

async function mustType(command: string, cwd: string, env: Readonly<Record<string, string>>): Promise<void> {
  const { code, output } = await type(command, cwd, env)
  if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`)
}

/** As in a terminal where nobody answers. */
function type(command: string, cwd: string, env: Readonly<Record<string, string>>): Promise<Ran> {
  const child = spawn('bash', ['-o', 'pipefail', '-c', command], {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code: code ?? 1, output }))
  })
}
