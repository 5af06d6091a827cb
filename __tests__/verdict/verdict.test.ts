import { describe, expect, it } from '@jest/globals'
import { CancelledError, Unverified, UserError, WorkFailed } from '../../src/runtime/index.ts'
import { HerokuError } from '../../src/heroku/index.ts'
import { endingOf, isGreen, type Outcome } from '../../src/verdict/index.ts'

const heroku = (status: number | undefined, outcome: HerokuError['outcome']): HerokuError =>
  new HerokuError({ method: 'GET', path: '/apps/a', outcome, status, reason: 'so' })

describe('how a command ended that threw', () => {
  const user = new UserError('No key. Its last lines:\n secret', 'Give one.')
  it.each<[string, unknown, string[], Outcome, string]>([
    ['a rule, before anything changed', user, [], 'refused', 'No key'],
    ['a rule, after a release', user, ['a release of app'], 'failed', 'No key'],
    ['work that failed', new WorkFailed('Buildpack a failed', ''), [], 'failed', 'Buildpack a failed'],
    [
      'what nobody could see',
      new Unverified('v3 is live, and web.1 is starting', ''),
      ['a release'],
      'unverified',
      'v3 is live, and web.1 is starting'
    ],
    ['Heroku, which does not answer', heroku(503, 'unknown'), [], 'failed', 'Heroku answered GET /apps/a with 503: so'],
    [
      'Heroku, which has had too many requests',
      heroku(429, 'refused'),
      [],
      'failed',
      'Heroku answered GET /apps/a with 429: so'
    ],
    [
      'Heroku, which cannot be reached',
      heroku(undefined, 'not-sent'),
      [],
      'failed',
      'Heroku could not be asked GET /apps/a: so'
    ],
    [
      'Heroku, which answers nonsense',
      heroku(undefined, 'refused'),
      [],
      'failed',
      'Heroku could not be asked GET /apps/a: so'
    ],
    ['Heroku, which says no', heroku(404, 'refused'), [], 'refused', 'Heroku answered GET /apps/a with 404: so'],
    ['our own fault', new TypeError('x is undefined'), [], 'failed', 'x is undefined'],
    [
      'a person, before anything',
      new CancelledError('The deploy'),
      [],
      'cancelled',
      'The deploy was cancelled; nothing was changed'
    ],
    [
      'a person, in the middle',
      new CancelledError('The deploy'),
      ['maintenance mode', 'a release of app'],
      'cancelled',
      'The deploy was cancelled; begun was: maintenance mode, a release of app'
    ]
  ])('by %s', (_, error, begun, outcome, headline) => {
    const ending = endingOf(error, begun)
    expect(ending).toMatchObject({ outcome, headline })
    expect(ending.next).toHaveLength(1)
    expect(isGreen(ending)).toBe(false)
  })
})

it.each<[Outcome, 'fail' | 'warn' | undefined, boolean]>([
  ['done', undefined, true],
  ['nothing-to-do', undefined, true],
  ['found', 'warn', true],
  ['found', 'fail', false],
  ['refused', undefined, false],
  ['failed', undefined, false],
  ['unverified', undefined, false],
  ['rolled-back', undefined, false],
  ['cancelled', undefined, false]
])('%s with a finding of level %s: green is %s', (outcome, level, green) => {
  const findings = level === undefined ? [] : [{ level, about: 'queues', text: 'They are long' }]
  expect(isGreen({ outcome, findings })).toBe(green)
})
