import { describe, expect, it } from '@jest/globals'
import { CHECKS, type Finding } from '../../src/checks/index.ts'
import { NODE_MAJORS, nodeLife, rubyLines, stackLife, STACKS, type Life } from '../../src/knowledge/index.ts'
import { planUpgrade, readRuby } from '../../src/mastodon/index.ts'
import { dynoOf, factsOf as appOf, givenOf, look } from '../checks/world.ts'
import { TestClock } from '../helpers/clock.ts'
import { factsOf, lockFile, type Change } from '../mastodon/upgrade/fork.ts'

const DAY = 86_400_000

/** A clock that stands there. */
function clockAt(now: number): TestClock {
  const clock = new TestClock()
  clock.pass(now - clock.now())
  return clock
}

/** What the plan has to say of it, in that name. */
function planned(name: string, now: number, change: Change): string | undefined {
  return planUpgrade(factsOf({ ...change, facts: { ...change.facts, now } })).findings.find(
    finding => finding.name === name
  )?.reason
}

/** What the nightly check of that name says first. */
async function nightly(name: string, now: number, given: Parameters<typeof look>[1]): Promise<Finding> {
  const [finding] = await look(
    CHECKS.find(check => check.name === name)!,
    { ...given, clock: clockAt(now) }
  )
  return finding!
}

/** Days around an end, with what both must find then. */
function around({ ends }: Life): [when: string, now: number, state: Life['state']][] {
  const end = Date.parse(ends)
  return [
    ['long before', end - 181 * DAY, 'supported'],
    ['half a year before', end - 180 * DAY, 'ends-soon'],
    ['the day before', end - DAY, 'ends-soon'],
    ['on the day', end, 'ends-soon'],
    ['late on the day', end + DAY - 1, 'ends-soon'],
    ['on the day after', end + DAY, 'ended'],
    ['two days after', end + 2 * DAY, 'ended'],
    ['years after', end + 2_000 * DAY, 'ended']
  ]
}

const LEVELS = { supported: 'ok', 'ends-soon': 'warn', ended: 'fail' } as const

describe.each(STACKS)('%s', stack => {
  const life = (now: number): Life => stackLife(stack, now)!

  it.each(around(life(0)))('is judged alike by plan and nightly check, %s', async (_, now, state) => {
    expect(life(now)).toMatchObject({ state, days: Math.ceil((Date.parse(life(0).ends) - now) / DAY) || 0 })
    const info = { id: 'a', name: 'main', maintenance: false, stack: { name: stack } }
    const { level, text } = await nightly('stack', now, { app: appOf({ info }) })
    const reason = planned('stack-end-of-life', now, { facts: { stack } })
    expect(level).toBe(LEVELS[state])
    expect(reason !== undefined).toBe(state !== 'supported')
    if (reason !== undefined) expect(text).toBe(`main runs on ${reason.replace(' ', ', which ')}`)
  })
})

describe.each(rubyLines(0))('Ruby $line', ({ floor, life }) => {
  it.each(around(life))('is judged alike by plan and nightly check, %s', async (_, now, state) => {
    const inside = { ruby: floor, mastodon: null, memory: 1 }
    const ruby = readRuby({ gemfileLock: lockFile(floor), gemfile: '', rubyVersion: '' })
    const given = { dyno: dynoOf({ boot: inside }), given: givenOf({ ruby }) }
    const { level, text } = await nightly('ruby', now, given)
    const reason = planned('ruby-security', now, { files: { 'Gemfile.lock': lockFile(floor) } })
    // A line that ends soon is no reason to change it: the next one may not be known to the fork yet.
    expect(level).toBe(state === 'ended' ? 'fail' : 'ok')
    expect(reason !== undefined).toBe(state === 'ended')
    if (reason !== undefined) expect(`Ruby ${floor} ${reason.split('names it, ')[1]}`).toBe(text)
  })
})

describe.each(NODE_MAJORS)('Node %i', major => {
  it.each(around(nodeLife(major, 0)!))('is judged alike by plan and nightly check, %s', async (_, now, state) => {
    const { level, text } = await nightly('node', now, { job: givenOf({ node: major }) })
    const files = { 'package.json': JSON.stringify({ engines: { node: `${major}.x` } }) }
    const reason = planned('node-end-of-life', now, { files })
    expect(level).toBe(state === 'ended' ? 'warn' : 'ok')
    expect(reason !== undefined).toBe(state === 'ended')
    if (reason !== undefined) expect(text.replace(' of the checked-out commit', '')).toBe(reason)
  })
})

it('on 2027-05-02 plan and nightly check both say that heroku-22 and Ruby 3.3 have ended', async () => {
  const now = Date.parse('2027-05-02')
  expect(planned('stack-end-of-life', now, { facts: { stack: 'heroku-22' } })).toBe(
    'heroku-22 ended on 2027-04-30: it gets no security updates, and no build'
  )
  expect(planned('ruby-security', now, { files: { 'Gemfile.lock': lockFile('3.3.14') } })).toMatch(
    /gets no security updates any more: 3\.3 ended on 2027-03-31$/
  )
  const ended = { boot: { ruby: '3.3.14', mastodon: null, memory: 1 } }
  expect(await nightly('ruby', now, { dyno: dynoOf(ended) })).toMatchObject({
    level: 'fail',
    text: 'Ruby 3.3.14 gets no security updates any more: 3.3 ended on 2027-03-31'
  })
})
