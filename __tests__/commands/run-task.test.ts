import { describe, expect, it } from '@jest/globals'
import { requireSuccess, type TaskRun } from '../../src/commands/steps/run-task.ts'
import { Tail } from '../../src/deploy/index.ts'
import { HerokuApp } from '../../src/heroku/index.ts'
import { UserError } from '../../src/runtime/index.ts'
import { clientOf } from '../helpers/local-heroku.ts'
import { TestClock } from '../helpers/clock.ts'

const clock = new TestClock()
const app = new HerokuApp(clientOf({ apiUrl: 'http://127.0.0.1:9', apiKey: 'k' } as never), 'my-mastodon', clock)
const task = { command: 'x', limit: 3_600_000 }
const ran = (more: Partial<TaskRun>): TaskRun => ({
  dyno: 'run.1234',
  exitCode: 0,
  took: 65_000,
  tail: new Tail(),
  ...more
})

describe('how a command ended', () => {
  it('is told with how long it took', () => {
    expect(requireSuccess(ran({}), task, app)).toBe('Ended well in run.1234 after 1 min 5 s')
  })

  it.each([
    [
      'an exit code',
      { exitCode: 137 },
      /^The command in run\.1234 ended with exit code 137 after 1 min 5 s$/,
      /larger dyno/
    ],
    [
      'its limit',
      { exitCode: undefined, took: 3_600_100 },
      /^The command in run\.1234 was ended at its limit of 60 min$/,
      /more time/
    ],
    [
      'a lost connection',
      { exitCode: undefined },
      /is not known: the connection to it was lost after 1 min 5 s/,
      /heroku logs --app my-mastodon/
    ]
  ])('is an error with what to do: %s', (_, run, message, next) => {
    const error = (() => {
      try {
        return requireSuccess(ran(run), task, app)
      } catch (thrown) {
        return thrown as UserError
      }
    })() as UserError
    expect(error.message).toMatch(message)
    expect(error.nextStep).toMatch(next)
  })
})
