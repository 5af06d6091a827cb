import { describe, expect, it } from '@jest/globals'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { CHECKS, inTime, runChecks, type AppFacts, type Result } from '../../src/checks/index.ts'
import { DEADLINE } from '../../src/checks/deadline.ts'
import { DYNO_DEADLINE } from '../../src/checks/dyno.ts'
import { TestClock } from '../helpers/clock.ts'
import { dynoOf, factsOf, givenOf, surroundings } from './world.ts'

const DOCS = path.join(import.meta.dirname, '..', '..', 'docs', 'nightly-checks.md')

describe('the list of checks', () => {
  it('names each once, in kebab-case', () => {
    const names = CHECKS.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/)
  })

  it('is the one of the docs', () => {
    const rows = readFileSync(DOCS, 'utf8').matchAll(/^\| `([\w-]+)` \|/gm)
    expect([...rows].map(([, name]) => name).sort()).toEqual(CHECKS.map(({ name }) => name).sort())
  })

  /** Config vars with which nothing is missing. */
  const WELL = { SMTP_DELIVERY_METHOD: 'test', SWIFT_ENABLED: 'true' }
  const never = (): Promise<never> => new Promise(() => {})
  const hanging = <Facts extends object>(facts: Facts): Facts =>
    Object.fromEntries(
      Object.entries(facts).map(([key, value]) => [key, typeof value === 'function' ? never : value])
    ) as Facts
  /** As `appFacts` has it: what Heroku does not answer is given up. */
  const slow = (clock: TestClock): AppFacts =>
    Object.fromEntries(
      Object.entries(factsOf()).map(([key, value]) => [
        key,
        typeof value === 'function' ? () => inTime(clock, DEADLINE, never) : value
      ])
    ) as unknown as AppFacts

  it.each([
    ['Heroku', (clock: TestClock) => ({ app: slow(clock) })],
    ['GitHub', () => ({ given: hanging(givenOf()) })]
  ])('is through within 30 seconds where %s hangs', async (_, hung) => {
    const clock = new TestClock()
    const started = clock.now()
    let results: readonly Result[] | undefined
    const running = runChecks(CHECKS, surroundings({ clock, dyno: dynoOf(), configVars: WELL, ...hung(clock) })).then(
      found => (results = found)
    )
    while (results === undefined && clock.now() - started < 600_000) {
      // Those that can answer do first.
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
      clock.pass(1_000)
    }
    await running
    expect(Math.max(...results!.map(({ took }) => took))).toBeLessThanOrEqual(30_000)
    expect(results!.some(({ took }) => took >= 15_000)).toBe(true)
    expect(results!.filter(({ level }) => level === 'fail')).toEqual([])
  })

  /** What is known without a dyno. */
  const ELSEWHERE = { app: factsOf({ platformLog: [], redisPolicy: 'noeviction', postgres: undefined }) }

  it('waits for a one-off dyno that hangs with those checks alone that need one', async () => {
    const clock = new TestClock()
    const dyno = { part: () => inTime(clock, 220_000, never) }
    let results: readonly Result[] | undefined
    const running = runChecks(CHECKS, surroundings({ clock, configVars: WELL, ...ELSEWHERE, dyno })).then(
      found => (results = found)
    )
    for (let passed = 0; results === undefined && passed < 600; passed++) {
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
      clock.pass(1_000)
    }
    await running
    const slow = results!.filter(({ took }) => took > 30_000)
    expect(slow.map(({ check }) => check.name).sort()).toEqual(
      CHECKS.filter(({ deadline }) => deadline !== undefined)
        .map(({ name }) => name)
        .filter(name => name !== 'memory')
        .sort()
    )
    for (const { took, level, findings } of slow) {
      expect(took).toBeLessThanOrEqual(DYNO_DEADLINE)
      expect(level).toBe('unknown')
      expect(findings.at(-1)!.text).toContain('no answer within 220 seconds')
    }
    // What is known otherwise is said all the same.
    expect(
      slow.flatMap(({ check, findings }) =>
        findings.filter(({ level }) => level === 'ok').map(({ about }) => `${check.name} ${about}`)
      )
    ).toEqual(['redis eviction'])
  })
})
