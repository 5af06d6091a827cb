// The one script for `rails runner` that is known here, played: mastodon-on-heroku's for a rehearsal makes an account with
// a token, counts rows, and tells which Sidekiq processes Redis knows.
import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { tableNames, withConnection } from './database.mjs'
import { withRedis } from './redis.mjs'

const { env } = process

/** Whether this call of `rails runner` is of that script. */
export function isMember() {
  return env.MARKER !== undefined && env.WAIT !== undefined && env.TABLES !== undefined
}

export async function member() {
  const token = randomBytes(16).toString('hex')
  const rows = await withConnection(async client => {
    const tables = await tableNames(client)
    const wanted = env.TABLES.split(',').filter(name => tables.includes(name))
    const counts = []
    for (const name of wanted) counts.push((await client.query(`SELECT count(*)::int AS n FROM ${name}`)).rows[0].n)
    return Object.fromEntries(wanted.map((name, at) => [name, counts[at]]))
  })
  const sidekiq = await withRedis(async ({ call }) => {
    await call('HSET', 'stand_in:tokens', token, 1)
    const over = Date.now() + Number(env.WAIT) * 1000
    let found = await call('SMEMBERS', 'processes')
    for (; found.length === 0 && Date.now() < over; found = await call('SMEMBERS', 'processes')) await wait(100)
    const infos = []
    for (const identity of found) infos.push(JSON.parse(await call('HGET', identity, 'info')))
    return infos.map(({ hostname, started_at, queues }) => ({ host: hostname, started: started_at, queues }))
  })
  console.log(`\n${env.MARKER} ${JSON.stringify({ account: '1', token, rows, sidekiq })}`)
}
