import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runAction, type ActionResult } from '../rig/run-action.ts'
import { CHECKS } from '../../src/checks/index.ts'
import { OUTSIDE } from '../../src/checks/outside/index.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { INSIDE } from '../checks/acted-dyno.ts'
import { FakeGithub } from '../helpers/fake-github.ts'
import { appOf, clientOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { temp } from '../helpers/temp.ts'
import { ask } from '../local-heroku/ask.ts'

const TOKEN = 'ghs_of-the-job'
/** With characters that Markdown would have escaped. */
const SECRET = 'a:secret@that*nobody*may*see'
/** What the script in the one-off dyno would find in a healthy instance; `dyno.test.ts` runs the script itself. */
const SEEN = {
  ...INSIDE,
  // A program that repeats what it was started with.
  ffmpeg: { ...INSIDE.ffmpeg, ffmpeg: `7.1.3 ${SECRET}` }
}
/** What web runs. */
const SERVE = `#!/usr/bin/env node
require('http').createServer((_, response) => response.end('OK')).listen(process.env.PORT)
`
/** `bundle exec rails runner SCRIPT`: answers behind the marker of its environment. */
const BUNDLE = `#!/bin/bash
mark=$MARKER
echo "::error::an initializer prints $SECRET_KEY_BASE"
${Object.entries(SEEN)
  .map(([part, value]) => `echo "$mark "'${JSON.stringify({ part, value })}'`)
  .join('\n')}
`

let heroku: LocalHeroku
let github: FakeGithub
let folder: string
let run = 100

beforeAll(async () => {
  ;({ heroku } = await openHeroku())
  const postgres = { plan: 'heroku-postgresql:essential-0', vars: { DATABASE_URL: 'postgres://a:b@127.0.0.1/c' } }
  const redis = { plan: 'heroku-redis:mini', vars: { REDIS_URL: 'redis://127.0.0.1' } }
  await heroku.addApp('main', { config: { SECRET_KEY_BASE: SECRET }, addons: [postgres, redis] })
  const slug = makeSlug({
    'bin/serve': SERVE,
    'bin/bundle': BUNDLE,
    '.profile.d/path.sh': 'export PATH="$HOME/bin:$PATH"'
  })
  await ship(appOf(clientOf(heroku), 'main'), slug, { web: 'bin/serve', worker: 'sleep 1000' })
  await until(() => heroku.machine('main').dynos.some(({ state }) => state === 'up'))
  github = await FakeGithub.start()
  github.allow(TOKEN, { issues: 'write', contents: 'read', actions: 'read' })
})
afterAll(async () => {
  await Promise.all([heroku.close(), github.close()])
})
beforeEach(() => {
  folder = temp()
  configure()
})

/** Those that look from outside find no name and no certificate on this machine. */
function configure(more = '', skip = OUTSIDE.map(({ name }) => name)): void {
  mkdirSync(path.join(folder, '.github'), { recursive: true })
  const config = `app: main\nchecks:\n  skip: [${skip.join(', ')}]\n${more}`
  writeFileSync(path.join(folder, '.github', 'mastodon-on-heroku.yml'), config)
}

const scale = (quantity: number) =>
  ask(heroku, 'PATCH /apps/main/formation', { body: { updates: [{ type: 'worker', quantity }] } })

function check(inputs: Record<string, string> = {}): Promise<ActionResult> {
  return runAction({
    inputs: {
      command: 'check',
      path: folder,
      'heroku-api-key': heroku.apiKey,
      'heroku-api-url': heroku.apiUrl,
      'heroku-data-url': heroku.dataUrl,
      'github-token': TOKEN,
      ...inputs
    },
    env: {
      NODE_EXTRA_CA_CERTS: heroku.caFile,
      GITHUB_REPOSITORY: 'owner/fork',
      GITHUB_API_URL: github.url,
      GITHUB_RUN_ID: `${++run}`,
      DEBUG: '*'
    }
  })
}

describe('command: check', () => {
  it('all is well: green, no issue, one one-off dyno, which is gone', async () => {
    await scale(1)
    const before = heroku.requests.length
    const { code, output, outputs, summary } = await check()
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    expect(outputs).toMatchObject({ outcome: expect.stringMatching(/^(done|found)$/), 'checks-failed': '0' })
    expect(outputs).not.toHaveProperty('issue-url')
    expect(summary).toMatch(/^## Nightly checks of main: all is well/)
    expect(github.issues.all).toEqual([])
    const asked = heroku.requests.slice(before)
    expect(asked.filter(request => request === 'POST /apps/main/dynos')).toHaveLength(1)
    expect(asked.filter(request => /^(PATCH|PUT|DELETE)/.test(request))).toEqual([])
    for (const { name } of CHECKS.filter(one => !OUTSIDE.some(other => other.name === one.name)))
      expect(output).toMatch(new RegExp(`^(ok|-) +${name}: `, 'm'))
    // The runner is told what to mask, and sees it nowhere else.
    expect(output.replaceAll(`::add-mask::${SECRET}\n`, '') + summary).not.toMatch(/secret|nobody/)
    expect(summary).toContain('ffmpeg 7.1.3 &#42;&#42;&#42; and ffprobe run')
    expect(output).not.toMatch(/^::error/m)
  })

  it('one fails: red, an issue, told again the next night and closed when it is gone', async () => {
    await scale(0)
    const first = await check()
    expect(first.code).toBe(1)
    expect(first.outputs).toMatchObject({ outcome: 'found', 'checks-failed': '1' })
    expect(first.output).toMatch(/^fail +worker: No worker dyno is scaled/m)
    expect(first.output).toMatch(
      /::error::No worker of main runs.*Cause: worker is scaled to 0%0ARun `heroku ps:scale worker=1 --app main`\.%0AWhat to do about each stands in http/
    )
    expect(first.summary).toMatch(/\| fail \| Worker dyno \| 0 \|/)
    const [issue] = github.issues.all
    expect(first.outputs['issue-url']).toBe(`${github.url}/owner/fork/issues/${issue!.number}`)
    expect(issue).toMatchObject({ title: 'main: 1 failure', state: 'open' })
    expect(issue!.body).toContain('heroku ps&#58;scale worker=1 --app main')
    expect(JSON.stringify(issue) + first.summary).not.toMatch(/secret|nobody/)

    await scale(1)
    const second = await check()
    expect(second.code).toBe(0)
    expect(github.issues.all).toHaveLength(1)
    expect(github.issues.all[0]).toMatchObject({
      state: 'closed',
      comments: [expect.stringMatching(/All is well again/)]
    })
  })

  it('what hangs is unknown, disturbs no other check, and keeps the job no longer than it may', async () => {
    await scale(1)
    heroku.faults.add({ kind: 'hang-before', method: 'GET', path: '/formation', times: 9 })
    const started = Date.now()
    const { code, output, outputs } = await check({ timeout: '0.1' })
    heroku.faults.clear()
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    expect(Date.now() - started).toBeLessThan(30_000)
    expect(output).toMatch(/^unknown +worker: It could not look: no answer within 6 s/m)
    expect(output).toMatch(/^ok +queues: /m)
    expect(outputs['checks-failed']).toBe('0')
    expect((await appOf(clientOf(heroku), 'main').dynos()).filter(({ type }) => type === 'run')).toEqual([])
  })

  it('a key that is none: told as such, and as an issue', async () => {
    const { code, output } = await check({ 'heroku-api-key': 'wrong-key-of-heroku' })
    expect(code).toBe(1)
    expect(output).toMatch(/^fail +heroku-key: Heroku does not take the key/m)
    expect(output).toMatch(/^ +Because of it \d+ checks could not look: .*`queues`/m)
    expect(output).not.toMatch(/^(unknown|fail) +(?!heroku-key)\S/m)
    expect(output).toMatch(/^ok +github-schedule: /m)
    expect(github.issues.all.at(-1)).toMatchObject({ title: 'main: 1 failure', state: 'open' })
  })

  it.each([
    ['skip: [werker]', /checks\.skip: there is no check "werker" — did you mean "worker"\?/],
    ['thresholds: { queue-latency: -1 }', /queue-latency/]
  ])('wants a config that is one: %s', async (line, expected) => {
    writeFileSync(path.join(folder, '.github', 'mastodon-on-heroku.yml'), `app: main\nchecks:\n  ${line}\n`)
    const { code, output } = await check()
    expect(code).toBe(1)
    expect(output).toMatch(expected)
  })
})
