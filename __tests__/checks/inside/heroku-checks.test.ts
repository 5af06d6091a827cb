import { describe, expect, it } from '@jest/globals'
import { type Check, type Surroundings } from '../../../src/checks/index.ts'
import { logCodes } from '../../../src/checks/inside/log-codes.ts'
import { memory } from '../../../src/checks/inside/memory.ts'
import { postgres } from '../../../src/checks/inside/postgres.ts'
import { redis } from '../../../src/checks/inside/redis.ts'
import { ruby } from '../../../src/checks/inside/ruby.ts'
import { slugSize } from '../../../src/checks/inside/slug-size.ts'
import { stack } from '../../../src/checks/inside/stack.ts'
import { type LogLine } from '../../../src/heroku/index.ts'
import { ERROR_CODES } from '../../../src/knowledge/index.ts'
import { readRuby } from '../../../src/mastodon/index.ts'
import { dynoOf, factsOf, givenOf, lines, look, type Said } from '../world.ts'

/** Of the handed-in clock: 2027-01-15. */
const NOW = 1_800_000_000_000
const DAY = 86_400_000
type Dyno = Parameters<typeof dynoOf>[0]
interface Row {
  readonly said?: Said
  readonly inside?: Dyno
  readonly more?: Partial<Surroundings>
  readonly expected: readonly string[]
  /** Stands in what is said to it, or in what to do. */
  readonly says?: readonly string[]
}

function table(check: Check, rows: Readonly<Record<string, Row>>): void {
  describe(check.name, () => {
    it.each(Object.entries(rows))('%s', async (_, { said, inside, more, expected, says = [] }) => {
      const findings = await look(check, { app: factsOf(said), dyno: dynoOf(inside), ...more })
      expect(lines(findings)).toEqual(expected)
      const all = findings.flatMap(({ more: advice = [], remedy = '' }) => [...advice, remedy]).join('\n')
      for (const text of says) expect(all).toContain(text)
      // What is not well says what to do.
      for (const { level, remedy } of findings) if (level === 'warn' || level === 'fail') expect(remedy).toBeTruthy()
    })
  })
}

const database = (size: number, connections: number, status = 'Available') => ({
  plan: 'essential-0',
  status,
  bytes: size * 1e9,
  size: { part: size, whole: 1 },
  connections: { part: connections, whole: 20 },
  tables: { part: 120, whole: 4000 }
})

table(postgres, {
  'has room': {
    said: { postgres: database(0.5, 4) },
    expected: [
      'ok size (50 %): Postgres holds 500.0 MB on essential-0',
      'ok connections (20 %): 4 of 20 connections are open',
      'ok tables (3 %): 120 of 4000 tables are there'
    ]
  },
  'is nearly full': {
    said: { postgres: database(0.9, 17) },
    expected: [
      'warn size (90 %): Postgres holds 900.0 MB on essential-0: 90 %',
      'warn connections (85 %): 17 of 20 connections are open: 85 %',
      'ok tables (3 %): 120 of 4000 tables are there'
    ],
    says: ['`heroku config:set PREPARED_STATEMENTS=false --app main`: migrations must go past PgBouncer']
  },
  'is full': {
    said: { postgres: database(1.1, 20, 'Over Plan Capacity: Action Required') },
    expected: [
      'fail status: Heroku says of Postgres: Over Plan Capacity: Action Required',
      'fail size (110 %): Postgres holds 1100.0 MB on essential-0: 110 %',
      'fail connections (100 %): 20 of 20 connections are open: 100 %',
      'ok tables (3 %): 120 of 4000 tables are there'
    ]
  },
  'does not answer': {
    said: { postgres: database(0.5, 4, 'Temporarily Unavailable') },
    expected: [
      'fail status: Heroku says of Postgres: Temporarily Unavailable',
      'ok size (50 %): Postgres holds 500.0 MB on essential-0',
      'ok connections (20 %): 4 of 20 connections are open',
      'ok tables (3 %): 120 of 4000 tables are there'
    ],
    says: ['heroku pg:info --app main']
  },
  'is in a state that nobody knows': {
    said: { postgres: { ...database(0.5, 19, 'modifying'), size: undefined, tables: undefined, bytes: undefined } },
    inside: { postgres: { bytes: 2e9, connections: 19, most: 20, version: '16.4' } },
    expected: [
      'warn status: Heroku says of Postgres: modifying',
      'fail connections (95 %): 19 of 20 connections are open: 95 %',
      'ok size (2000.0 MB): Postgres holds 2000.0 MB; how much its plan allows is not known'
    ],
    says: ['PREPARED_STATEMENTS=false']
  },
  'has connections that Heroku does not tell': {
    said: { postgres: { ...database(0.5, 4), connections: undefined } },
    inside: { postgres: { bytes: 2e9, connections: 19, most: 20, version: '16.4' } },
    expected: [
      'ok size (50 %): Postgres holds 500.0 MB on essential-0',
      'ok tables (3 %): 120 of 4000 tables are there',
      'fail connections (95 %): 19 of 20 connections are open: 95 %'
    ]
  },
  "is none of Heroku's": {
    said: { postgres: undefined },
    inside: { postgres: { bytes: 2e9, connections: 96, most: 100, version: '16.4' } },
    expected: [
      'ok size (2000.0 MB): Postgres holds 2000.0 MB; how much its plan allows is not known',
      'fail connections (96 %): 96 of 100 connections are open: 96 %'
    ]
  },
  'cannot be seen': {
    expected: [
      'unknown plan: It could not look: nobody answers for postgres',
      'unknown size: It could not look: the dyno says nothing of it'
    ]
  }
})

const inside = (used: number, policy = 'noeviction', most = 50e6, evicted = 0): Dyno => ({
  redis: { used, most, policy, evicted, up: null, version: '7.2.4' }
})
table(redis, {
  'has room': {
    said: { redisPolicy: 'noeviction' },
    inside: inside(20e6),
    expected: [
      'ok eviction (noeviction): Redis drops nothing when it is full (noeviction)',
      'ok memory (40 %): Redis holds 20.0 MB of 50.0 MB'
    ]
  },
  'is nearly full, elsewhere': {
    said: { redisPolicy: undefined },
    inside: inside(42e6),
    expected: [
      'ok eviction (noeviction): Redis drops nothing when it is full (noeviction)',
      'warn memory (84 %): Redis holds 42.0 MB of 50.0 MB'
    ]
  },
  'drops keys and is full': {
    said: { redisPolicy: undefined },
    inside: inside(49e6, 'allkeys-lru', 50e6, 12),
    expected: [
      'fail eviction (allkeys-lru): Redis drops keys when it is full (allkeys-lru): jobs of Sidekiq and whole home feeds vanish without a word',
      'fail memory (98 %): Redis holds 49.0 MB of 50.0 MB; it has dropped 12 keys since it started'
    ]
  },
  'does not say what it does': {
    said: { redisPolicy: undefined },
    inside: inside(20e6, ''),
    expected: [
      'unknown eviction: Redis does not say what it does when it is full (`maxmemory_policy`)',
      'ok memory (40 %): Redis holds 20.0 MB of 50.0 MB'
    ]
  },
  'has no limit': {
    said: { redisPolicy: 'noeviction' },
    inside: inside(20e6, 'noeviction', 0),
    expected: [
      'ok eviction (noeviction): Redis drops nothing when it is full (noeviction)',
      'ok memory (20.0 MB): Redis holds 20.0 MB and has no limit of its own'
    ]
  },
  'is known by its plan alone': {
    said: { redisPolicy: 'volatile-lru' },
    expected: [
      'fail eviction (volatile-lru): Redis drops keys when it is full (volatile-lru): jobs of Sidekiq and whole home feeds vanish without a word',
      'unknown memory: It could not look: the dyno says nothing of it'
    ]
  },
  'cannot be seen': {
    expected: [
      'unknown eviction: It could not look: the dyno says nothing of it',
      'unknown memory: It could not look: the dyno says nothing of it'
    ]
  }
})

const line = (minutesAgo: number, text: string, dyno = 'web.1', source = 'heroku'): LogLine => ({
  time: NOW - minutesAgo * 60_000,
  source,
  dyno,
  text
})
const R14 = 'Error R14 (Memory quota exceeded)'
const sizes = (web: string, worker = 'Basic') => [
  { type: 'web', quantity: 1, size: web },
  { type: 'worker', quantity: 1, size: worker }
]
const process = (bytes: number) => ({ queues: ['default'], threads: 5, memory: bytes, silent: 1 })
const booted = (bytes: number, sidekiq: number): Dyno => ({
  boot: { ruby: '3.4.13', mastodon: '4.7.0', memory: bytes },
  sidekiq: { processes: [process(sidekiq), process(1e6)], queues: [], dead: 0, retries: 0 }
})
table(memory, {
  suffices: {
    said: { platformLog: [line(120, 'Starting process')], formation: sizes('Standard-2X') },
    inside: booted(300e6, 350e6),
    expected: [
      'ok quota: No dyno was over its memory (R14, R15) in 1 line of the last 2 hours',
      'ok web (59 %): 2 Puma workers of at least 300.0 MB in a Standard-2X dyno of 1024.0 MB: 59 %',
      'ok worker (68 %): Sidekiq, of 350.0 MB, in a Basic dyno of 512.0 MB: 68 %'
    ]
  },
  'is short': {
    said: { platformLog: [line(60, R14), line(30, R14)], formation: sizes('basic', 'Standard-1X') },
    inside: booted(300e6, 450e6),
    expected: [
      'warn quota (2): Dynos were over their memory 2 times (R14) in 2 lines of the last 60 minutes',
      'warn web (117 %): 2 Puma workers of at least 300.0 MB in a basic dyno of 512.0 MB: 117 %',
      'warn worker (88 %): Sidekiq, of 450.0 MB, in a Standard-1X dyno of 512.0 MB: 88 %'
    ]
  },
  'suffices for one process': {
    said: { platformLog: [], formation: sizes('basic', 'private-s') },
    inside: booted(300e6, 450e6),
    more: { configVars: { WEB_CONCURRENCY: '1' } },
    expected: [
      'unknown quota: Heroku has no line of its own in the log',
      'ok web (59 %): 1 Puma worker of at least 300.0 MB in a basic dyno of 512.0 MB: 59 %',
      'ok worker (44 %): Sidekiq, of 450.0 MB, in a private-s dyno of 1024.0 MB: 44 %'
    ]
  },
  'is not judged in a size that nobody knows': {
    said: { platformLog: [], formation: sizes('huge', 'huge') },
    inside: booted(300e6, 450e6),
    expected: [
      'unknown quota: Heroku has no line of its own in the log',
      'unknown web: How much memory a huge dyno has this version does not know',
      'unknown worker: How much memory a huge dyno has this version does not know'
    ]
  },
  'killed dynos': {
    said: { platformLog: [line(60, R14), line(50, 'Error R15 (Memory quota vastly exceeded)')] },
    expected: [
      'fail quota (2): Dynos were over their memory 1 time (R14), and Heroku ended 1 dyno for it (R15) in 2 lines of the last 60 minutes',
      'unknown fit: It could not look: nobody answers for formation'
    ]
  },
  'cannot be seen': {
    expected: [
      'unknown quota: It could not look: nobody answers for platformLog',
      'unknown fit: It could not look: nobody answers for formation'
    ]
  }
})

const router = (code: string) => `at=error code=${code} desc="x" method=GET path="/"`
table(logCodes, {
  'has none; what the app prints counts for nothing': {
    said: {
      platformLog: [line(300, 'at=info method=GET', 'router'), line(200, router('H14'), 'web.1', 'app')],
      log: [line(300, 'x'.repeat(150)), line(0, 'y'.repeat(150))]
    },
    expected: [
      "ok codes (0): No error of Heroku's in 2 lines of the last 5 hours",
      'ok volume (0.0 MB a day): About 0 lines an hour, 0.0 MB a day, by the last 2 lines; compare it with the quota of your log add-on'
    ]
  },
  'has old and slow ones': {
    said: {
      platformLog: [
        line(180, router('H10'), 'router'),
        ...Array.from({ length: 5 }, () => line(120, router('H12'), 'router')),
        line(90, router('H13'), 'router'),
        line(80, `sock=client ${router('H27')}`, 'router')
      ],
      log: []
    },
    expected: [
      'warn h10 (1): H10 1 time, last 3 hours ago: the app crashed (in 8 lines of the last 3 hours)',
      'warn h12 (5): H12 5 times, last 2 hours ago: requests took longer than 30 s (in 8 lines of the last 3 hours)',
      'ok h13 (1): H13 1 time, last 2 hours ago: the app closed connections without an answer (in 8 lines of the last 3 hours)',
      'ok h27 (1): H27 1 time, last 80 minutes ago: clients went away before they were answered (in 8 lines of the last 3 hours)'
    ]
  },
  'has one that nobody knows': {
    said: {
      platformLog: [line(9, 'at=error code=H95 desc="Out of tea" method=GET path="/"', 'router'), line(5, 'Error R77')],
      log: []
    },
    expected: [
      'warn h95 (1): H95 1 time, last 9 minutes ago: “Out of tea”; this version does not know what that is (in 2 lines of the last 9 minutes)',
      'warn r77 (1): R77 1 time, last 5 minutes ago: this version does not know what that is (in 2 lines of the last 9 minutes)'
    ],
    says: ['heroku logs --num 1500 --app main']
  },
  'has one by which a visitor may have lied': {
    said: {
      platformLog: [
        line(9, 'at=info method=GET path="/?code=H10" host=a.example', 'router'),
        line(8, 'at=info method=GET path=/?code=H14 host=a.example', 'router'),
        line(7, 'at=error code=H13 desc="x" method=GET path="/?code=H10 Error R15"', 'router'),
        line(6, 'Starting process with command `echo Error H82 code=H81`', 'run.1'),
        line(5, 'Error H10 (App crashed)', 'web.1', 'app')
      ],
      log: []
    },
    expected: [
      'ok h13 (1): H13 1 time, last 7 minutes ago: the app closed connections without an answer (in 5 lines of the last 9 minutes)'
    ]
  },
  'leaves memory to its check': {
    said: { platformLog: [line(60, R14), line(30, R14)], log: [] },
    expected: [
      "ok codes (0): No error of Heroku's but R14, of which the check `memory` tells, in 2 lines of the last 60 minutes"
    ]
  },
  'has no line': {
    said: { platformLog: [], log: [] },
    expected: ['unknown codes: Heroku has no line of its own in the log']
  },
  'cannot tell whether dynos lost lines': {
    said: { platformLog: [line(60, 'at=info', 'router')] },
    expected: [
      "ok codes (0): No error of Heroku's in 1 line of the last 60 minutes",
      'unknown lost-lines: It could not look: nobody answers for log',
      'unknown volume: It could not look: nobody answers for log'
    ]
  },
  'has some now': {
    said: {
      platformLog: [
        line(30, router('H14'), 'router'),
        line(
          25,
          "Error L10 (output buffer overflow): drain 'd.1-2' dropped 1 messages since 2027-01-15T07:30:00",
          'logplex'
        ),
        line(20, 'Error L10 (output buffer overflow): 500 messages dropped since 2027-01-15T07:35:00', 'logplex'),
        line(20, 'Error L14 (certificate validation): error="bad certificate" uri="syslog+tls://x.example/"', 'logplex')
      ],
      log: Array.from({ length: 1500 }, (_, index) => line((1499 - index) / 100, 'x'.repeat(150)))
    },
    expected: [
      'fail h14 (1): H14 1 time, last 30 minutes ago: no web dyno ran (in 4 lines of the last 30 minutes)',
      'warn l10 (2): L10 2 times, last 20 minutes ago: more was logged than a drain took, 501 lines lost (in 4 lines of the last 30 minutes)',
      'warn l14 (1): L14 1 time, last 20 minutes ago: the certificate of a drain is not valid, so it gets nothing (in 4 lines of the last 30 minutes)',
      'ok volume (29 MB a day): About 6004 lines an hour, 29 MB a day, by the last 1500 lines; compare it with the quota of your log add-on'
    ]
  },
  'says what a dyno’s own sender lost, whatever the app prints': {
    said: {
      platformLog: [line(60, 'at=info', 'router')],
      log: [
        line(5, 'Error L12: 222 messages dropped since 2027-01-15T07:55:00', 'log-shuttle', 'app'),
        line(5, 'Error L13: 111 messages lost since 2027-01-15T07:55:00', 'web.1', 'app')
      ]
    },
    expected: [
      'warn l12 (1): L12 1 time, last 5 minutes ago: a dyno logged more than could be sent on, 222 lines lost (in 1 line of the last 60 minutes)'
    ]
  },
  'cannot be seen': {
    expected: [
      'unknown codes: It could not look: nobody answers for platformLog',
      'unknown volume: It could not look: nobody answers for log'
    ]
  }
})

/** What nobody can mend, or `memory` judges. */
const APART = ['H80', 'R14', 'R15']
it.each(Object.keys(ERROR_CODES).filter(code => !APART.includes(code)))('log-codes: %s is told', async code => {
  const text = code.startsWith('H') ? router(code) : `Error ${code} (Something)`
  const platformLog = Array.from({ length: 100 }, () => line(1, text, 'router'))
  const [finding] = await look(logCodes, { app: factsOf({ platformLog, log: [] }) })
  const fails = ['H10', 'H14', 'H20', 'H81', 'H82', 'H83', 'R10', 'R17'].includes(code)
  expect(finding).toMatchObject({ level: fails ? 'fail' : 'warn', about: code.toLowerCase(), figure: '100' })
  expect(finding!.remedy).toBeTruthy()
})

const slug = (size: number | null) => ({ id: 'one', blob: { method: 'get', url: 'https://x' }, size })
/** The newest first. */
const slugs = (...megabytes: number[]) =>
  megabytes.map((size, index) => ({ bytes: size * 1e6, released: NOW - index * 10 * DAY }))
table(slugSize, {
  'is small and grows slowly': {
    said: { slug: slug(200e6), slugs: slugs(200, 199, 198) },
    expected: ['ok (67 %): The slug has 200.0 MB of 300.0 MB; it grows by 3.0 MB in 30 days (over 3 slugs)']
  },
  'shrinks, or has no history': {
    said: { slug: slug(200e6), slugs: slugs(200, 210, 220) },
    expected: ['ok (67 %): The slug has 200.0 MB of 300.0 MB; it does not grow']
  },
  'has no history': {
    said: { slug: undefined, slugs: slugs(250) },
    expected: ['ok (83 %): The newest slug whose size Heroku tells has 250.0 MB of 300.0 MB']
  },
  'will be too large': {
    said: { slug: slug(280e6), slugs: slugs(280, 275, 270) },
    expected: [
      'warn (93 %): The slug has 280.0 MB of 300.0 MB; it grows by 15.0 MB in 30 days (over 3 slugs): at this rate it is over the limit in 40 days, on 2027-02-24'
    ]
  },
  'is too large': {
    said: { slug: slug(310e6), slugs: slugs(310) },
    expected: ['fail (103 %): The slug has 310.0 MB of 300.0 MB: the next deploy of this size is refused']
  },
  'cannot be seen': {
    said: { slug: slug(null), slugs: [] },
    expected: ['unknown: It could not look: Heroku does not say how large the slug is']
  }
})

const on = (name: string): Said => ({ info: { id: 'a', name: 'main', maintenance: false, stack: { name } } })
table(stack, {
  lasts: { said: on('heroku-24'), expected: ['ok (836 days): main runs on heroku-24, which ends on 2029-04-30'] },
  'ends soon': {
    said: on('heroku-22'),
    expected: ['warn (105 days): main runs on heroku-22, which ends on 2027-04-30']
  },
  'has ended, of one app': {
    said: on('heroku-26'),
    more: { streamingApp: factsOf(on('heroku-20'), 'live') },
    expected: [
      'ok (1566 days): main runs on heroku-26, which ends on 2031-04-30',
      'fail streaming (-625 days): live runs on heroku-20, which ended on 2025-04-30: it gets no security updates, and no build'
    ]
  },
  'is new': {
    said: on('heroku-28'),
    expected: ['unknown: main runs on heroku-28; when that ends this version does not know']
  },
  'cannot be seen': { expected: ['unknown: It could not look: nobody answers for info'] }
})

/** What the checked-out commit says of Ruby. */
const next = (locked: string | undefined, file?: string): Partial<Surroundings> => ({
  job: givenOf({
    ruby: readRuby({
      gemfileLock: `DEPENDENCIES\n${locked === undefined ? '' : `RUBY VERSION\n   ruby ${locked}\n`}`,
      gemfile: "ruby '>= 3.2.0', '< 4.1.0'\n",
      rubyVersion: file ?? ''
    })
  })
})
const running = (version: string): Dyno => ({ boot: { ruby: version, mastodon: null, memory: 1 } })
table(ruby, {
  'is safe': {
    inside: running('3.4.13'),
    expected: ['ok (3.4.13): Ruby 3.4.13 has no hole that this version knows of; 3.4 ends on 2028-03-31']
  },
  'has holes': {
    inside: running('4.0.6'),
    expected: ['warn (4.0.6): Ruby 4.0.6 has known holes that 4.0.10 closes']
  },
  'has ended': {
    inside: running('3.2.9'),
    expected: ['fail (3.2.9): Ruby 3.2.9 gets no security updates any more']
  },
  'has holes, and the next build has none': {
    inside: running('4.0.6'),
    more: next('4.0.10'),
    expected: ['warn (4.0.6): Ruby 4.0.6 has known holes that 4.0.10 closes'],
    says: [
      'Deploy the checked-out commit: it brings Ruby 4.0.10.',
      'installs Ruby 4.0.10, which its Gemfile.lock names'
    ]
  },
  'has holes, and .ruby-version alone was changed': {
    inside: running('3.4.1'),
    more: next('3.4.1p0', '3.4.13'),
    expected: ['warn (3.4.1): Ruby 3.4.1 has known holes that 3.4.13 closes'],
    says: [
      'installs Ruby 3.4.1, which its Gemfile.lock names; `.ruby-version` names 3.4.13, and heroku/ruby installs nothing by that',
      'change the line below `RUBY VERSION` in Gemfile.lock to `ruby 3.4.13`',
      'Then deploy'
    ]
  },
  'has holes, and the checkout does not tell': {
    inside: running('3.4.1'),
    expected: ['warn (3.4.1): Ruby 3.4.1 has known holes that 3.4.13 closes'],
    says: ['If heroku/ruby builds this app: For Ruby 3.4.13: change']
  },
  'is safe, and the next build is not': {
    inside: running('3.4.13'),
    more: next('3.4.12'),
    expected: [
      'ok (3.4.13): Ruby 3.4.13 has no hole that this version knows of; 3.4 ends on 2028-03-31',
      'warn next-build (3.4.12): A build of the checked-out commit installs Ruby 3.4.12, which its Gemfile.lock names: it has known holes that 3.4.13 closes'
    ],
    says: ['change the line below `RUBY VERSION` in Gemfile.lock to `ruby 3.4.13`']
  },
  'is safe, and the next build takes any': {
    inside: running('3.4.13'),
    more: next(undefined, '3.4.12'),
    expected: [
      'ok (3.4.13): Ruby 3.4.13 has no hole that this version knows of; 3.4 ends on 2028-03-31',
      'warn next-build: Gemfile.lock names no Ruby, so heroku/ruby takes the one of the build before, if the build cache has it, else its default (3.3.9 in July 2026); Ruby 3.4.13 runs now'
    ],
    says: ['Run `bundle lock` with Ruby 3.4.13']
  },
  'is safe, and the next build is as good': {
    inside: running('3.4.13'),
    more: next('4.0.10', '3.4.13'),
    expected: ['ok (3.4.13): Ruby 3.4.13 has no hole that this version knows of; 3.4 ends on 2028-03-31']
  },
  'is new': {
    inside: running('4.1.0'),
    expected: ['unknown (4.1.0): Ruby 4.1.0 is newer than what this version knows (4.0)']
  },
  'cannot be seen': { expected: ['unknown: It could not look: the dyno says nothing of it'] }
})
