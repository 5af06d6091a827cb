import { expect, it } from '@jest/globals'
import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { compileGems, noGems } from '../../scripts/gems.mts'
import { Visitor } from '../rig/local-heroku/index.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { addBuildpack, configWith } from './fork.ts'
import { DOMAIN, heroku, Instance, postgres } from './instance.ts'
import { writeRailsTree } from './rails-app/trees.ts'

const PRE = ['20260629125635', '20260629125939']
const POST = '20260702144128'
const ACCOUNT = 'api/v1/accounts/mastodon.internal'

/** An instance of 4.6: Ruby is this machine's, so its buildpack has the gems alone to bring. */
const openOlder = (options: { preboot?: boolean; vendored?: boolean } = {}): Promise<Instance> =>
  Instance.open(options.preboot, folder => {
    for (const name of readdirSync(folder)) rmSync(path.join(folder, name), { recursive: true })
    writeRailsTree(folder, '4.6')
    addBuildpack(folder, 'rails', compileGems('4.7', options.vendored ?? false))
    mkdirSync(path.join(folder, '.github'))
    writeFileSync(path.join(folder, '.github', 'mastodon-on-heroku.yml'), configWith(['rails']))
  })

const upgrade = (folder: string): void => writeRailsTree(folder, '4.7')

async function ask(one: Instance, page: string): Promise<unknown> {
  const response = await fetch(new URL(page, one.webUrl), { headers: { 'x-forwarded-proto': 'https' } })
  const text = await response.text()
  return page === 'health' ? text : JSON.parse(text)
}

/** The first column. */
async function query(one: Instance, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: postgres.url(one.database) })
  await client.connect()
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql)
    return rows.map(row => Object.values(row)[0])
  } finally {
    await client.end()
  }
}

const applied = (one: Instance): Promise<unknown[]> => query(one, 'SELECT version FROM schema_migrations ORDER BY 1')

describeOrSkip('deploys of a Rails app with real migrations', noGems('4.7'), () => {
  it('first deploy, upgrade under a visitor, a failing migration, a refused rollback', async () => {
    const one = await openOlder({ preboot: true })
    const first = await one.run()
    expect({ code: first.code, output: first.code === 0 ? '' : first.output }).toEqual({ code: 0, output: '' })
    expect(first.summary).toMatch(/The database was empty: its schema was loaded/)
    expect(await ask(one, 'health')).toBe('OK')
    expect(await ask(one, 'api/v2/instance')).toMatchObject({
      version: `4.6.0+${one.head.slice(0, 7)}`,
      source_url: `https://github.com/me/fork/tree/${one.head}`
    })
    expect(await ask(one, ACCOUNT)).toMatchObject({ can_sign: true })

    // Rails may take long to boot if the machine has other work, too.
    heroku.setPrebootWindow(25_000)
    const newer = one.commit(upgrade)
    const visitor = new Visitor(one.webUrl + ACCOUNT, DOMAIN)
    const upgraded = await one.run()
    expect({ code: upgraded.code, output: upgraded.code === 0 ? '' : upgraded.output }).toEqual({ code: 0, output: '' })
    expect(upgraded.output).toContain(`migrations before=2 after=4 ran=${PRE.join(',')}`)
    expect(upgraded.output).toMatch(new RegExp(`== ${POST} .*: migrated`))
    expect(upgraded.outputs['migrations-run']).toBe('3')
    expect(await applied(one)).toEqual(expect.arrayContaining([...PRE, POST]))
    expect(await query(one, 'SELECT count(*)::int FROM keypairs')).toEqual([1])
    expect(await ask(one, ACCOUNT)).toMatchObject({ can_sign: true })

    // The migration stops halfway: what was there goes on.
    one.commit(folder =>
      writeFileSync(
        path.join(folder, 'db/migrate/20260801000000_break.rb'),
        'class Break < ActiveRecord::Migration[7.2]\n  def up\n    add_column :nowhere, :rank, :integer\n  end\nend\n'
      )
    )
    const failed = await one.run()
    expect(failed.code).toBe(1)
    expect(failed.output).toMatch(/The release phase of v\d+ failed; the release before it still serves.*nowhere/)
    expect(one.live).toBe(newer)
    expect(await visitor.leave()).toMatchObject({ failed: 0, failures: [] })

    // 4.6 would find no key any more.
    const releases = one.machine.app.releases.length
    const back = await one.run({ command: 'rollback' })
    expect(back.code).toBe(1)
    expect(back.output).toMatch(new RegExp(`is refused: the database has migrations.*${POST}`))
    expect(back.output).toMatch(/deploy forward/)
    expect(one.machine.app.releases).toHaveLength(releases)
    expect(await ask(one, ACCOUNT)).toMatchObject({ can_sign: true })
  })

  it('a crash on boot: 4.6 comes back, and signs, with the first phase of 4.7 applied', async () => {
    const one = await openOlder()
    const old = one.head
    expect((await one.run()).code).toBe(0)
    one.commit(folder => {
      upgrade(folder)
      appendFileSync(path.join(folder, 'config/puma.rb'), "\nabort 'this version does not boot'\n")
    })
    const crashed = await one.run()
    expect(crashed.code).toBe(1)
    expect(crashed.output).toMatch(/web\.1 of the new release keeps crashing/)
    expect(crashed.outputs['rolled-back']).toBe('true')
    expect(one.live).toBe(old)
    expect(await applied(one)).not.toContain(POST)
    expect(await applied(one)).toEqual(expect.arrayContaining(PRE))
    expect(await ask(one, ACCOUNT)).toMatchObject({ can_sign: true })
  })

  it('gems in the slug; a database that is too old for two phases: red, and nothing is changed', async () => {
    const one = await openOlder({ vendored: true })
    const first = await one.run()
    expect({ code: first.code, output: first.code === 0 ? '' : first.output }).toEqual({ code: 0, output: '' })
    expect(await ask(one, 'api/v2/instance')).toMatchObject({ version: `4.6.0+${one.head.slice(0, 7)}` })
    await query(one, "DELETE FROM schema_migrations WHERE version = '20241007071624'")
    one.commit(upgrade)
    const stopped = await one.run()
    expect(stopped.code).toBe(1)
    expect(stopped.output).toMatch(/too old to be migrated in two phases/)
    expect(await applied(one)).toEqual(['20230101000000'])
    expect(await ask(one, 'health')).toBe('OK')
  })
})
