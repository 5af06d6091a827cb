import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { startPostgres, type Postgres } from '../rig/postgres.ts'
import { addPostMigration, breakBoot, breakRelease } from '../rig/sample-fork.ts'
import { freePort } from '../rig/local-heroku/index.ts'
import {
  APPLIED_COMMAND,
  PENDING_COMMAND,
  POST_MIGRATE_COMMAND,
  PRE_MIGRATE_COMMAND,
  PRE_PENDING_COMMAND,
  releaseCommand,
  rollbackVerdict,
  readMigrations
} from '../../src/mastodon/index.ts'
import { lastingTemp, temp } from '../helpers/temp.ts'
import { ask, buildSampleFork, Dyno, type Ended } from './dynos.ts'

const PRE = ['20260601120000', '20260602120000', '20260603120000']
const POST = '20260604120000'
const ALL = [...PRE, POST]
const [NEXT_PRE, NEXT_POST] = ['20260701120000', '20260702120000']
const RELEASE = releaseCommand('zero-downtime')
const WEB = 'bin/heroku-web'

let postgres: Postgres
let app: string
let databases = 0
let url: string
let connection: pg.Client
const dynos: Dyno[] = []

beforeAll(async () => {
  app = buildSampleFork(lastingTemp())
  postgres = await startPostgres(path.join(lastingTemp(), 'postgres'))
})
afterAll(() => postgres?.stop())

beforeEach(async () => {
  const name = `test_${++databases}`
  await postgres.createDatabase(name)
  url = postgres.url(name)
  connection = new pg.Client({ connectionString: url })
  await connection.connect()
})
afterEach(async () => {
  for (const dyno of dynos.splice(0)) {
    try {
      dyno.signal('SIGKILL')
    } catch {
      // It has ended.
    }
    await dyno.ended
  }
  await connection?.end()
})

function start(command: string, { tree = app, env = {} }: { tree?: string; env?: Record<string, string> } = {}): Dyno {
  const dyno = new Dyno(tree, command, { DATABASE_URL: url, ...env })
  dynos.push(dyno)
  return dyno
}

const run = (command: string, options: Parameters<typeof start>[1] = {}): Promise<Ended> =>
  start(command, options).ended

/** A copy of the built app, changed. */
function changed(change: (folder: string) => void): string {
  const folder = path.join(temp(), 'app')
  cpSync(app, folder, { recursive: true, verbatimSymlinks: true })
  change(folder)
  return folder
}

/** Starts a web process of a tree and waits until it listens. */
async function web(tree = app, env: Record<string, string> = {}): Promise<{ port: number; dyno: Dyno }> {
  const port = await freePort()
  const dyno = start(WEB, { tree, env: { PORT: String(port), ...env } })
  await dyno.printed('istening on')
  return { port, dyno }
}

async function values(sql: string): Promise<unknown[]> {
  const { rows } = await connection.query<Record<string, unknown>>(sql)
  return rows.map(row => Object.values(row)[0])
}

const columns = (): Promise<unknown[]> =>
  values(
    "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'notes' ORDER BY ordinal_position"
  )
const tables = (): Promise<unknown[]> =>
  values("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
const applied = async (): Promise<string[]> => (await run(APPLIED_COMMAND)).output.split('\n').filter(Boolean)

describe('the slug of the sample fork', () => {
  it('runs the Node of this machine in the place of its own', async () => {
    const { code, output } = await run('command -v node; node --version; node -p "process.argv.length" a b')
    expect({ code, lines: output.trim().split('\n') }).toEqual({
      code: 0,
      lines: [path.join(app, '.heroku/node/bin/node'), process.version, '3']
    })
    const without = await run('PATH=$HOME/.heroku/node/bin:$HOME/other; node --version', {
      tree: changed(folder => {
        execFileSync('mkdir', [path.join(folder, 'other')])
        for (const program of ['bash', 'env', 'head', 'tr', 'grep'])
          execFileSync('ln', [
            '-s',
            execFileSync('which', [program], { encoding: 'utf8' }).trim(),
            path.join(folder, 'other')
          ])
        // Another build's stand-in does not make them call each other for ever.
        cpSync(path.join(folder, '.heroku/node/bin/node'), path.join(folder, 'other/node'))
      })
    })
    expect(without).toMatchObject({ code: 127, output: '' })
    expect(without.errors).toContain('this machine has none on PATH')
  })

  it('has the real package pg, with all that it needs', async () => {
    const names = readdirSync(path.join(app, 'node_modules'))
    expect(names).toEqual(expect.arrayContaining(['pg', 'pg-protocol', 'pgpass', 'split2', 'xtend', 'ws', 'react']))
    const query = `new (require('pg').Client)({ connectionString: process.env.DATABASE_URL })`
    const { code, output } = await run(
      `node -e "const c = ${query}; c.connect().then(() => c.query('SELECT 40 + 2 AS n')).then(({ rows }) => console.log(rows[0].n)).then(() => c.end())"`
    )
    expect({ code, output }).toEqual({ code: 0, output: '42\n' })
  })

  it('says what it does not know', async () => {
    const unknown = await run('bundle exec tootctl media remove')
    expect(unknown).toMatchObject({ code: 127, output: '' })
    expect(unknown.errors).toContain('not known to the stand-in of the sample fork: exec tootctl media remove')
    expect((await run('bundle install')).code).toBe(127)
    const task = await run('bundle exec rake db:migrate db:nonsense')
    expect(task).toMatchObject({ code: 1, output: '' })
    expect(task.errors).toContain("Don't know how to build task 'db:nonsense'")
    expect(await tables()).toEqual([])
    const runner = await run(`bundle exec rails runner 'puts 1'`)
    expect(runner).toMatchObject({ code: 1, errors: 'The stand-in for Rails does not run Ruby.\n' })
    expect((await run('bundle exec rails db:version', { env: { DATABASE_URL: '' } })).code).toBe(1)
    expect((await run('bundle exec rails db:version', { env: { DATABASE_URL: postgres.url('nowhere') } })).code).toBe(1)
  })
})

describe('its migrations', () => {
  it('run both phases in order, as real SQL, once', async () => {
    const { code, output } = await run('bundle exec rails db:migrate')
    expect(code).toBe(0)
    for (const name of ['CreateNotes', 'AddIndexToNotes', 'AddKeyToNotes', 'DropOldKeyFromNotes']) {
      expect(output).toMatch(new RegExp(`^== \\d{14} ${name}: migrating =+$`, 'm'))
      expect(output).toMatch(new RegExp(`^== \\d{14} ${name}: migrated \\(\\d+\\.\\d{4}s\\) =+$`, 'm'))
    }
    expect(await columns()).toEqual(['id', 'body', 'created_at', 'key'])
    expect(await applied()).toEqual(ALL)
    expect(await run('bundle exec rails db:migrate db:abort_if_pending_migrations')).toMatchObject({
      code: 0,
      output: ''
    })
    expect((await run('bundle exec rails db:version')).output).toBe(`Current version: ${POST}\n`)
  })

  it.each(['true', 'false', ''])('leave the second phase alone with the switch set to "%s"', async value => {
    // From a version after the breakpoint.
    await connection.query(`CREATE TABLE schema_migrations (version varchar PRIMARY KEY)`)
    await connection.query(`INSERT INTO schema_migrations VALUES ('20241007071624')`)
    const env = { SKIP_POST_DEPLOYMENT_MIGRATIONS: value }
    expect((await run('bundle exec rails db:migrate db:abort_if_pending_migrations', { env })).code).toBe(0)
    expect(await columns()).toEqual(['id', 'body', 'old_key', 'created_at', 'key'])
    const pending = await run('bundle exec rails db:abort_if_pending_migrations')
    expect(pending.code).toBe(1)
    expect(pending.output).toBe(`You have 1 pending migration:\n  ${POST} DropOldKeyFromNotes\n`)
    expect(pending.errors).toContain('Run `bin/rails db:migrate`')
    expect(await applied()).toEqual(['20241007071624', ...PRE])
  })

  it.each([
    ['an empty database', undefined],
    ['a version before the breakpoint', '20241007071623']
  ])('stop at %s with the switch, and change nothing', async (_, version) => {
    if (version !== undefined)
      await connection.query(`CREATE TABLE schema_migrations AS SELECT '${version}'::varchar AS version`)
    const before = await tables()
    const env = { SKIP_POST_DEPLOYMENT_MIGRATIONS: 'true' }
    expect(await run('bundle exec rails db:migrate', { env })).toMatchObject({
      code: 1,
      output: '',
      errors: 'Upgrade by way of 4.3 first\n'
    })
    expect(await tables()).toEqual(before)
  })

  it('stop at a Postgres that is too old', async () => {
    const tree = changed(folder =>
      writeFileSync(path.join(folder, 'lib/tasks/db.rake'), `abort 'Too old' if pg_version < 990_000\n`)
    )
    expect(await run('bundle exec rails db:migrate', { tree })).toMatchObject({ code: 1, errors: 'Too old\n' })
  })

  it('are each in a transaction, or not where they say so', async () => {
    const broken = (more: string) => (folder: string) =>
      writeFileSync(
        path.join(folder, 'db/migrate/20260603120001_break_half_way.rb'),
        `class BreakHalfWay < ActiveRecord::Migration[8.1]\n${more}  def up\n` +
          '    execute <<~SQL\n      CREATE TABLE first_half ()\n    SQL\n' +
          '    execute <<~SQL\n      SELECT nothing\n    SQL\n  end\nend\n'
      )
    const inside = await run('bundle exec rails db:migrate', { tree: changed(broken('')) })
    expect(inside.code).toBe(1)
    expect(inside.errors).toContain('this and all later migrations canceled')
    expect(inside.errors).toContain('column "nothing" does not exist')
    expect(await tables()).not.toContain('first_half')
    expect(await applied()).toEqual(PRE)

    const outside = await run('bundle exec rails db:migrate', { tree: changed(broken('  disable_ddl_transaction!\n')) })
    expect(outside.code).toBe(1)
    expect(await tables()).toContain('first_half')
    expect(await applied()).toEqual(PRE)
  })

  it('are run by one process at a time', async () => {
    await connection.query('SELECT pg_advisory_lock(2053462845, hashtext(current_database()))')
    const { code, errors } = await run('bundle exec rails db:migrate')
    expect(code).toBe(1)
    expect(errors).toContain('ConcurrentMigrationError')
    expect(await tables()).toEqual([])
  })

  it('come to the same tables as the schema, also in a next version', async () => {
    const tree = changed(addPostMigration)
    const shape = (): Promise<unknown[]> =>
      values(
        `SELECT format('%s.%s %s %s', table_name, column_name, data_type, is_nullable) FROM information_schema.columns
         WHERE table_schema = 'public' UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1`
      )
    for (const version of [app, tree]) {
      await connection.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
      expect((await run('bundle exec rails db:migrate', { tree: version })).code).toBe(0)
      const [migrated, versions] = [await shape(), await applied()]
      await connection.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
      expect((await run('bundle exec rails db:schema:load db:seed db:seed', { tree: version })).code).toBe(0)
      expect([await shape(), await applied()]).toEqual([migrated, versions])
    }
  })

  it('are not lost to a schema load', async () => {
    await run('bundle exec rails db:migrate db:seed')
    const again = await run('bundle exec rails db:schema:load')
    expect(again.code).toBe(1)
    expect(again.errors).toContain('ProtectedEnvironmentError')
    expect(await values('SELECT title FROM instances')).toEqual(['A sample instance'])
  })
})

describe('its release phase', () => {
  it('sets an empty database up, once', async () => {
    expect(await run(RELEASE)).toMatchObject({
      code: 0,
      output: 'mastodon-on-heroku: migrations before=0 after=4 ran=\n'
    })
    await connection.query("UPDATE instances SET title = 'Ours'")
    expect(await run(RELEASE)).toMatchObject({
      code: 0,
      output: 'mastodon-on-heroku: migrations before=4 after=4 ran=\n'
    })
    expect(await values('SELECT title FROM instances')).toEqual(['Ours'])
    expect((await run(PENDING_COMMAND)).code).toBe(0)
  })

  it('leaves a database of another origin alone', async () => {
    await connection.query('CREATE TABLE notes (kept int); CREATE TABLE schema_migrations (version varchar)')
    const { code, errors } = await run(RELEASE)
    expect(code).toBe(1)
    expect(errors).toContain('has tables (notes) but no applied migration')
    expect(await columns()).toEqual(['kept'])
    expect(await tables()).toEqual(['notes', 'schema_migrations'])
  })

  it('leaves nothing of a set-up that fails', async () => {
    const tree = changed(folder =>
      writeFileSync(path.join(folder, 'db/seeds.rb'), 'execute <<~SQL\n  SELECT nothing\nSQL\n')
    )
    expect((await run(RELEASE, { tree })).code).toBe(1)
    expect(await tables()).toEqual([])
  })

  it('fails with what the helper breaks, and the old version goes on', async () => {
    await run(RELEASE)
    const failed = await run(RELEASE, { tree: changed(breakRelease) })
    expect(failed.code).toBe(1)
    expect(failed.errors).toContain('relation "notices" does not exist')
    expect(failed.output).toContain('mastodon-on-heroku: migrations before=4 after=4 ran=\n')
    const { port } = await web()
    expect((await ask(port, '/api/v1/notes')).status).toBe(200)
  })
})

describe('its processes', () => {
  it('answer what a deploy asks', async () => {
    await run(RELEASE)
    const { port } = await web(app, {
      LOCAL_DOMAIN: 'sample.example',
      WEB_DOMAIN: 'web.sample.example',
      GITHUB_REPOSITORY: 'owner/fork',
      SOURCE_TAG: 'v1.2.3',
      MASTODON_VERSION_METADATA: '0123456',
      STREAMING_API_BASE_URL: 'wss://live.example',
      VAPID_PUBLIC_KEY: 'a key'
    })
    expect(await ask(port, '/health', { 'x-forwarded-proto': 'http' })).toMatchObject({ status: 200, body: 'OK' })
    const host = 'sample.example'
    const instance = await ask(port, '/api/v2/instance', { host })
    expect(instance.status).toBe(200)
    expect(JSON.parse(instance.body)).toEqual({
      domain: 'sample.example',
      title: 'A sample instance',
      version: '4.7.0+0123456',
      source_url: 'https://github.com/owner/fork/tree/v1.2.3',
      configuration: { urls: { streaming: 'wss://live.example' }, vapid: { public_key: 'a key' } }
    })
    expect(JSON.parse((await ask(port, '/api/v1/notes', { host: 'web.sample.example:443' })).body)).toEqual([
      { id: '1', body: 'Hello from a seed', key: 'first' }
    ])
    expect((await ask(port, '/api/v2/instance', { host: 'sample-1234.herokuapp.com' })).status).toBe(403)
    expect((await ask(port, '/api/v2/instance', { host, 'x-forwarded-proto': 'http' })).headers.location).toBe(
      'https://sample.example/api/v2/instance'
    )
    expect((await ask(port, '/api/v1/streaming/health', { host })).status).toBe(404)
  })

  it('answer for any host where none is configured, with upstream’s defaults', async () => {
    await run('bundle exec rails db:migrate')
    const { port } = await web()
    expect(JSON.parse((await ask(port, '/api/v2/instance', { host: 'any.example' })).body)).toEqual({
      domain: 'localhost',
      title: 'Mastodon',
      version: '4.7.0',
      source_url: 'https://github.com/mastodon/mastodon',
      configuration: { urls: { streaming: 'wss://localhost' }, vapid: { public_key: null } }
    })
  })

  it('serve the assets only with the switch that upstream wants', async () => {
    const links = async (value: string): Promise<number[]> => {
      const { port } = await web(app, value === '' ? {} : { RAILS_SERVE_STATIC_FILES: value })
      const { body } = await ask(port, '/')
      const found = [...body.matchAll(/src="(\/packs\/[^"]+)"/g)].map(([, link]) => link!)
      expect(found).toHaveLength(3)
      return Promise.all(
        [...found, '/packs/../../config/puma.rb', '/packs/%2e%2e/%2e%2e/Procfile'].map(
          async link => (await ask(port, link)).status
        )
      )
    }
    expect(await links('')).toEqual([404, 404, 404, 404, 404])
    expect(await links('true')).toEqual([200, 200, 200, 404, 404])
  })

  it('finish what was asked when they are to end, and take nothing new', async () => {
    await run(RELEASE)
    const { port, dyno } = await web()
    await connection.query('BEGIN; LOCK TABLE notes')
    const slow = ask(port, '/api/v1/notes', { connection: 'keep-alive' })
    const waits =
      'SELECT pid FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())'
    while ((await values(waits)).length === 0);
    dyno.signal('SIGTERM')
    await dyno.printed('Gracefully stopping')
    await expect(ask(port, '/health')).rejects.toThrow('ECONNREFUSED')
    await connection.query('COMMIT')
    const { status, headers, body } = await slow
    expect({ status, connection: headers.connection, rows: (JSON.parse(body) as unknown[]).length }).toEqual({
      status: 200,
      connection: 'close',
      rows: 1
    })
    expect((await dyno.ended).errors).not.toContain('Error')
  })

  it('are a worker that stays up, and a streaming server', async () => {
    const worker = start('bundle exec sidekiq')
    await worker.printed('is ready')
    expect((await worker.stop()).output).toContain('shutting down')

    const { port, dyno } = await web(app, { RUN_STREAMING: 'true' })
    expect(await ask(port, '/api/v1/streaming/health')).toMatchObject({ status: 200, body: 'OK' })
    expect((await ask(port, '/health')).status).toBe(404)
    await dyno.stop()
  })

  it('run from a slug without what only streaming needs', async () => {
    await run(RELEASE)
    const tree = changed(folder => {
      for (const gone of ['node_modules', '.heroku']) rmSync(path.join(folder, gone), { recursive: true })
    })
    const { port } = await web(tree)
    expect((await ask(port, '/api/v1/notes')).status).toBe(200)
    expect((await start(WEB, { tree, env: { RUN_STREAMING: 'true', PORT: '0' } }).ended).code).toBe(1)
  })

  it('end at boot with what the helper breaks, after a release phase that is fine', async () => {
    const tree = changed(breakBoot)
    expect((await run(RELEASE, { tree })).code).toBe(0)
    expect(await run(WEB, { tree, env: { PORT: '0' } })).toMatchObject({
      code: 1,
      errors: 'config/puma.rb: this version does not boot\n'
    })
  })
})

describe('a next version in two phases', () => {
  it('goes on serving beside the old one, until the second phase', async () => {
    const tree = changed(addPostMigration)
    const notes = async (port: number): Promise<unknown> => {
      const { status, body } = await ask(port, '/api/v1/notes')
      return status === 200 ? JSON.parse(body) : status
    }
    await run(RELEASE)
    const older = await web()
    const oldNotes = [{ id: '1', body: 'Hello from a seed', key: 'first' }]
    const newNotes = [{ id: '1', content: 'Hello from a seed', key: 'first' }]
    expect(await notes(older.port)).toEqual(oldNotes)

    expect((await run(RELEASE, { tree })).output).toContain(`before=4 after=5 ran=${NEXT_PRE}\n`)
    const newer = await web(tree)
    expect([await notes(older.port), await notes(newer.port)]).toEqual([oldNotes, newNotes])
    expect((await run(PRE_PENDING_COMMAND, { tree })).code).toBe(0)
    expect((await run(PENDING_COMMAND, { tree })).code).toBe(1)
    expect(await run(PRE_MIGRATE_COMMAND, { tree })).toMatchObject({ code: 0, output: '' })

    expect((await run(POST_MIGRATE_COMMAND, { tree })).code).toBe(0)
    expect([await notes(older.port), await notes(newer.port)]).toEqual([500, newNotes])
    expect((await ask(older.port, '/health')).status).toBe(200)
    expect(await applied()).toEqual([...ALL, NEXT_PRE, NEXT_POST])
  })

  it('can be rolled back after the first phase, and not after the second, as its text says', () => {
    const tree = changed(addPostMigration)
    const migrations = readMigrations(
      execFileSync('find', ['db', '-name', '*.rb'], { cwd: tree, encoding: 'utf8' })
        .trim()
        .split('\n')
        .map(file => ({ path: file, text: execFileSync('cat', [file], { cwd: tree, encoding: 'utf8' }) }))
    )
    const oldVersions = new Set(ALL)
    expect(rollbackVerdict({ applied: [...ALL, NEXT_PRE], oldVersions, migrations })).toEqual({
      safe: true,
      unknown: [NEXT_PRE]
    })
    expect(rollbackVerdict({ applied: [...ALL, NEXT_PRE, NEXT_POST], oldVersions, migrations })).toMatchObject({
      safe: false,
      because: [{ version: NEXT_POST }]
    })
  })
})
