import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runAction, type ActionResult } from '../rig/run-action.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { ask } from '../local-heroku/ask.ts'
import { HttpServer, json } from '../helpers/http-server.ts'
import { openHeroku } from '../helpers/local-heroku.ts'
import { lastingTemp } from '../helpers/temp.ts'

const APP = 'my-mastodon'
const SECRET = 'a-secret-that-nobody-may-see'
const TOKEN = 'a-token-that-nobody-may-see'
const JSON_API = { accept: 'application/vnd.api+json', 'content-type': 'application/vnd.api+json' }

let heroku: LocalHeroku
let folder: string
let appId: string

beforeAll(async () => {
  ;({ heroku } = await openHeroku())
  const config = { SECRET_KEY_BASE: SECRET, ADVANCED_SCHEDULER_API_TOKEN: TOKEN }
  await heroku.addApp(APP, { config, addons: [{ plan: 'scheduler:standard', vars: {} }] })
  appId = (await ask(heroku, `GET /apps/${APP}`)).body.id
  folder = lastingTemp()
  mkdirSync(path.join(folder, '.github'))
})
afterEach(() => heroku.faults.clear())
afterAll(() => heroku.close())

const configure = (schedule: string): void =>
  writeFileSync(path.join(folder, '.github', 'mastodon-on-heroku.yml'), `app: ${APP}\n${schedule}`)
const run = async (inputs: Record<string, string> = {}): Promise<ActionResult & { writes: string[] }> => {
  const from = heroku.requests.length
  const result = await runAction({
    inputs: {
      command: 'schedule',
      path: folder,
      'heroku-api-key': heroku.apiKey,
      'heroku-api-url': heroku.apiUrl,
      'heroku-scheduler-url': heroku.schedulerUrl,
      ...inputs
    },
    env: { DEBUG: '*' }
  })
  const masked = result.output.replace(/^::add-mask::.*$/gm, '')
  for (const secret of [SECRET, TOKEN, heroku.apiKey]) expect(masked + result.summary).not.toContain(secret)
  return { ...result, writes: heroku.requests.slice(from).filter(request => !request.startsWith('GET ')) }
}
const commands = async (): Promise<string[]> => {
  const { body } = await ask(heroku, `GET /apps/${appId}/jobs`, { headers: JSON_API })
  return (body as unknown as { data: { attributes: { command: string } }[] }).data.map(
    ({ attributes }) => attributes.command
  )
}

describe('maintenance mode that is on', () => {
  afterAll(() => ask(heroku, `PATCH /apps/${APP}`, { body: { maintenance: false } }))

  it.each(['schedule', 'run', 'migrate', 'rollback', 'plan', 'deploy'])(
    'is the first that `%s` says of the app',
    async command => {
      await ask(heroku, `PATCH /apps/${APP}`, { body: { maintenance: true } })
      configure('')
      const { output } = await run({ command, ...(command === 'run' ? { run: 'true', plan: 'true' } : {}) })
      expect(output).toContain(`::warning::Maintenance mode of ${APP} is on: visitors get 503.`)
    }
  )
})

describe('command: schedule, through the committed dist', () => {
  it('shows the plan, makes the tasks so, has nothing to do again, and removes what is not wanted', async () => {
    const theirs = { command: 'echo "<b>theirs</b> | x"', 'dyno-size': 'Basic', every: 60, at: 20 }
    await ask(heroku, `POST /apps/${appId}/jobs`, {
      headers: JSON_API,
      body: { data: { type: 'jobs', attributes: theirs } }
    })
    configure(`schedule:
  tasks:
    - command: bin/tootctl media remove --prune-profiles --days 30
      every: day
      at: "03:30"
    - { command: "bash -c 'echo \\"a  b\\"'", every: hour, at: ":10", size: standard-1x }
`)
    const plan = await run({ plan: 'true' })
    expect(plan).toMatchObject({ code: 0, writes: [] })
    expect(plan.output).toContain(
      'Plan for the scheduled tasks of my-mastodon, nothing was changed: 2 to create, 1 of others left alone'
    )
    expect(plan.output).toContain(
      'create  every day at 03:30, Basic: bin/tootctl media remove --prune-profiles --days 30'
    )
    expect(plan.output).toContain(
      'leave   every hour at :20, Basic: echo "<b>theirs</b> | x"  (not made by this action'
    )
    expect(plan.summary).toContain(
      '| create | <code>bin/tootctl media remove --prune-profiles --days 30</code> | every day at 03'
    )
    expect(plan.summary).not.toMatch(/<b>/)

    const applied = await run()
    expect(applied).toMatchObject({ code: 0, writes: [`POST /apps/${appId}/jobs`, `POST /apps/${appId}/jobs`] })
    expect(await commands()).toEqual([
      theirs.command,
      'bin/tootctl media remove --prune-profiles --days 30 # mastodon-on-heroku',
      `bash -c 'echo "a  b"' # mastodon-on-heroku`
    ])

    const again = await run()
    expect(again).toMatchObject({ code: 0, writes: [] })
    expect(again.output).toContain('are those of the config: 2 as they should be, 1 of others left alone')

    configure('schedule: { tasks: [] }\n')
    const pruned = await run({ prune: 'true' })
    expect(pruned.code).toBe(0)
    expect(pruned.writes).toHaveLength(3)
    expect(await commands()).toEqual([])
  })

  it('leaves the tasks alone where the config says nothing of them', async () => {
    configure('')
    const { code, output, writes } = await run()
    expect({ code, writes }).toEqual({ code: 0, writes: [] })
    expect(output).toContain('The config has no `schedule:`, so the scheduled tasks of my-mastodon are left alone')
  })

  it('prints the tasks to type in where Heroku Scheduler’s undocumented API surprises', async () => {
    configure('schedule: { tasks: [{ command: bin/tootctl accounts prune, every: day, at: "15:30" }] }\n')
    const other = await HttpServer.start({ [`/apps/${appId}/jobs`]: [json({ jobs: [] })] })
    const { code, output, writes } = await run({ 'heroku-scheduler-url': other.url }).finally(() => other.close())
    expect({ code, writes }).toEqual({ code: 1, writes: [] })
    expect(output).toMatch(/the answer is not as expected at data/)
    expect(output).toMatch(/Heroku does not document the API of Heroku Scheduler/)
    expect(output).toContain(
      'Every day at 3:30 PM UTC, dyno size Basic: bin/tootctl accounts prune # mastodon-on-heroku'
    )
    expect(output).toContain('https://dashboard.heroku.com/apps/my-mastodon/scheduler')
  })

  it('hands Advanced Scheduler the one config var that is its own', async () => {
    configure('schedule: { with: advanced-scheduler, tasks: [{ command: "true", cron: "0 4 * * 1", timeout: 120 }] }\n')
    const { code, writes } = await run()
    expect({ code, writes }).toEqual({ code: 0, writes: ['POST /triggers'] })
    const answer = await fetch(`${heroku.advancedSchedulerUrl}/triggers`, {
      headers: { authorization: `Bearer ${TOKEN}` }
    })
    expect(await answer.json()).toMatchObject({ triggers: [{ value: 'true', schedule: '0 4 * * 1', timeout: 7_200 }] })
  })

  it('asks nobody where the scheduler cannot have a task', async () => {
    configure('schedule:\n  tasks:\n    - command: "true"\n      cron: "0 4 * * 1"\n')
    const { code, output, writes } = await run()
    expect({ code, writes }).toEqual({ code: 1, writes: [] })
    expect(output).toMatch(/mastodon-on-heroku\.yml:4: Heroku Scheduler cannot have this task: it cannot run by cron/)
  })
})
