import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import pg from 'pg'
import { gemEnvironment, noGems } from '../../scripts/gems.mts'
import { startPostgres } from '../rig/postgres.ts'
import { freePort } from '../rig/local-heroku/index.ts'
import {
  APPLIED_COMMAND,
  baseSchemaCommand,
  PENDING_COMMAND,
  POST_MIGRATE_COMMAND,
  RELEASE_FILES,
  readMigrations,
  releaseCommand,
  rollbackVerdict,
  sourceOffer,
  type Migration
} from '../../src/mastodon/index.ts'
import { removeTree } from '../../src/runtime/index.ts'
import { writeRailsTree } from '../e2e/rails-app/trees.ts'
import { describeOrSkip } from '../helpers/skip.ts'

const OLDEST = '20230101000000'
const OLD = '20241007071624'
const PRE = ['20260629125635', '20260629125939']
const POST = '20260702144128'
const ALL = [OLDEST, OLD, ...PRE, POST]

describeOrSkip('a release of a Rails app with two phases of migrations', noGems('4.7'), () => {
  const root = mkdtempSync(path.join(os.tmpdir(), 'rails-'))
  let postgres: Awaited<ReturnType<typeof startPostgres>>
  let databases = 0
  let forks = 0
  let connection: pg.Client | undefined

  beforeAll(async () => {
    for (const version of ['4.6', '4.7'] as const) {
      writeRailsTree(path.join(root, version), version)
      writeFiles(path.join(root, version), RELEASE_FILES)
    }
    // Postgres refuses to run as root, so it may be another user.
    chmodSync(root, 0o755)
    mkdirSync(path.join(root, 'postgres'))
    postgres = await startPostgres(path.join(root, 'postgres'))
  })

  afterEach(async () => {
    await connection?.end()
    connection = undefined
  })

  afterAll(async () => {
    await postgres?.stop()
    await removeTree(root)
  })

  function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true })
      writeFileSync(path.join(folder, name), text)
    }
  }

  const older = path.join(root, '4.6')
  const newer = path.join(root, '4.7')

  /** A fork of 4.7 with some files of its own. */
  function fork(files: Record<string, string>): string {
    const folder = path.join(root, `fork-${++forks}`)
    cpSync(newer, folder, { recursive: true })
    writeFiles(folder, files)
    return folder
  }

  async function emptyDatabase(): Promise<string> {
    const name = `test_${++databases}`
    await postgres.createDatabase(name)
    const url = postgres.url(name)
    connection = new pg.Client({ connectionString: url })
    await connection.connect()
    return url
  }

  /** The first column of what the last of the statements answers. */
  async function rows(sql: string): Promise<unknown[]> {
    const results = [await connection!.query<Record<string, unknown>>(sql)].flat()
    return results.at(-1)!.rows.map(row => Object.values(row)[0])
  }

  const tables = (): Promise<unknown[]> =>
    rows("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")

  /** A database as an older release left it, with one account in it. */
  async function databaseAt(version: string): Promise<string> {
    const url = await emptyDatabase()
    expect(dyno(`bundle exec rails db:migrate VERSION=${version}`, url).code).toBe(0)
    await rows("INSERT INTO accounts (username, private_key, created_at, updated_at) VALUES ('ash', 'k', now(), now())")
    return url
  }

  function dynoEnvironment(url: string, more: Record<string, string>): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '',
      HOME: root,
      LANG: 'C.UTF-8',
      DATABASE_URL: url,
      RAILS_ENV: 'production',
      ...gemEnvironment('4.7'),
      ...more
    }
  }

  /** Runs a command as a dyno does, in the app's folder by bash. */
  function dyno(
    command: string,
    url: string,
    options: { app?: string; env?: Record<string, string> } = {}
  ): { code: number | null; output: string; errors: string } {
    const env = dynoEnvironment(url, options.env ?? {})
    const ended = spawnSync('bash', ['--norc', '-c', command], { cwd: options.app ?? newer, env, encoding: 'utf8' })
    return { code: ended.status, output: ended.stdout, errors: ended.stderr }
  }

  const release = (url: string, app = newer): ReturnType<typeof dyno> =>
    dyno(releaseCommand('zero-downtime'), url, { app })

  function migrationsOf(app: string): Migration[] {
    const files = readdirSync(path.join(app, 'db'), { recursive: true, encoding: 'utf8' })
      .filter(file => file.endsWith('.rb'))
      .map(file => ({ path: `db/${file}`, text: readFileSync(path.join(app, 'db', file), 'utf8') }))
    return readMigrations(files)
  }

  it('has the Rails of the bundle, and no gem from elsewhere but Bundler', async () => {
    const elsewhere = 'Gem.loaded_specs.values.reject { |gem| gem.full_gem_path.start_with?(ENV.fetch("BUNDLE_PATH")) }'
    const script = `require "rails"; puts Rails.version, ${elsewhere}.reject(&:default_gem?).map(&:name)`
    const url = await emptyDatabase()
    expect(dyno(`bundle exec ruby -e '${script}'`, url).output).toMatch(/^7\.2\.\d+\nbundler\n$/)
  })

  it('loads the schema and the seeds into an empty database, once', async () => {
    const url = await emptyDatabase()
    expect(dyno(APPLIED_COMMAND, url)).toMatchObject({ code: 0, output: '' })

    const first = release(url)
    expect(first).toMatchObject({ code: 0, output: 'mastodon-on-heroku: migrations before=0 after=5 ran=\n' })
    expect(await rows('SELECT username FROM accounts')).toEqual(['mastodon.internal'])
    expect(dyno(APPLIED_COMMAND, url)).toMatchObject({ code: 0, output: ALL.map(version => `${version}\n`).join('') })
    expect(dyno(PENDING_COMMAND, url).code).toBe(0)

    await rows('DELETE FROM accounts')
    const again = release(url)
    expect(again).toMatchObject({ code: 0, output: 'mastodon-on-heroku: migrations before=5 after=5 ran=\n' })
    expect(await rows('SELECT username FROM accounts')).toEqual([])
    expect(await tables()).toEqual(['accounts', 'ar_internal_metadata', 'keypairs', 'schema_migrations'])
  })

  it('loads the schema of a base for a rehearsal, once, and leaves the seeds to the release', async () => {
    const url = await emptyDatabase()
    expect(dyno(baseSchemaCommand(false), url, { app: older }).code).toBe(0)
    expect(dyno(APPLIED_COMMAND, url)).toMatchObject({ code: 0, output: `${OLDEST}\n${OLD}\n` })
    expect(await rows('SELECT username FROM accounts')).toEqual([])

    await rows("INSERT INTO accounts (username, created_at, updated_at) VALUES ('ash', now(), now())")
    expect(dyno(baseSchemaCommand(false), url).code).toBe(0)
    expect(release(url).code).toBe(0)
    expect(await rows('SELECT username FROM accounts ORDER BY id')).toEqual(['ash', 'mastodon.internal'])
  })

  it('loads the schema of a base with its code, and its seeds at once', async () => {
    const url = await emptyDatabase()
    expect(dyno(baseSchemaCommand(true), url, { app: older })).toMatchObject({ code: 0 })
    expect(await rows('SELECT username FROM accounts')).toEqual(['mastodon.internal'])
    expect(release(url).code).toBe(0)
    expect(await rows('SELECT username FROM accounts')).toEqual(['mastodon.internal'])
  })

  it('runs the first phase in the release, the second on demand, whatever the environment says', async () => {
    const url = await databaseAt(OLD)
    const app = fork({ 'rakelib/own.rake': "Rake::Task['db:migrate'].enhance { puts 'from rakelib' }\n" })
    const first = release(url, app)
    expect(first.code).toBe(0)
    expect(first.output).toContain(`\nmastodon-on-heroku: migrations before=2 after=4 ran=${PRE.join(',')}\n`)
    expect(first.output).toContain('\nfrom rakelib\n')
    expect(await rows('SELECT private_key FROM accounts')).toEqual(['k'])

    const env = { SKIP_POST_DEPLOYMENT_MIGRATIONS: '' }
    const pending = dyno(PENDING_COMMAND, url, { env })
    expect(pending.code).toBe(1)
    expect(pending.output + pending.errors).toContain(POST)

    expect(dyno(POST_MIGRATE_COMMAND, url, { env }).code).toBe(0)
    expect(await rows('SELECT private_key FROM accounts')).toEqual([null])
    expect(await rows('SELECT private_key FROM keypairs')).toEqual(['k'])
    expect(dyno(PENDING_COMMAND, url, { env }).code).toBe(0)
    expect(dyno(POST_MIGRATE_COMMAND, url).code).toBe(0)
  })

  it('can go back after the first phase, not after the second, and the verdict says so', async () => {
    const url = await emptyDatabase()
    const verdict = (): ReturnType<typeof rollbackVerdict> =>
      rollbackVerdict({
        applied: dyno(APPLIED_COMMAND, url).output.trim().split('\n'),
        oldVersions: new Set(migrationsOf(older).map(migration => migration.version)),
        migrations: migrationsOf(newer)
      })
    const canSign = (app: string): string =>
      dyno(`bundle exec rails runner 'puts Account.first.signing_key.present?'`, url, { app }).output

    expect(release(url, older)).toMatchObject({
      code: 0,
      output: 'mastodon-on-heroku: migrations before=0 after=2 ran=\n'
    })
    expect(release(url, newer).code).toBe(0)
    expect(verdict()).toEqual({ safe: true, unknown: PRE })
    expect([canSign(older), canSign(newer)]).toEqual(['true\n', 'true\n'])

    expect(dyno(POST_MIGRATE_COMMAND, url).code).toBe(0)
    expect(verdict()).toMatchObject({ safe: false, because: [{ version: POST, phase: 'post' }], unreadable: [] })
    expect([canSign(older), canSign(newer)]).toEqual(['false\n', 'true\n'])
  })

  it('runs both phases in the release with the strategy maintenance, from any version', async () => {
    const url = await databaseAt(OLDEST)
    const ended = dyno(releaseCommand('maintenance'), url, { env: { SKIP_POST_DEPLOYMENT_MIGRATIONS: 'true' } })
    expect(ended.code).toBe(0)
    expect(ended.output).toContain(`\nmastodon-on-heroku: migrations before=1 after=5 ran=${ALL.slice(1).join(',')}\n`)
    expect(await rows('SELECT private_key FROM keypairs')).toEqual(['k'])
  })

  it('stops at the breakpoint and changes nothing', async () => {
    const url = await databaseAt(OLDEST)
    const ended = release(url)
    expect(ended.code).toBe(1)
    expect(ended.errors).toContain('too old to be migrated in two phases')
    expect(ended.output).toBe('mastodon-on-heroku: migrations before=1 after=1 ran=\n')
    expect(dyno(APPLIED_COMMAND, url).output).toBe(`${OLDEST}\n`)
  })

  it('says what ran when a migration fails', async () => {
    const url = await databaseAt(OLD)
    const broken = `class Broken < ActiveRecord::Migration[7.2]\n  def up\n    execute 'SELECT nothing'\n  end\nend\n`
    const ended = release(url, fork({ 'db/migrate/20260629125636_broken.rb': broken }))
    expect(ended.code).toBe(1)
    expect(ended.output).toContain(`\nmastodon-on-heroku: migrations before=2 after=3 ran=${PRE[0]}\n`)
  })

  it.each(['CREATE TABLE accounts (id int)', 'CREATE TABLE schema_migrations (version varchar); CREATE TABLE a ()'])(
    'touches nothing in a database of another origin: %s',
    async sql => {
      const url = await emptyDatabase()
      await rows('CREATE TABLE keypairs (id int); INSERT INTO keypairs VALUES (7)')
      await rows(sql)
      const before = await tables()
      const ended = release(url)
      expect(ended.code).toBe(1)
      expect(ended.errors).toContain('has tables (')
      expect(ended.errors).toContain('nothing was changed')
      expect(await tables()).toEqual(before)
      expect(await rows('SELECT id FROM keypairs')).toEqual([7])
    }
  )

  it('ends a set-up that failed in its seeds', async () => {
    const url = await emptyDatabase()
    const failed = release(url, fork({ 'db/seeds.rb': "Account.create!(username: 'first')\nraise 'no Redis'\n" }))
    expect(failed.code).toBe(1)
    expect(failed.output).toBe('mastodon-on-heroku: migrations before=0 after=5 ran=\n')

    expect(release(url).code).toBe(0)
    expect(await rows('SELECT username FROM accounts ORDER BY id')).toEqual(['first', 'mastodon.internal'])
    expect(await tables()).not.toContain('mastodon_on_heroku_setup')
  })

  it('begins a set-up again that was killed in its schema, but never over a row', async () => {
    const url = await emptyDatabase()
    await rows(
      'CREATE TABLE mastodon_on_heroku_setup (); CREATE TABLE accounts (id int); INSERT INTO accounts VALUES (1)'
    )
    expect(release(url).code).toBe(1)
    expect(await rows('SELECT id FROM accounts')).toEqual([1])

    await rows('DELETE FROM accounts')
    expect(release(url).code).toBe(0)
    expect(await rows('SELECT username FROM accounts')).toEqual(['mastodon.internal'])
    expect(await tables()).not.toContain('mastodon_on_heroku_setup')
  })

  it('asks a database by a URL with parameters of Rails, and fails where there is none', async () => {
    const url = await databaseAt(OLDEST)
    const separator = url.includes('?') ? '&' : '?'
    const asked = dyno(APPLIED_COMMAND, `${url}${separator}pool=5&connect_timeout=9&prepared_statements=false`)
    expect(asked).toMatchObject({ code: 0, output: `${OLDEST}\n` })
    expect(dyno(APPLIED_COMMAND, postgres.url('nowhere')).code).toBe(1)
  })

  it('serves, and shows the deployed commit', async () => {
    const url = await emptyDatabase()
    const commit = '0123456789abcdef0123456789abcdef01234567'
    const { path: profile, text } = sourceOffer({ repository: 'owner/fork', commit })
    const app = fork({ [profile]: text })
    expect(release(url, app).code).toBe(0)

    const port = await freePort()
    const env = dynoEnvironment(url, { PORT: String(port) })
    const web = spawn('bash', ['--norc', '-c', `. ./${profile}; bin/heroku-web`], {
      cwd: app,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore']
    })
    const closed = once(web, 'close')
    try {
      for await (const line of createInterface(web.stdout)) if (line.includes('Listening on')) break
      const get = async (route: string): Promise<string> => (await fetch(`http://127.0.0.1:${port}${route}`)).text()
      expect(await get('/health')).toBe('OK')
      expect(JSON.parse(await get('/api/v2/instance'))).toEqual({
        domain: '127.0.0.1',
        version: '4.7.0+0123456',
        source_url: `https://github.com/owner/fork/tree/${commit}`
      })
      expect(JSON.parse(await get('/api/v1/accounts/mastodon.internal'))).toEqual({
        username: 'mastodon.internal',
        can_sign: true
      })
    } finally {
      process.kill(-web.pid!, 'SIGTERM')
      web.stdout.resume()
      await closed
    }
  })
})
