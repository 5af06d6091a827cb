import { describe, expect, it } from '@jest/globals'
import { worker } from '../../../src/checks/inside/worker.ts'
import { type Dyno, type Formation, type LogLine, type Release } from '../../../src/heroku/index.ts'
import { factsOf, lines, look, type Said } from '../world.ts'

/** Of the handed-in clock: 2027-01-15. */
const NOW = 1_800_000_000_000
const ago = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString()

const of = (quantity: number, type = 'worker', more: Partial<Formation> = {}): Formation => ({
  type,
  quantity,
  size: 'Basic',
  ...more
})
const dyno = (name: string, state = 'up', version = 12, since = 300): Dyno => ({
  id: name,
  name,
  type: name.split('.')[0]!,
  state,
  command: '',
  release: { version },
  updated_at: ago(since)
})
const release = (minutesAgo = 600): Release => ({
  id: 'r',
  version: 12,
  status: 'succeeded',
  current: true,
  description: 'Deploy',
  eligible_for_rollback: true,
  created_at: ago(minutesAgo)
})
const H82: LogLine = {
  time: NOW - 60_000,
  source: 'heroku',
  dyno: 'router',
  text: 'at=info code=H82 desc="Free dyno quota exhausted" method=GET path="/"'
}
const crash = (minutesAgo: number): LogLine => ({
  time: NOW - minutesAgo * 60_000,
  source: 'heroku',
  dyno: 'worker.1',
  text: 'State changed from up to crashed'
})
const WITHOUT = 'nothing federates, no mail goes out, nothing is cleaned up'
/** A web dyno and a worker are wanted; the worker's dynos are these. */
const seen = (dynos: readonly Dyno[], more: Said = {}, quantity = 1, size = 'Basic'): Said => ({
  formation: [of(1, 'web'), of(quantity, 'worker', { size })],
  dynos: [dyno('web.1'), ...dynos],
  release: release(),
  ...more
})

describe('worker', () => {
  it.each<[string, Said, string]>([
    [
      'runs',
      seen([dyno('worker.1'), dyno('worker.2')], {}, 2),
      'ok (2): 2 dynos beside web are up, of v12: worker 2× Basic'
    ],
    [
      'is at none',
      { formation: [of(1, 'web'), of(0), of(1, 'release')] },
      `fail (0): No worker dyno is scaled: ${WITHOUT}`
    ],
    [
      'is at none, beside another type',
      { formation: [of(0), of(1, 'streaming', { command: 'node ./streaming' })] },
      `fail (0): No worker dyno is scaled: ${WITHOUT}; the command of \`streaming\` names no Sidekiq`
    ],
    [
      'may be run by a script of the fork’s own',
      { formation: [of(1, 'jobs', { command: 'bin/jobs' })] },
      'unknown: Whether a dyno runs Sidekiq is not known: the command of `jobs` does not name it'
    ],
    [
      'is scaled, and no dyno is there',
      seen([]),
      `fail (0 of 1): worker is scaled to 1, and no dyno of it is there: ${WITHOUT}`
    ],
    [
      'is there in part',
      seen([dyno('worker.2')], {}, 2),
      'warn (1 of 2): worker is scaled to 2, and 1 dyno of it is not there'
    ],
    [
      'has crashed',
      seen([dyno('worker.1', 'crashed', 12, 180)]),
      `fail (0 of 1): worker.1 is crashed, for 3 hours: ${WITHOUT}`
    ],
    [
      'has crashed in part',
      seen([dyno('worker.1'), dyno('worker.2', 'crashed')], {}, 2),
      'warn (1 of 2): worker.2 is crashed, for 5 hours'
    ],
    [
      'is up for the moment, in a crash loop',
      seen([dyno('worker.1', 'up', 12, 0)], { platformLog: [9, 3].map(crash) }),
      'warn (1 of 1): worker.1 is up, and has crashed 2 times within an hour, last 3 minutes ago'
    ],
    [
      'crashed once, or long ago, or the app says so',
      seen([dyno('worker.1')], { platformLog: [crash(3), crash(90), { ...crash(4), source: 'app' }] }),
      'ok (1): 1 dyno beside web is up, of v12: worker 1× Basic'
    ],
    [
      'is down: the Eco hours are used up',
      seen([dyno('worker.1', 'down')], { platformLog: [H82] }, 1, 'eco'),
      `fail (0 of 1): worker.1 is down, for 5 hours: the account’s Eco hours are used up (H82): ${WITHOUT}`
    ],
    [
      'is not there: the Eco hours are used up',
      seen([], { platformLog: [H82] }, 1, 'eco'),
      `fail (0 of 1): worker is scaled to 1, and no dyno of it is there: the account’s Eco hours are used up (H82): ${WITHOUT}`
    ],
    [
      'is down, and the log says nothing, or the app says it',
      seen([dyno('worker.1', 'down')], { platformLog: [{ ...H82, source: 'app' }] }, 1, 'eco'),
      `fail (0 of 1): worker.1 is down, for 5 hours, as Eco dynos are if the account’s hours are used up (H82): ${WITHOUT}`
    ],
    [
      'is down, for no known reason',
      seen([dyno('worker.1', 'down')]),
      `fail (0 of 1): worker.1 is down, for 5 hours: ${WITHOUT}`
    ],
    [
      'sleeps',
      seen([dyno('worker.1', 'idle')], {}, 1, 'eco'),
      `fail (0 of 1): worker.1 is idle, for 5 hours: an Eco dyno sleeps if no visitor comes: ${WITHOUT}`
    ],
    ['starts', seen([dyno('worker.1', 'starting', 12, 2)]), 'unknown (0 of 1): worker.1 is starting, for 2 minutes'],
    [
      'starts and starts',
      seen([dyno('worker.1', 'starting', 12, 30)]),
      `fail (0 of 1): worker.1 is starting, for 30 minutes: ${WITHOUT}`
    ],
    [
      'is of an older release',
      seen([dyno('worker.1', 'up', 11), dyno('worker.2', 'up', 9)], {}, 2),
      'warn (2 of 2): worker.1, worker.2 run v11, v9, and v12 is the release'
    ],
    [
      'is of an older release while a new one takes its place',
      seen([dyno('worker.1', 'up', 11)], { release: release(4) }),
      'unknown (1 of 1): worker.1 runs v11, and v12 is the release, a new one'
    ],
    [
      'is in a state that nobody knows',
      seen([dyno('worker.1', 'provisioning')]),
      `fail (0 of 1): worker.1 is provisioning, for 5 hours: ${WITHOUT}`
    ],
    [
      'is only a one-off dyno that Heroku Scheduler calls like the type',
      {
        formation: [of(1, 'scheduler', { command: 'bundle exec sidekiq -q scheduler' })],
        dynos: [dyno('scheduler.4711')],
        release: release()
      },
      `fail (0 of 1): scheduler is scaled to 1, and no dyno of it is there: ${WITHOUT}`
    ],
    ['cannot be seen', {}, 'unknown: It could not look: nobody answers for formation'],
    [
      'is scaled, and how it is cannot be seen',
      { formation: [of(1)], release: release() },
      'unknown: It could not look: nobody answers for dynos'
    ]
  ])('%s', async (_, said, expected) => {
    const findings = await look(worker, { app: factsOf(said) })
    expect(lines(findings)).toEqual([expected])
    for (const { level, remedy } of findings) if (level === 'warn' || level === 'fail') expect(remedy).toBeTruthy()
  })

  it.each<[string, Said, string]>([
    [
      'its type',
      { formation: [of(0, 'sidekiq', { command: 'bundle exec sidekiq' })] },
      'heroku ps:scale sidekiq=1 --app main'
    ],
    ['that there is none', { formation: [of(1, 'web')] }, 'Add `worker: bundle exec sidekiq` to the Procfile'],
    ['a paid size', seen([dyno('worker.1', 'down')], { platformLog: [H82] }), 'heroku ps:type basic --app main'],
    ['its log', seen([dyno('worker.1', 'crashed')]), 'heroku logs --app main --dyno worker.1']
  ])('says what to do by %s', async (_, said, remedy) => {
    expect((await look(worker, { app: factsOf(said) }))[0]!.remedy).toContain(remedy)
  })
})
