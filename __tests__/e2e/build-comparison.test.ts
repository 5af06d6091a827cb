import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type ActionResult } from '../rig/run-action.ts'
import { git } from '../rig/sample-fork.ts'
import { parseReport, reportJson } from '../../src/report/index.ts'
import { FakeGithub } from '../helpers/fake-github.ts'
import { temp } from '../helpers/temp.ts'
import { reportZip } from '../helpers/zip.ts'
import { configWith, Fork } from './fork.ts'

const TOKEN = 'ghs_top-secret-token'
/** One buildpack is enough for what is compared here. */
const CONFIG = configWith(['nodejs'])
let github: FakeGithub

beforeEach(async () => {
  github = await FakeGithub.start()
  github.allow(TOKEN, { contents: 'read', actions: 'read' })
})
afterEach(() => github.close())

interface Job {
  event?: string
  payload?: unknown
  inputs?: Record<string, string>
  runId?: number
}

/** Builds in a job; what it leaves goes to its artifact, as actions/upload-artifact does it. */
async function buildIn(
  fork: Fork,
  { event = 'push', payload = {}, inputs = {}, runId = 100 }: Job
): Promise<ActionResult> {
  const file = path.join(temp(), 'event.json')
  writeFileSync(file, JSON.stringify({ repository: { default_branch: 'main' }, ...(payload as object) }))
  const result = await fork.build({ 'slug-limit': '1GB', 'github-token': TOKEN, ...inputs }, CONFIG, {
    env: {
      GITHUB_API_URL: github.url,
      GITHUB_SERVER_URL: 'https://github.test',
      GITHUB_REPOSITORY: 'owner/fork',
      GITHUB_RUN_ID: `${runId}`,
      GITHUB_REF: event === 'push' ? 'refs/heads/main' : 'refs/pull/5/merge',
      GITHUB_EVENT_NAME: event,
      GITHUB_EVENT_PATH: file
    }
  })
  if (fork.has('report.json')) {
    const run = github.repository.addRun({ id: runId, event, sha: head(fork), branch: 'main' })
    github.repository.addArtifact(run, reportZip(reportJson(fork.report())))
  }
  return result
}

function head(fork: Fork): string {
  return git(fork.path, 'rev-parse', 'HEAD').trim()
}

/** A commit more in the fork, which GitHub knows. */
function commitMore(fork: Fork, file: string, bytes: number): string {
  const parent = head(fork)
  writeFileSync(path.join(fork.path, file), randomBytes(bytes))
  git(fork.path, 'add', '-A')
  git(fork.path, 'commit', '-q', '-m', file)
  if (parent === fork.commit) github.repository.addCommit(parent)
  github.repository.addCommit(head(fork), parent)
  return head(fork)
}

const pullRequest = (fork: Fork, base: string) => ({
  pull_request: {
    number: 5,
    head: { sha: head(fork), ref: 'topic', repo: { full_name: 'owner/fork' } },
    base: { sha: base, ref: 'main' }
  }
})

describe('build, compared with the base', () => {
  it('finds the report of the commit before, says what grew, and hands the history on', async () => {
    const fork = new Fork()
    const first = await buildIn(fork, { runId: 100 })
    expect(first.code).toBe(0)
    expect(first.output).toContain('There is nothing to compare with')
    expect(fork.report().history).toEqual([])
    const one = fork.report()

    commitMore(fork, 'public/large.bin', 2_000_000)
    const second = await buildIn(fork, { runId: 101 })
    expect(second.code).toBe(0)
    expect(second.summary).toMatch(/^## Within the limit: .*, \+2\.0 MB against main at [0-9a-f]{8}, /)
    expect(second.summary).toContain('| `public/large.bin` | new | +2.0 MB | 2.0 MB |')
    expect(second.summary).toContain('Most of what was added: `public` (+2.0 MB).')
    expect(second.outputs['comment-body']).toContain('What changed: +2.0 MB')
    expect(fork.report().history.map(({ commit }) => commit)).toEqual([one.source.commit])

    commitMore(fork, 'public/more.bin', 200_000)
    await buildIn(fork, { runId: 102 })
    expect(fork.report().history).toHaveLength(2)
    const page = readFileSync(path.join(fork.output, 'report.html'), 'utf8')
    expect(page).toContain('+0.2 MB against main at')
    expect(page).toContain("default-src 'none'")
  })

  it('fills the history with commits that were built at the same time', async () => {
    const fork = new Fork()
    await buildIn(fork, { runId: 100 })
    // The second build ends before the first one's report is there, and knows nothing of it.
    const second = commitMore(fork, 'one.bin', 1_000)
    await buildIn(fork, { runId: 102, inputs: { baseline: 'none' } })
    expect(fork.report().history).toEqual([])
    commitMore(fork, 'two.bin', 1_000)
    await buildIn(fork, { runId: 103 })
    expect(fork.report().history.map(({ commit }) => commit)).toEqual([fork.commit, second])
  })

  it('fails on growth on a pull request, after all is written; on the branch it records', async () => {
    const fork = new Fork()
    await buildIn(fork, { runId: 100 })
    const base = head(fork)
    commitMore(fork, 'large.bin', 300_000)
    const rules = { 'fail-on': 'growth', 'max-growth': '100KB' }
    const pull = await buildIn(fork, {
      event: 'pull_request',
      payload: pullRequest(fork, base),
      inputs: rules,
      runId: 101
    })
    expect(pull.code).toBe(1)
    expect(pull.output).toMatch(
      /::error::The slug (?:with|without) ffmpeg has grown by 0\.3 MB, from .*: more than 0\.1 MB/
    )
    expect(pull.summary).toMatch(/^## Grown by more than 0\.1 MB: /)
    expect(pull.summary).toContain('<details open><summary>What changed: +0.3 MB')
    expect(fork.has('slug.tgz') && fork.has('report.html')).toBe(true)

    const branch = await buildIn(fork, { inputs: rules, runId: 102 })
    expect(branch.code).toBe(0)
    const enough = await buildIn(fork, {
      event: 'pull_request',
      payload: pullRequest(fork, base),
      inputs: { ...rules, 'max-growth': '300%' },
      runId: 103
    })
    expect(enough.code).toBe(0)
  })

  it('builds the base of a merge in the same job, compares with its file, and goes on where that is no report', async () => {
    const fork = new Fork()
    git(fork.path, 'checkout', '-q', '-b', 'topic')
    commitMore(fork, 'large.bin', 300_000)
    git(fork.path, 'checkout', '-q', '-')
    git(fork.path, 'merge', '-q', '--no-ff', '-m', 'Merge topic into main', 'topic')
    const folder = path.join(fork.path, '..', 'base')
    await fork.build({ ref: 'HEAD^1', 'output-dir': folder, 'slug-limit': '1GB' }, CONFIG)
    const baseline = path.join(folder, 'report.json')
    expect(parseReport(readFileSync(baseline, 'utf8')).source.commit).toBe(fork.commit)
    const { code, summary } = await fork.build({ baseline, 'slug-limit': '1GB' }, CONFIG)
    expect(code).toBe(0)
    expect(summary).toMatch(/\+0\.3 MB against [0-9a-f]{8}, /)
    writeFileSync(baseline, '{}')
    for (const broken of [baseline, 'nowhere.json']) {
      const result = await fork.build({ baseline: broken, 'slug-limit': '1GB' }, CONFIG)
      expect(result.code).toBe(0)
      expect(result.summary).toContain(
        'There is nothing to compare with: the report that the input baseline names cannot be used'
      )
    }
  })

  it('says how to be compared where it has no token, and does not talk of it outside a job', async () => {
    const fork = new Fork()
    const { summary } = await buildIn(fork, { inputs: { 'github-token': '' } })
    expect(summary).toContain('There is nothing to compare with: give the action a github-token')
    expect((await fork.build({ 'slug-limit': '1GB' }, CONFIG)).summary).not.toContain('github-token')
  })

  it('is not kept from its work by a GitHub that fails', async () => {
    const fork = new Fork()
    github.repository.addCommit(fork.commit, 'f'.repeat(40))
    for (let i = 0; i < 20; i++) github.break('GET', /./, { status: 400, body: { message: 'No' } })
    const rules = { 'fail-on': 'growth', 'max-growth': '1MB' }
    const payload = pullRequest(fork, 'f'.repeat(40))
    const { code, output, summary } = await buildIn(fork, { event: 'pull_request', payload, inputs: rules })
    expect(code).toBe(0)
    expect(output).toContain('::warning::Whether the slug has grown too much is not known')
    expect(summary).toContain('There is nothing to compare with: GitHub')
  })
})
