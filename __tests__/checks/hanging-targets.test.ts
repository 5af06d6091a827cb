import { afterAll, describe, expect, it } from '@jest/globals'
import { type AddressInfo } from 'node:net'
import { CHECKS } from '../../src/checks/index.ts'
import { type FaultKind } from '../rig/local-heroku/index.ts'
import { type InsidePart } from '../../src/mastodon/index.ts'
import { hangs } from '../helpers/internet.ts'
import { INSIDE, well, type Act } from './acted-dyno.ts'
import { said, useNights, type Change } from './whole-night.ts'

const world = useNights()

const hang =
  (method: string, path: string, kind: FaultKind = 'hang-before') =>
  (): Change => {
    world.heroku.faults.add({ kind, method, path, times: 9_999 })
    return {}
  }
const acts = (one: Act) => (): Change => {
  world.act = one
  return {}
}
const site = (name: string) => (): Change => {
  world.internet.site(name, { handle: hangs, upgrade: () => {} })
  return {}
}
const silentUrl = (): string => `http://127.0.0.1:${(world.silent.address() as AddressInfo).port}`
/** As the script has it if a lane hangs: `dyno.test.ts`. */
const lane =
  (...names: readonly InsidePart[]): Act =>
  ({ say, tell, leave, clock }) => {
    say('up')
    for (const part of Object.keys(INSIDE) as InsidePart[]) if (!names.includes(part)) tell(part)
    clock.after(8_000, () => {
      for (const part of names) tell(part, { error: 'no answer within 8 seconds' })
      leave()
    })
  }

/** Checks for which Heroku is asked, or the dyno. */
const OF_DYNO = ['queues', 'scheduler', 'retention', 'ffmpeg', 'migrations', 'redis', 'memory', 'ruby']
const OF_SITE = ['health', 'instance', 'assets', 'federation', 'media', 'certificates', 'https', 'names', 'updates']

const TARGETS: readonly (readonly [string, () => Change, readonly string[]])[] = [
  ['the site', site('site.test'), OF_SITE],
  ['the streaming server', site('live.test'), ['streaming', 'certificates']],
  ['the media host', site('media.test'), ['media', 'object-storage']],
  ['the bucket', site('s3.test'), ['object-storage']],
  [
    'the mail server',
    () => {
      world.internet.lead('mail.test', 587, world.silent)
      return {}
    },
    ['smtp']
  ],
  ['the DNS', () => ({ network: { names: { resolve: () => new Promise(() => {}) } } }), ['names']],
  ['GitHub', () => ({ githubUrl: silentUrl() }), ['github-schedule', 'action-version', 'nightly-build']],
  ['Mastodon’s update server', site('api.joinmastodon.org'), ['updates']],
  ['Heroku’s scheduler', () => ({ schedulerUrl: silentUrl() }), ['scheduled-tasks']],
  ['Heroku’s data API', hang('GET', '/client/v11'), ['postgres']],
  ['Heroku’s log stream', hang('GET', '/logs/'), ['log-codes', 'memory', 'worker', 'health']],
  ['Heroku’s API', () => (hang('GET', '')(), hang('POST', '')()), CHECKS.map(({ name }) => name)],
  [
    'Heroku’s API, of the app alone',
    () => (
      world.heroku.faults.add({ kind: 'hang-before', method: 'GET', path: '/apps/main', nth: 2, times: 9_999 }),
      {}
    ),
    CHECKS.map(({ name }) => name)
  ],
  ['the start of a dyno', hang('POST', '/dynos'), OF_DYNO],
  ['the start of a dyno, its answer lost', hang('POST', '/apps/main/dynos', 'hang-after'), OF_DYNO],
  ['the rendezvous server', hang('RENDEZVOUS', ''), OF_DYNO],
  ['a dyno that never prints', acts(() => {}), OF_DYNO],
  ['Rails, that waits for a server while it boots', acts(({ say }) => say('up')), OF_DYNO],
  [
    'a dyno that boots and says no more',
    acts(({ say, tell }) => (say('up'), tell('boot'))),
    OF_DYNO.filter(name => name !== 'ruby')
  ],
  ['Postgres, from the dyno', acts(lane('postgres', 'migrations', 'retention')), ['migrations', 'retention']],
  ['Redis, from the dyno', acts(lane('redis', 'sidekiq', 'vacuum')), ['redis', 'queues', 'scheduler', 'memory']],
  ['ffmpeg, in the dyno', acts(lane('ffmpeg')), ['ffmpeg']]
]

describe('the whole set', () => {
  let healthy: Map<string, string>
  const table: string[] = []
  afterAll(() => console.log(`What hangs, and when the whole set has ended:\n${table.join('\n')}`))

  it('is through at once where nothing hangs', async () => {
    const { results, took } = await world.night([])
    healthy = said(results)
    expect(took).toBe(0)
    expect(results.filter(({ level }) => level === 'fail')).toEqual([])
    // Without a table of upstream's one cannot say how long a line is mended.
    expect(results.filter(({ level }) => level === 'unknown').map(({ check }) => check.name)).toEqual(['updates'])
  })

  it.each(TARGETS)(
    'ends within half a minute, the others as ever, where it hangs: %s',
    async (what, change, touched) => {
      const { results, took } = await world.night(touched, change())
      const others = [...said(results)].filter(([name]) => !touched.includes(name))
      const suffer = [...said(results)].filter(([name, text]) => text !== healthy.get(name)).map(([name]) => name)
      table.push(
        `${(took / 1_000).toFixed(0).padStart(3)} s  ${what}: ${suffer.length} of ${results.length} checks suffer`
      )
      expect(took).toBeLessThanOrEqual(30_000)
      expect(others).toEqual([...healthy].filter(([name]) => !touched.includes(name)))
      expect(suffer.length).toBeGreaterThan(0)
      expect([...world.alive]).toEqual([])
    }
  )
})

describe('a one-off dyno', () => {
  /** What `ruby` says, which waits for the boot alone, and when all is over. */
  const watched = async (act: () => Change) => {
    const { results, took } = await world.night(OF_DYNO, act())
    const [finding] = results.find(({ check }) => check.name === 'ruby')!.findings
    return { took, results, finding: { ...finding, text: finding!.text.replace(/run\.\d+/, 'run.1') } }
  }
  const beats = (seconds: number): Act =>
    function act(stage, at = 0) {
      const { say, clock } = stage
      if (at === 0) say('up')
      if (at === seconds) return well(stage)
      say(`alive ${at * 30}`)
      clock.after(10_000, () => act(stage, at + 10))
    }

  it('that is slow, and lives, is waited for', async () => {
    const { took, results } = await watched(acts(beats(90)))
    expect(took).toBe(90_000)
    expect(results.filter(({ level }) => level === 'unknown').map(({ check }) => check.name)).toEqual(['updates'])
  })

  it('that takes 20 seconds to start is not given up', async () => {
    const late: Act = stage => stage.clock.after(20_000, () => well(stage))
    expect((await watched(acts(late))).finding).toMatchObject({ level: 'ok' })
  })

  it('is no sign of life by what the app prints', async () => {
    const chatter: Act = ({ say, print, clock }) => {
      say('up')
      const talk = (): void => {
        print('Waiting for Redis ...\nmark alive 5\n')
        clock.after(1_000, talk)
      }
      talk()
    }
    expect((await watched(acts(chatter))).took).toBe(12_000)
  })

  it.each<[string, () => Change, number, object]>([
    [
      'is not started',
      hang('POST', '/dynos'),
      10,
      {
        text: 'Heroku was asked for a one-off dyno and has not answered since 08:00:00 UTC; given up after 10 s',
        remedy: expect.stringContaining('https://status.heroku.com')
      }
    ],
    [
      'starts, and lets nobody in',
      hang('RENDEZVOUS', ''),
      24,
      {
        text: 'run.1 has said nothing since 08:00:00 UTC; given up after 24 s, when Heroku called it `starting`',
        remedy: expect.stringContaining('`checks.thresholds.dyno-start`')
      }
    ],
    [
      'is up, and prints nothing',
      acts(() => {}),
      24,
      {
        text: 'run.1 has said nothing since 08:00:00 UTC; given up after 24 s, when Heroku called it `up`',
        remedy: expect.stringContaining('`heroku run --app main true`')
      }
    ],
    [
      'stops in its boot, after it has lived for a while',
      acts(({ say, clock }) => {
        say('up')
        clock.after(5_000, () => say('alive 90'))
      }),
      17,
      {
        text: 'Rails boots in run.1 and has come no further since 08:00:05 UTC; given up after 12 s',
        remedy: expect.stringContaining('`heroku run --app main bin/rails runner 1`')
      }
    ],
    [
      'loses its connection',
      hang('RENDEZVOUS', '', 'cut'),
      0,
      { text: 'Rails did not boot in a one-off dyno: the connection to it was lost' }
    ],
    [
      // The beginning of a secret would no longer be masked.
      'complains at length: no word of it is cut',
      acts(({ say, print, leave }) => {
        say('up')
        print(`${'x '.repeat(70)}error "${'s'.repeat(150)}"\n`)
        leave()
      }),
      0,
      { text: `Rails did not boot in a one-off dyno: it ended with exit code 0. ${'x '.repeat(70)}error …` }
    ],
    [
      'lives for ever',
      acts(beats(1_000)),
      220,
      { text: 'Rails boots in run.1 and has not come to its end; given up after 220 s in all' }
    ]
  ])('that %s', async (_, act, seconds, expected) => {
    const { took, finding } = await watched(act)
    const { text, ...others } = expected as { text: string }
    expect(finding).toMatchObject({ level: 'unknown', ...others, text: `It could not look: ${text}` })
    expect(took).toBe(seconds * 1_000)
    expect([...world.alive]).toEqual([])
  })
})
