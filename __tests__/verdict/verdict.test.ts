import { describe, expect, it } from '@jest/globals'
import { CancelledError, Unverified, UserError, WorkFailed } from '../../src/runtime/index.ts'
import { endingOf, isGreen, type Outcome } from '../../src/verdict/index.ts'

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
