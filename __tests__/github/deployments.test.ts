import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { openDeployment, type DeploymentOptions } from '../../src/github/index.ts'
import { CancelledError, type Clock, type Log } from '../../src/runtime/index.ts'
import { FakeGithub } from '../helpers/fake-github.ts'
import { redactor } from './world.ts'

const SHA = 'a'.repeat(40)
const OTHER_SHA = 'b'.repeat(40)
const TOKEN = 'ghs_top-secret'
const RUN_URL = 'https://github.com/owner/fork/actions/runs/77'
const LIST = /\/deployments\?/
const STATUSES = /\/statuses/

let github: FakeGithub
let warnings: string[]
let lines: string[]
let waits: number[]
/** What the clock would call later, while it is not called off. */
let alarms: Set<() => void>

beforeEach(async () => {
  github = await FakeGithub.start()
  github.allow(TOKEN, { contents: 'read', deployments: 'write' })
  github.allow('reader', { contents: 'read', deployments: 'read' })
  github.allow('builder', { contents: 'read' })
  github.commits.add(SHA).add(OTHER_SHA)
  warnings = []
  lines = []
  waits = []
  alarms = new Set()
})
afterEach(() => github.close())

const clock: Clock = {
  now: () => 0,
  sleep: (milliseconds, signal) => {
    waits.push(milliseconds)
    return signal?.aborted ? Promise.reject(new CancelledError('Waiting')) : Promise.resolve()
  },
  after: (_, work) => {
    alarms.add(work)
    return () => alarms.delete(work)
  }
}
const log: Log = {
  info: line => lines.push(line),
  warning: line => warnings.push(line),
  error: line => warnings.push(line),
  group: (_, work) => work(),
  progress: () => {},
  fence: () => ({ write: () => {}, close: () => {} })
}

function open(changes: Partial<DeploymentOptions> = {}) {
  return openDeployment({
    apiUrl: github.url,
    token: TOKEN,
    owner: 'owner',
    repo: 'fork',
    sha: SHA,
    ref: 'release/4.7',
    environment: 'live',
    runId: '77',
    runUrl: RUN_URL,
    log,
    redact: redactor(TOKEN),
    clock,
    signal: new AbortController().signal,
    ...changes
  })
}

/** `state` of each status of the n-th deployment. */
function states(at = 0): string[] {
  return github.deployments[at]!.statuses.map(({ state }) => state)
}

const ringAlarms = (): void => alarms.forEach(alarm => alarm())

describe('a deploy on GitHub', () => {
  it('is a deployment of the commit, with its statuses and links', async () => {
    const deployment = await open()
    await deployment.update('in_progress', 'Uploading')
    await deployment.update('success', 'v12 is live', 'https://mastodon.example/')

    expect(github.requests.find(({ method }) => method === 'POST')!.body).toEqual({
      ref: SHA,
      environment: 'live',
      task: 'deploy',
      description: 'Deploy to Heroku',
      auto_merge: false,
      required_contexts: [],
      payload: { by: 'mastodon-on-heroku', run_id: '77', ref: 'release/4.7' }
    })
    expect(github.deployments).toHaveLength(1)
    expect(github.deployments[0]!.statuses).toMatchObject([
      { state: 'in_progress', description: 'Uploading', log_url: RUN_URL, environment_url: '' },
      { state: 'success', description: 'v12 is live', log_url: RUN_URL, environment_url: 'https://mastodon.example/' }
    ])
    expect(warnings).toEqual([])
    expect(alarms.size).toBe(0)
  })

  it('makes the one before it inactive once it succeeds, not earlier', async () => {
    await (await open({ runId: '76' })).update('success', 'live')
    const next = await open({ sha: OTHER_SHA })
    await next.update('in_progress', 'Uploading')
    expect(states(0)).toEqual(['success'])
    await next.update('success', 'live')
    expect(states(0)).toEqual(['success', 'inactive'])
    expect(states(1)).toEqual(['in_progress', 'success'])
  })

  it.each([
    ['x'.repeat(140), 'x'.repeat(140)],
    ['x'.repeat(141), `${'x'.repeat(139)}…`],
    ['🐘'.repeat(150), `${'🐘'.repeat(139)}…`]
  ])('has descriptions of 140 characters at most: %#', async (description, shown) => {
    await (await open()).update('failure', description)
    expect(github.deployments[0]!.statuses).toMatchObject([{ state: 'failure', description: shown }])
    expect(warnings).toEqual([])
  })

  it('still says how it ended after the job was cancelled', async () => {
    const cancel = new AbortController()
    const deployment = await open({ signal: cancel.signal })
    cancel.abort()
    await deployment.update('error', 'Cancelled')
    expect(states()).toEqual(['error'])
  })
})

describe("the deployment of the job's own environment", () => {
  it('is left as it is, and no second one is made', async () => {
    const own = github.startJob({ environment: 'live', runId: '77', sha: SHA })
    const deployment = await open()
    await deployment.update('in_progress', 'Uploading')
    await deployment.update('success', 'live', 'https://mastodon.example/')
    github.endJob(own, 'success')

    expect(github.deployments).toHaveLength(1)
    expect(states()).toEqual(['queued', 'in_progress', 'success'])
    expect(github.calls).toEqual(['GET /deployments', `GET /deployments/${own.id}/statuses`])
    expect(lines).toEqual([expect.stringContaining('"live"')])
    expect(warnings).toEqual([])
  })

  it('is found with a token that may only read, and where another commit is deployed than the job runs on', async () => {
    github.startJob({ environment: 'live', runId: '77', sha: OTHER_SHA })
    await open({ token: 'reader' })
    expect(github.deployments).toHaveLength(1)
    expect(warnings).toEqual([])
  })

  it('is found behind newer ones of other runs', async () => {
    github.startJob({ environment: 'live', runId: '77', sha: SHA })
    github.startJob({ environment: 'live', runId: '78', sha: SHA })
    await open()
    expect(github.deployments).toHaveLength(2)
  })

  it.each([
    ['another run', { environment: 'live', runId: '770' }],
    ['another run whose number ends alike', { environment: 'live', runId: '177' }],
    ['another environment', { environment: 'staging', runId: '77' }]
  ])('is not that of %s', async (_, job) => {
    github.startJob({ ...job, sha: SHA })
    await (await open()).update('success', 'live')
    expect(github.deployments).toHaveLength(2)
    expect(states(1)).toEqual(['success'])
  })

  it('is not one that has ended, such as an approval in a job before this one', async () => {
    github.endJob(github.startJob({ environment: 'live', runId: '77', sha: SHA }), 'success')
    await (await open()).update('failure', 'The release phase failed')
    expect(states(1)).toEqual(['failure'])
  })

  it('is looked for in a bounded number of requests', async () => {
    for (let run = 1; run <= 40; run++) github.startJob({ environment: 'live', runId: `9${run}`, sha: SHA })
    await open()
    expect(github.requests).toHaveLength(12)
    expect(github.deployments).toHaveLength(41)
  })
})

describe('a run that is started again', () => {
  it('goes on with the deployment that its first attempt left', async () => {
    await (await open()).update('in_progress', 'Uploading')
    await (await open()).update('success', 'live')
    expect(github.deployments).toHaveLength(1)
    expect(states()).toEqual(['in_progress', 'success'])
  })

  it('makes a new one where another deploy came in between', async () => {
    await (await open()).update('success', 'live')
    await (await open({ runId: '78', sha: OTHER_SHA })).update('success', 'live')
    await (await open()).update('success', 'live again')
    expect(github.deployments.map(({ sha }) => sha)).toEqual([SHA, OTHER_SHA, SHA])
    expect(states(1)).toEqual(['success', 'inactive'])
  })

  it('makes a new one for another commit', async () => {
    await open()
    await open({ sha: OTHER_SHA })
    expect(github.deployments.map(({ sha }) => sha)).toEqual([SHA, OTHER_SHA])
  })

  it("knows its deployment where GitHub hands the payload back as text, and is not misled by others' payloads", async () => {
    github.break('GET', LIST, {
      status: 200,
      body: [
        { id: 9, sha: SHA, environment: 'live', payload: '{"by":"mastodon-on-heroku","run_id":"77"}' },
        { id: 8, sha: SHA, environment: 'live', payload: 'not JSON' },
        { id: 7, sha: SHA, environment: 'live', payload: null }
      ]
    })
    await open()
    expect(github.calls).toEqual(['GET /deployments'])
  })
})

describe('without the permission', () => {
  it.each([
    ['no token', { token: undefined }, 'there is no token', 0],
    ['an empty token', { token: ' ' }, 'there is no token', 0],
    ['a token without deployments', { token: 'builder' }, '403, Resource not accessible by integration', 1],
    ['a token that may only read', { token: 'reader' }, '403, Resource not accessible by integration', 2],
    ['a revoked token', { token: 'revoked' }, '401, Bad credentials', 1],
    ['a token that does not see the repository', { repo: 'other' }, '404, Not Found', 1]
  ])('%s: one warning that names it, then silence', async (_, changes, reason, requests) => {
    const deployment = await open(changes)
    await deployment.update('in_progress', 'Uploading')
    await deployment.update('success', 'live')
    expect(warnings).toEqual([expect.stringContaining(reason)])
    expect(warnings[0]).toContain('deployments: write')
    expect(github.requests).toHaveLength(requests)
    expect(github.deployments).toEqual([])
  })

  it('that is lost on the way: one warning, then silence', async () => {
    const deployment = await open()
    github.allow(TOKEN, { deployments: 'read' })
    await deployment.update('in_progress', 'Uploading')
    await deployment.update('success', 'live')
    expect(warnings).toEqual([expect.stringContaining('deployments: write')])
    expect(github.requests).toHaveLength(3)
  })

  it('is not what a rate limit means', async () => {
    const limit = {
      status: 403,
      body: { message: 'API rate limit exceeded' },
      headers: { 'x-ratelimit-remaining': '0' }
    }
    const deployment = await open()
    github.break('POST', STATUSES, limit)
    await deployment.update('in_progress', 'Uploading')
    await deployment.update('success', 'live')
    expect(warnings).toEqual([expect.stringContaining('API rate limit exceeded')])
    expect(warnings[0]).not.toContain('deployments: write')
    expect(states()).toEqual(['success'])
  })
})

describe('when GitHub fails', () => {
  const broken = { status: 502, body: { message: 'Bad Gateway' } }

  it.each([
    ['reset', 'reset' as const],
    ['502', broken],
    ['cut-off answer', 'cut off' as const]
  ])('a read is sent again: %s', async (_, fault) => {
    github.break('GET', LIST, fault)
    github.break('GET', LIST, fault)
    await (await open()).update('success', 'live')
    expect(states()).toEqual(['success'])
    // Each with up to a quarter more, so that many jobs do not come at once.
    expect(waits.map(wait => Math.floor(wait / 1_000))).toEqual([1, 3])
    expect(warnings).toEqual([])
  })

  it('nothing is made when it is not known what there is', async () => {
    for (let time = 0; time < 3; time++) github.break('GET', LIST, broken)
    await (await open()).update('success', 'live')
    expect(github.calls).toEqual(Array(3).fill('GET /deployments'))
    expect(warnings).toEqual([expect.stringContaining('Bad Gateway')])
  })

  it.each(['lost', 'cut off'] as const)(
    'a deployment whose answer was %s is looked for, not made twice',
    async fault => {
      github.break('POST', /\/deployments$/, fault)
      await (await open()).update('success', 'live')
      expect(github.deployments).toHaveLength(1)
      expect(states()).toEqual(['success'])
      expect(warnings).toEqual([])
    }
  )

  it('a deployment that is not found after a lost answer is given up', async () => {
    github.break('POST', /\/deployments$/, 'reset')
    await (await open()).update('success', 'live')
    expect(github.calls).toEqual(['GET /deployments', 'POST /deployments', 'GET /deployments'])
    expect(warnings).toHaveLength(1)
  })

  it('a status whose answer was lost is there once', async () => {
    const deployment = await open()
    github.break('POST', STATUSES, 'lost')
    await deployment.update('success', 'live')
    expect(states()).toEqual(['success'])
    expect(warnings).toEqual([])
  })

  it('a status that did not arrive is sent again, once', async () => {
    const deployment = await open()
    await deployment.update('success', 'one')
    github.break('POST', STATUSES, 'reset')
    await deployment.update('success', 'two')
    expect(github.deployments[0]!.statuses.map(({ description }) => description)).toEqual(['one', 'two'])

    github.break('POST', STATUSES, 'reset')
    github.break('POST', STATUSES, broken)
    await deployment.update('failure', 'three')
    expect(states()).toEqual(['success', 'success'])
    expect(warnings).toEqual([expect.stringContaining('Bad Gateway')])
  })

  it('a refused status is a warning, and the next one is sent', async () => {
    const deployment = await open()
    await deployment.update('in_progress', 'Uploading', 'not a link')
    await deployment.update('success', 'live')
    expect(warnings).toEqual([expect.stringMatching(/422, .*environment_url/)])
    expect(states()).toEqual(['success'])
  })

  it('a commit that the repository does not have is a warning', async () => {
    await (await open({ sha: 'c'.repeat(40) })).update('success', 'live')
    expect(warnings).toEqual([expect.stringContaining('No ref found')])
  })

  it('an answer that never comes is not waited for', async () => {
    for (let time = 0; time < 3; time++) github.break('GET', LIST, ringAlarms)
    await (await open()).update('success', 'live')
    expect(warnings).toEqual([expect.stringContaining('did not answer within 15 s')])
    expect(alarms.size).toBe(0)
  })

  it('a server that is gone is a warning', async () => {
    await github.close()
    await (await open()).update('success', 'live')
    expect(warnings).toHaveLength(1)
  })

  it('a cancelled job leaves at once and without a word', async () => {
    const cancel = new AbortController()
    github.break('GET', LIST, () => cancel.abort())
    await (await open({ signal: cancel.signal })).update('error', 'Cancelled')
    expect(github.requests).toHaveLength(1)
    expect(warnings).toEqual([])
  })

  it('no message holds the token', async () => {
    github.break('GET', LIST, { status: 403, body: { message: `no\n::error::${TOKEN}` } })
    await open()
    await open({ token: `${TOKEN}\nsecond line\n` })
    expect(warnings).toHaveLength(2)
    for (const warning of warnings) expect(warning).not.toMatch(/top-secret|\n/)
  })
})
