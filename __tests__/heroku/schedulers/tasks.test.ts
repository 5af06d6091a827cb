import { describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { describeCron, nextTime, wantedTasks, usualSize, type TaskWish } from '../../../src/heroku/index.ts'
import { marked } from '../../../src/heroku/schedulers/heroku-scheduler.ts'
import { timesBetween } from '../../../src/heroku/schedulers/times.ts'
import { UserError } from '../../../src/runtime/index.ts'

type Name = Parameters<typeof wantedTasks>[0]['with']
const plan = (name: Name, ...tasks: TaskWish[]) => wantedTasks({ with: name, tasks }, 'Basic', 'config.yml')
const problems = (name: Name, ...tasks: TaskWish[]): string => {
  try {
    plan(name, ...tasks)
    return ''
  } catch (error) {
    expect(error).toBeInstanceOf(UserError)
    return (error as UserError).message
  }
}
const task = (more: Partial<TaskWish>): TaskWish => ({ command: 'x', ...more })

describe('the tasks of a config', () => {
  it.each([
    [{ every: '10 minutes' }, '*/10 * * * *', 'every 10 minutes'],
    [{ every: 'hour' }, '0 * * * *', 'every hour at :00'],
    [{ every: 'hour', at: ':20' }, '20 * * * *', 'every hour at :20'],
    [{ every: 'day' }, '0 0 * * *', 'every day at 00:00'],
    [{ every: 'day', at: '03:30' }, '30 3 * * *', 'every day at 03:30'],
    [{ cron: '05  03 * * *' }, '5 3 * * *', 'every day at 03:05'],
    [{ cron: '0 4 * * mon' }, '0 4 * * MON', 'by cron: 0 4 * * MON'],
    [{ cron: '*/10 00-06 * * *' }, '*/10 0-6 * * *', 'by cron: */10 0-6 * * *']
  ] as const)('%j', (wish, cron, described) => {
    expect(plan('cron-to-go', task(wish))).toEqual([{ command: 'x', cron, size: 'Basic' }])
    expect(describeCron(cron)).toBe(described)
  })

  it.each([
    [{ cron: '*/5 * * * *' }, 'by cron: */5 * * * *; the nearest is `every: 10 minutes`'],
    [{ cron: '*/20 * * * *' }, 'the nearest is `every: 10 minutes`'],
    [{ cron: '*/30 * * * *' }, 'the nearest is `every: hour` with `at: ":00"`'],
    [{ cron: '15 */2 * * *' }, 'the nearest is `every: hour` with `at: ":20"`'],
    [{ cron: '40 4 * * 1' }, 'the nearest is `every: day` with `at: "04:30"`, which is more often'],
    [{ cron: '0 9,21 * * *' }, 'the nearest is `every: day` with `at: "09:00"`'],
    [{ every: 'hour', at: ':15' }, 'every hour at :15; the nearest is `every: hour` with `at: ":20"`'],
    [{ every: 'hour', at: ':58' }, 'the nearest is `every: hour` with `at: ":00"`'],
    [{ every: 'day', at: '03:40' }, 'every day at 03:40; the nearest is `every: day` with `at: "03:30"`'],
    [{ every: 'day', at: '23:50' }, 'the nearest is `every: day` with `at: "00:00"`'],
    [{ every: 'day', timeout: 120 }, 'it has no time limit; write `timeout 2h` before the command'],
    [{ every: 'day', command: 'echo \\' }, 'a command may not end in a backslash']
  ] as const)('Heroku Scheduler cannot have %j', (wish, says) => {
    expect(problems('heroku-scheduler', task(wish))).toContain(says)
    expect(problems('cron-to-go', task(wish))).toBe('')
  })

  it.each([{ cron: '30 3 * * *' }, { cron: '20 * * * *' }, { cron: '*/10 * * * *' }])(
    'Heroku Scheduler has %j, though it is written as cron',
    wish => expect(problems('heroku-scheduler', task(wish))).toBe('')
  )

  it.each([
    ['advanced-scheduler', { every: 'day', command: 'x'.repeat(1001) }, /1000 characters at most, and this has 1001/],
    ['advanced-scheduler', { every: 'day', size: 'Private-S', timeout: 2 }, /4 minutes at least; write `timeout: 4`/],
    ['github-actions', { cron: '* * * * *' }, /the nearest is `cron: "\*\/5 \* \* \* \*"`/]
  ] as const)('%s cannot have %j', (name, wish, says) => {
    expect(problems(name, task(wish))).toMatch(says)
  })

  it('lists all that is wrong, with lines, and a task that stands there twice', () => {
    const twice = { every: 'day', at: '03:30' } as const
    expect(
      problems(
        'heroku-scheduler',
        task({ ...twice, line: 3 }),
        task({ every: 'hour', at: ':01', line: 5 }),
        task({ cron: '30 3 * * *', size: 'Eco', line: 7 })
      ).split('\n')
    ).toEqual([
      'config.yml:5: Heroku Scheduler cannot have this task: it cannot run every hour at :01; the nearest is `every: hour` with `at: ":00"`',
      'config.yml:7: this task stands there twice: every day at 03:30, the same command'
    ])
  })

  it.each([
    [[], 'Basic'],
    [['Eco'], 'Eco'],
    [['Basic', 'Basic'], 'Basic'],
    [['Basic', 'standard-2x'], 'Standard-1X'],
    [['Performance-L'], 'Standard-1X'],
    [['Private-M'], 'Private-S'],
    [['Shield-L'], 'Shield-S']
  ])('dyno sizes %j: %s', (sizes, usual) => {
    expect(usualSize(sizes.map(size => ({ size })))).toBe(usual)
  })
})

describe('times', () => {
  const at = (day: number, hour = 0, minute = 0): number => Date.UTC(2026, 10, day, hour, minute)
  it.each([
    ['none yet', at(20, 3, 30), at(20, 23), undefined],
    ['just now', at(20, 3, 30), at(21, 3, 30), { newest: at(21, 3, 30), count: 1 }],
    ['three of them', at(17, 3, 30), at(20, 4), { newest: at(20, 3, 30), count: 3 }],
    ['time that went back', at(20, 3, 30), at(19, 3), undefined]
  ])('%s', (_, after, until, expected) => {
    expect(timesBetween('30 3 * * *', after, until)).toEqual(expected)
  })

  it('counts a thousand at most', () => {
    expect(timesBetween('*/10 * * * *', at(1), at(1) + 365 * 86_400_000)).toMatchObject({ count: 1_000 })
    expect(nextTime('0 4 * * MON', at(20))).toBe(at(23, 4))
  })
})

describe('the mark behind a command', () => {
  it.each([
    `echo plain`,
    `echo 'it is # not a comment' "nor \\" this #"`,
    `echo "$#" \${#HOME} a#b`,
    `echo one # a comment`,
    `for i in 1 2; do echo $i; done | sort -r`,
    `(exit 3)`,
    `echo '\\'`,
    `true && echo "a	tab" || echo no`,
    `cat <<< "here's one"`,
    `echo ümlaut 🐘`
  ])('changes nothing of %j for a shell', command => {
    const run = (text: string): string => {
      try {
        return execFileSync('bash', ['-c', text], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      } catch (error) {
        return `exit ${(error as { status: number }).status}`
      }
    }
    expect(run(marked(command))).toBe(run(command))
  })
})
