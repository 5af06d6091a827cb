import { describe, expect, it } from '@jest/globals'
import {
  describeCron,
  lateTasks,
  reconcile,
  scheduleDrift,
  showStep,
  type ScheduledTask,
  type Task
} from '../../../src/heroku/index.ts'

const DAILY = '30 3 * * *'
const task = (command: string, more: Partial<Task> = {}): Task => ({ command, cron: DAILY, size: 'Basic', ...more })
let number = 0
const scheduled = (command: string, more: Partial<ScheduledTask> = {}): ScheduledTask => ({
  id: String(++number),
  command,
  own: true,
  cron: DAILY,
  when: describeCron(more.cron ?? DAILY),
  size: 'Basic',
  enabled: true,
  ...more
})
const foreign = { own: false }

interface Case {
  readonly name: string
  readonly wanted: Task[]
  readonly there: ScheduledTask[]
  readonly prune?: boolean
  /** `ACTION command when size`, in order. */
  readonly steps: string[]
}

const CASES: Case[] = [
  { name: 'nothing and nothing', wanted: [], there: [], steps: [] },
  { name: 'a new task', wanted: [task('a')], there: [], steps: ['create a every day at 03:30 Basic'] },
  {
    name: 'a task as it should be',
    wanted: [task('a')],
    there: [scheduled('a')],
    steps: ['keep a every day at 03:30 Basic']
  },
  {
    name: 'another time',
    wanted: [task('a', { cron: '0 4 * * *' })],
    there: [scheduled('a')],
    steps: ['change a every day at 04:00 Basic (it ran every day at 03:30)']
  },
  {
    name: 'another size, which is minded to the letter',
    wanted: [task('a', { size: 'Standard-1X' })],
    there: [scheduled('a', { size: 'standard-1x' })],
    steps: ['change a every day at 03:30 Standard-1X (on standard-1x)']
  },
  {
    name: 'another limit, where the scheduler has one',
    wanted: [task('a', { limit: 7200 }), task('b'), task('c', { limit: 60 })],
    there: [scheduled('a', { limit: 3600 }), scheduled('b', { limit: 3600 }), scheduled('c')],
    steps: [
      'change a every day at 03:30 Basic (for 60 min at most)',
      'keep b every day at 03:30 Basic',
      'keep c every day at 03:30 Basic'
    ]
  },
  {
    name: 'a task that is paused',
    wanted: [task('a')],
    there: [scheduled('a', { enabled: false })],
    steps: ['change a every day at 03:30 Basic (it was paused)']
  },
  {
    name: 'a task that is not wanted any more',
    wanted: [],
    there: [scheduled('a')],
    steps: ['remove a every day at 03:30 Basic (not in the config any more)']
  },
  {
    name: 'somebody else’s task',
    wanted: [],
    there: [scheduled('a', foreign)],
    steps: ['leave a every day at 03:30 Basic (not made by this action; `prune` would remove it)']
  },
  {
    name: 'somebody else’s task, with prune',
    wanted: [],
    there: [scheduled('a', foreign)],
    prune: true,
    steps: ['remove a every day at 03:30 Basic (not made by this action)']
  },
  {
    name: 'somebody else’s task that is just what is wanted',
    wanted: [task('a')],
    there: [scheduled('a', foreign)],
    steps: ['keep a every day at 03:30 Basic (not made by this action)']
  },
  {
    name: 'somebody else’s task of the same command at another time: it would run twice',
    wanted: [task('a')],
    there: [scheduled('a', { ...foreign, cron: '0 5 * * *' })],
    steps: ['change a every day at 03:30 Basic (it ran every day at 05:00, until now not this action’s)']
  },
  {
    name: 'our own before somebody else’s',
    wanted: [task('a')],
    there: [scheduled('a', foreign), scheduled('a', { cron: '0 5 * * *' })],
    steps: [
      'keep a every day at 03:30 Basic (not made by this action)',
      'remove a every day at 05:00 Basic (not in the config any more)'
    ]
  },
  {
    name: 'one command at two times, each found',
    wanted: [task('a'), task('a', { cron: '0 15 * * *' })],
    there: [scheduled('a', { cron: '0 15 * * *' }), scheduled('a')],
    steps: ['keep a every day at 03:30 Basic', 'keep a every day at 15:00 Basic']
  },
  {
    name: 'one command at two times, one of which moves',
    wanted: [task('a', { cron: '0 6 * * *' }), task('a', { cron: '0 15 * * *' })],
    there: [scheduled('a', { cron: '0 15 * * *' }), scheduled('a')],
    steps: ['change a every day at 06:00 Basic (it ran every day at 03:30)', 'keep a every day at 15:00 Basic']
  },
  {
    name: 'one command at two times, and a size that changes at one',
    wanted: [task('a', { size: 'Standard-2X' }), task('a', { cron: '0 15 * * *' })],
    there: [scheduled('a', { cron: '0 15 * * *' }), scheduled('a')],
    steps: ['change a every day at 03:30 Standard-2X (on Basic)', 'keep a every day at 15:00 Basic']
  },
  {
    name: 'a task that stands there twice, as two jobs at one time may leave it',
    wanted: [task('a')],
    there: [scheduled('a'), scheduled('a')],
    steps: ['keep a every day at 03:30 Basic', 'remove a every day at 03:30 Basic (not in the config any more)']
  },
  {
    name: 'times that cron in UTC does not say',
    wanted: [task('a')],
    there: [scheduled('a', { cron: undefined, when: '3 hours' })],
    steps: ['change a every day at 03:30 Basic (it ran 3 hours)']
  },
  {
    name: 'quotes and a command that differs by a space in them',
    wanted: [task(`bash -c 'echo "a  b" # c'`)],
    there: [scheduled(`bash -c 'echo "a b" # c'`)],
    steps: [
      `create bash -c 'echo "a  b" # c' every day at 03:30 Basic`,
      `remove bash -c 'echo "a b" # c' every day at 03:30 Basic (not in the config any more)`
    ]
  }
]

describe('what makes the tasks equal to those wanted', () => {
  it.each(CASES)('$name', ({ wanted, there, prune, steps }) => {
    const shown = reconcile(wanted, there, { prune }).map(step => {
      const { action, command, when, size, why } = showStep(step, describeCron)
      return `${action} ${command} ${when} ${size}${why ? ` (${why})` : ''}`
    })
    expect(shown).toEqual(steps)
  })
})

describe('drift', () => {
  it('tells what is otherwise, and nothing of what is as it should be', () => {
    const drift = scheduleDrift(
      [task('kept'), task('new'), task('moved', { cron: '0 4 * * *' })],
      [scheduled('kept'), scheduled('moved'), scheduled('old'), scheduled('theirs', foreign)]
    )
    expect(drift).toEqual([
      { kind: 'missing', command: 'new', text: 'is not scheduled; it is to run every day at 03:30' },
      { kind: 'changed', command: 'moved', text: 'is to run every day at 04:00; it ran every day at 03:30' },
      {
        kind: 'left over',
        command: 'old',
        text: 'is still scheduled (every day at 03:30), and not in the config any more'
      },
      { kind: 'unknown', command: 'theirs', text: 'is scheduled (every day at 03:30), and the config does not know it' }
    ])
  })

  const at = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 10, day, hour, minute)
  const ran = (outcome: 'succeeded' | 'failed' | 'unknown', when: number): Partial<ScheduledTask> => ({
    lastRun: { outcome, at: when }
  })
  it.each([
    ['ran today', ran('unknown', at(20, 3, 31)), []],
    ['ran yesterday, and is due for a quarter of an hour', ran('unknown', at(19, 3, 31)), []],
    [
      'ran two days ago',
      ran('succeeded', at(18, 3, 31)),
      ['ran last at 2026-11-18 03:31 UTC, and was to run again at 2026-11-19 03:30 UTC']
    ],
    ['failed', ran('failed', at(19, 3, 31)), ['failed at 2026-11-19 03:31 UTC']],
    ['is paused', { ...ran('failed', at(18, 3, 31)), enabled: false }, []],
    ['never ran, as far as is known', {}, []],
    ['runs by what is no cron here', { ...ran('unknown', at(1, 0)), cron: '5/15 * * * *' }, []],
    ['runs at times that are not known', { ...ran('unknown', at(1, 0)), cron: undefined }, []]
  ])('a task that %s', (_, more, texts) => {
    expect(lateTasks([scheduled('a', more)], at(20, 3, 45)).map(({ text }) => text)).toEqual(texts)
  })
})
