import { describe, expect, it } from '@jest/globals'
import { ConfigView, FINDINGS, planUpgrade, upgradeHeadline } from '../../../src/mastodon/index.ts'
import { factsOf, treeOf, VARS, versionFile, type Change } from './fork.ts'

const NEW = {
  'db/migrate/20260601000000_add_key.rb': 'add_column :a, :key, :text',
  'db/migrate/20260602000000_index_key.rb': 'disable_ddl_transaction!\nadd_index :a, :key, algorithm: :concurrently',
  'db/post_migrate/20260702144128_migrate_local_account_keypairs.rb':
    'def up\n  Account.local.in_batches do |accounts|\n    accounts.update_all(private_key: nil)\n  end\nend\n\ndef down\n  drop_table :a\nend\n'
}
const GONE = Object.fromEntries(Object.keys(NEW).map(file => [file, undefined]))
const UPGRADE: Change = { files: NEW, before: { ...GONE, 'lib/mastodon/version.rb': versionFile('4.6.5') } }
const versions = ['20241007071624', '20260601000000', '20260602000000', '20260702144128']

describe('a plan', () => {
  it('tells what is pending, by name, phase and the lines that matter', () => {
    const plan = planUpgrade(factsOf(UPGRADE))
    expect(plan).toMatchObject({ from: '4.6.5', to: '4.7.6', basis: 'tree', streaming: 'yes', rollback: 'unsafe' })
    expect(plan.migrations).toMatchObject([
      { version: versions[1], name: 'add_key', phase: 'pre' },
      { version: versions[2], name: 'index_key', phase: 'pre', long: { line: 2 } },
      {
        version: versions[3],
        name: 'migrate_local_account_keypairs',
        phase: 'post',
        does: "moves every account's keys",
        long: { line: 2, why: 'walks over rows' },
        destructive: { line: 3, why: 'rewrites rows' }
      }
    ])
    expect(upgradeHeadline(plan)).toBe("3 migrations, 1 after deployment, one moves every account's keys")
    const noWayBack = plan.findings.find(({ name }) => name === 'no-way-back')
    expect(noWayBack?.reason).toContain(
      "20260702144128 migrate_local_account_keypairs moves every account's keys (line 3: accounts.update_all(private_key: nil))"
    )
  })

  it('asks the database before the trees, and compares sets: a fork’s versions lie between upstream’s', () => {
    const applied = new Set([versions[0]!, versions[3]!, '20260101000000'])
    const plan = planUpgrade(factsOf({ ...UPGRADE, live: { applied } }))
    expect(plan.basis).toBe('database')
    expect(plan.migrations.map(({ version }) => version)).toEqual([versions[1], versions[2]])
    expect(plan.rollback).toBe('safe')
    expect(plan.findings).toContainEqual(expect.objectContaining({ name: 'unknown-migrations' }))
  })

  it.each([
    [{ live: { applied: new Set<string>() } }, 'empty', 'a first set-up: the schema is loaded and seeded'],
    [{ before: false, live: { runs: false } }, 'empty', 'a first set-up: the schema is loaded and seeded'],
    [{ before: false }, 'unknown', 'which migrations are pending is not known'],
    [{ before: false, live: false }, 'unknown', 'which migrations are pending is not known'],
    [{}, 'tree', 'no migrations'],
    [
      { files: { 'db/migrate/20260601000000_a.rb': '' }, before: { 'db/migrate/20260601000000_a.rb': undefined } },
      'tree',
      '1 migration, none after deployment'
    ]
  ] as [Change, string, string][])('tells how it knows: %#', (change, basis, headline) => {
    const plan = planUpgrade(factsOf(change))
    expect(plan.basis).toBe(basis)
    expect(upgradeHeadline(plan)).toBe(headline)
  })

  it.each([
    [{}, 'no'],
    [{ before: false }, 'unknown'],
    [{ before: { 'streaming/index.js': 'old()' } }, 'yes'],
    // Its notes ask for it.
    [{ before: { 'lib/mastodon/version.rb': versionFile('4.6.5') } }, 'yes'],
    [
      {
        before: { 'streaming/index.js': undefined },
        files: { 'streaming/index.js': undefined, 'streaming/redis.js': undefined }
      },
      'no'
    ],
    [{ before: { 'streaming/Dockerfile': 'FROM x' } }, 'no']
  ] as [Change, string][])('tells whether streaming must restart: %#', (change, expected) => {
    expect(planUpgrade(factsOf(change)).streaming).toBe(expected)
  })

  it('lists the steps of the versions in between, and of no other', () => {
    const steps = (from: string, to: string, more: Change = {}): string[] =>
      planUpgrade(
        factsOf({
          ...more,
          files: { 'lib/mastodon/version.rb': versionFile(to) },
          before: { 'lib/mastodon/version.rb': versionFile(from) }
        })
      ).steps.map(({ version, when }) => `${version} ${when}`)
    expect(steps('4.6.5', '4.7.6')).toEqual([])
    expect(steps('4.2.0', '4.3.0-beta.1')).toEqual(['4.3.0 before'])
    expect(steps('4.3.23', '4.4.0', { vars: { REDIS_NAMESPACE: 'm', OTP_SECRET: 'a' } })).toEqual([
      '4.4.0 before',
      '4.4.0 after'
    ])
    expect(steps('4.3.23', '4.4.0')).toEqual([])
    expect(steps('4.3.23', '4.4.0', { live: false })).toEqual(['4.4.0 before', '4.4.0 after', '4.4.0 after'])
    expect(steps('1.3.0', '4.7.6', { vars: { ES_ENABLED: 'true' } })).toEqual([
      '1.4.3 before',
      '2.9.0 after',
      '3.4.0 after',
      '4.2.0 after',
      '4.3.0 before',
      '4.4.0 after'
    ])
  })

  it('tells what blocks first; what somebody has looked at is told, and blocks nothing', () => {
    const change: Change = { vars: { REDIS_NAMESPACE: 'm', SMTP_SERVER: undefined, OTP_SECRET: 'a' } }
    const levels = (skip: string[]): string[] =>
      planUpgrade(factsOf({ ...change, facts: { skip } })).findings.map(({ level, name }) => `${level} ${name}`)
    expect(levels([])).toEqual(['block forbidden-config', 'warn smtp', 'note obsolete-config'])
    expect(levels(['forbidden-config'])).toEqual(['warn smtp', 'note forbidden-config', 'note obsolete-config'])
  })

  it('is made of plain values: each rule is a function of the facts, and says the same twice', () => {
    const facts = factsOf({ vars: { LOCAL_DOMAIN: undefined } })
    for (const { look } of FINDINGS) expect(look(facts)).toEqual(look(facts))
  })
})

describe('config vars', () => {
  it('show names, comparisons and what is no secret of an address', () => {
    const config = new ConfigView(VARS)
    expect(config.address('DATABASE_URL')).toEqual({ scheme: 'postgres', host: 'ec2-1.compute-1.amazonaws.com' })
    expect(config.address('REDIS_URL')).toEqual({ scheme: 'rediss', host: 'ec2-2.compute-1.amazonaws.com' })
    expect(config.has('SECRET_KEY_BASE')).toBe(true)
    expect(JSON.stringify(config)).toBe('{}')
  })
})

describe('what a tree needs', () => {
  it('is read from its own files', () => {
    expect(treeOf().minimums).toEqual({
      ruby: '3.3',
      node: '22',
      nodeWanted: '22',
      postgres: '14',
      redis: '7.0',
      libvips: { version: '8.13' },
      ffmpeg: '5.1'
    })
  })

  it('is known by version where they do not say it', () => {
    const silent = {
      'README.md': '',
      'lib/tasks/db.rake': '',
      'config/initializers/vips.rb': ''
    }
    const of = (version: string) => treeOf({ ...silent, 'lib/mastodon/version.rb': versionFile(version) }).minimums
    expect(of('4.8.0-alpha.1')).toMatchObject({
      ruby: '3.3',
      postgres: '14',
      redis: '7.0',
      nodeWanted: '22',
      ffmpeg: '5.1'
    })
    expect(of('4.3.0')).toMatchObject({ ruby: '3.1', postgres: '12', redis: '4', nodeWanted: '18' })
    expect(of('3.5.0')).toEqual({ node: '22' })
  })

  it('says where it is asked for', () => {
    expect(treeOf().config).toMatchObject({
      required: [
        {
          name: 'ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY',
          where: 'config/initializers/active_record_encryption.rb:1'
        },
        { name: 'ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT' },
        { name: 'ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY' }
      ],
      forbidden: [{ name: 'REDIS_NAMESPACE', where: 'config/initializers/deprecations.rb:6' }],
      deprecated: [{ name: 'WHITELIST_MODE', where: 'config/initializers/deprecations.rb:9' }],
      knowsDummy: true
    })
  })

  it('is nothing for a tree that is none of Mastodon, and for files that are none', () => {
    const tree = treeOf({ 'app.json': '[1]', Procfile: '\u0000', 'package.json': 'x', 'lib/mastodon/version.rb': 'x' })
    expect(tree).toMatchObject({ version: undefined, procfile: { types: {} } })
    expect(tree.procfile.problem?.reason).toBe('Procfile is not text in UTF-8')
  })
})
