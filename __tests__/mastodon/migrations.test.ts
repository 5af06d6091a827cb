import { describe, expect, it } from '@jest/globals'
import { readMigrations, rollbackVerdict, type Migration } from '../../src/mastodon/index.ts'
import { breakpoints } from '../../src/mastodon/migrations.ts'

function read(body: string, folder = 'migrate'): Migration {
  const text = `# frozen_string_literal: true\n\nclass Example < ActiveRecord::Migration[8.1]\n${body}\nend\n`
  const [migration] = readMigrations([{ path: `db/${folder}/20260101000000_example.rb`, text }])
  if (migration === undefined) throw new Error('not read')
  return migration
}

const destructiveIn = (body: string): string[] => read(body).destructive.map(marker => marker.text)
const inUp = (line: string): string[] => destructiveIn(`  def up\n    ${line}\n  end`)

describe('the migrations of a tree', () => {
  it('are found in both folders, with version, name and phase, oldest first', () => {
    const files = [
      'db/post_migrate/20260702144128_migrate_local_account_keypairs.rb',
      'db/migrate/20160220174730_create_accounts.rb',
      'db/migrate/v4/20260101000000_below.rb',
      'db/migrate/.gitkeep',
      'db/migrate/2026_short.rb',
      'db/seeds/01_web_app.rb',
      'spec/db/migrate/20260101000000_elsewhere.rb'
    ]
    expect(readMigrations(files.map(path => ({ path, text: '' })))).toMatchObject([
      { version: '20160220174730', name: 'create_accounts', phase: 'pre' },
      { version: '20260101000000', name: 'below', phase: 'pre' },
      { version: '20260702144128', name: 'migrate_local_account_keypairs', phase: 'post' }
    ])
  })

  it('carry the line, its text and the reason', () => {
    expect(read('  def change\n    remove_column :accounts, :hub_url, :string\n  end').destructive).toEqual([
      { line: 5, text: 'remove_column :accounts, :hub_url, :string', why: 'drops a column' }
    ])
  })

  it('are read where an enemy has indented them beyond any pattern', () => {
    const text = `${' '.repeat(60_000)}def down\n${' '.repeat(60_000)}dir.down do\n  drop_table :a\n`
    const [migration] = readMigrations([{ path: 'db/migrate/20260101000000_a.rb', text }])
    expect(migration?.destructive).toMatchObject([{ line: 3 }])
  })

  it('show hostile lines cut, on one line and without control characters', () => {
    const [text] = inUp(`drop_table :a \u001b[2J\u2028::set-output::\u202e ${'x'.repeat(500)}`)
    expect(text).toMatch(/^drop_table :a \[2J ::set-output:: x+…$/)
    expect(text).toHaveLength(120)
  })

  it('show at most a few lines of a file that is full of them', () => {
    expect(inUp('drop_table :a\n'.repeat(1000))).toHaveLength(20)
  })
})

describe('a hostile file', () => {
  const filled = (piece: string): string => piece.repeat(Math.floor(190_000 / piece.length))

  it('that is longer than any real one is not read, and counts as the worst', () => {
    const unread = { line: 1, text: expect.any(String), why: 'is too long to be read' }
    expect(read(`${filled('# ')}${filled('# ')}`)).toMatchObject({ long: [unread], destructive: [unread] })
  })

  // Each took from half a minute to hours.
  it.each<[string, string]>([
    ['one line of many statements', filled('drop_table :a; ')],
    ['heredocs without an end', `${filled('a <<~SQL\n')}\ndrop_table :a`],
    ['other heredocs without an end', Array.from({ length: 15_000 }, (_, i) => `a <<~A${i}`).join('\n')],
    ['heredocs on one line', `${filled('<<~A, ')}\nA\ndrop_table :a`],
    ['methods ever further in', Array.from({ length: 600 }, (_, i) => `${' '.repeat(i)}def a`).join('\n')]
  ])('of %s is read at once', (_, body) => {
    const started = performance.now()
    const { destructive } = read(body)
    expect(performance.now() - started).toBeLessThan(5_000)
    expect(destructive).toHaveLength(body.includes('drop_table') ? 1 : 0)
  })
})

describe('what cannot be reversed', () => {
  it.each([
    ['  def down\n    raise ActiveRecord::IrreversibleMigration\n  end', 5, 'cannot be reversed'],
    ['  def up; end\n\n  def down; end', 6, 'reversing it does nothing'],
    ['  def down\n    # nothing\n  end', 4, 'reversing it does nothing']
  ])('is told with its line: %#', (body, line, why) => {
    expect(read(body).irreversible).toMatchObject({ line, why })
  })

  it.each([
    '  def change\n    add_column :a, :b, :text\n  end',
    '  def down\n    drop_table :a\n  end',
    '  # raise ActiveRecord::IrreversibleMigration'
  ])('is nothing of %j', body => expect(read(body)).not.toHaveProperty('irreversible'))
})

describe('what destroys or rewrites data', () => {
  it.each([
    'remove_columns :users, :a, :b',
    'remove_reference :users, :account',
    'drop_table(:imports)',
    'drop_view :account_summaries, materialized: true',
    'rename_column :a, :b, :c',
    'rename_table :a, :b',
    'change_column :a, :b, :bigint',
    'safety_assured { change_column_null :a, :b, false }',
    'change_table(:a) { |t| t.remove :b }',
    "accounts.update_all(public_key: '', private_key: nil)",
    'Account.where(uri: nil).in_batches.delete_all',
    'Import.destroy_all',
    'duplicates.each(&:destroy)',
    'other.delete if other.stale?',
    'user.update!(locale: nil)',
    'account.save(validate: false)',
    "execute 'DELETE FROM featured_tags WHERE tag_id IS NULL'",
    'execute "UPDATE #{quote_table_name("a b")} SET b = 1"',
    "execute 'drop table imports'",
    "execute('TRUNCATE previews')",
    "execute 'ALTER TABLE a ADD COLUMN b int, DROP c'",
    "execute 'ALTER TABLE a RENAME COLUMN b TO c'",
    "execute 'ALTER TABLE a ALTER COLUMN b SET DATA TYPE bigint'",
    "execute 'INSERT INTO a SELECT 1 ON CONFLICT (id) DO UPDATE SET b = 1'",
    'execute %q(DELETE FROM a)',
    'connection.execute(<<-SQL.squish)\n  DELETE\n  FROM a\n    SQL'
  ])('sees %s', line => {
    expect(inUp(line)).toHaveLength(1)
  })

  it('sees a statement spread over the lines of a heredoc, and shows it as one', () => {
    const body =
      '  def up\n    safety_assured do\n      execute <<~SQL.squish, 1\n        UPDATE\n          accounts\n' +
      "        SET\n          -- a comment of SQL, an apostrophe isn't the end\n          a = 1\n      SQL\n    end\n  end"
    expect(read(body).destructive).toEqual([{ line: 7, text: 'UPDATE accounts SET', why: 'rewrites rows' }])
    expect(read(body).long).toEqual([{ line: 7, text: 'UPDATE accounts SET', why: 'rewrites rows' }])
  })

  it.each([
    'add_column :a, :b, :string',
    'remove_index :accounts, :uri, algorithm: :concurrently',
    'rename_index :a, :b, :c',
    'change_column_null :keypairs, :uri, true',
    "change_column_default :a, :b, from: '', to: nil",
    'remove_foreign_key :a, :b',
    "execute 'ALTER TABLE a DROP CONSTRAINT b, ADD CONSTRAINT b FOREIGN KEY (c) REFERENCES d(id) ON DELETE CASCADE'",
    "execute 'ALTER TABLE a ALTER COLUMN b DROP DEFAULT'",
    "execute 'DROP INDEX CONCURRENTLY a'",
    "execute 'ALTER TABLE a ADD PRIMARY KEY USING INDEX b'\n    execute 'ALTER INDEX b RENAME TO c'",
    "execute 'SELECT 1 FROM a FOR UPDATE'",
    "execute 'CREATE TEMPORARY TABLE a ON COMMIT DROP AS SELECT 1'",
    'list.delete(:a)',
    '# drop_table :accounts',
    "add_index :a, :b # it's not remove_column",
    "say 'then drop_table runs'",
    'add_column :a, :delete_all_at, :datetime',
    "execute 'ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES c ON UPDATE CASCADE ON DELETE SET NULL'",
    "pattern = /it's/ # drop_table"
  ])('is not %s', line => {
    expect(inUp(line)).toEqual([])
  })

  it.each([
    ['a block of comments', '=begin\ndrop_table :a\n=end'],
    ['what follows the end', '  def up; end\nend\n__END__\ndrop_table :a'],
    ['def down', '  def up; end\n\n  def down\n    drop_table :a\n    if b?\n      c\n    end\n  end'],
    [
      'an old def self.down',
      '  def self.up\n    add_column :a, :b\n  end\n\n  def self.down\n    remove_column :a, :b\n  end'
    ],
    ['a one-line down', '  def up; end\n\n  def down; drop_table :a; end'],
    ['what only down calls', '  def up; end\n\n  def down\n    undo!\n  end\n\n  def undo!\n    drop_table :a\n  end'],
    [
      'reversible down',
      '  def change\n    reversible do |dir|\n      dir.down do\n        drop_table :a\n      end\n    end\n  end'
    ],
    [
      'reversible down in braces',
      '  def change\n    reversible do |dir|\n      dir.down { drop_table :a }\n    end\n  end'
    ]
  ])('is not in %s', (_, body) => {
    expect(destructiveIn(body)).toEqual([])
  })

  it.each([
    ['up behind down', '  def down\n    a\n  end\n\n  def up\n    drop_table :a\n  end'],
    [
      'a method that both call',
      '  def up\n    x\n  end\n\n  def down\n    x\n  end\n\n  def x\n    drop_table :a\n  end'
    ],
    ['a method that a called one calls', '  def up\n    x\n  end\n\n  def x = y\n\n  def y\n    drop_table :a\n  end'],
    ['a constant of SQL', "  SQL = 'DROP TABLE a'\n\n  def up\n    execute SQL\n  end"],
    ['reversible up', '  def change\n    reversible do |dir|\n      dir.up { drop_table :a }\n    end\n  end'],
    ['an interpolation', '  def up\n    say "gone: #{Account.where("a = \'#{1}\'").delete_all}"\n  end'],
    ['a badly indented down', '  def down\n    a\n    end\n\n  def up\n    drop_table :a\n  end'],
    ['a file whose strings cannot be told', "  def up\n    a = ?'\n    drop_table :a\n  end"],
    ['strings in strings without end', `  def up\n    drop_table :a\n  end\n${'"#{'.repeat(5000)}`],
    ['behind a shift that looks like a heredoc', '  def up\n    list <<A\n    drop_table :a\n  end']
  ])('is in %s', (_, body) => {
    expect(destructiveIn(body)).not.toEqual([])
  })
})

describe('what takes long', () => {
  it.each([
    'disable_ddl_transaction!',
    'add_index :a, :b, algorithm: :concurrently',
    'Account.find_each { |account| puts account }',
    'Account.in_batches { |accounts| puts accounts }',
    'migration_duration_warning(<<~EXPLANATION)\n    It is long.\n  EXPLANATION',
    "execute 'REFRESH MATERIALIZED VIEW a'",
    "execute 'CREATE UNIQUE INDEX CONCURRENTLY a ON b (c)'"
  ])('sees %s', line => {
    const { long, destructive } = read(`  ${line}`)
    expect(long).toHaveLength(1)
    expect(destructive).toEqual([])
  })
})

describe('going back', () => {
  const keys = '  def up\n    accounts.update_all(private_key: nil)\n  end\n\n  def down\n  end'
  const migrations = [
    { ...read('  def change\n    add_column :a, :b\n  end'), version: '20260618114230' },
    { ...read(keys, 'post_migrate'), version: '20260702144128' },
    { ...read('  def up\n    drop_view :a\n  end'), version: '20260728145403' }
  ]
  const oldVersions = new Set(['20200101000000', '20240101000000'])
  const verdict = (...applied: string[]): unknown => rollbackVerdict({ applied, oldVersions, migrations })

  it('is safe where all is known to the old tree, also where the tree knows more', () => {
    expect(verdict('20200101000000')).toEqual({ safe: true, unknown: [] })
  })

  it('is safe where what is new only adds', () => {
    expect(verdict('20240101000000', '20260618114230', '20260618114230')).toEqual({
      safe: true,
      unknown: ['20260618114230']
    })
  })

  it.each([
    ['20260702144128', 'post'],
    ['20260728145403', 'pre']
  ])('is not safe after %s, a destructive one (%s)', (version, phase) => {
    expect(verdict('20200101000000', '20260618114230', version)).toMatchObject({
      safe: false,
      because: [{ version, phase }],
      unreadable: []
    })
  })

  it('is not safe after a migration whose file nobody has', () => {
    expect(verdict('20270101000000', '20260618114230')).toEqual({
      safe: false,
      because: [],
      unreadable: ['20270101000000']
    })
  })
})

describe('the breakpoint of db.rake', () => {
  it('is two numbers, however they are spelled, and not those of a comment', () => {
    const text =
      "# pg_version < 99\nabort 'too old' if pg_version < 140_000\nabort <<~MESSAGE if ENV['SKIP'] && " +
      'schema_version < 2024_10_07_071624\n  not from schema_version < 2000_01_01_000000\nMESSAGE\n'
    expect(breakpoints(text)).toEqual({ postgres: 140000, schema: '20241007071624' })
    expect(breakpoints('if pg_version<90500 || schema_version<20230907150100')).toEqual({
      postgres: 90500,
      schema: '20230907150100'
    })
  })

  it('is nothing where there is none', () => {
    expect(breakpoints('task :x')).toEqual({})
  })
})
