import { afterAll, describe, expect, it } from '@jest/globals'
import { type Handler } from '../../helpers/internet.ts'
import { openSite } from '../../helpers/mastodon-site.ts'
import { ask } from '../../local-heroku/ask.ts'
import { INSIDE } from '../acted-dyno.ts'
import { until } from '../../helpers/local-heroku.ts'
import { useStage } from './stage.ts'

const stage = useStage()
const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

const error500: Handler = (_, response) => response.writeHead(500).end('We are sorry')
const pagesFail = (): void => openSite(stage.internet, { '/api/v2/instance': error500, '/': error500 })
const crashes = async (): Promise<void> => {
  await stage.until('crashed')
  stage.clock.pass(40 * SECOND)
  await stage.until('crashed')
  await stage.visit()
}

interface Outage {
  readonly what: string
  readonly happens: () => Promise<unknown>
  /** The rule that fits; undefined: nothing fits, and it must say so. */
  readonly rule: string | undefined
  /** What the first line must name. */
  readonly names: readonly (string | RegExp)[]
  /** What is to be done. */
  readonly next: string | RegExp
  /** Whether the first look knows it before the checks have ended. */
  readonly atOnce: boolean
}

const OUTAGES: readonly Outage[] = [
  {
    what: 'a config change that Rails does not boot with',
    happens: async () => {
      stage.web = env => (env['DB_POOL'] === 'many' ? undefined : 200)
      await stage.config({ DB_POOL: 'many' }, 'crashed')
      await crashes()
    },
    rule: 'change-before',
    names: [
      'main is down since 08:01:00 UTC: H10 (App crashed) was logged, too; web.1 crashed 0 s after v3 (Set DB_POOL config vars, by user@example.com)',
      'it answered until 08:00:00',
      'Most likely cause: that config change'
    ],
    next: '`heroku rollback v2 --app main`',
    atOnce: true
  },
  {
    what: 'a deploy whose web process crashes again and again',
    happens: async () => {
      stage.web = (_, command) => (command === 'new' ? undefined : 200)
      await stage.config({ UNRELATED: 'a day before' })
      stage.clock.pass(24 * HOUR)
      await stage.deploy({ web: 'new', worker: 'worker' })
      await crashes()
    },
    rule: 'change-before',
    names: ['web.1 crashed 0 s after v4 (Deploy, by user@example.com)', 'Most likely cause: that deploy'],
    next: '`command: rollback`',
    atOnce: true
  },
  {
    what: 'web scaled to 0',
    happens: async () => {
      await stage.scale('web', 0)
      stage.log('app[api]', 'Scaled to web@0:Basic worker@1:Basic by user ann@example.org')
      stage.clock.pass(20 * MINUTE)
      await stage.visit()
    },
    rule: 'scaled-to-0',
    names: [
      'main is down',
      'H14 (No web processes running)',
      'by ann@example.org” at 08:01:00 UTC',
      'Cause: web is scaled to 0'
    ],
    next: '`heroku ps:scale web=1 --app main`',
    atOnce: true
  },
  {
    what: 'maintenance mode that was left on',
    happens: async () => {
      await ask(stage.heroku, 'PATCH /apps/main', { body: { maintenance: true } })
      stage.clock.pass(3 * HOUR)
      await stage.visit()
    },
    rule: 'maintenance',
    names: ['main is down since 11:01:00 UTC', 'Cause: maintenance mode is on'],
    next: '`heroku maintenance:off --app main`',
    atOnce: true
  },
  {
    what: 'the hours of Eco dynos used up',
    happens: async () => {
      // The local Heroku counts no hours: as Heroku tells it.
      stage.log('heroku[web.1]', 'State changed from up to down')
      stage.log(
        'heroku[router]',
        `at=info code=H82 desc="You've used up your dyno hour pool" method=GET path="/" status=503`
      )
      stage.web = () => 503
      await ask(stage.heroku, 'DELETE /apps/main/dynos')
      await until(() => stage.visit().then(status => status === 503))
    },
    rule: 'dyno-hours',
    names: ['main is down since 08:01:00 UTC', 'H82', 'Cause: the account’s hours of Eco dynos are used up'],
    next: '`heroku ps:type web=basic worker=basic --app main`',
    atOnce: true
  },
  {
    what: 'a Postgres that Heroku has restricted',
    happens: () => {
      stage.figures = { status: 'Available / Action Required / Access Restricted', bytes: 1.3e9 }
      pagesFail()
      return Promise.resolve()
    },
    rule: 'postgres-closed',
    names: [
      'main answers, and not as it should',
      'answered 500',
      'Access Restricted',
      'Cause: Postgres takes no writes'
    ],
    next: '`heroku pg:info --app main`',
    atOnce: false
  },
  {
    what: 'a Postgres without a free connection, after more threads were set',
    happens: async () => {
      await stage.config({ MAX_THREADS: '40' })
      stage.clock.pass(2 * HOUR)
      stage.figures = { connections: 20 }
      stage.log('app[web.1]', 'PG::ConnectionBad: FATAL: remaining connection slots are reserved')
      pagesFail()
    },
    rule: 'postgres-full',
    names: [
      '100 % of its connections are used',
      /the app’s log says .*in 1 line/,
      /v3 \(Set MAX_THREADS.*came 2 hours ago/,
      'Cause: Postgres is at a limit'
    ],
    next: '`MAX_THREADS`',
    atOnce: false
  },
  {
    what: 'a Redis that is full',
    happens: () => {
      stage.inside = { ...INSIDE, redis: { ...INSIDE.redis, used: 5e7 } }
      stage.log('app[web.1]', "OOM command not allowed when used memory > 'maxmemory'.")
      pagesFail()
      return Promise.resolve()
    },
    rule: 'redis-full',
    names: [
      'main answers, and not as it should',
      'Redis holds 50.0 MB of 50.0 MB',
      /the app’s log says .*in 1 line/,
      'Cause: Redis is full'
    ],
    next: '`heroku redis:info --app main`',
    atOnce: false
  },
  {
    what: 'a domain that is gone from the DNS',
    happens: () => Promise.resolve(stage.internet.forget('site.test')),
    rule: 'domain',
    names: [
      'main is not to be had by its name: site.test cannot be reached: its name is not in the DNS',
      'at its own address the app answers',
      'Cause: the DNS of the domain'
    ],
    next: 'CNAME',
    atOnce: false
  },
  {
    what: 'a certificate that is not the domain’s',
    happens: () => {
      const certificate = stage.internet.authority.issue(['other.test'])
      stage.internet.site('site.test', { handle: (_, response) => response.end('OK'), certificate })
      return Promise.resolve()
    },
    rule: 'domain',
    names: ['its certificate is for other names', 'Cause: the certificate, or what is in front of the app'],
    next: /DNS, certificate, CDN|certs:auto/,
    atOnce: false
  },
  {
    what: 'a Heroku whose API answers 503',
    happens: () => {
      stage.heroku.faults.add({ kind: '503-before', path: '/apps', times: 9_999 })
      return Promise.resolve()
    },
    rule: 'heroku-refuses',
    names: ['Heroku', '503', 'Cause: Heroku’s platform'],
    next: 'https://status.heroku.com',
    atOnce: true
  },
  {
    what: 'a machine that does not reach Heroku',
    happens: () => Promise.resolve((stage.asked = { url: 'http://127.0.0.1:1' })),
    rule: 'heroku-refuses',
    names: [
      /^Heroku could not be asked GET .*ECONNREFUSED.*: whether main is well is not known\. Cause: the way from this machine to Heroku$/
    ],
    next: /^This machine does not reach 127\.0\.0\.1:1\. /,
    atOnce: true
  },
  {
    what: 'a key that Heroku does not take any more',
    happens: () => Promise.resolve((stage.asked = { key: 'of-last-year' })),
    rule: 'heroku-refuses',
    names: [
      /^Heroku does not take the key: it is wrong, expired or revoked\. No deploy will go through, and whether main is well is not known$/
    ],
    next: 'heroku authorizations:create',
    atOnce: true
  },
  {
    what: 'a fault of Heroku’s router (H99)',
    happens: async () => {
      stage.web = () => 503
      await ask(stage.heroku, 'DELETE /apps/main/dynos')
      await until(() => stage.visit().then(status => status === 503))
      stage.log('heroku[router]', 'at=error code=H99 desc="Platform error" method=GET path="/" status=503')
    },
    rule: 'platform',
    names: [
      'main is down since 08:01:00 UTC',
      'H99 (Platform error)',
      'Most likely cause: a fault of Heroku’s platform'
    ],
    next: 'https://status.heroku.com',
    atOnce: true
  },
  {
    what: 'a worker that was scaled to 0',
    happens: async () => {
      await stage.scale('worker', 0)
      stage.log('app[api]', 'Scaled to web@1:Basic worker@0:Basic by user ann@example.org')
      stage.clock.pass(5 * HOUR)
    },
    rule: 'scaled-to-0',
    names: ['No worker of main runs', 'by ann@example.org” at 08:01:00 UTC', 'Cause: worker is scaled to 0'],
    next: '`heroku ps:scale worker=1 --app main`',
    atOnce: true
  },
  {
    what: 'a worker at 0 beside another type, in a slug of heroku/ruby, which has types that nobody scales',
    happens: async () => {
      await stage.deploy({
        console: 'bin/rails console',
        rake: 'bundle exec rake',
        clock: 'bundle exec clockwork clock.rb',
        web: 'web',
        worker: 'bundle exec sidekiq'
      })
      await stage.scale('clock', 1)
      await stage.scale('worker', 0)
      stage.clock.pass(5 * HOUR)
    },
    rule: 'scaled-to-0',
    names: ['No worker of main runs', 'the log does not tell who did it, or when', 'Cause: worker is scaled to 0'],
    next: '`heroku ps:scale worker=1 --app main`',
    atOnce: true
  },
  {
    what: 'a worker at 0 while web crashes for no reason that is known',
    happens: async () => {
      stage.web = () => undefined
      await ask(stage.heroku, 'DELETE /apps/main/dynos')
      await crashes()
      await stage.scale('worker', 0)
    },
    rule: 'scaled-to-0',
    names: [
      'main is down since 08:01:00 UTC, and nothing that is known fits as the cause of that. No worker of main runs',
      'Cause: worker is scaled to 0'
    ],
    next: '`heroku ps:scale worker=1 --app main`',
    atOnce: true
  },
  {
    what: 'a release phase that failed',
    happens: async () => {
      await stage.deploy({ web: 'web', worker: 'worker', release: 'fails' })
      await stage.failed()
    },
    rule: 'release-phase',
    names: [
      'The newest release of main failed: v3 (Deploy, by user@example.com), made at 08:01:00 UTC: v2 goes on serving',
      'Cause: its release phase'
    ],
    next: '`heroku releases:output v3 --app main`',
    atOnce: true
  },
  {
    what: 'memory that grew until Heroku ended the dyno (R15)',
    happens: () => {
      for (const code of [
        'R14 (Memory quota exceeded)',
        'R14 (Memory quota exceeded)',
        'R15 (Memory quota vastly exceeded)'
      ]) {
        stage.log('heroku[worker.1]', 'Process running mem=900M(175.8%)')
        stage.log('heroku[worker.1]', `Error ${code}`)
        stage.clock.pass(20 * MINUTE)
      }
      return Promise.resolve()
    },
    rule: 'memory',
    names: [
      'Dynos of main run out of memory since 08:01:00 UTC',
      'R14 (Memory quota exceeded) began then',
      'R15',
      'the last change before was 12 days earlier',
      'Most likely cause: its memory grew'
    ],
    next: '`heroku ps:type worker=standard-2x --app main`',
    atOnce: true
  },
  {
    what: 'mail that goes out no more since its server was set anew',
    happens: async () => {
      await stage.config({ SMTP_SERVER: 'gone.test', SMTP_DELIVERY_METHOD: 'smtp' })
      stage.clock.pass(3 * HOUR)
    },
    rule: 'change-by-name',
    names: [
      'main sends no mail',
      'gone.test',
      /v3 \(Set SMTP_SERVER.*came 3 hours ago, and `SMTP_SERVER`.* to do with it/,
      'since when it is so is not known'
    ],
    next: '`heroku releases:info v3 --app main`',
    atOnce: false
  },
  {
    what: 'pages that fail, and nothing was changed for days',
    happens: () => Promise.resolve(pagesFail()),
    rule: undefined,
    names: [
      'main answers, and not as it should',
      'answered 500',
      'the last change, v2 (Deploy, by user@example.com), was 12 days ago',
      'Nothing that is known fits'
    ],
    next: '`heroku logs --num 1500 --app main`',
    atOnce: false
  },
  {
    what: 'mail that goes out no more, after a change that has nothing to do with it',
    happens: async () => {
      await stage.config({ SMTP_DELIVERY_METHOD: 'smtp' })
      stage.clock.pass(30 * 24 * HOUR)
      await stage.config({ MAX_POLL_OPTIONS: '9' })
      stage.clock.pass(3 * HOUR)
    },
    rule: undefined,
    names: [
      'main sends no mail',
      'the last change, v4 (Set MAX_POLL_OPTIONS config vars, by user@example.com), was 3 hours ago',
      'Nothing that is known fits'
    ],
    next: '`heroku logs --num 1500 --app main`',
    atOnce: false
  },
  {
    what: 'a web that crashes hours after the last change',
    happens: async () => {
      await stage.config({ UNRELATED: '1' })
      await stage.until('up')
      stage.clock.pass(5 * HOUR)
      stage.web = () => undefined
      await ask(stage.heroku, 'DELETE /apps/main/dynos')
      await crashes()
    },
    rule: undefined,
    names: [
      'main is down since 13:01:00 UTC',
      'H10',
      'the last change, v3 (Set UNRELATED config vars, by user@example.com), was 5 hours before',
      'Nothing that is known fits'
    ],
    next: '`heroku logs --num 1500 --app main`',
    atOnce: true
  }
]

describe('a staged outage', () => {
  const lines: string[] = []
  afterAll(() => console.log(lines.join('\n')))

  it.each(OUTAGES)('$what', async ({ what, happens, rule, names, next, atOnce }) => {
    await happens()
    const { first, last } = await stage.why()
    lines.push(`${what}:\n  ${last?.headline}. ${last?.next.join(' ')}`)
    expect(last).toBeDefined()
    for (const name of names)
      expect(last!.headline).toMatch(typeof name === 'string' ? new RegExp(escaped(name)) : name)
    expect(last!.rule).toBe(rule)
    expect(last!.next.join(' ')).toMatch(typeof next === 'string' ? new RegExp(escaped(next)) : next)
    expect(first?.rule === rule && first !== undefined).toBe(atOnce)
  })

  it('is none if all is well', async () => {
    expect(await stage.why()).toMatchObject({ first: undefined, last: undefined })
  })
})

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
