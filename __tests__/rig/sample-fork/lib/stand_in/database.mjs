// The database of DATABASE_URL, by the npm package pg, which the ruby buildpack puts where Ruby would have its gem.
import { createRequire } from 'node:module'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { APP, Aborted } from './app.mjs'

/** The package of that name, from vendor/bundle: node_modules is gone where streaming has an app of its own. */
export function loadPg() {
  const bundle = path.join(APP, 'vendor', 'bundle', 'ruby')
  for (const ruby of list(bundle)) {
    for (const gem of list(path.join(bundle, ruby, 'gems')).filter(name => /^pg-\d/.test(name))) {
      return createRequire(path.join(bundle, ruby, 'gems', gem, 'lib', 'pg.js'))('pg')
    }
  }
  throw new Aborted('Could not find pg in locally installed gems (vendor/bundle)')
}

/** Where the database is; an error as Rails has it where nobody said. */
export function connectionString() {
  const url = process.env.DATABASE_URL
  if (!url) throw new Aborted('ActiveRecord::ConnectionNotEstablished: DATABASE_URL is not set')
  return url
}

/** Hands one connection to `work` and closes it. */
export async function withConnection(work) {
  const { Client } = loadPg()
  const client = new Client({ connectionString: connectionString(), application_name: 'stand_in' })
  client.on('error', () => {}) // a query that is under way says it
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The names of all tables. */
export async function tableNames(client) {
  const { rows } = await client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
  return rows.map(({ tablename }) => tablename)
}

/** Versions in schema_migrations, sorted; none where there is no such table. */
export async function appliedVersions(client) {
  if (!(await tableNames(client)).includes('schema_migrations')) return []
  const { rows } = await client.query('SELECT version FROM schema_migrations')
  return rows.map(({ version }) => version).sort()
}

/** Does `work` in a transaction. */
export async function transaction(client, work) {
  await client.query('BEGIN')
  try {
    await work()
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {}) // the connection may be what failed
    throw error
  }
}

function list(folder) {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
