import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runAction, type ActionResult, type ActionRun } from '../rig/run-action.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { FakeGithub } from '../helpers/fake-github.ts'
import { appOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { lastingTemp } from '../helpers/temp.ts'

const APP = 'my-mastodon'
const SECRET = 'a-secret-that-nobody-may-see'
const TOKEN = 'a-github-token'

let heroku: LocalHeroku
let github: FakeGithub
let folder: string
let run = 0

beforeAll(async () => {
  const opened = await openHeroku()
  heroku = opened.heroku
  await heroku.addApp(APP, { config: { SECRET_KEY_BASE: SECRET } })
  await ship(appOf(opened.client, APP), makeSlug({ 'bin/tootctl': '#!/bin/sh\necho "tootctl $*"\n' }), {
    worker: 'sleep 1'
  })
  await until(() => heroku.machine(APP).current()?.slugId ?? undefined)
  github = await FakeGithub.start()
  folder = lastingTemp()
  mkdirSync(path.join(folder, '.github'))
})
afterAll(async () => {
  await heroku.close()
  await github.close()
})
beforeEach(() => github.allow(TOKEN, { contents: 'write' }))

const configure = (...tasks: string[]): void => {
  const list = tasks.map(task => `{ ${task} }`).join(', ')
  const config = `app: ${APP}\nschedule: { with: github-actions, state: "branch:last-runs", tasks: [${list}] }\n`
  writeFileSync(path.join(folder, '.github', 'mastodon-on-heroku.yml'), config)
}
const act = async (inputs: Record<string, string> = {}, more: Partial<ActionRun> = {}): Promise<ActionResult> => {
  const result = await runAction({
    ...more,
    inputs: {
      command: 'run',
      path: folder,
      'heroku-api-key': heroku.apiKey,
      'heroku-api-url': heroku.apiUrl,
      'github-token': TOKEN,
      ...inputs
    },
    env: {
      NODE_EXTRA_CA_CERTS: heroku.caFile,
      GITHUB_REPOSITORY: 'owner/fork',
      GITHUB_API_URL: github.url,
      GITHUB_RUN_ID: String(++run),
      GITHUB_RUN_ATTEMPT: '1'
    }
  })
  const masked = result.output.replace(/^::add-mask::.*$/gm, '')
  for (const secret of [TOKEN, heroku.apiKey]) expect(masked).not.toContain(secret)
  for (const secret of [SECRET, TOKEN, heroku.apiKey]) expect(result.summary).not.toContain(secret)
  return result
}
const record = (): string => github.branches.file('last-runs', `${APP}.json`) ?? ''
/** Takes the record back in time, so that what it holds is due. */
const wait = (days: number): void => {
  const earlier = record().replaceAll(/"handled": "([^"]+)"/g, (_, time: string) => {
    return `"handled": "${new Date(Date.parse(time) - days * 86_400_000).toISOString()}"`
  })
  github.branches.push('last-runs', `${APP}.json`, earlier)
}

describe('command: run, through the committed dist', () => {
  it('runs one command: its output as it is, its last lines in the summary, its exit code', async () => {
    configure()
    const good = await act({
      run: `bin/tootctl media usage; echo "::error::not a command <b>"; echo "$SECRET_KEY_BASE"`
    })
    expect({ code: good.code, output: good.code === 0 ? '' : good.output }).toEqual({ code: 0, output: '' })
    expect(good.output).toMatch(/^tootctl media usage$/m)
    expect(good.output).toMatch(/Ended well in run\.\d+ after \d+\.\d s/)
    expect(good.summary).toMatch(/tootctl media usage<br>.*not a command &#60;b&#62;/)
    const planned = await act({ run: 'exit 3', plan: 'true' })
    expect(planned.code).toBe(0)
    expect(planned.output).toContain('Plan: exit 3 would run on my-mastodon; nothing was run')
    const bad = await act({ run: 'echo before; exit 3' })
    expect(bad.code).toBe(1)
    expect(bad.output).toMatch(/::error::The command in run\.\d+ ended with exit code 3 after /)
    expect(bad.summary).toMatch(/failed \| Command .*before/)
  })

  it('runs the tasks that are due, each once, and fails where one fails', async () => {
    configure(
      'command: bin/tootctl accounts prune, every: day, at: "03:30", size: Basic',
      'command: "echo gone wrong; exit 7", every: day, at: "04:00"'
    )
    const first = await act()
    expect(first.code).toBe(0)
    expect(first.output).toMatch(
      /New: bin\/tootctl accounts prune, every day at 03:30; first at \d{4}-\d\d-\d\d 03:30 UTC/
    )
    expect(first.output).toContain('No task is due')

    wait(2)
    const planned = await act({ plan: 'true' })
    expect(planned.code).toBe(0)
    expect(planned.output).toContain('Plan: 2 tasks are due, and none was run')
    expect(planned.output).not.toMatch(/^tootctl/m)

    const due = await act()
    expect(due.code).toBe(1)
    expect(due.output).toMatch(/^tootctl accounts prune$/m)
    expect(due.output).toMatch(/It was missed 1 time before; this run makes up for all/)
    expect(due.output).toMatch(/::error::A task did not end well: echo gone wrong; exit 7 \(failed\)/)
    expect(due.summary).toMatch(/failed \| Task: echo gone wrong; exit 7 .*gone wrong/)
    expect(JSON.parse(record())).toMatchObject({
      app: APP,
      tasks: [
        { command: 'bin/tootctl accounts prune', last: { outcome: 'succeeded', exitCode: 0, run: `${run}/1` } },
        { command: 'echo gone wrong; exit 7', last: { outcome: 'failed', exitCode: 7 } }
      ]
    })

    const commits = github.branches.commits('last-runs')
    const again = await act()
    expect(again.code).toBe(0)
    expect(again.output).toContain('No task is due')
    expect(github.branches.commits('last-runs')).toBe(commits)

    github.allow(TOKEN, { contents: 'read' })
    const shown = await act({ command: 'schedule' })
    expect(shown.code).toBe(0)
    expect(shown.output).toMatch(
      /accounts prune: every day at 03:30; last: succeeded, \d{4}.* UTC; next: \d{4}-\d\d-\d\d 03:30 UTC/
    )
    expect(shown.summary).toMatch(/\| <code>echo gone wrong; exit 7<\/code> \| every day at 04.*\| failed, /)
  })

  it('stops a task with its job, and writes down that nobody knows how it ended', async () => {
    configure('command: "echo begun; sleep 99", every: hour', 'command: echo never, every: hour')
    await act()
    wait(1)
    let pid = 0
    const onOutput = (chunk: Buffer): void => {
      if (/^begun$/m.test(String(chunk))) process.kill(pid, 'SIGTERM')
    }
    const { code, output } = await act({}, { onOutput, onStart: started => void (pid = started) })
    expect(code).toBe(1)
    expect(output).not.toMatch(/^never$/m)
    expect(JSON.parse(record())).toMatchObject({
      tasks: [{ last: { outcome: 'lost' } }, { command: 'echo never' }]
    })
    expect(record()).not.toContain('running')
    await until(() => heroku.machine(APP).oneOffs.size === 0)
    // The other is still due.
    const next = await act()
    expect({ code: next.code, ran: /^never$/m.test(next.output) }).toEqual({ code: 0, ran: true })
  })

  it('runs nothing where it may not write it down', async () => {
    configure('command: bin/tootctl accounts cull, every: hour')
    await act()
    wait(1)
    github.allow(TOKEN, { contents: 'read' })
    const before = heroku.requests.length
    const { code, output } = await act()
    expect(code).toBe(1)
    expect(output).toMatch(/Give the job "permissions: contents: write"\. No task was run because of it\./)
    expect(heroku.requests.slice(before).filter(request => request.startsWith('POST'))).toEqual([])
  })

  it('says that another scheduler has the tasks', async () => {
    writeFileSync(path.join(folder, '.github', 'mastodon-on-heroku.yml'), `app: ${APP}\nschedule: { tasks: [] }\n`)
    const { code, output } = await act()
    expect(code).toBe(1)
    expect(output).toMatch(/the tasks of the config are run by heroku-scheduler, not by a workflow/)
  })
})
