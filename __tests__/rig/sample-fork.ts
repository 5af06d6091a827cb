import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const SAMPLE = path.join(import.meta.dirname, 'sample-fork')

/** Fixed, so that the sample's commits have the same hashes everywhere. */
const IDENTITY = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Sample',
  GIT_AUTHOR_EMAIL: 'sample@example.com',
  GIT_AUTHOR_DATE: '2026-11-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Sample',
  GIT_COMMITTER_EMAIL: 'sample@example.com',
  GIT_COMMITTER_DATE: '2026-11-01T00:00:00Z'
}

/**
 * Copies the sample fork into a new folder and commits it there, with the real npm package `pg`, so that it runs.
 * `change` may alter the files first. Returns the commit's hash.
 */
export function makeSampleFork(folder: string, change: (folder: string) => void = () => {}): string {
  cpSync(SAMPLE, folder, { recursive: true, verbatimSymlinks: true })
  bringPackage('pg', path.join(folder, 'vendor', 'npm'))
  change(folder)
  git(folder, 'init', '-q', '-b', 'main')
  return commitAll(folder, 'A sample fork')
}

/** Commits what is in the work tree. Returns the commit's hash. */
export function commitAll(folder: string, message: string): string {
  git(folder, 'add', '-A')
  git(folder, 'commit', '-q', '-m', message)
  return git(folder, 'rev-parse', 'HEAD')
}

export function git(folder: string, ...args: string[]): string {
  const env = { PATH: process.env['PATH'], ...IDENTITY }
  return execFileSync('git', ['-C', folder, ...args], { env, encoding: 'utf8' }).trim()
}

/**
 * A next version in two phases: `content` takes the place of `body`. The migration before the code serves adds it, and
 * older code goes on; the one after drops `body`, which older code asks for.
 */
export function addPostMigration(folder: string): void {
  writeMigration(folder, 'db/migrate', '20260701120000_add_content_to_notes', [
    'ALTER TABLE notes ADD COLUMN content text GENERATED ALWAYS AS (body) STORED'
  ])
  writeMigration(folder, 'db/post_migrate', '20260702120000_drop_body_from_notes', [
    'ALTER TABLE notes ALTER COLUMN content DROP EXPRESSION',
    'ALTER TABLE notes DROP COLUMN body'
  ])
  edit(folder, 'app/models/note.rb', 'id body key', 'id content key')
  edit(folder, 'db/seeds.rb', '(id, body, key)', '(id, content, key)')
  edit(folder, 'db/schema.rb', 'body text NOT NULL', 'content text')
  edit(folder, 'db/schema.rb', '2026_06_04_120000', '2026_07_02_120000')
}

/** A next version whose migration fails before its code serves. */
export function breakRelease(folder: string): void {
  writeMigration(folder, 'db/migrate', '20260801120000_add_rank_to_notices', [
    'ALTER TABLE notices ADD COLUMN rank integer' // there is no such table
  ])
}

/** A next version whose web process ends with exit code 1 as it boots. */
export function breakBoot(folder: string): void {
  appendFileSync(path.join(folder, 'config/puma.rb'), "\nabort 'config/puma.rb: this version does not boot'\n")
}

function writeMigration(folder: string, where: string, file: string, statements: string[]): void {
  const name = file.slice(15).replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())
  const body = statements.map(sql => `    execute <<~SQL\n      ${sql}\n    SQL\n`).join('')
  const text = `class ${name} < ActiveRecord::Migration[8.1]\n  def up\n${body}  end\n\n  def down; end\nend\n`
  writeFileSync(path.join(folder, where, `${file}.rb`), text, { flag: 'wx' })
}

function edit(folder: string, file: string, from: string, to: string): void {
  const whole = path.join(folder, file)
  const text = readFileSync(whole, 'utf8')
  if (!text.includes(from)) throw new Error(`There is no '${from}' in ${file}`)
  writeFileSync(whole, text.replace(from, to))
}

/** Copies an installed npm package and all that it depends on, side by side. */
export function bringPackage(name: string, into: string): void {
  const found = new Map<string, string>()
  const add = (wanted: string, above: string): void => {
    const source = findPackage(wanted, above)
    const known = found.get(wanted)
    if (known !== undefined && known !== source) throw new Error(`Two versions of ${wanted} cannot lie side by side`)
    if (known !== undefined) return
    found.set(wanted, source)
    const { dependencies = {} } = JSON.parse(readFileSync(path.join(source, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>
    }
    for (const dependency of Object.keys(dependencies)) add(dependency, source)
  }
  add(name, import.meta.dirname)
  for (const [wanted, source] of found) {
    const target = path.join(into, wanted)
    rmSync(target, { recursive: true, force: true })
    cpSync(source, target, {
      recursive: true,
      filter: file => file === source || path.basename(file) !== 'node_modules'
    })
  }
}

/** Looks where Node looks: beside, and in each folder above. */
function findPackage(name: string, from: string): string {
  const candidate = path.join(from, 'node_modules', name)
  if (existsSync(candidate)) return candidate
  if (from === path.dirname(from)) throw new Error(`The package ${name} is not installed: run npm ci`)
  return findPackage(name, path.dirname(from))
}
