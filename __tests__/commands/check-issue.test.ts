import { describe, expect, it } from '@jest/globals'
import { type Check, type Finding, type Level, type Result } from '../../src/checks/index.ts'
import { keepIssue } from '../../src/commands/steps/check-issue.ts'
import { type JobResults } from '../../src/inputs/index.ts'
import { type Runtime } from '../../src/runtime/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { type FakeIssue } from '../helpers/fake-issues.ts'
import { redactor, TOKEN, useGithub } from '../github/world.ts'

const world = useGithub()
const DAY = 86_400_000
const PERMITTED = { issues: 'write' } as const
const TITLES: Record<string, string> = {
  worker: 'Worker dyno',
  queues: 'Queues',
  slug: 'Slug size',
  cert: 'Certificate'
}

interface Night {
  /** Levels of the checks, or of their parts: `worker: 'fail'`, `'queues/dead-set': 'warn'`. */
  readonly found: Readonly<Record<string, Level>>
  readonly before?: (issue: FakeIssue | undefined) => void
}

function resultsOf(found: Night['found'], more: Partial<Finding> = {}): Result[] {
  return Object.keys(TITLES).map(name => {
    const check: Check = { name, title: TITLES[name]!, config: [], look: () => Promise.resolve([]) }
    const findings = Object.entries(found)
      .filter(([key]) => key.split('/')[0] === name)
      .map(([key, level]): Finding => ({ level, about: key.split('/')[1], text: `${key} is at 7`, ...more }))
    if (findings.length === 0) findings.push({ level: 'ok', text: `${name} is well` })
    return { check, findings, level: findings[0]!.level, took: 1 }
  })
}

/** The job of one night: what keeps its issue, and what it said. */
function job(clock: TestClock, runId: number, changes: { token?: string; plan?: boolean; attempt?: number } = {}) {
  const { token = TOKEN, plan = false, attempt = 1 } = changes
  const outputs: Record<string, unknown> = {}
  const inputs = { plan, githubToken: token === '' ? undefined : token }
  const of = {
    repository: 'owner/fork',
    apiUrl: world.fake.url,
    serverUrl: 'https://github.com',
    runId: `${runId}`,
    runAttempt: `${attempt}`,
    event: {}
  }
  const results = {
    output: (name: string, value: unknown) => void (outputs[name] = value)
  } as JobResults
  const redact = redactor('s3cret-value')
  const runtime = { log: world.log, redact, clock, signal: new AbortController().signal } as unknown as Runtime
  const keep = (app: string, found: readonly Result[]) => keepIssue(inputs, app, found, undefined, of, runtime, results)
  return { keep, outputs }
}

const issues = (): FakeIssue[] => world.fake.issues.all

describe('the issue over a fortnight', () => {
  it('is one, opens, changes, closes and opens again', async () => {
    const clock = new TestClock()
    world.fake.allow(TOKEN, PERMITTED)
    world.fake.issues.now = () => clock.now()
    const nights: Night[] = [
      { found: {} },
      { found: { slug: 'unknown' } },
      { found: { worker: 'fail' } },
      { found: { worker: 'fail' } },
      { found: { worker: 'fail', 'queues/dead-set': 'warn' } },
      { found: { worker: 'unknown', 'queues/dead-set': 'warn' } },
      { found: { 'queues/dead-set': 'fail' } },
      { found: { queues: 'unknown' } },
      { found: {} },
      { found: {} },
      { found: { cert: 'warn' } },
      { found: { cert: 'warn' }, before: issue => world.fake.issues.close(issue!) },
      { found: { cert: 'fail' } },
      { found: { cert: 'fail' }, before: issue => void (issue!.body += '\nedited by hand') },
      { found: {} }
    ]
    const rows: (string | number)[][] = []
    for (const [index, { found, before }] of nights.entries()) {
      before?.(issues().at(-1))
      const notes = issues().reduce((sum, { comments }) => sum + comments.length, 0)
      await job(clock, index + 1).keep('my-mastodon', resultsOf(found))
      const last = issues().at(-1)
      const step = /^Issue: ([^(]*)/.exec(world.lines.filter(line => line.startsWith('Issue: ')).at(-1)!)![1]!.trim()
      rows.push([
        index + 1,
        Object.entries(found)
          .map(pair => pair.join(' '))
          .join(', ') || 'all well',
        step,
        issues().length,
        last?.state ?? '-',
        last?.title.replace('my-mastodon: ', '') ?? '-',
        issues().reduce((sum, { comments }) => sum + comments.length, 0) - notes
      ])
      clock.pass(DAY)
    }
    const head = ['night', 'found', 'step', 'issues', 'state', 'title', 'notes']
    console.log(
      [head, ...rows]
        .map(row => row.map((cell, at) => `${cell}`.padEnd([6, 40, 19, 7, 7, 22, 5][at]!)).join(' '))
        .join('\n')
    )
    expect(rows).toEqual([
      [1, 'all well', 'none is needed', 0, '-', '-', 0],
      [2, 'slug unknown', 'none is needed', 0, '-', '-', 0],
      [3, 'worker fail', 'a new one', 1, 'open', '1 failure', 0],
      [4, 'worker fail', 'brought up to date', 1, 'open', '1 failure', 0],
      [5, 'worker fail, queues/dead-set warn', 'brought up to date', 1, 'open', '1 failure, 1 warning', 1],
      [6, 'worker unknown, queues/dead-set warn', 'brought up to date', 1, 'open', '1 failure, 1 warning', 0],
      [7, 'queues/dead-set fail', 'brought up to date', 1, 'open', '1 failure', 1],
      [8, 'queues unknown', 'brought up to date', 1, 'open', '1 failure', 0],
      [9, 'all well', 'closed', 1, 'closed', 'all is well', 1],
      [10, 'all well', 'stays closed', 1, 'closed', 'all is well', 0],
      [11, 'cert warn', 'opened again', 1, 'open', '1 warning', 1],
      // Closed by hand: a warning that is known does not open it again, a failure does.
      [12, 'cert warn', 'stays closed', 1, 'closed', '1 warning', 0],
      [13, 'cert fail', 'opened again', 1, 'open', '1 failure', 1],
      [14, 'cert fail', 'brought up to date', 1, 'open', '1 failure', 0],
      [15, 'all well', 'closed', 1, 'closed', 'all is well', 1]
    ])
  })

  it('tells since when, what is gone, and what could not be looked at', async () => {
    const clock = new TestClock()
    world.fake.allow(TOKEN, PERMITTED)
    const found: Night['found'][] = [
      { worker: 'fail', 'queues/dead-set': 'warn', cert: 'warn' },
      { worker: 'unknown', 'queues/dead-set': 'warn' }
    ]
    for (const [index, night] of found.entries()) {
      await job(clock, index + 1).keep('my-mastodon', resultsOf(night, { remedy: 'Run `heroku ps`' }))
      clock.pass(DAY)
    }
    const { body } = issues()[0]!
    expect(body).toMatch(/### Warns: Queues: dead set \(since 2027-01-15\)/)
    expect(body).toContain('**To do:** Run <code>heroku ps</code>')
    expect(body).toMatch(/### Could not be looked at tonight, so still open\n\n- Worker dyno: failed since 2027-01-15/)
    expect(body).toMatch(/### Gone\n\n- Certificate: since 2027-01-15, gone on 2027-01-16/)
    expect(body).toMatch(/1 could not look[^]*Worker dyno/)
  })

  it.each([
    ['memo=AAAA', 1],
    [
      `memo=${Buffer.from('{"memory":{"problems":[],"gone":[]},"run":{"id":1,"attempt":1},"more":1}').toString('base64')}`,
      1
    ],
    ['memo=!', 2]
  ])('starts anew where somebody changed what it hands on (%s)', async (memo, number) => {
    const clock = new TestClock()
    world.fake.allow(TOKEN, PERMITTED)
    await job(clock, 1).keep('a', resultsOf({ worker: 'fail' }))
    issues()[0]!.body = issues()[0]!.body.replace(/memo=\S+/, memo)
    clock.pass(DAY)
    await job(clock, 2).keep('a', resultsOf({ worker: 'fail' }))
    expect(issues()).toHaveLength(number)
    expect(issues().at(-1)!.body).toMatch(/Worker dyno \(new\)/)
  })

  it('makes a new one where the last was closed long ago', async () => {
    const clock = new TestClock()
    world.fake.allow(TOKEN, PERMITTED)
    world.fake.issues.now = () => clock.now()
    await job(clock, 1).keep('a', resultsOf({ worker: 'fail' }))
    await job(clock, 2).keep('a', resultsOf({}))
    clock.pass(15 * DAY)
    await job(clock, 3).keep('a', resultsOf({ worker: 'fail' }))
    expect(issues().map(({ state }) => state)).toEqual(['closed', 'open'])
  })

  it('leaves alone what others wrote, other apps, and what a newer run wrote', async () => {
    const clock = new TestClock()
    world.fake.allow(TOKEN, PERMITTED)
    const { keep } = job(clock, 5)
    await keep('a', resultsOf({ worker: 'fail' }))
    const copied = world.fake.issues.add('somebody', 'Mine', issues()[0]!.body)
    await job(clock, 6).keep('b', resultsOf({ worker: 'fail' }))
    await job(clock, 7).keep('a', resultsOf({ slug: 'fail' }))
    await job(clock, 6, { attempt: 3 }).keep('a', resultsOf({}))
    expect(issues().map(({ title, state }) => [title, state])).toEqual([
      ['a: 1 failure', 'open'],
      ['Mine', 'open'],
      ['b: 1 failure', 'open']
    ])
    expect(issues()[0]!.body).toContain('Slug size')
    expect(copied.comments).toEqual([])
    expect(world.lines.at(-1)).toMatch(/newer run/)
  })

  it.each<[string, () => string, RegExp]>([
    ['without a token', () => '', /give `github-token.*issues: write/],
    [
      'without the permission',
      () => (world.fake.allow('weak', { issues: 'read' }), 'weak'),
      /403.*"permissions: issues: write"/
    ],
    [
      'where issues are off',
      () => ((world.fake.repository.hasIssues = false), TOKEN),
      /switched off.*Settings, General, Features/
    ],
    [
      'where GitHub is broken',
      () => (world.fake.break('GET', /issues/, { status: 400, body: { message: 'no' } }), TOKEN),
      /GitHub did not do it \(400/
    ]
  ])('is a warning %s', async (_, prepare, expected) => {
    world.fake.allow(TOKEN, PERMITTED)
    const { keep, outputs } = job(new TestClock(), 1, { token: prepare() })
    expect(await keep('a', resultsOf({ worker: 'fail' }))).toBeUndefined()
    expect(world.lines.at(-1)).toMatch(expected)
    expect(outputs).toEqual({})
  })

  it('is a warning, and soon, where GitHub hangs', async () => {
    const clock = new TestClock()
    world.fake.allow(TOKEN, PERMITTED)
    world.fake.break('GET', /issues/, () => clock.pass(15_000))
    const before = clock.now()
    expect(await job(clock, 1).keep('a', resultsOf({ worker: 'fail' }))).toBeUndefined()
    expect(clock.now() - before).toBe(15_000)
    expect(world.lines.at(-1)).toMatch(/GitHub did not do it \(no answer within 15 s\)/)
    expect(issues()).toHaveLength(0)
  })

  it.each([['PATCH'], ['POST']])('is a warning, and soon, where GitHub hangs on a change (%s)', async method => {
    const clock = new TestClock()
    world.fake.allow(TOKEN, PERMITTED)
    if (method === 'PATCH') await job(clock, 1).keep('a', resultsOf({ worker: 'fail' }))
    world.fake.break(method, /issues/, () => clock.pass(15_000))
    const before = clock.now()
    await job(clock, 2).keep('a', resultsOf({ slug: 'fail' }))
    expect(clock.now() - before).toBeLessThan(18_000)
    expect(world.lines.at(-1)).toMatch(/GitHub did not do it \(no answer within 15 s\)/)
  })

  it('is one also where the answer to the first was lost, and none with `plan`', async () => {
    const clock = new TestClock()
    world.fake.allow(TOKEN, PERMITTED)
    await job(clock, 1, { plan: true }).keep('a', resultsOf({ worker: 'fail' }))
    expect(issues()).toHaveLength(0)
    world.fake.break('POST', /issues/, 'lost')
    const { keep, outputs } = job(clock, 2)
    await keep('a', resultsOf({ worker: 'fail' }))
    expect(issues()).toHaveLength(1)
    expect(outputs['issue-url']).toMatch(/\/owner\/fork\/issues\/\d+$/)
  })

  it('shows no secret and no markup of others, and fits whatever is found', async () => {
    const clock = new TestClock()
    world.fake.allow(TOKEN, PERMITTED)
    const text = 's3cret-value <img src=x> @everyone [a](http://b) --> ::error:: `x` '.repeat(12)
    const found = Object.fromEntries(
      Object.keys(TITLES).flatMap(name =>
        Array.from({ length: 20 }, (_, part) => [`${name}/part-${part}`, 'fail' as const])
      )
    )
    await job(clock, 1).keep('a', resultsOf(found, { text, remedy: text, link: 'javascript:alert(1)' }))
    await job(clock, 2).keep('a', resultsOf(found, { text, remedy: text }))
    expect(issues()).toHaveLength(1)
    const { body, comments } = issues()[0]!
    expect(body.length).toBeLessThan(65_536)
    expect(body).toContain('There is more in the summary')
    expect(body).not.toMatch(/s3cret|<img|@everyone|\]\(http:|javascript|-->[^]*-->/)
    expect(comments).toEqual([])
  })
})
