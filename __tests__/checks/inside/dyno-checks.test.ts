import { describe, expect, it } from '@jest/globals'
import { type Check } from '../../../src/checks/index.ts'
import { ffmpeg } from '../../../src/checks/inside/ffmpeg.ts'
import { migrations } from '../../../src/checks/inside/migrations.ts'
import { queues } from '../../../src/checks/inside/queues.ts'
import { retention } from '../../../src/checks/inside/retention.ts'
import { scheduler } from '../../../src/checks/inside/scheduler.ts'
import { type Release } from '../../../src/heroku/index.ts'
import { type InsideValue } from '../../../src/mastodon/index.ts'
import { dynoOf, factsOf, lines, look, type Said } from '../world.ts'

type Dyno = Parameters<typeof dynoOf>[0]
const SILENT = ['unknown: It could not look: the dyno says nothing of it']

const sidekiq = (more: Partial<InsideValue<'sidekiq'>>): Dyno => ({
  sidekiq: { processes: [], queues: [], dead: 0, retries: 2, ...more }
})
const queue = (name: string, size: number, latency: number) => ({ name, size, latency })
const listening = (...names: string[]) => ({ queues: names, threads: 5, memory: 2e8, silent: 3 })

function table(
  check: Check,
  rows: readonly (readonly [string, Dyno, readonly string[]])[],
  silent: readonly string[] = SILENT
): void {
  describe(check.name, () => {
    it.each(rows)('%s', async (_, said, expected) => {
      expect(lines(await look(check, { dyno: dynoOf(said) }))).toEqual(expected)
    })
    it('cannot be seen', async () => expect(lines(await look(check))).toEqual(silent))
  })
}

table(queues, [
  [
    'are empty',
    sidekiq({}),
    [
      'ok latency (0 s): 0 jobs in all queues; the oldest waits for 0 s',
      'ok dead-set (0): 0 dead jobs, 2 jobs to be tried again'
    ]
  ],
  [
    'are late',
    sidekiq({ queues: [queue('pull', 9, 20), queue('push', 40, 300)], dead: 1 }),
    [
      'warn latency (5 minutes): 40 jobs in the queue push; the oldest waits for 5 minutes',
      'ok dead-set (1): 1 dead job, 2 jobs to be tried again'
    ]
  ],
  [
    'stand still, and the dead set is full',
    sidekiq({ queues: [queue('default', 1, 90_000)], dead: 9_999 }),
    [
      'fail latency (25 hours): 1 job in the queue default; the oldest waits for 25 hours',
      'warn dead-set (9999): 9999 dead jobs, 2 jobs to be tried again; Sidekiq keeps 10000 dead ones and then forgets the oldest'
    ]
  ]
])

it('queues: what stands still says where to look', async () => {
  const dyno = dynoOf(sidekiq({ queues: [queue('default', 1, 90_000)] }))
  const [latency] = await look(queues, { dyno })
  expect(latency!.remedy).toContain('`heroku logs --process-type worker --app main`')
})

table(
  scheduler,
  [
    [
      'runs once',
      {
        ...sidekiq({ processes: [listening('default', 'scheduler'), listening('push')] }),
        vacuum: { there: true, ago: 20_000 }
      },
      [
        'ok listeners (1): 1 of 2 Sidekiq processes listens to the queue scheduler',
        "ok vacuum (6 hours): Mastodon's vacuum was last started 6 hours ago"
      ]
    ],
    [
      'runs twice, and no vacuum comes',
      {
        ...sidekiq({ processes: [listening('scheduler'), listening('scheduler')] }),
        vacuum: { there: true, ago: 300_000 }
      },
      [
        'warn listeners (2): 2 of 2 Sidekiq processes listen to the queue scheduler: scheduled jobs are started more than once',
        "warn vacuum (3 days): Mastodon's vacuum was last started 3 days ago; it should be every day"
      ]
    ],
    [
      'runs once, and says nothing of the vacuum',
      sidekiq({ processes: [listening('scheduler')] }),
      [
        'ok listeners (1): 1 of 1 Sidekiq process listens to the queue scheduler',
        'unknown vacuum: It could not look: the dyno says nothing of it'
      ]
    ],
    [
      'does not run',
      { ...sidekiq({}), vacuum: { there: true, ago: null } },
      [
        'fail listeners (0): 0 of 0 Sidekiq processes listen to the queue scheduler: nothing is cleaned up, no trend and no scheduled post comes out',
        "unknown vacuum: Redis knows of no run of Mastodon's vacuum; since when the instance is there Heroku did not say"
      ]
    ]
  ],
  ['listeners', 'vacuum'].map(about => `unknown ${about}: It could not look: the dyno says nothing of it`)
)

describe('a vacuum of which Redis knows nothing', () => {
  /** Of the handed-in clock: 2027-01-15. */
  const ago = (hours: number): string => new Date(1_800_000_000_000 - hours * 3_600_000).toISOString()
  const release = (version: number, hours: number, slug = true): Release => ({
    id: `${version}`,
    version,
    status: 'succeeded',
    current: false,
    description: '',
    eligible_for_rollback: true,
    slug: slug ? { id: 's' } : null,
    created_at: ago(hours)
  })
  const made = (hours: number): Said => ({
    info: { id: 'id', name: 'main', maintenance: false, stack: { name: 'heroku-24' }, created_at: ago(hours) }
  })
  const redis = (up: number | null): Dyno => ({
    redis: { used: 1, most: 1, policy: 'noeviction', evicted: 0, up, version: '7' }
  })
  const YOUNG =
    "ok vacuum (not yet): Mastodon's vacuum has not run yet: the instance got its first code 60 minutes ago, and it starts once a day, between 3 and 6 UTC"

  it.each<[string, Said, Dyno, string[]]>([
    [
      'is not missed in an instance an hour old',
      { releases: [release(2, 1), release(1, 1, false)] },
      redis(3_500),
      [YOUNG]
    ],
    [
      'is not missed if the app is older than its first code',
      { releases: [release(3, 0.5), release(2, 1), release(1, 900, false)], ...made(900) },
      redis(900 * 3600),
      [YOUNG]
    ],
    [
      'is not missed in a young app with many releases',
      { releases: [release(60, 1)], ...made(1) },
      redis(null),
      [YOUNG]
    ],
    [
      'is unknown if Redis may have lost it',
      { releases: [release(1, 900)] },
      redis(5 * 3600),
      [
        "unknown vacuum: Redis knows of no run of Mastodon's vacuum, and was started 5 hours ago: it may have lost what it knew"
      ]
    ],
    [
      'is missed in an old one',
      { releases: [release(99, 1)], ...made(2400) },
      redis(2400 * 3600),
      [
        "warn vacuum (never): Redis knows of no run of Mastodon's vacuum, and is up for 100 days; the instance got its first code 100 days ago"
      ]
    ],
    [
      'is missed if Redis does not say since when it is up',
      { releases: [release(1, 72)] },
      {},
      ["warn vacuum (never): Redis knows of no run of Mastodon's vacuum; the instance got its first code 3 days ago"]
    ]
  ])('%s', async (_, said, inside, expected) => {
    const given = { app: factsOf(said), dyno: dynoOf({ vacuum: { there: true, ago: null }, ...inside }) }
    expect(lines(await look(scheduler, given)).slice(1)).toEqual(expected)
  })

  it('is none where this Mastodon has none; a process without a heartbeat does not listen', async () => {
    const ended = { ...listening('scheduler'), silent: 50 }
    const dyno = dynoOf({
      ...sidekiq({ processes: [ended, listening('scheduler')] }),
      vacuum: { there: false, ago: null }
    })
    expect(lines(await look(scheduler, { dyno }))).toEqual([
      'ok listeners (1): 1 of 1 Sidekiq process listens to the queue scheduler'
    ])
  })
})

table(retention, [
  [
    'is set',
    { retention: { media: 14, content: null, backups: 7 } },
    ['ok (14 days): Media of other servers go after 14 days; posts of other servers are kept']
  ],
  [
    'is not set',
    { retention: { media: null, content: 90, backups: 7 } },
    ['warn (none): Media of other servers are kept for ever, so the bucket and its bill grow without end']
  ]
])

table(migrations, [
  ['are done', { migrations: { pending: 0 } }, ['ok (0): No migration is pending']],
  ['are pending', { migrations: { pending: 8 } }, ['warn (8): 8 migrations of the running code are pending']]
])

describe('ffmpeg', () => {
  const there = { ffmpeg: '7.1.3', ffprobe: '7.1.3', encoders: ['libx264', 'aac', 'libmp3lame'], problem: null }
  const none = { ffmpeg: null, ffprobe: null, encoders: [], problem: null }
  it.each<['with' | 'without' | 'auto', InsideValue<'ffmpeg'>, string]>([
    ['with', there, 'ok (7.1.3): ffmpeg 7.1.3 and ffprobe run, with the encoders that Mastodon needs'],
    ['auto', there, 'ok (7.1.3): ffmpeg 7.1.3 and ffprobe run, with the encoders that Mastodon needs'],
    [
      'without',
      there,
      'warn (7.1.3): ffmpeg 7.1.3 and ffprobe run, with the encoders that Mastodon needs, though the config says `ffmpeg: without`'
    ],
    ['without', none, 'ok (none): There is no ffmpeg, as the config wants it'],
    [
      'auto',
      none,
      'warn (none): There is no ffmpeg: an upload of video, audio or an animated GIF is answered with an error'
    ],
    [
      'with',
      none,
      'fail (none): There is no ffmpeg, though the config says `ffmpeg: with`: an upload of video, audio or an animated GIF is answered with an error'
    ],
    [
      'auto',
      { ...there, encoders: ['aac', 'libmp3lame'] },
      'fail (7.1.3): ffmpeg is there and cannot do its work, so an upload of video, audio or an animated GIF is answered with an error: it lacks the encoder libx264'
    ],
    [
      'without',
      { ...none, ffmpeg: '7.1.3' },
      'fail (7.1.3): ffmpeg is there and cannot do its work, so an upload of video, audio or an animated GIF is answered with an error: there is no ffprobe beside it'
    ],
    [
      'with',
      { ...none, problem: 'error while loading shared libraries: libblas.so.3' },
      'fail (none): ffmpeg is there and cannot do its work, so an upload of video, audio or an animated GIF is answered with an error: error while loading shared libraries: libblas.so.3'
    ]
  ])('wanted %s, found %j', async (wanted, said, expected) => {
    const findings = await look(ffmpeg, { dyno: dynoOf({ ffmpeg: said }), wants: { ffmpeg: wanted, slugLimit: 3e8 } })
    expect(lines(findings)).toEqual([expected])
  })
  it('cannot be seen', async () => expect(lines(await look(ffmpeg))).toEqual(SILENT))
})
