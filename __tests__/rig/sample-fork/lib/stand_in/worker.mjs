// `bundle exec sidekiq`: is there, and does nothing. Where Sidekiq tells Redis of itself, it tells Postgres: by the name of a
// connection, which is gone when it is.
import { connectionString, loadPg, withConnection } from './database.mjs'

const NAME = 'sidekiq-stand-in'

export async function work() {
  const { Client } = loadPg()
  const started = Math.floor(Date.now() / 1_000)
  const client = new Client({
    connectionString: connectionString(),
    application_name: `${NAME} ${process.env.DYNO ?? 'here'} ${started}`
  })
  client.on('error', error => {
    console.error(`Postgres: ${error.message}`)
    process.exitCode = 1
  })
  process.once('SIGTERM', () => {
    console.log('Sidekiq (stand-in): shutting down')
    void client.end()
  })
  await client.connect()
  console.log('Sidekiq (stand-in) is ready, without any job')
}

/** What the only Ruby prints that anybody asks of it: the Sidekiq processes that are there. */
export async function printWorkers() {
  const { rows } = await withConnection(client =>
    client.query(
      'SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE $1',
      [`${NAME} %`]
    )
  )
  for (const { application_name: told } of rows) {
    const [, host, started] = told.split(' ')
    console.log(`mastodon-on-heroku: sidekiq ${host} ${started} 0`)
  }
}
