import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import {
  applySteps,
  HerokuError,
  isSettled,
  openScheduler,
  reconcile,
  type ScheduledTask,
  type Scheduler,
  type SchedulerName,
  type Task
} from '../../../src/heroku/index.ts'
import { type LocalHeroku } from '../../rig/local-heroku/index.ts'
import { UserError } from '../../../src/runtime/index.ts'
import { TestClock } from '../../helpers/clock.ts'
import { HttpServer, type Answer } from '../../helpers/http-server.ts'
import { NO_SIGNAL, openHeroku } from '../../helpers/local-heroku.ts'
import { appWith, WRITES, type OpenApp } from './world.ts'

const NAMES = Object.keys(WRITES) as SchedulerName[]
const DAILY: Task = {
  command: `bin/tootctl media remove --prune-profiles --days 30`,
  cron: '30 3 * * *',
  size: 'Standard-1X'
}
const HOURLY: Task = { command: `bash -c 'echo "it''s $HOME # not a comment"'`, cron: '20 * * * *', size: 'Basic' }

const clock = new TestClock()
let heroku: LocalHeroku

beforeAll(async () => {
  ;({ heroku } = await openHeroku({ clock, jobsLimit: 3, onHang: () => clock.pass(61_000) }))
})
afterEach(() => heroku.faults.clear())
afterAll(() => heroku.close())

const sync = async (scheduler: Scheduler, wanted: readonly Task[], prune = false): Promise<string[]> => {
  const steps = reconcile(wanted, await scheduler.list(), { prune })
  await applySteps(scheduler, steps, { wanted, prune, clock, signal: NO_SIGNAL })
  return steps.map(({ kind }) => kind)
}
const commands = async (scheduler: Scheduler): Promise<string[]> =>
  (await scheduler.list()).map(({ command, when }) => `${command} ${when}`).sort()
const writes = (from: number): string[] => heroku.requests.slice(from).filter(request => !request.startsWith('GET '))
const failure = async (work: Promise<unknown>): Promise<UserError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason
  )
  expect(error).toBeInstanceOf(UserError)
  return error as UserError
}

describe.each(NAMES)('%s', name => {
  let app: OpenApp
  const { path, change } = WRITES[name]!

  it('creates, keeps, changes and removes; the second time there is nothing to do', async () => {
    app = await appWith(name, heroku, clock)
    const { scheduler } = app
    expect(await scheduler.list()).toEqual([])
    expect(await sync(scheduler, [DAILY, HOURLY])).toEqual(['create', 'create'])
    expect(await scheduler.list()).toMatchObject([
      { command: DAILY.command, own: true, cron: DAILY.cron, size: 'Standard-1X', enabled: true },
      { command: HOURLY.command, own: true, cron: HOURLY.cron, size: 'Basic', enabled: true }
    ])
    const before = heroku.requests.length
    expect(await sync(scheduler, [DAILY, HOURLY])).toEqual(['keep', 'keep'])
    expect(writes(before)).toEqual([])
    const moved = { ...DAILY, cron: '0 4 * * *', size: 'Basic' }
    const ids = (await scheduler.list()).map(({ id }) => id)
    expect(await sync(scheduler, [moved])).toEqual(['change', 'remove'])
    expect(await scheduler.list()).toMatchObject([
      { id: ids[0], command: DAILY.command, cron: '0 4 * * *', size: 'Basic' }
    ])
    expect(await sync(scheduler, [])).toEqual(['remove'])
    expect(await scheduler.list()).toEqual([])
  })

  it.each(['reset-after', 'hang-after', '500-after', 'cut', 'slow'] as const)(
    'sends a write once, and finds out that it happened: %s',
    async kind => {
      const { scheduler } = app
      for (const [method, wanted] of [
        ['POST', [DAILY]],
        [change, [{ ...DAILY, cron: '0 5 * * *' }]],
        ['DELETE', []]
      ] as const) {
        heroku.faults.add({ kind, method, path })
        const before = heroku.requests.length
        await sync(scheduler, wanted)
        expect(writes(before)).toHaveLength(1)
        heroku.faults.clear()
        expect(isSettled(reconcile(wanted, await scheduler.list()))).toBe(true)
      }
    }
  )

  it.each(['reset-before', 'hang-before', '500-before'] as const)(
    'does not send a write again whose fate is not known: %s',
    async kind => {
      const { scheduler } = app
      heroku.faults.add({ kind, method: 'POST', path })
      const before = heroku.requests.length
      const error = await failure(sync(scheduler, [DAILY]))
      expect(error).toBeInstanceOf(HerokuError)
      expect(error.nextStep).toMatch(/it looks first, and goes on from there/)
      expect(writes(before)).toHaveLength(1)
      // The next job goes on.
      heroku.faults.clear()
      expect(await sync(scheduler, [DAILY])).toEqual(['create'])
      expect(await sync(scheduler, [])).toEqual(['remove'])
    }
  )

  it('waits where it is asked to, for reads and writes', async () => {
    const { scheduler } = app
    heroku.faults.add({ kind: '429', method: 'GET', path })
    heroku.faults.add({ kind: '429', method: 'POST', path })
    const before = heroku.requests.length
    expect(await sync(scheduler, [DAILY])).toEqual(['create'])
    expect(writes(before)).toHaveLength(2)
    expect(await scheduler.list()).toHaveLength(1)
    heroku.faults.add({ kind: '503-before', method: 'GET', path })
    expect(await sync(scheduler, [])).toEqual(['remove'])
  })

  it('goes on where a job was killed in the middle', async () => {
    const { scheduler } = app
    await sync(scheduler, [{ ...DAILY, command: 'old' }])
    const wanted = [DAILY, HOURLY]
    heroku.faults.add({ kind: 'reset-before', method: 'POST', path, nth: 2 })
    await failure(sync(scheduler, wanted))
    expect(await commands(scheduler)).toHaveLength(2)
    heroku.faults.clear()
    expect(await sync(scheduler, wanted)).toEqual(['keep', 'create', 'remove'])
    expect(await sync(scheduler, [])).toEqual(['remove', 'remove'])
  })

  it('tells when a task ran last, where the scheduler does', async () => {
    const { scheduler } = app
    await sync(scheduler, [DAILY])
    expect((await scheduler.list())[0]?.lastRun).toBeUndefined()
    clock.pass(86_400_000)
    await heroku.runDueJobs(app.name)
    const [task] = await scheduler.list()
    const outcome = { 'heroku-scheduler': 'unknown', 'cron-to-go': 'failed' }[name as string]
    expect(task?.lastRun).toEqual(outcome && { at: expect.closeTo(clock.now(), -1), outcome })
    await sync(scheduler, [])
  })

  it('says what to do where it is asked with the wrong key', async () => {
    const vars = {
      CRONTOGO_ORGANIZATION_ID: 'x',
      CRONTOGO_API_KEY: 'wrong-key',
      ADVANCED_SCHEDULER_API_TOKEN: 'wrong-key'
    }
    const access = { app: { id: 'x', name: 'my-app' }, herokuKey: 'wrong-key', vars, clock, signal: NO_SIGNAL }
    const error = await failure(openScheduler(name, { ...access, url: heroku.schedulerUrl }).list())
    expect(error.message).toMatch(/^(Heroku Scheduler|Cron To Go|Advanced Scheduler) answered GET .* with 401/)
    expect(error.nextStep).toMatch(/collaborator|CRONTOGO_API_KEY|make a new token/)
    expect(`${error.message}${error.nextStep}`).not.toContain('wrong-key')
  })
})

/** Asks as somebody else would: not through the code under test. */
const raw = async (app: OpenApp, request: string, body?: unknown): Promise<Record<string, unknown>[]> => {
  const [method, path] = request.split(' ')
  const type = app.kind === 'heroku-scheduler' ? 'application/vnd.api+json' : 'application/json'
  const response = await fetch(`${heroku.apiUrl}${path}`, {
    method,
    headers: { accept: type, authorization: `Bearer ${app.key}`, ...(body ? { 'content-type': type } : {}) },
    body: body ? JSON.stringify(body) : undefined
  })
  expect(response.ok).toBe(true)
  const said = (await response.json()) as Record<string, unknown[]>
  return (Array.isArray(said) ? said : (said['data'] ?? said['triggers'] ?? [])) as Record<string, unknown>[]
}

describe('what is written, and what others wrote', () => {
  it('Heroku Scheduler', async () => {
    const app = await appWith('heroku-scheduler', heroku, clock)
    const jobs = `/apps/${app.id}/jobs`
    const job = { command: 'theirs', 'dyno-size': 'Eco', every: 10, at: 0 }
    await raw(app, `POST ${jobs}`, { data: { type: 'jobs', attributes: job } })
    await app.scheduler.create(DAILY)
    const written = {
      command: `${DAILY.command} # mastodon-on-heroku`,
      'dyno-size': 'Standard-1X',
      every: 1440,
      at: 210
    }
    expect(await raw(app, `GET ${jobs}`)).toMatchObject([{ attributes: job }, { attributes: written }])
    expect(await app.scheduler.list()).toMatchObject([
      { command: 'theirs', own: false, cron: '*/10 * * * *', size: 'Eco' },
      { command: DAILY.command, own: true, cron: '30 3 * * *', size: 'Standard-1X' }
    ])
    expect(await sync(app.scheduler, [])).toEqual(['remove', 'leave'])
    expect(await sync(app.scheduler, [], true)).toEqual(['remove'])
    expect(await app.scheduler.list()).toEqual([])
  })

  it('Cron To Go', async () => {
    const app = await appWith('cron-to-go', heroku, clock)
    const jobs = `/organizations/${app.vars['CRONTOGO_ORGANIZATION_ID']}/jobs`
    const job = {
      Alias: 'theirs',
      ScheduleExpression: '3 hours',
      ScheduleType: 'rate',
      Timezone: 'UTC',
      Target: { Type: 'dyno', Size: 'Eco', Command: 'theirs', TimeToLive: 1800 }
    }
    await raw(app, `POST ${jobs}`, job)
    await raw(app, `POST ${jobs}`, {
      ...job,
      ScheduleType: 'cron',
      ScheduleExpression: '0 5 * * *',
      Timezone: 'Asia/Tokyo',
      State: 'paused'
    })
    await app.scheduler.create({ ...DAILY, limit: 7_200 })
    expect((await raw(app, `GET ${jobs}`))[2]).toMatchObject({
      Alias: `mastodon-on-heroku: ${DAILY.command}`,
      ScheduleExpression: '30 3 * * *',
      ScheduleType: 'cron',
      Timezone: 'UTC',
      Target: { Type: 'dyno', Size: 'Standard-1X', Command: DAILY.command, TimeToLive: 7_200 },
      Retries: 0,
      Jitter: 0,
      State: 'enabled'
    })
    expect(await app.scheduler.list()).toMatchObject([
      { command: 'theirs', own: false, cron: undefined, when: '3 hours', enabled: true, limit: 1_800 },
      { command: 'theirs', own: false, cron: undefined, when: '0 5 * * * (Asia/Tokyo)', enabled: false },
      { command: DAILY.command, own: true, cron: '30 3 * * *', limit: 7_200 }
    ])
  })

  it('Advanced Scheduler', async () => {
    const app = await appWith('advanced-scheduler', heroku, clock)
    const trigger = {
      name: 'theirs',
      frequencyType: 'one-off',
      schedule: '2027-12-25 00:00:00',
      value: 'theirs',
      timezone: 'UTC',
      state: 'inactive',
      dyno: 'Eco',
      timeout: 1_800
    }
    await raw(app, 'POST /triggers', trigger)
    await app.scheduler.create({ ...DAILY, command: 'x'.repeat(1_000) })
    expect((await raw(app, 'GET /triggers'))[1]).toMatchObject({
      name: `mastodon-on-heroku: ${'x'.repeat(129)}`,
      frequencyType: 'recurring',
      schedule: '30 3 * * *',
      timezone: 'UTC',
      state: 'active',
      dyno: 'Standard-1X',
      timeout: 3_600
    })
    expect(await app.scheduler.list()).toMatchObject([
      { command: 'theirs', own: false, cron: undefined, when: '2027-12-25 00:00:00', enabled: false },
      { own: true, cron: '30 3 * * *', enabled: true, limit: 3_600 }
    ])
    // A task of the same command is made ours, with all that it has.
    expect(await sync(app.scheduler, [{ ...DAILY, command: 'theirs' }])).toEqual(['change', 'remove'])
    expect(await raw(app, 'GET /triggers')).toMatchObject([
      { name: 'mastodon-on-heroku: theirs', frequencyType: 'recurring', state: 'active', timeout: 3_600 }
    ])
  })

  it('makes room in a full plan, and then adds what was refused', async () => {
    const { scheduler } = await appWith('cron-to-go', heroku, clock)
    const named = (...names: string[]): Task[] => names.map(command => ({ ...DAILY, command }))
    await sync(scheduler, named('a', 'b', 'c'))
    await sync(scheduler, named('b', 'c', 'd'))
    expect(await commands(scheduler)).toEqual(['b', 'c', 'd'].map(name => `${name} every day at 03:30`))
    const error = await failure(sync(scheduler, named('b', 'e', 'f', 'g')))
    expect(error.message).toMatch(/^To create "g": Cron To Go answered POST .* with 422: Jobs limit exceeded/)
    expect(error.nextStep).toMatch(/no room for another job.*What else was to be done is done/)
    expect(await commands(scheduler)).toEqual(['b', 'e', 'f'].map(name => `${name} every day at 03:30`))
  })

  it('notices where the tasks are not what was written', async () => {
    const { scheduler } = await appWith('cron-to-go', heroku, clock)
    const stubborn: Scheduler = { ...bound(scheduler), create: task => scheduler.create({ ...task, size: 'Eco' }) }
    const error = await failure(sync(stubborn, [DAILY]))
    expect(error.message).toMatch(/shows other ones than were written/)
  })

  const bound = (scheduler: Scheduler): Scheduler => ({
    list: () => scheduler.list(),
    create: task => scheduler.create(task),
    change: (there, task) => scheduler.change(there, task),
    remove: there => scheduler.remove(there)
  })

  it.each(['cron-to-go', 'advanced-scheduler'] as const)('%s is asked with the config vars of its add-on', name => {
    const access = { app: { id: 'x', name: 'my-app' }, herokuKey: 'k', vars: {}, clock, signal: NO_SIGNAL }
    expect(() => openScheduler(name, access)).toThrow(/^my-app lacks the config var/)
  })
})

describe('Heroku Scheduler, which is undocumented', () => {
  const good = {
    type: 'jobs',
    id: '1',
    attributes: { command: 'x', every: 10, at: 0, 'dyno-size': 'Basic', 'ran-at': null }
  }
  const attributes = (more: object): unknown => ({ data: [{ ...good, attributes: { ...good.attributes, ...more } }] })
  const server = (answer: unknown, status = 200): Promise<HttpServer> =>
    HttpServer.start({
      '/apps/an-id/jobs': [
        (_, response) =>
          void response.writeHead(status).end(typeof answer === 'string' ? answer : JSON.stringify(answer))
      ]
    })
  const list = async (url: string): Promise<ScheduledTask[]> =>
    openScheduler('heroku-scheduler', {
      app: { id: 'an-id', name: 'my-app' },
      herokuKey: 'k',
      vars: {},
      url,
      clock,
      signal: NO_SIGNAL
    }).list()

  it.each([
    ['a page', '<html>Moved</html>', /is not JSON/],
    ['no data', {}, /not as expected at data/],
    ['another type', { data: [{ ...good, type: 'tasks' }] }, /not as expected at data\.0\.type/],
    ['a number for an id', { data: [{ ...good, id: 1 }] }, /not as expected at data\.0\.id/],
    ['another interval', attributes({ every: 15 }), /not as expected at data\.0\.attributes\.every/],
    ['times that cannot be', attributes({ every: 60, at: 15 }), /not as expected at data\.0/],
    ['no command', attributes({ command: null }), /not as expected at data\.0\.attributes\.command/],
    [
      'a last run that is no time',
      attributes({ 'ran-at': 'yesterday' }),
      /not as expected at data\.0\.attributes\.ran-at/
    ]
  ])('refuses %s', async (_, answer, says) => {
    const other = await server(answer)
    try {
      const error = await failure(list(other.url))
      expect(error.message).toMatch(/^Heroku Scheduler/)
      expect(error.message).toMatch(says)
    } finally {
      await other.close()
    }
  })

  it('does not mind what is new beside what is known', async () => {
    const other = await server({ data: [{ ...good, links: {}, attributes: { ...good.attributes, new: 1 } }], meta: 1 })
    try {
      expect(await list(other.url)).toMatchObject([{ id: '1', command: 'x' }])
    } finally {
      await other.close()
    }
  })

  it('says that the add-on may be missing', async () => {
    const other = await server({ errors: [{ title: 'Not found', detail: 'no such app' }] }, 404)
    try {
      const error = await failure(list(other.url))
      expect(error.message).toBe('Heroku Scheduler answered GET /apps/an-id/jobs with 404: Not found (no such app)')
      expect(error.nextStep).toContain('heroku addons:create scheduler:standard --app my-app')
    } finally {
      await other.close()
    }
  })

  it('names the app in a change where the job is refused, as the one client that is known does', async () => {
    const bodies: string[] = []
    const answer: Answer = (request, response) => {
      let body = ''
      request.on('data', chunk => (body += String(chunk)))
      request.on('end', () => {
        bodies.push(body)
        const { data } = JSON.parse(body) as { data: { id: string } }
        if (data.id === 'an-id') response.end(JSON.stringify({ data: good }))
        else
          response
            .writeHead(400)
            .end(JSON.stringify({ errors: [{ title: 'Bad id', source: { pointer: '/data/id' } }] }))
      })
    }
    const other = await HttpServer.start({ '/apps/an-id/jobs/1': [answer] })
    try {
      const app = { id: 'an-id', name: 'my-app' }
      const access = { app, herokuKey: 'k', vars: {}, url: other.url, clock, signal: NO_SIGNAL }
      const there = { id: '1', command: 'x', own: true, cron: '*/10 * * * *', when: '', size: 'Basic', enabled: true }
      await openScheduler('heroku-scheduler', access).change(there, DAILY)
      expect(bodies.map(body => (JSON.parse(body) as { data: { id: string } }).data.id)).toEqual(['1', 'an-id'])
    } finally {
      await other.close()
    }
  })
})
