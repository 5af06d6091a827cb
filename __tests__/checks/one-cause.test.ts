import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import https from 'node:https'
import { type AddressInfo } from 'node:net'
import {
  CHECKS,
  compareNight,
  memoryOf,
  NO_MEMORY,
  oneCauseEach,
  type Finding,
  type Memory,
  type Result
} from '../../src/checks/index.ts'
import { resultLine, resultsHeadline, summaryMarkdown } from '../../src/commands/steps/check-markdown.ts'
import { type FaultKind } from '../rig/local-heroku/index.ts'
import { ask } from '../local-heroku/ask.ts'
import { useNights, type Change } from './whole-night.ts'

const world = useNights()
/** Something on the way that speaks TLS with a certificate that nobody trusts. */
let strange: https.Server
beforeAll(async () => {
  strange = https.createServer(world.internet.authority.issue(['127.0.0.1']), (_, response) => response.end())
  await new Promise<void>(resolve => strange.listen(0, '127.0.0.1', resolve))
})
afterAll(() => new Promise(resolve => strange.close(resolve)))
const ALL = CHECKS.map(({ name }) => name)
/** Checks that ask the site. */
const OF_SITE = ['health', 'instance', 'assets', 'federation', 'media', 'names', 'certificates', 'https', 'updates']
const OF_DYNO = ['queues', 'scheduler', 'retention', 'ffmpeg', 'migrations', 'redis', 'memory', 'ruby']

const fault = (kind: FaultKind, method: string, path: string) => (): Change => {
  world.heroku.faults.add({ kind, method, path, times: 9_999 })
  return {}
}
const maintenance = (on: boolean) => ask(world.heroku, 'PATCH /apps/main', { body: { maintenance: on } })

describe('a whole night of real checks', () => {
  let healthy: string[]
  it('has no cause if all is well', async () => {
    const rows = await told(() => ({}), [])
    expect(rows.filter(({ affects }) => affects)).toEqual([])
    healthy = rows.map(row => row.told)
  })

  /** What is told of a night and is not of a healthy one, and the checks that it is behind. */
  async function told(change: () => Change, touched: readonly string[]) {
    const { results } = await world.night(touched, change())
    return oneCauseEach(results).flatMap(({ check, findings }) =>
      findings
        .filter(({ level }) => level !== 'ok')
        .map(({ level, text, affects }) => ({ told: `${level} ${check.name}: ${text}`, affects }))
    )
  }
  const changed = async (change: () => Change, touched: readonly string[]) =>
    (await told(change, touched)).filter(row => !healthy.includes(row.told))

  it('a dead key is one finding, and not one for each check that asks Heroku', async () => {
    const [row, ...more] = await changed(() => ({ key: 'a-key-that-is-none' }), ALL)
    expect(more).toEqual([])
    expect(row!.told).toMatch(/^fail heroku-key: Heroku does not take the key: it is wrong, expired or revoked/)
    expect(row!.affects).toEqual(
      ALL.filter(name => !['github-schedule', 'action-version', 'nightly-build'].includes(name))
    )
  })

  it.each<[string, (stage: Parameters<typeof world.act>[0]) => void, RegExp]>([
    [
      'does not boot',
      ({ say, print, leave }) => (say('up'), print('LoadError: cannot load such file -- none\n'), leave()),
      /^unknown one-off-dyno: .*Rails did not boot in a one-off dyno: .*LoadError/
    ],
    [
      'stands still while it boots',
      ({ say }) => say('up'),
      /^unknown one-off-dyno: .*Rails boots in run\.\d+ and has come no further/
    ],
    ['does not start', () => {}, /^unknown one-off-dyno: .*run\.\d+ has said nothing/]
  ])('a Rails that %s is one', async (_, act, expected) => {
    const [row, ...more] = await changed(() => ((world.act = act), {}), OF_DYNO)
    expect(more).toEqual([])
    expect(row!.told).toMatch(expected)
    expect(row!.affects).toEqual(OF_DYNO)
  })

  it('a Rails that does not boot says how to see why, and what could not be looked at', async () => {
    world.act = ({ say, print, leave }) => (say('up'), print('LoadError: cannot load such file -- none\n'), leave())
    const { results } = await world.night(OF_DYNO)
    expect(oneCauseEach(results)[0]!.findings).toMatchObject([
      {
        more: [expect.stringMatching(/^Because of it 8 checks could not look: `queues`, /)],
        remedy: 'See why: `heroku run --app main -- bin/rails runner 1`'
      }
    ])
  })

  it('a server that does not answer the dyno is one', async () => {
    const [row, ...more] = await changed(() => {
      world.act = stage => {
        stage.say('up')
        for (const part of ['boot', 'ffmpeg', 'postgres', 'migrations', 'retention'] as const) stage.tell(part)
        stage.tell('redis', { error: 'no answer within 8 seconds' })
        for (const part of ['sidekiq', 'vacuum'] as const)
          stage.tell(part, { error: 'not asked: redis before it gave no answer within 8 seconds' })
        stage.leave()
      }
      return {}
    }, OF_DYNO)
    expect(more).toEqual([])
    expect(row).toEqual({
      told: 'unknown no-answer-of-redis: Redis did not answer the one-off dyno',
      affects: ['queues', 'scheduler', 'redis', 'memory']
    })
  })

  it('a name that is gone from the DNS is one', async () => {
    const rows = await changed(() => (world.internet.forget('site.test'), {}), OF_SITE)
    expect(rows.map(row => row.told)).toEqual(['fail health: site.test cannot be reached: its name is not in the DNS'])
    expect(rows[0]!.affects).toEqual(OF_SITE)
  })

  it('maintenance mode is one', async () => {
    await maintenance(true)
    const page = '<iframe src="https://www.herokucdn.com/error-pages/maintenance.html">'
    const [row] = await changed(() => {
      world.internet.site('site.test', (_, response) => response.writeHead(503).end(page))
      return {}
    }, OF_SITE).finally(() => maintenance(false))
    expect(row).toEqual({
      told: 'fail health: Maintenance mode is on: nobody reaches the instance',
      affects: ['health', 'instance', 'assets', 'federation', 'https']
    })
  })

  it.each<[string, () => string, RegExp, RegExp]>([
    ['lets nobody out', () => 'http://127.0.0.1:1', /ECONNREFUSED/, /^This machine does not reach 127\.0\.0\.1:1\. /],
    [
      'shows a certificate of its own',
      () => `https://127.0.0.1:${(strange.address() as AddressInfo).port}`,
      /certificate/,
      /NODE_EXTRA_CA_CERTS/
    ]
  ])('a way to Heroku that %s is one, and no fault of Heroku', async (_, url, reason, remedy) => {
    const { results } = await world.night(ALL, { herokuUrl: url() })
    const [row] = oneCauseEach(results)
    expect(row).toMatchObject({ check: { name: 'way-to-heroku' }, level: 'unknown' })
    expect(row!.findings).toHaveLength(1)
    expect(row!.findings[0]!.text).toMatch(reason)
    expect(row!.findings[0]!.remedy).toMatch(remedy)
    expect(row!.findings[0]!.affects).toHaveLength(29)
  })

  it.each<[string, () => Change, RegExp, number]>([
    [
      'config vars that Heroku does not give',
      fault('500-before', 'GET', '/config-vars'),
      /^unknown heroku-api: Heroku answered GET \/apps\/main\/config-vars with 500/,
      27
    ],
    [
      'a Heroku that answers 503',
      fault('503-before', 'GET', '/apps'),
      /^unknown heroku-api: Heroku answered GET \/apps\/main with 503/,
      28
    ],
    [
      'a GitHub that takes the token no more',
      () => ({ githubToken: 'gone' }),
      /^unknown github: GitHub did not do it \(401/,
      3
    ]
  ])('one is %s', async (_, change, expected, checks) => {
    const [row, ...more] = await changed(change, ALL)
    expect(more).toEqual([])
    expect(row!.told).toMatch(expected)
    expect(row!.affects).toHaveLength(checks)
  })
})

const DEAD = {
  id: 'site.test dead',
  name: 'not-reached',
  title: 'Not reached',
  text: 'site.test cannot be reached: dead'
}
const resultOf = (name: string, ...findings: Finding[]): Result => ({
  check: { name, title: name.toUpperCase() },
  findings,
  level: findings[0]?.level,
  took: 1
})
const bad = (level: 'fail' | 'unknown', about?: string): Finding => ({
  level,
  about,
  text: `bad ${about}`,
  cause: DEAD
})
const well = (about?: string): Finding => ({ level: 'ok', about, text: 'well' })

describe('a cause', () => {
  const night = [
    resultOf('certificates', well(), bad('unknown')),
    resultOf('health', well('app'), bad('fail', 'domain')),
    resultOf('instance', bad('fail')),
    resultOf('queues', well())
  ]

  it('counts once, and names what it is behind, in the log and in the summary', () => {
    const found = oneCauseEach(night)
    expect(found.flatMap(resultLine)).toEqual([
      'fail     health: site.test cannot be reached: dead',
      '           1 check more found the same: `instance`',
      '           Because of it 1 check could not look: `certificates`',
      'ok       health: well',
      'ok       certificates: well',
      'ok       queues: well'
    ])
    expect(resultsHeadline(found)).toBe('1 fails; 1 cause is behind 3 checks')
    const summary = summaryMarkdown(found, { app: 'main' })
    expect(summary.match(/\| fail \|/g)).toHaveLength(1)
    expect(summary).not.toMatch(/Nothing to look at|\| unknown/)
  })

  it('is a web that is down: what asks the site, and what Heroku says of its dynos, is one row', () => {
    const fails = (text: string, about?: string): Finding => ({ level: 'fail', about, text })
    const found = oneCauseEach([
      resultOf('health', fails('main/health answered 503', 'app'), fails('web.1 is crashed', 'dynos')),
      resultOf('instance', fails('site.test/api/v2/instance answered 503: Heroku’s error page')),
      resultOf('streaming', fails('live.test answered 503', 'health'))
    ])
    expect(found.flatMap(resultLine)).toEqual([
      'fail     health: main/health answered 503',
      '           1 check more found the same: `instance`',
      'fail     streaming: live.test answered 503'
    ])
  })

  it('is the same web that is down, if streaming is asked there for want of a place of its own', () => {
    const fails = (text: string, about: string, cause?: Finding['cause']): Finding => ({
      level: 'fail',
      about,
      text,
      cause
    })
    const cause = { id: 'down', name: 'health', title: 'Streaming', text: 'site.test answered 503' }
    const streaming = resultOf('streaming', fails('site.test answered 503', 'health', cause))
    const found = oneCauseEach([resultOf('health', fails('main/health answered 503', 'app')), streaming])
    expect(found.flatMap(resultLine)).toEqual([
      'fail     health: main/health answered 503',
      '           1 check more found the same: `streaming`'
    ])
    expect(oneCauseEach([resultOf('health', well('app')), streaming]).flatMap(resultLine)).toContain(
      'fail     streaming: site.test answered 503'
    )
  })

  it('is none if one check alone is wrong', () => {
    const alone = [resultOf('instance', bad('fail'), bad('unknown', 'push'))]
    expect(oneCauseEach(alone)).toEqual(alone)
  })

  it('has a name of its own if nothing could be seen to be wrong', () => {
    const [first, ...rest] = oneCauseEach([resultOf('queues', bad('unknown')), resultOf('redis', bad('unknown'))])
    expect(first).toMatchObject({ check: { name: 'not-reached' }, level: 'unknown' })
    expect(first!.findings).toHaveLength(1)
    expect(rest.map(({ findings, level }) => [findings, level])).toEqual([
      [[], undefined],
      [[], undefined]
    ])
  })

  it('keeps its key from night to night, and what it hides is held, not gone', () => {
    const day = 86_400_000
    const nights: (readonly [Result[], object])[] = [
      // `instance` fails by itself, then a dead name hides that, then the name is well again.
      [
        [resultOf('health', well('app'), well('domain')), resultOf('instance', { level: 'fail', text: 'own' })],
        { problems: ['instance 2027-01-15'], held: [], gone: [] }
      ],
      [night, { problems: ['health/domain 2027-01-16'], held: ['instance'], gone: [] }],
      [night, { problems: ['health/domain 2027-01-16'], held: ['instance'], gone: [] }],
      [
        [resultOf('health', well('app'), well('domain')), resultOf('instance', { level: 'fail', text: 'own' })],
        { problems: ['instance 2027-01-15'], held: [], gone: ['health/domain'] }
      ]
    ]
    let memory: Memory = NO_MEMORY
    for (const [at, [results, expected]] of nights.entries()) {
      const compared = compareNight(oneCauseEach(results), memory, 1_800_000_000_000 + at * day)
      expect({
        problems: compared.problems.map(({ key, since }) => `${key} ${since}`),
        held: compared.held.map(({ key }) => key),
        gone: compared.gone.map(({ key }) => key)
      }).toEqual(expected)
      memory = memoryOf(compared)
    }
  })
})
