// `bundle exec sidekiq`: reports itself to Redis as Sidekiq does, and does the one job that there is. Many tests have no
// Redis: so it also tells Postgres of itself, by the name of a connection, which is gone when it is.
import os from 'node:os'
import { connectionString, loadPg, withConnection } from './database.mjs'
import { openRedis } from './redis.mjs'

const { env } = process
const NAME = 'sidekiq-stand-in'
const hostname = env.DYNO || os.hostname()

export async function work() {
  const client = new (loadPg().Client)({
    connectionString: connectionString(),
    application_name: `${NAME} ${hostname} ${Math.floor(Date.now() / 1_000)}`
  })
  client.on('error', error => {
    console.error(`Postgres: ${error.message}`)
    process.exitCode = 1
  })
  let redis
  process.once('SIGTERM', () => {
    console.log('Sidekiq (stand-in): shutting down')
    void client.end()
    redis?.close()
  })
  await client.connect()
  if (!env.REDIS_URL) return console.log('Sidekiq (stand-in) is ready, without any job: there is no REDIS_URL')
  try {
    redis = await openRedis()
    await report(redis)
    console.log('Sidekiq (stand-in) is ready')
    for (;;) await next(redis)
  } catch (error) {
    console.log(`Sidekiq (stand-in): ${error.message}`)
  }
}

/** The set `processes` and a hash for each, as Sidekiq's heartbeat writes them (sidekiq: lib/sidekiq/launcher.rb). */
async function report({ call }) {
  const identity = `${hostname}:${process.pid}:standin`
  const now = Date.now() / 1000
  const info = { hostname, started_at: now, pid: process.pid, queues: ['default'], concurrency: 1, identity }
  await call('SADD', 'processes', identity)
  await call('HSET', identity, 'info', JSON.stringify(info), 'busy', 0, 'beat', now)
  await call('EXPIRE', identity, 60)
}

/** A post of somebody comes into the timeline, and the streaming server is told (mastodon: app/workers/). */
async function next({ call }) {
  const [, text] = (await call('BRPOP', 'queue:default', 0)) ?? []
  const { args } = JSON.parse(text)
  await call('LPUSH', 'stand_in:home', args[0])
  await call('PUBLISH', 'timeline:1', JSON.stringify({ event: 'update', payload: JSON.stringify({ id: args[0] }) }))
  await call('INCR', 'stat:processed')
}

/** What the program of a deploy prints that asks for them: the Sidekiq processes that are there. */
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
