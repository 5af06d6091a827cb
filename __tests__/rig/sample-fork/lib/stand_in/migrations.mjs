// Migrations as Rails runs them, where their Ruby is nothing but `execute` with SQL.
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { APP, Aborted, read, sqlOf } from './app.mjs'
import { appliedVersions, transaction } from './database.mjs'

/** Any value counts as set, an empty one too (mastodon/mastodon:lib/mastodon/database.rb). */
function folders() {
  return process.env.SKIP_POST_DEPLOYMENT_MIGRATIONS === undefined ? ALL_FOLDERS : ['db/migrate']
}

const ALL_FOLDERS = ['db/migrate', 'db/post_migrate']
/** There in a tree that is not the sample's: its migrations are Ruby that nothing here understands. */
const RECORDED_ONLY = existsSync(path.join(APP, 'lib', 'stand_in', 'recorded-only'))
const FILE = /^(\d{14})_([a-z0-9_]+)\.rb$/

/** The migrations of these folders, oldest first. */
function migrationsIn(names) {
  return names
    .filter(folder => existsSync(path.join(APP, folder)))
    .flatMap(folder => readdirSync(path.join(APP, folder)).map(file => readMigration(folder, file)))
    .filter(migration => migration !== undefined)
    .sort((one, other) => (one.version < other.version ? -1 : 1))
}

function readMigration(folder, file) {
  const [, version, words] = FILE.exec(file) ?? []
  if (version === undefined) return undefined
  const name = words.replace(/(?:^|_)(\w)/g, (_, letter) => letter.toUpperCase())
  return { version, name, file: `${folder}/${file}` }
}

async function pendingOf(client) {
  const applied = new Set(await appliedVersions(client))
  return migrationsIn(folders()).filter(({ version }) => !applied.has(version))
}

/** `db:migrate` */
export async function migrate(client) {
  await checkBreakpoints(client)
  await withLock(client, async () => {
    await createOwnTables(client)
    for (const migration of await pendingOf(client)) await runMigration(client, migration)
  })
}

/** `db:abort_if_pending_migrations` */
export async function abortIfPending(client) {
  const pending = await pendingOf(client)
  if (pending.length === 0) return
  console.log(`You have ${pending.length} pending ${pending.length === 1 ? 'migration' : 'migrations'}:`)
  for (const { version, name } of pending) console.log(`  ${version} ${name}`)
  throw new Aborted('Run `bin/rails db:migrate` to update your database then try again.')
}

/** `db:schema:load`. Drops the tables that it makes; refuses, as Rails in production, where migrations are applied. */
export async function loadSchema(client) {
  if ((await appliedVersions(client)).length > 0)
    throw new Aborted(
      'ActiveRecord::ProtectedEnvironmentError: You are attempting to run a destructive action against your ' +
        "'production' database."
    )
  await createOwnTables(client)
  if (!RECORDED_ONLY) for (const sql of sqlOf(read('db/schema.rb'))) await client.query(sql)
  for (const { version } of migrationsIn(ALL_FOLDERS)) await record(client, version)
}

/** `db:seed` */
export async function seed(client) {
  if (!RECORDED_ONLY) for (const sql of sqlOf(read('db/seeds.rb'))) await client.query(sql)
}

/** Stops as `db:pre_migration_check` of lib/tasks/db.rake does, with its numbers and words. */
async function checkBreakpoints(client) {
  const rake = read('lib/tasks/db.rake')
  const stop = (name, isTooOld) => {
    const line = rake.split('\n').find(line => line.includes(`${name} < `))
    const limit = new RegExp(`${name} < ([\\d_]+)`).exec(line ?? '')?.[1].replaceAll('_', '')
    if (limit !== undefined && isTooOld(Number(limit)))
      throw new Aborted(/abort '([^']*)'/.exec(line)?.[1] ?? line.trim())
  }
  const { rows } = await client.query("SELECT current_setting('server_version_num')::int AS number")
  stop('pg_version', limit => rows[0].number < limit)
  if (process.env.SKIP_POST_DEPLOYMENT_MIGRATIONS === undefined) return
  const current = Number((await appliedVersions(client)).at(-1) ?? 0)
  stop('schema_version', limit => current < limit)
}

/** One process migrates at a time; a second one fails at once, as with Rails. */
async function withLock(client, work) {
  const lock = '(2053462845, hashtext(current_database()))'
  const { rows } = await client.query(`SELECT pg_try_advisory_lock${lock} AS taken`)
  if (!rows[0].taken)
    throw new Aborted(
      'ActiveRecord::ConcurrentMigrationError: Cannot run migrations because another migration process is currently running.'
    )
  await work().finally(() => client.query(`SELECT pg_advisory_unlock${lock}`).catch(() => {}))
}

async function createOwnTables(client) {
  await client.query('CREATE TABLE IF NOT EXISTS schema_migrations (version varchar PRIMARY KEY)')
  await client.query('CREATE TABLE IF NOT EXISTS ar_internal_metadata (key varchar PRIMARY KEY, value varchar)')
}

async function runMigration(client, { version, name, file }) {
  const text = read(file)
  const began = process.hrtime.bigint()
  announce(version, `${name}: migrating`)
  const work = async () => {
    for (const sql of RECORDED_ONLY ? [] : sqlOf(forward(text))) {
      console.log(`-- execute(${JSON.stringify(`${sql.trim()}\n`)})`)
      await client.query(sql)
    }
    await record(client, version)
  }
  try {
    await (/^\s*disable_ddl_transaction!/m.test(text) ? work() : transaction(client, work))
  } catch (error) {
    throw new Aborted(
      'StandardError: An error has occurred, this and all later migrations canceled:\n\n' +
        `${error.code ? `PG::Error ${error.code}: ERROR:  ` : ''}${error.message}\n${file}`
    )
  }
  announce(version, `${name}: migrated (${(Number(process.hrtime.bigint() - began) / 1e9).toFixed(4)}s)`)
}

/** The text of `up` or `change`. */
function forward(text) {
  return /^( *)def (?:up|change)\b[^\n]*\n([^]*?)^\1end$/m.exec(text)?.[2] ?? ''
}

function record(client, version) {
  return client.query('INSERT INTO schema_migrations (version) VALUES ($1) ON CONFLICT DO NOTHING', [version])
}

function announce(version, text) {
  console.log(`== ${version} ${text} `.padEnd(79, '='))
}
