import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { openHeroku } from '../helpers/local-heroku.ts'

const ORGANIZATION = 'an-organization'
const KEY = 'a-cron-to-go-key'
const TOKEN = 'an-advanced-scheduler-token'
const clock = new TestClock()
let heroku: LocalHeroku

beforeAll(async () => {
  ;({ heroku } = await openHeroku({ clock, jobsLimit: 4 }))
  const config = { CRONTOGO_ORGANIZATION_ID: ORGANIZATION, CRONTOGO_API_KEY: KEY, ADVANCED_SCHEDULER_API_TOKEN: TOKEN }
  await heroku.addApp('one', { config })
  await heroku.addApp('two')
})
afterAll(() => heroku.close())

interface Said {
  readonly status: number
  readonly body: Record<string, never> & { Id: string; trigger: { uuid: string } }
}

const ask = async (key: string, request: string, body?: unknown): Promise<Said> => {
  const [method, path] = request.split(' ')
  const response = await fetch(`${heroku.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body)
  })
  const text = await response.text()
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Said['body'] }
}

describe('Cron To Go', () => {
  const JOBS = `/organizations/${ORGANIZATION}/jobs`
  const target = { Type: 'dyno', Size: 'Basic', Command: 'x', TimeToLive: 1_800 }
  const good = { Alias: 'x', ScheduleExpression: '0 4 * * *', ScheduleType: 'cron', Timezone: 'UTC', Target: target }

  it('keeps jobs, changes a part of them, and has room for as many as the plan', async () => {
    const made = await ask(KEY, `POST ${JOBS}`, good)
    expect(made).toMatchObject({ status: 201, body: { ...good, State: 'enabled', Retries: 0 } })
    const path = `${JOBS}/${made.body.Id}`
    const changed = await ask(KEY, `PATCH ${path}`, { Target: { Size: 'Eco' }, State: 'paused' })
    expect(changed.body).toMatchObject({ Target: { ...target, Size: 'Eco' }, State: 'paused', Alias: 'x' })
    expect((await ask(KEY, `GET ${path}`)).body).toEqual(changed.body)
    for (let i = 0; i < 3; i++) expect((await ask(KEY, `POST ${JOBS}`, good)).status).toBe(201)
    expect(await ask(KEY, `POST ${JOBS}`, good)).toEqual({ status: 422, body: { message: 'Jobs limit exceeded' } })
    expect((await ask(KEY, `GET /organizations/${ORGANIZATION}`)).body).toMatchObject({
      Plan: { JobsLimit: 4 },
      JobsCount: 4
    })
    expect((await ask(KEY, `DELETE ${path}`)).status).toBe(204)
    expect((await ask(KEY, `DELETE ${path}`)).status).toBe(404)
  })

  it.each([
    [{ ScheduleExpression: '3 hours', ScheduleType: 'rate' }, 201],
    [{ ScheduleExpression: '3 hours' }, 422],
    [{ ScheduleExpression: '* * * *' }, 422],
    [{ ScheduleExpression: '0 25 * * *' }, 422],
    [{ Timezone: undefined }, 422],
    [{ Alias: 'x'.repeat(201) }, 422],
    [{ State: 'off' }, 422],
    [{ Target: { ...target, Size: 'basic' } }, 422],
    [{ Target: { ...target, TimeToLive: 29 } }, 422],
    [{ Target: { ...target, Command: '' } }, 422]
  ])('answers a job with %j by %i', async (more, status) => {
    expect((await ask(KEY, `POST ${JOBS}`, { ...good, ...more })).status).toBe(status)
  })

  it('wants the key of the organization', async () => {
    for (const [key, path] of [
      ['wrong', JOBS],
      [heroku.apiKey, JOBS],
      [KEY, '/organizations/other/jobs']
    ]) {
      expect(await ask(key!, `GET ${path}`)).toEqual({ status: 401, body: { message: 'Unauthorized' } })
    }
  })
})

describe('Advanced Scheduler', () => {
  const good = {
    name: 'x',
    frequencyType: 'recurring',
    schedule: '0 4 * * *',
    value: 'x',
    timezone: 'UTC',
    state: 'active',
    dyno: 'Basic',
    timeout: 1_800
  }

  it('keeps triggers, and a PUT replaces the whole of one', async () => {
    const made = await ask(TOKEN, 'POST /triggers', good)
    expect(made).toMatchObject({ status: 201, body: { message: 'Trigger created.', trigger: good } })
    const path = `/triggers/${made.body.trigger.uuid}`
    const changed = { ...made.body.trigger, schedule: '0 5 * * *' }
    expect((await ask(TOKEN, `PUT ${path}`, changed)).body).toMatchObject({ trigger: changed })
    expect((await ask(TOKEN, `PUT ${path}`, { schedule: '0 5 * * *' })).status).toBe(400)
    expect((await ask(TOKEN, 'GET /triggers')).body).toMatchObject({ triggers: [changed] })
    expect((await ask(TOKEN, `DELETE ${path}`)).status).toBe(200)
    expect(await ask(TOKEN, `DELETE ${path}`)).toMatchObject({ status: 404, body: { message: 'Trigger not found.' } })
  })

  it.each([
    [{ frequencyType: 'one-off', schedule: '2030-01-01 00:00:00' }, 201],
    [{ schedule: '2030-01-01 00:00:00' }, 400],
    [{ schedule: '5/15 * * * *' }, 400],
    [{ value: 'x'.repeat(1_001) }, 400],
    [{ name: 'x'.repeat(150) }, 400],
    [{ timeout: 59 }, 400],
    [{ dyno: 'basic' }, 400]
  ])('answers a trigger with %j by %i', async (more, status) => {
    expect((await ask(TOKEN, 'POST /triggers', { ...good, ...more })).status).toBe(status)
  })

  it('wants the token of an app', async () => {
    expect(await ask('wrong', 'GET /triggers')).toMatchObject({ status: 401, body: { message: 'Unauthorized.' } })
  })
})

it('runs what is due by its clock, once, and only what is the app’s', async () => {
  expect(await heroku.runDueJobs('one')).toEqual([])
  clock.pass(86_400_000)
  const commands = await heroku.runDueJobs('one')
  expect(new Set(commands)).toEqual(new Set(['x']))
  expect(await heroku.runDueJobs('one')).toEqual([])
  expect(await heroku.runDueJobs('two')).toEqual([])
})
