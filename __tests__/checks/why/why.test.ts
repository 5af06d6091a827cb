import { describe, expect, it } from '@jest/globals'
import { type LogLine, type Release } from '../../../src/heroku/index.ts'
import { whyOf, type Sighting } from '../../../src/checks/index.ts'

const NOW = Date.parse('2027-03-02T04:00:00Z')
const at = (clock: string): number => Date.parse(`2027-03-02T${clock}Z`)

function release(version: number, clock: string, description: string, more: Partial<Release> = {}): Release {
  const created_at = clock.includes('T') ? clock : `2027-03-02T${clock}Z`
  const user = { email: 'ann@example.org' }
  const rest = { current: false, output_stream_url: null, eligible_for_rollback: true, slug: { id: 's' }, user }
  return { id: `${version}`, version, status: 'succeeded', description, created_at, ...rest, ...more }
}
const line = (clock: string, dyno: string, text: string, source = 'heroku'): LogLine => ({
  time: at(clock),
  source,
  dyno,
  text
})
const good = (clock: string): LogLine =>
  line(clock, 'router', 'at=info method=GET path="/" host=x dyno=web.1 service=9ms status=200 bytes=9')
const H10 = (clock: string): LogLine =>
  line(clock, 'router', 'at=error code=H10 desc="App crashed" method=GET path="/" status=503')

const DOWN: Sighting = { app: 'my-app', now: NOW, health: { ok: false, text: '`/health` answered 503' }, found: [] }
const say = (more: Partial<Sighting>, naming: 'address' | 'nobody' = 'address'): string => {
  const why = whyOf({ ...DOWN, ...more }, naming)
  return [`${why?.headline}.`, ...(why?.next ?? [])].join(' ')
}

describe('the order of events', () => {
  const releases = [
    release(41, '03:12:00', 'Set DB_POOL config vars', { current: true }),
    release(40, '2027-02-20T10:00:00Z', 'Deploy abc1234')
  ]

  it('names the change right before the first sign, when it answered last, and the way back', () => {
    expect(say({ releases, log: [good('03:11:58'), H10('03:12:40'), H10('03:50:00')] })).toMatch(
      /^my-app is down since 03:12:40 UTC: H10 \(App crashed\) began 40 s after v41 \(Set DB_POOL config vars, by ann@example\.org\); it answered until 03:11:58\. Most likely cause: that config change\. Look at it: `heroku releases:info v41 --app my-app`\. Back, with the config vars of then: `heroku rollback v40 --app my-app`\.$/
    )
  })

  it('never names a change that came after the first sign', () => {
    const said = say({ releases, log: [good('02:58:00'), H10('03:00:00'), H10('03:11:00'), H10('03:13:00')] })
    expect(said).toMatch(
      /down since 03:00:00 UTC: H10 \(App crashed\) began then; the last change, v40 .* was 10 days before\. Nothing/
    )
    expect(said).not.toContain('v41')
  })

  it('does not know when it began if the log does not reach back so far', () => {
    const said = say({ releases, log: [H10('03:12:40'), H10('03:13:00')] })
    expect(said).toMatch(/down at least since 03:12:40 UTC/)
    expect(said).not.toContain('Most likely')
  })

  it('takes what was long before for another story', () => {
    const log = [good('00:10:00'), H10('00:20:00'), H10('00:21:00'), good('03:11:00'), H10('03:12:40')]
    expect(say({ releases, log })).toMatch(/since 03:12:40 UTC/)
  })

  it('calls the oldest code in such a log nothing else than that', () => {
    expect(say({ log: [H10('03:12:40')] })).toContain(
      'down at least since 03:12:40 UTC: the oldest H10 (App crashed) in the log is of then; '
    )
  })

  it('takes no notice of maintenance that is over', () => {
    const H80 = line('01:00:00', 'router', 'at=info code=H80 desc="Maintenance mode" path="/" status=503')
    const log = [good('00:10:00'), H80, H10('03:12:40')]
    expect(say({ log })).toMatch(/down since 03:12:40 UTC: H10/)
    expect(say({ log, maintenance: true })).toMatch(
      /down since 01:00:00 UTC: H80 \(Maintenance mode\) began then; H10 \(App crashed\) was logged, too\. Cause/
    )
  })

  it('takes no failed release for a change: it never ran', () => {
    const failed = [release(42, '03:12:30', 'Deploy def', { status: 'failed' }), ...releases]
    expect(say({ releases: failed, log: [good('03:11:58'), H10('03:12:40')] })).toContain('after v41')
  })

  it('says what it does not know', () => {
    expect(say({})).toBe(
      'my-app is down: `/health` answered 503; what was changed last is not known. Nothing that is known fits as its cause. What the log still tells: `heroku logs --num 1500 --app my-app`.'
    )
  })
})

describe('what others may have written', () => {
  it('is bounded, has no address, and a visitor’s path is no code', () => {
    const description = `Deploy ${'x'.repeat(500)} by eve@example.com\n::error::`
    const log = [
      good('03:11:58'),
      line('03:12:10', 'router', 'at=info method=GET path="/code=H99" status=200'),
      H10('03:12:40')
    ]
    const said = say({ releases: [release(41, '03:12:00', description)], log }, 'nobody')
    expect(said).not.toMatch(/eve@|ann@|H99|\n/)
    expect(said.length).toBeLessThan(600)
    expect(said).toContain('by a collaborator')
  })

  it.each([
    ['a word without an end', 'x'.repeat(80_000)],
    ['an address without an end', `Deploy ${'a@'.repeat(40_000)}`],
    ['names without an end', `Set ${'SMTP_LOGIN, '.repeat(7_000)}config vars`],
    ['an address of which each half is long', `Deploy ${'a'.repeat(40_000)}@${'b.'.repeat(20_000)}`]
  ])('is read at once, also %s', (_, description) => {
    const began = performance.now()
    const said = say({ releases: [release(41, '03:12:00', description)], log: [good('03:11:58'), H10('03:12:40')] })
    expect(performance.now() - began).toBeLessThan(3_000)
    expect(said.length).toBeLessThan(600)
    expect(said).not.toMatch(/@b\./)
  })

  it('names an add-on as what it is', () => {
    const user = { email: 'heroku-postgresql@addons.heroku.com' }
    const releases = [release(41, '03:12:00', 'Update DATABASE by heroku-postgresql@addons.heroku.com', { user })]
    expect(say({ releases, log: [good('03:11:58'), H10('03:12:40')] }, 'nobody')).toMatch(
      /after v41 \(Update DATABASE by ….*, by the add-on heroku-postgresql\).*that change of an add-on/
    )
  })
})

describe('what the app itself has logged', () => {
  const H12 = line('03:59:00', 'router', 'at=error code=H12 desc="Request timeout" path="/" status=503')
  const full = (clock: string): LogLine =>
    line(clock, 'web.1', 'PG::ConnectionBad: FATAL: sorry, too many clients already', 'app')
  const log = (clock: string): LogLine[] => [full(clock), good('03:30:00'), H12]

  it.each(['00:00:00', '03:40:00'])('is no sign of a fault that began long after it: %s', clock => {
    expect(say({ log: log(clock) })).toMatch(/since 03:59:00 UTC.*Nothing that is known fits/)
  })

  it('is a likely cause from then on, and a seen one if figures prove it', () => {
    const more = { log: [...log('03:58:30'), full('03:59:10')] }
    expect(say(more)).toMatch(/says in 2 lines that.*Most likely cause: Postgres is at a limit/)
    const postgres = { connections: { part: 20, whole: 20 } } as Sighting['postgres']
    expect(say({ ...more, postgres })).toMatch(/100 % of its connections.*\. Cause: Postgres is at a limit/)
  })

  it('is the same of Redis', () => {
    const oom = (clock: string): LogLine =>
      line(clock, 'worker.1', "OOM command not allowed when used memory > 'maxmemory'.", 'app')
    expect(say({ log: [oom('00:00:00'), good('03:30:00'), H12] })).toContain('Nothing that is known fits')
    expect(say({ log: [good('03:30:00'), H12, oom('03:59:10')] })).toContain('Most likely cause: Redis is full')
  })
})

describe('one that answers', () => {
  const well: Partial<Sighting> = { health: { ok: true, text: 'answered OK' } }

  it('is not down, whatever the log says', () => {
    expect(whyOf({ ...DOWN, ...well, log: [good('03:11:58'), H10('03:12:40')] }, 'address')).toBeUndefined()
  })

  it.each([
    ['Detach DATABASE (@ref:postgresql-flat-1)', [], 'the app has none any more since v41 (Detach DATABASE'],
    ['Deploy', [{ state: 'deprovisioned' }], 'Heroku calls postgresql-flat-1 deprovisioned']
  ])('and whose Postgres is gone: %s', (description, states, expected) => {
    const addons = states.map(({ state }) => ({
      id: 'a',
      name: 'postgresql-flat-1',
      addon_service: { name: 'heroku-postgresql' },
      plan: null,
      state,
      config_vars: []
    }))
    const found = [{ check: 'instance', level: 'fail', about: undefined, text: 'it answered 500' }] as const
    expect(say({ ...well, found, addons, releases: [release(41, '03:12:00', description)] })).toContain(expected)
  })

  it('and whose worker crashes since a deploy', () => {
    const said = say({
      ...well,
      formation: [
        { type: 'web', quantity: 1 },
        { type: 'worker', quantity: 1 }
      ],
      dynos: [{ name: 'worker.1', type: 'worker', state: 'crashed' }],
      releases: [release(41, '03:12:00', 'Deploy abc'), release(40, '01:00:00', 'Deploy')],
      log: [good('03:11:58'), line('03:12:18', 'worker.1', 'State changed from up to crashed')]
    })
    expect(said).toMatch(
      /^No worker of my-app runs.* since 03:12:18 UTC: worker\.1 crashed 18 s after v41.*that deploy\..*`command: rollback`/
    )
  })

  it.each([
    [
      'scaled to 0',
      { formation: [{ type: 'web', quantity: 0 }] },
      /my-live is down;.*Cause: web is scaled to 0.*`heroku ps:scale web=1 --app my-live`/
    ],
    [
      'crashed',
      { dynos: [{ name: 'web.1', type: 'web', state: 'crashed', since: at('03:12:00') }] },
      /my-live is down since 03:12:00 UTC\. Cause: its dynos have crashed\. Look at `heroku logs --app my-live`/
    ]
  ])('and whose streaming app is %s', (_, state, expected) => {
    const found = [{ check: 'streaming', level: 'fail', about: 'health', text: 'live.test answered 503' }] as const
    expect(say({ ...well, found, streaming: { app: 'my-live', ...state } })).toMatch(expected)
  })

  it('and has only faults that say themselves what is wrong: says nothing', () => {
    const found = [
      { check: 'stack', level: 'fail', about: undefined, text: 'heroku-22 has ended' },
      { check: 'media', level: 'fail', about: 'storage', text: 'Uploads are kept on the dyno' },
      { check: 'smtp', level: 'warn', about: undefined, text: 'no encryption' }
    ] as const
    expect(whyOf({ ...DOWN, ...well, found }, 'address')).toBeUndefined()
  })
})
