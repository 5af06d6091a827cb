// `bundle exec rails TASK…` and `bundle exec rake TASK…`
import { appliedVersions, tableNames, transaction, withConnection } from './database.mjs'
import { Aborted } from './app.mjs'
import { abortIfPending, loadSchema, migrate, seed } from './migrations.mjs'

const OWN_TABLES = ['schema_migrations', 'ar_internal_metadata']

const TASKS = {
  'db:migrate': migrate,
  'db:abort_if_pending_migrations': abortIfPending,
  'db:schema:load': client => transaction(client, () => loadSchema(client)),
  'db:seed': client => transaction(client, () => seed(client)),
  'db:version': async client => console.log(`Current version: ${(await appliedVersions(client)).at(-1) ?? 0}`),
  'mastodon_on_heroku:release': release
}

/** Runs the tasks in order; one that fails ends them. `-R DIR`, from where Rake would load more tasks, says nothing here. */
export async function runTasks(args) {
  const names = args.filter((word, at) => word !== '-R' && args[at - 1] !== '-R')
  const unknown = names.find(name => !Object.hasOwn(TASKS, name))
  if (unknown !== undefined)
    throw new Aborted(`Don't know how to build task '${unknown}' (this is a stand-in for Rails)`)
  await withConnection(async client => {
    for (const name of names) await TASKS[name](client)
  })
}

/** The task that mastodon-on-heroku adds to a slug, played: what that does in Ruby is in its own file. */
async function release(client) {
  const before = await appliedVersions(client)
  try {
    await (before.length > 0 ? migrate(client) : setUp(client))
  } finally {
    const after = await appliedVersions(client)
    const ran = before.length > 0 ? after.filter(version => !before.includes(version)) : []
    console.log(`mastodon-on-heroku: migrations before=${before.length} after=${after.length} ran=${ran.join(',')}`)
  }
}

async function setUp(client) {
  const others = (await tableNames(client)).filter(name => !OWN_TABLES.includes(name))
  if (others.length > 0)
    throw new Aborted(
      `mastodon-on-heroku: the database has tables (${others.slice(0, 5).join(', ')}) but no applied migration.\n` +
        'Loading the schema would drop them, so nothing was changed.'
    )
  await transaction(client, async () => {
    await loadSchema(client)
    await seed(client)
  })
}
