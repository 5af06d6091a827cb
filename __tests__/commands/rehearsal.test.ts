import { expect, it } from '@jest/globals'
import { memoryTexts } from '../../src/commands/steps/rehearsal/memory.ts'
import { Seen } from '../../src/commands/steps/rehearsal/seen.ts'
import { type JobResults } from '../../src/inputs/index.ts'
import { memberCommand, ranMigrations, readMember, touchedTables } from '../../src/mastodon/index.ts'
import { UserError, type Log } from '../../src/runtime/index.ts'
import { Story } from '../../src/verdict/index.ts'
import { TestClock } from '../helpers/clock.ts'

const outputs: Record<string, unknown> = {}
const results: JobResults = {
  output: (name, value) => void (outputs[name] = value),
  summary: () => Promise.resolve(),
  mask: () => {}
}
const log: Log = {
  info: () => {},
  warning: () => {},
  error: () => {},
  group: (_, work) => work(),
  progress: () => {},
  fence: () => ({ write: () => {}, close: () => {} })
}
const begin = (): { seen: Seen; story: Story } => {
  const story = new Story(log, new TestClock())
  return { seen: new Seen(story, results, () => {}), story }
}

it('a rehearsal that passed says what was seen, and what was not and why', async () => {
  const { seen, story } = begin()
  seen.healthy()
  seen.migrated(['20260701120000', '20260702120000'], ranMigrations(RAILS))
  await seen.tellMigrations()
  seen.passed('a GIF became a video')
  seen.visit({ requests: 4_000, failed: 0, slowest: 1, down: 0, failures: [] })
  seen.visit({ requests: 563, failed: 2, slowest: 1, down: 5, failures: ['503'] })
  seen.notSeen('streaming', 'there is none')
  expect(seen.ending()).toEqual({
    headline:
      'Rehearsal passed: boots, migrates in 12.0 s, a GIF became a video, 2 of 4,563 requests failed; not seen: streaming (there is none)'
  })
  expect(story.steps.flatMap(({ notes }) => notes)).toEqual([
    '20260702120000 DropBodyFromNotes: 11.0 s',
    '20260701120000 AddContentToNotes: 1.0 s'
  ])
})

it('what did not pass has no command for an app that is gone, and names all that failed', async () => {
  const { seen, story } = begin()
  story.begin('a release of rehearsal')
  const next = 'Look at `heroku logs --app rehearsal`.'
  for (const what of ['The worker is silent', 'A GIF became a picture'])
    expect(await seen.attempt('Step', () => Promise.reject(new UserError(what, next)))).toBeUndefined()
  expect(await seen.attempt('Step', () => Promise.resolve('goes on'))).toBe('goes on')
  let failure: unknown
  try {
    seen.judge()
  } catch (error) {
    failure = error
  }
  const { error, ...ending } = seen.endingOf(failure)
  expect(ending).toEqual({
    outcome: 'failed',
    headline: 'Rehearsal did not pass: The worker is silent',
    next: ['Mend what the lines above name: they are what the dynos and the release phase printed.']
  })
  expect((error as UserError).message).toBe('Rehearsal did not pass: The worker is silent\nAnd A GIF became a picture')
})

it('an error of our own stays one', () => {
  const error = new TypeError('x is not a function')
  expect(begin().seen.endingOf(error)).toMatchObject({ outcome: 'failed', headline: 'x is not a function', error })
})

it('memory stands against a Basic dyno, and the first size that has room', () => {
  const of = (type: string, megabytes: number) => ({ dyno: `${type}.1`, type, bytes: megabytes * 1e6 })
  expect(memoryTexts([of('web', 690), of('worker', 300)], [of('web', 702.4), of('worker', 301)], 2)).toEqual([
    'web, 2 workers: 690 MB after boot, 702 MB after the upload; a Basic dyno has 512 MB, a Standard-2X has room (1,024 MB)',
    'worker: 300 MB after boot, 301 MB after the upload; a Basic dyno has 512 MB'
  ])
  expect(memoryTexts([of('web', 400)], [], undefined)).toEqual(['web: 400 MB after boot; a Basic dyno has 512 MB'])
})

const RAILS = [
  '== 20260701120000 AddContentToNotes: migrating ================================',
  '-- add_column(:notes, :content, :text)',
  '   -> 1.0010s',
  '== 20260701120000 AddContentToNotes: migrated (1.0012s) =======================',
  '== 20260703120000 Undone: reverted (0.1s) ====',
  '== 20260702120000 DropBodyFromNotes: migrated (11.0000s) ======================'
].join('\n')

it('reads the migrations that ran, as Rails prints them', () => {
  expect(ranMigrations(RAILS)).toEqual([
    { version: '20260701120000', name: 'AddContentToNotes', seconds: 1.0012 },
    { version: '20260702120000', name: 'DropBodyFromNotes', seconds: 11 }
  ])
})

it('knows the tables that migrations name', () => {
  const schema = 'create_table "accounts", force: :cascade do |t|\n  create_table "status_stats"\n  create_table "tags"'
  const texts = ['add_column :accounts, :x, :text', 'execute "UPDATE status_stats SET x = 1"', 'hashtags']
  expect(touchedTables(schema, texts)).toEqual(['accounts', 'status_stats'])
  expect(touchedTables('CREATE TABLE notes (id bigint)', ['ALTER TABLE notes'])).toEqual(['notes'])
})

it('reads the account of a dyno, whose output is hostile', () => {
  const member = {
    account: '1',
    token: 'a'.repeat(43),
    rows: { notes: 3 },
    sidekiq: [{ host: 'worker.1', started: 1.5, queues: ['default'] }]
  }
  expect(readMember(`boot\nmarker ${JSON.stringify(member)}\n`, 'marker')).toEqual(member)
  expect(readMember(`other ${JSON.stringify(member)}`, 'marker')).toBeUndefined()
  expect(readMember(`marker ${JSON.stringify({ ...member, token: 'x\ny' })}`, 'marker')).toBeUndefined()
  expect(memberCommand({ marker: 'm', wait: 5, tables: ['notes', 'tags'] })).toMatch(
    /^env MARKER=m WAIT=5 TABLES=notes,tags bundle exec rails runner '/
  )
})
