import { describe, expect, it } from '@jest/globals'
import { spawn } from 'node:child_process'
import { chmodSync, statSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { startPostgres } from '../rig/postgres.ts'
import { temp } from '../helpers/temp.ts'

async function ask(url: string, sql: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url })
  // A server that ends in the middle is told twice: by the query, and by this event.
  client.on('error', () => {})
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql)
    return rows[0] && Object.values(rows[0])[0]
  } finally {
    await client.end()
  }
}

describe('startPostgres', () => {
  it('starts a server in a closed folder, as no root, and goes on with its databases', async () => {
    const above = temp()
    chmodSync(above, 0o700)
    const folder = path.join(above, 'postgres')
    const first = await startPostgres(folder)
    await first.createDatabase('with "quotes"')
    await ask(first.url('with "quotes"'), 'CREATE TABLE kept ()')
    expect(statSync(path.join(folder, 'data')).uid).not.toBe(0)
    await first.stop()
    await first.stop()
    await expect(ask(first.url('postgres'), 'SELECT 1')).rejects.toThrow('ECONNREFUSED')

    const second = await startPostgres(folder)
    try {
      expect(await ask(second.url('with "quotes"'), `SELECT to_regclass('kept')::text`)).toBe('kept')
      await expect(second.createDatabase('postgres')).rejects.toThrow('already exists')
    } finally {
      await second.stop()
    }
  })

  it('listens on the loopback interface alone and wants its password', async () => {
    const server = await startPostgres(path.join(temp(), 'postgres'))
    try {
      expect(await ask(server.url('postgres'), 'SHOW listen_addresses')).toBe('127.0.0.1')
      const wrong = server.url('postgres').replace(/:[^:@]+@/, ':wrong@')
      await expect(ask(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed')
    } finally {
      await server.stop()
    }
  })

  it('ends when the process that started it is killed', async () => {
    const program = `
      import { startPostgres } from ${JSON.stringify(pathToFileURL('__tests__/rig/postgres.ts').href)}
      const server = await startPostgres(process.argv[1])
      console.log(server.url('postgres'))
    `
    const args = ['--input-type=module', '-e', program, path.join(temp(), 'postgres')]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const { value: line } = await createInterface(child.stdout)[Symbol.asyncIterator]().next()
    const url = new URL(String(line))
    expect(await ask(url.href, 'SELECT 1')).toBe(1)
    child.kill('SIGKILL')
    let failure = ''
    // While it shuts down it refuses in other words.
    while (!failure.includes('ECONNREFUSED')) {
      failure = await ask(url.href, 'SELECT 1').then(String, (error: Error) => error.message)
    }
  })

  it('says why it does not start', async () => {
    const folder = path.join(temp(), 'postgres')
    const server = await startPostgres(folder)
    try {
      await expect(startPostgres(folder)).rejects.toThrow(/Postgres did not start:[^]*postmaster\.pid/)
    } finally {
      await server.stop()
    }
  })
})
