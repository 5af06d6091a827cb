import { describe, expect, it } from '@jest/globals'
import {
  lateTasks,
  ledgerTasks,
  ledgerText,
  markEnded,
  parseLedger,
  takeDue,
  type Taken,
  type Task
} from '../../../src/heroku/index.ts'

const APP = 'my-mastodon'
const at = (day: number, hour = 0, minute = 0, second = 0): number => Date.UTC(2026, 10, day, hour, minute, second)
const DAILY: Task = { command: 'daily', cron: '30 3 * * *', size: '' }
const HOURLY: Task = { command: 'hourly', cron: '20 * * * *', size: '', limit: 600 }

/** Runs of a workflow, one after the other, on one record; as text between them, as it is on the branch. */
class TaskRecord {
  text: string | undefined
  wanted: Task[]

  constructor(...wanted: Task[]) {
    this.wanted = wanted
  }

  take(run: string, now: number, until = now) {
    const turn = takeDue(parseLedger(this.text, APP, 'it'), this.wanted, { run, until, now })
    this.text = ledgerText(turn.ledger)
    return turn
  }

  end(taken: Taken, run: string, outcome: 'succeeded' | 'failed' | 'lost' = 'succeeded'): void {
    this.text = ledgerText(markEnded(parseLedger(this.text, APP, 'it'), taken, run, { outcome, took: 1_000 }))
  }

  /** Commands that a whole run does, with what they missed. */
  run(run: string, now: number): string[] {
    const done: string[] = []
    for (;;) {
      const { taken } = this.take(run, now)
      if (!taken) return done
      done.push(`${taken.task.command}${taken.missed > 0 ? ` +${taken.missed}` : ''}`)
      this.end(taken, run)
    }
  }
}

describe('tasks that are due', () => {
  it('run once for each of their times, and a new one not before its next', () => {
    const record = new TaskRecord(DAILY, HOURLY)
    expect(record.take('1/1', at(20, 3, 25))).toMatchObject({ taken: undefined, begun: [DAILY, HOURLY] })
    expect(record.take('2/1', at(20, 3, 28))).toMatchObject({ taken: undefined, begun: [] })
    expect(record.run('3/1', at(20, 3, 30))).toEqual(['daily'])
    expect(record.run('4/1', at(20, 4, 25))).toEqual(['hourly'])
    expect(record.run('5/1', at(20, 4, 26))).toEqual([])
    expect(record.run('6/1', at(21, 3, 45))).toEqual(['daily', 'hourly +22'])
  })

  it('that were missed are made up for once, the one that waits longest first', () => {
    const record = new TaskRecord(HOURLY, DAILY)
    record.run('1/1', at(20, 0, 0))
    expect(record.run('2/1', at(22, 12, 0))).toEqual(['hourly +59', 'daily +2'])
    expect(record.run('3/1', at(22, 12, 10))).toEqual([])
  })

  it('run while another one does not: two jobs at the same time share them', () => {
    const record = new TaskRecord(DAILY, HOURLY)
    record.run('1/1', at(20, 3, 0))
    const first = record.take('2/1', at(20, 3, 31))
    const second = record.take('3/1', at(20, 3, 31))
    expect([first.taken?.task, second.taken?.task]).toEqual([DAILY, HOURLY])
    expect(second.busy).toEqual([{ command: 'daily', run: '2/1' }])
    expect(record.take('4/1', at(20, 3, 32)).taken).toBeUndefined()
    record.end(first.taken!, '2/1')
    record.end(second.taken!, '3/1')
    expect(record.take('4/1', at(20, 3, 33))).toMatchObject({ taken: undefined, busy: [] })
  })

  it('are not run twice where an earlier run writes later', () => {
    const record = new TaskRecord(DAILY)
    record.run('1/1', at(20, 3, 0))
    expect(record.run('3/1', at(20, 3, 30, 1))).toEqual(['daily'])
    expect(record.take('2/1', at(20, 3, 31), at(20, 3, 29, 59)).taken).toBeUndefined()
    expect(record.run('4/1', at(20, 3, 40))).toEqual([])
  })

  it('are the same again for the same run: its write may have been lost', () => {
    const record = new TaskRecord(DAILY)
    record.run('1/1', at(20, 3, 0))
    const once = record.take('2/1', at(20, 3, 31)).taken
    const again = record.take('2/1', at(20, 3, 32), at(20, 3, 31)).taken
    expect(again).toMatchObject({ task: DAILY, due: once!.due })
  })

  it.each([
    ['its time is over', '3/1', at(20, 3, 31) + 610_000 + 600_000, true],
    ['it was started anew', '2/2', at(20, 3, 32), true],
    ['it may still be at it', '3/1', at(20, 3, 40), false]
  ])('and lost by their run are told, not run again for that time: %s', (_, run, now, lost) => {
    const record = new TaskRecord({ ...HOURLY, cron: DAILY.cron })
    record.run('1/1', at(20, 3, 0))
    expect(record.take('2/1', at(20, 3, 31)).taken).toBeDefined()
    const turn = record.take(run, now)
    expect(turn.taken).toBeUndefined()
    expect(turn.lost).toEqual(lost ? [{ command: 'hourly', run: '2/1' }] : [])
    expect(turn.busy).toEqual(lost ? [] : [{ command: 'hourly', run: '2/1' }])
    // Told once.
    expect(record.take('9/1', now + 1).lost).toEqual([])
    const [task] = ledgerTasks(parseLedger(record.text, APP, 'it'), record.wanted)
    expect(task?.lastRun?.outcome).toBe(lost ? 'failed' : 'running')
  })

  it('begin anew with other times, and end with the config', () => {
    const record = new TaskRecord(DAILY)
    record.run('1/1', at(20, 0, 0))
    record.wanted = [{ ...DAILY, cron: '*/10 * * * *' }]
    expect(record.take('2/1', at(22, 3, 55))).toMatchObject({ taken: undefined, begun: record.wanted })
    expect(record.run('3/1', at(22, 4, 0))).toEqual(['daily'])
    record.wanted = []
    record.run('4/1', at(22, 5, 0))
    expect(parseLedger(record.text, APP, 'it').tasks).toEqual([])
  })

  it('that run while they leave the config are remembered until they end', () => {
    const record = new TaskRecord(DAILY)
    record.run('1/1', at(20, 3, 0))
    const { taken } = record.take('2/1', at(20, 3, 31))
    record.wanted = []
    record.take('3/1', at(20, 3, 32))
    record.end(taken!, '2/1')
    record.take('4/1', at(20, 3, 33))
    expect(parseLedger(record.text, APP, 'it').tasks).toEqual([])
  })

  it('come once more where the record went back, and not never where its times lie ahead', () => {
    const record = new TaskRecord(DAILY)
    record.run('1/1', at(20, 0, 0))
    const { text } = record
    expect(record.run('2/1', at(20, 4, 0))).toEqual(['daily'])
    record.text = text
    expect(record.run('3/1', at(20, 5, 0))).toEqual(['daily'])
    record.text = record.text!.replace('2026-11-20T03:30', '2036-11-20T03:30')
    expect(record.run('4/1', at(21, 5, 0))).toEqual([])
    expect(record.run('5/1', at(22, 5, 0))).toEqual(['daily'])
  })

  it('have limits of their own', () => {
    const record = new TaskRecord(DAILY, HOURLY)
    record.run('1/1', at(20, 3, 0))
    record.take('2/1', at(20, 3, 31))
    const [entry] = parseLedger(record.text, APP, 'it').tasks
    expect(entry?.running).toEqual({ run: '2/1', due: at(20, 3, 30), since: at(20, 3, 31), until: at(20, 4, 41) })
  })
})

describe('the record', () => {
  it('tells the checks of failures, until a run ends well', () => {
    const record = new TaskRecord(DAILY)
    record.run('1/1', at(20, 3, 0))
    const { taken } = record.take('2/1', at(20, 3, 31))
    record.end(taken!, '2/1', 'failed')
    const tasks = (): ReturnType<typeof ledgerTasks> => ledgerTasks(parseLedger(record.text, APP, 'it'), record.wanted)
    expect(lateTasks(tasks(), at(20, 12))).toEqual([{ command: 'daily', text: 'failed at 2026-11-20 03:31 UTC' }])
    record.run('3/1', at(21, 3, 31))
    expect(lateTasks(tasks(), at(21, 12))).toEqual([])
    expect(lateTasks(tasks(), at(23, 12))).toHaveLength(1)
  })

  it.each([
    ['no JSON', '{', /Invalid JSON|JSON/],
    ['another version', '{"version":2,"app":"my-mastodon","tasks":[]}', /at version/],
    ['another app', '{"version":1,"app":"other","tasks":[]}', /it is of the app other/],
    [
      'no times',
      '{"version":1,"app":"my-mastodon","tasks":[{"command":"x","cron":"x","handled":"soon"}]}',
      /at tasks\.0\.handled/
    ]
  ])('that has %s is refused, and what to do is said', (_, text, says) => {
    expect(() => parseLedger(text, APP, 'a.json')).toThrow(says)
    expect(() => parseLedger(text, APP, 'a.json')).toThrow(/^a\.json is not a record of the tasks of my-mastodon/)
  })
})
