import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Deployed } from '../../src/checks/index.ts'
import { givenTo } from '../../src/commands/steps/check-given.ts'
import { type JobResults, type Machine } from '../../src/inputs/index.ts'
import { loadConfig } from '../../src/config/index.ts'
import { type Runtime } from '../../src/runtime/index.ts'
import { runCommand, systemClock } from '../../src/runtime/real.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { factsOf } from '../checks/world.ts'
import { TOKEN, useGithub } from '../github/world.ts'
import { GitRepo } from '../helpers/git-repo.ts'
import { appOf, clientOf, NO_SIGNAL, openHeroku } from '../helpers/local-heroku.ts'
import { temp } from '../helpers/temp.ts'
import { zipOf } from '../helpers/zip.ts'
import { ask } from '../local-heroku/ask.ts'
import { FORK, lockFile } from '../mastodon/upgrade/fork.ts'
import { sampleReport } from '../report/sample.ts'

const world = useGithub()
const DEPLOYED = 'd'.repeat(40)
const TONIGHT = 'e'.repeat(40)
const RUN = 500

let heroku: LocalHeroku
beforeAll(async () => {
  ;({ heroku } = await openHeroku())
  await heroku.addApp('main', { addons: [{ plan: 'scheduler:standard', vars: {} }] })
})
afterAll(() => heroku.close())
beforeEach(() => world.fake.allow(TOKEN, { contents: 'read', actions: 'read' }))

function given({
  token = TOKEN,
  config = '',
  key = heroku.apiKey,
  report = undefined as string | undefined,
  checkout = '',
  deployed = () => Promise.resolve({ commit: DEPLOYED, version: undefined } as Deployed)
} = {}) {
  const inputs = {
    config: 'config.yml',
    path: checkout,
    herokuApiKey: key,
    herokuDataUrl: heroku.dataUrl,
    herokuSchedulerUrl: heroku.schedulerUrl,
    githubToken: token || undefined,
    artifactName: 'slug-report',
    dynoSize: undefined,
    report
  }
  const job = {
    repository: 'owner/fork',
    apiUrl: world.fake.url,
    serverUrl: '',
    runId: `${RUN}`,
    actionRepository: 'owner/fork',
    event: {}
  }
  const runtime = {
    log: world.log,
    redact: String,
    clock: systemClock,
    run: runCommand,
    signal: NO_SIGNAL,
    scratch: temp()
  } as unknown as Runtime
  const client = clientOf({ ...heroku, apiKey: key })
  const sources = {
    config: loadConfig(config, 'config.yml'),
    app: appOf(client, 'main'),
    facts: factsOf(),
    configVars: {},
    client,
    key,
    deployed
  }
  const machine = { searchPath: process.env['PATH'] } as Machine
  return givenTo(inputs, sources, job, machine, runtime, { mask: () => {} } as unknown as JobResults)
}

function addReport(run: number, commit: string, sha256: string): void {
  const { repository } = world.fake
  repository.addCommit(commit)
  const of = repository.addRun({ id: run, event: 'schedule', sha: commit, branch: 'main' })
  const report = sampleReport(draft => {
    draft.source.commit = commit
    for (const layer of draft.layers) if (layer.buildpack) layer.buildpack.sha256 = sha256.repeat(64)
  })
  repository.addArtifact(of, zipOf([{ name: 'report.json', content: JSON.stringify(report) }]))
}

describe("tonight's build", () => {
  it('is the report of this run, beside that of the commit that runs', async () => {
    addReport(RUN - 9, DEPLOYED, '1')
    addReport(RUN, TONIGHT, '2')
    const build = await given().build()
    expect(build).toMatchObject({
      failedJobs: [],
      report: { commit: TONIGHT, withinLimit: true },
      deployed: { commit: DEPLOYED }
    })
    expect(build!.report!.buildpacks.length).toBeGreaterThan(0)
    expect(build!.report!.buildpacks.map(({ name }) => name)).toEqual(
      build!.deployed!.buildpacks.map(({ name }) => name)
    )
    expect(build!.report!.buildpacks[0]!.sha256).not.toBe(build!.deployed!.buildpacks[0]!.sha256)
  })

  it('is compared with the first build of that commit, never with itself', async () => {
    addReport(RUN, DEPLOYED, '3')
    expect(await given().build()).toMatchObject({ report: { commit: DEPLOYED }, deployed: undefined })
    addReport(RUN - 9, DEPLOYED, '1')
    addReport(RUN - 1, DEPLOYED, '2')
    const sha256 = '1'.repeat(64)
    expect((await given().build())!.deployed!.buildpacks.every(buildpack => buildpack.sha256 === sha256)).toBe(true)
  })

  it('is told also where Heroku does not say what runs', async () => {
    addReport(RUN, TONIGHT, '2')
    const deployed = (): Promise<never> => Promise.reject(new Error('Heroku is down'))
    expect(await given({ deployed }).build()).toMatchObject({ report: { commit: TONIGHT }, deployed: undefined })
  })

  it("is no good where the streaming app's slug is too large", async () => {
    const file = path.join(temp(), 'report.json')
    const weight = { compressed: 400e6, raw: 9e8, files: 1 }
    writeFileSync(file, JSON.stringify(sampleReport(report => void (report.streaming = weight))))
    expect((await given({ report: file }).build())!.report).toMatchObject({
      withinLimit: true,
      problem: "the streaming app's slug is over the limit"
    })
  })

  it('is a job that failed, or none at all', async () => {
    expect(await given().build()).toBeUndefined()
    world.fake.repository.jobs.push({ name: 'build', conclusion: 'failure' }, { name: 'checks', conclusion: null })
    expect(await given().build()).toEqual({ failedJobs: ['build'], report: undefined, deployed: undefined })
  })

  it('says which permission is missing, and is nothing without a token', async () => {
    world.fake.allow('weak', { contents: 'read' })
    await expect(given({ token: 'weak' }).build()).rejects.toThrow(
      /403.*permissions: \{ contents: read, actions: read \}/
    )
    expect(await given({ token: '' }).build()).toBeUndefined()
    expect(await given({ token: '' }).repository()).toBeUndefined()
  })
})

it('the repository: its last push, what is switched off, the newest release of the action', async () => {
  const { repository } = world.fake
  repository.pushedAt = Date.parse('2026-11-20T00:00:00Z')
  repository.workflows.push(
    { name: 'Nightly', path: '.github/workflows/heroku-nightly.yml', state: 'active' },
    { name: 'Tasks', path: '.github/workflows/heroku-tasks.yml', state: 'disabled_fork' },
    { name: 'Old', path: '.github/workflows/old.yml', state: 'disabled_inactivity' },
    { name: 'Mine', path: '.github/workflows/mine.yml', state: 'disabled_manually' }
  )
  const off = [
    { name: 'Tasks', path: '.github/workflows/heroku-tasks.yml', why: 'fork' },
    { name: 'Old', path: '.github/workflows/old.yml', why: 'inactivity' }
  ]
  const said = { isPrivate: false, pushedAt: repository.pushedAt, off }
  expect(await given().repository()).toEqual({ ...said, action: undefined })
  repository.release = { tag_name: 'v9.1.0', published_at: '2026-11-01T00:00:00Z' }
  expect(await given().repository()).toEqual({
    ...said,
    action: { running: expect.stringMatching(/^\d/), newest: 'v9.1.0', publishedAt: Date.parse('2026-11-01T00:00:00Z') }
  })
})

describe('the key', () => {
  it('works for some seconds more', async () => expect((await given().key())!.seconds).toBeGreaterThan(86_400))
  it('is none', async () => {
    await expect(given({ key: 'wrong' }).key()).rejects.toMatchObject({ status: 401 })
  })
})

describe('scheduled tasks', () => {
  it('are compared with those of the scheduler', async () => {
    const config = `schedule:\n  with: heroku-scheduler\n  tasks:\n    - command: bin/tootctl media remove\n      every: day\n`
    expect(await given({ config }).tasks()).toMatchObject({
      wanted: 1,
      drift: [{ kind: 'missing', command: 'bin/tootctl media remove' }],
      late: []
    })
    const { id } = (await ask(heroku, 'GET /apps/main')).body
    const attributes = { command: 'mine', 'dyno-size': 'Basic', every: 10, at: 0 }
    await ask(heroku, `POST /apps/${id}/jobs`, {
      body: { data: { type: 'jobs', attributes } },
      headers: { accept: 'application/vnd.api+json', 'content-type': 'application/vnd.api+json' }
    })
    expect((await given({ config }).tasks())!.drift.map(({ kind }) => kind)).toEqual(['missing', 'unknown'])
    const quoted = config.replace('bin/tootctl media remove', `sh -c 'rake mastodon:daily'`)
    expect((await given({ config: quoted }).tasks())!.dead).toEqual([
      { command: `sh -c 'rake mastodon:daily'`, text: expect.stringMatching(/no `rake mastodon:daily`/) }
    ])
  })

  it('of a workflow are those of its record, where it says that one failed', async () => {
    expect(await given().tasks()).toBeUndefined()
    const config = 'schedule:\n  with: github-actions\n  tasks:\n    - command: a\n      every: day\n'
    expect(await given({ config }).tasks()).toEqual({ wanted: 1, drift: [], late: [], dead: [] })
    const time = '2026-11-20T00:00:00.000Z'
    const last = { due: time, started: time, outcome: 'failed', exitCode: 7, run: '1/1' }
    const task = { command: 'a', cron: '0 0 * * *', handled: time, last }
    world.fake.branches.push('scheduled-tasks', 'main.json', JSON.stringify({ version: 1, app: 'main', tasks: [task] }))
    expect((await given({ config }).tasks())!.late).toEqual([{ command: 'a', text: 'failed at 2026-11-20 00:00 UTC' }])
    await expect(given({ config, token: '' }).tasks()).rejects.toThrow(/there is no GitHub token/)
  })
})

describe('Ruby and Node of the next build', () => {
  const checkout = (files: Record<string, string>): string => {
    const repo = new GitRepo(path.join(temp(), 'fork'))
    for (const [file, content] of Object.entries(files)) repo.write(file, content)
    repo.commit()
    return repo.path
  }

  it('is that of the commit that is checked out, not of the files that lie about', async () => {
    const folder = checkout({ ...FORK, 'Gemfile.lock': lockFile('3.4.1p0'), '.ruby-version': '3.4.7\n' })
    writeFileSync(path.join(folder, 'Gemfile.lock'), lockFile('4.0.10'))
    expect(await given({ checkout: folder }).ruby()).toEqual({
      locked: { version: '3.4.1' },
      hasLock: true,
      file: '3.4.7',
      takes: [
        { operator: '>=', version: '3.3.0' },
        { operator: '<', version: '4.1.0' }
      ]
    })
  })

  it('is not known if something else than heroku/ruby builds, or there is no Gemfile.lock', async () => {
    const folder = checkout(FORK)
    expect(await given({ checkout: folder, config: 'slug:\n  buildpacks: [./my-ruby]\n' }).ruby()).toBeUndefined()
    expect(await given({ checkout: folder, config: 'slug:\n  buildpacks: [heroku/ruby]\n' }).ruby()).toBeDefined()
    const { 'Gemfile.lock': _, ...others } = FORK
    expect(await given({ checkout: checkout(others) }).ruby()).toBeUndefined()
    await expect(given({ checkout: temp() }).ruby()).rejects.toThrow(/git|checkout/i)
  })

  it('Node is the newest that package.json of that commit takes, if heroku/nodejs builds it', async () => {
    const folder = checkout({ ...FORK, 'package.json': '{"engines": {"node": "^20.1"}}' })
    writeFileSync(path.join(folder, 'package.json'), '{"engines": {"node": "24"}}')
    expect(await given({ checkout: folder }).node()).toBe(20)
    expect(await given({ checkout: folder, config: 'slug:\n  buildpacks: [heroku/ruby]\n' }).node()).toBeUndefined()
    expect(await given({ checkout: checkout(FORK) }).node()).toBeUndefined()
    await expect(given({ checkout: temp() }).node()).rejects.toThrow(/git|checkout/i)
  })
})
