import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { runAction, type ActionResult } from '../rig/run-action.ts'
import { reportJson, type Report } from '../../src/report/index.ts'
import { sizeText } from '../../src/runtime/index.ts'
import { FakeGithub } from '../helpers/fake-github.ts'
import { appOf, makeSlug, openHeroku, ship } from '../helpers/local-heroku.ts'
import { temp } from '../helpers/temp.ts'
import { reportZip, zipOf } from '../helpers/zip.ts'
import { sampleReport, type SampleFile } from '../report/sample.ts'

const TOKEN = 'ghs_top-secret-token'
const [BASE, HEAD, MERGE] = ['a', 'b', 'c'].map(digit => digit.repeat(40)) as [string, string, string]
const FILES: SampleFile[] = [['app/models/account.rb', 'source', 20_000_000]]
const MARK = '<!-- mastodon-on-heroku:slug-size key='

let github: FakeGithub
let folder: string
/** A change of the report's size, in bytes. */
const grown = (bytes: number): SampleFile[] => [['app/models/account.rb', 'source', 20_000_000 + bytes]]

beforeEach(async () => {
  github = await FakeGithub.start()
  github.allow(TOKEN, { contents: 'read', actions: 'read', 'pull-requests': 'write' })
  folder = temp()
  const { repository } = github
  repository.branches.set('main', BASE)
  repository.addCommit(BASE)
  repository.addCommit(HEAD, BASE)
  repository.addCommit(MERGE, BASE, HEAD)
})
afterEach(() => github.close())

function reportOf(commit: string, files = FILES, change: (report: Report) => void = () => {}): Report {
  return sampleReport(report => {
    report.source.commit = commit
    change(report)
  }, files)
}

/** main's own build of a commit, by default the base, left its report. */
function baseline(report = reportOf(BASE), id = 50, sha = BASE): void {
  const run = github.repository.addRun({ id, event: 'push', sha, branch: 'main' })
  github.repository.addArtifact(run, reportZip(reportJson(report)))
}

function addPull(number = 5, repo = 'someone/fork', ref = 'topic'): void {
  github.repository.addPull({ number, head: { sha: HEAD, ref, repo }, base: { sha: BASE, ref: 'main' } })
}

interface Job {
  name: string
  payload: unknown
  inputs?: Record<string, string>
  runId?: number
  ref?: string
  token?: string
}

async function job({ name, payload, inputs = {}, runId = 100, ref = 'refs/pull/5/merge', token = TOKEN }: Job) {
  const event = path.join(folder, 'event.json')
  writeFileSync(event, JSON.stringify(payload))
  const result = await runAction({
    inputs: {
      command: 'comment',
      path: folder,
      'output-dir': path.join(folder, 'out'),
      'github-token': token,
      ...inputs
    },
    env: {
      GITHUB_API_URL: github.url,
      GITHUB_SERVER_URL: 'https://github.test',
      GITHUB_REPOSITORY: 'owner/fork',
      GITHUB_RUN_ID: `${runId}`,
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_REF: ref,
      GITHUB_EVENT_NAME: name,
      GITHUB_EVENT_PATH: event,
      TMPDIR: folder
    }
  })
  for (const text of [result.output, result.summary, ...Object.values(result.outputs), ...bodies()])
    expect(text.replaceAll(`::add-mask::${TOKEN}`, '')).not.toContain(TOKEN)
  return result
}

/** The job that built, of a branch of this repository. */
function ownJob(report: Report, more: Partial<Job> = {}): Promise<ActionResult> {
  const file = path.join(folder, 'report.json')
  writeFileSync(file, reportJson(report))
  const repo = { full_name: 'owner/fork' }
  const pull = { number: 5, head: { sha: HEAD, ref: 'topic', repo }, base: { sha: BASE, ref: 'main' } }
  const payload = { pull_request: pull, repository: { default_branch: 'main' } }
  return job({ name: 'pull_request', payload, ...more, inputs: { report: file, ...more.inputs } })
}

/** The job that runs when a fork's build has ended and left this archive. */
function afterFork(zip: Buffer | undefined, more: Partial<Job> & { run?: object } = {}): Promise<ActionResult> {
  const run = { id: 70, event: 'pull_request', sha: HEAD, branch: 'topic', repo: 'someone/fork' }
  github.repository.addRun(run)
  if (zip) github.repository.addArtifact(run, zip)
  const workflowRun = {
    id: 70,
    run_attempt: 1,
    event: 'pull_request',
    head_sha: HEAD,
    head_branch: 'topic',
    head_repository: { full_name: 'someone/fork' },
    ...more.run
  }
  return job({ name: 'workflow_run', payload: { workflow_run: workflowRun }, ref: 'refs/heads/main', ...more })
}

/** Each request with its query and the fields of its body. */
function requests(): string[] {
  return github.requests.map(({ method, path: url, body }) =>
    [method, url.replace('/repos/owner/fork', '').replace(/artifacts\/\d+/, 'artifacts/ID'), ...Object.keys(body)].join(
      ' '
    )
  )
}

function bodies(number = 5): string[] {
  return github.repository.comments(number).map(({ body }) => body)
}

describe('comment, in the job that built', () => {
  it('compares with the base of the merge, and keeps one comment', async () => {
    addPull(5, 'owner/fork')
    baseline()
    const first = await ownJob(reportOf(MERGE, grown(3_200_000)), { inputs: { app: 'my-mastodon' } })
    expect({ code: first.code, output: first.code === 0 ? '' : first.output }).toEqual({ code: 0, output: '' })
    expect(bodies()).toEqual([
      expect.stringMatching(
        /^## Within the limit: 23\.2 MB of 300\.0 MB \(7\.7 %\), \+3\.2 MB against main at aaaaaaaa, 276\.8 MB left\n/
      )
    ])
    expect(bodies()[0]).toContain('[built](')
    expect(bodies()[0]).toContain('https://github.test/owner/fork/actions/runs/100')
    expect(bodies()[0]).toContain(`${MARK}my%2Dmastodon run=100 attempt=1 -->`)
    expect(first.outputs['comment-url']).toContain('/pull/5#issuecomment-')
    expect(bodies()[0]).toContain(first.outputs['comment-body']!.trim())
    // The build has written it into this job's summary.
    expect(first.summary).toBe('')

    await ownJob(reportOf(MERGE, grown(1_000_000)), { runId: 101, inputs: { app: 'my-mastodon' } })
    expect(bodies()).toEqual([expect.stringContaining('+1.0 MB against main')])
    await ownJob(reportOf(MERGE, grown(2_000_000)), { runId: 99, inputs: { app: 'my-mastodon' } })
    expect(bodies()).toEqual([expect.stringContaining('+1.0 MB against main')])
    await ownJob(reportOf(MERGE, grown(2_000_000)), { runId: 102, inputs: { app: 'other' } })
    expect(bodies()).toHaveLength(2)
  })

  it('shows no sentence of a fork’s report, whatever the event lets it do', async () => {
    addPull()
    const repo = { full_name: 'someone/fork' }
    const pull = { number: 5, head: { sha: HEAD, ref: 'topic', repo }, base: { sha: BASE, ref: 'main' } }
    const report = reportOf(MERGE, FILES, draft => (draft.warnings = ['Call 555-0199']))
    await ownJob(report, { name: 'pull_request_target', payload: { pull_request: pull } })
    expect(bodies()[0]).toContain("Pull request 5's own build measured this")
    expect(bodies()[0]).not.toContain('555-0199')
    await ownJob(report, { runId: 101 })
    expect(bodies()[0]).toContain('555-0199')
  })

  it('takes no limit from a fork’s checkout either', async () => {
    addPull()
    const repo = { full_name: 'someone/fork' }
    const pull = { number: 5, head: { sha: HEAD, ref: 'topic', repo }, base: { sha: BASE, ref: 'main' } }
    mkdirSync(path.join(folder, '.github'))
    writeFileSync(path.join(folder, '.github', 'mastodon-on-heroku.yml'), 'app: theirs\nslug:\n  limit: 1GB\n')
    github.repository.files.set('.github/mastodon-on-heroku.yml', 'app: ours\nslug:\n  limit: 19MB\n')
    await ownJob(reportOf(MERGE), { name: 'pull_request_target', payload: { pull_request: pull } })
    expect(bodies()[0]).toMatch(/^## Over the limit: 20\.0 MB of 19\.0 MB/)
    expect(bodies()[0]).toContain(`${MARK}ours run=`)
  })

  it('makes one where only the streaming app’s slug is over the limit, or another variant is chosen', async () => {
    addPull(5, 'owner/fork')
    baseline()
    const large = { compressed: 310_000_000, raw: 1, files: 1 }
    await ownJob(reportOf(MERGE, FILES, report => (report.streaming = large)))
    expect(bodies()[0]).toMatch(/^## Over the limit: the streaming app's slug, 310\.0 MB/)
    const without = reportOf(MERGE, FILES, ({ verdict }) => void (verdict.chosen = 'without'))
    await ownJob(without, { runId: 101, inputs: { app: 'second' } })
    expect(bodies()[1]).toContain('There the slug **with ffmpeg** was chosen')
  })

  it('sends these requests, and no more', async () => {
    addPull(5, 'owner/fork')
    baseline()
    await ownJob(reportOf(MERGE, grown(3_200_000)))
    expect(requests()).toEqual([
      `GET /git/commits/${MERGE}`,
      `GET /commits?sha=${BASE}&per_page=100`,
      'GET /actions/artifacts?name=slug-report&per_page=100&page=1',
      'GET /actions/runs/50',
      'GET /actions/artifacts/ID/zip',
      'GET /issues/5/comments?per_page=100&page=1',
      'POST /issues/5/comments body'
    ])
  })

  it('compares with where the branch came from, where its own commit was built', async () => {
    addPull(5, 'owner/fork')
    const newer = 'd'.repeat(40)
    github.repository.addCommit(newer, BASE)
    github.repository.branches.set('main', newer)
    baseline()
    baseline(reportOf(newer, grown(1_000_000)), 51, newer)
    await ownJob(reportOf(HEAD, grown(1_000_000)))
    expect(bodies()[0]).toContain('+1.0 MB against main at aaaaaaaa')
  })

  it('makes no comment below the threshold, and changes the one that is there', async () => {
    addPull(5, 'owner/fork')
    baseline()
    const quiet = await ownJob(reportOf(MERGE, grown(9_999)))
    expect(quiet.code).toBe(0)
    expect(bodies()).toEqual([])
    expect(quiet.outputs['comment-body']).toContain('+10.0 kB against main')
    await ownJob(reportOf(MERGE, grown(10_000)), { runId: 101 })
    expect(bodies()).toHaveLength(1)
    await ownJob(reportOf(MERGE), { runId: 102 })
    expect(bodies()).toEqual([expect.stringContaining('no change against main')])
    expect(bodies()[0]).toContain('Nothing in the slug has changed.')
  })

  it('makes one all the same where the slug is over the limit, or nothing is known', async () => {
    addPull(5, 'owner/fork')
    const none = await ownJob(reportOf(MERGE))
    expect(none.code).toBe(0)
    expect(bodies()[0]).toContain('There is nothing to compare with: neither commit aaaaaaaa nor an ancestor')
    baseline()
    const limit = { limit: 1_000_000, withinLimit: false }
    await ownJob(
      reportOf(MERGE, FILES, ({ verdict }) => void Object.assign(verdict, limit)),
      { runId: 101, inputs: { app: 'second' } }
    )
    expect(bodies()).toHaveLength(2)
    expect(bodies()[1]).toMatch(/^## Over the limit/)
  })

  it('does not take a report of another commit for the base’s, nor one that is broken', async () => {
    addPull(5, 'owner/fork')
    baseline(reportOf(HEAD))
    expect((await ownJob(reportOf(MERGE))).output).toContain('is of another commit')
    expect(bodies()[0]).toContain('There is nothing to compare with')
    const run = github.repository.addRun({ id: 51, event: 'push', sha: BASE, branch: 'main' })
    github.repository.addArtifact(run, Buffer.from('no zip'))
    expect((await ownJob(reportOf(MERGE), { runId: 101 })).code).toBe(0)
  })

  it('names the permission where it may not write, and is green', async () => {
    addPull(5, 'owner/fork')
    github.allow(TOKEN, { contents: 'read', actions: 'read', 'pull-requests': 'read' })
    const { code, output } = await ownJob(reportOf(MERGE))
    expect(code).toBe(0)
    expect(output).toMatch(/::warning::.*403.*permissions: pull-requests: write/)
    expect(output).toContain('workflow_run')
    expect(bodies()).toEqual([])
  })

  it('says which permission the base’s report needs', async () => {
    addPull(5, 'owner/fork')
    baseline()
    github.allow(TOKEN, { contents: 'read', 'pull-requests': 'write' })
    await ownJob(reportOf(MERGE))
    expect(bodies()[0]).toContain('permissions: { actions: read, contents: read }')
  })

  it('compares with what runs now, where there is a key, and goes on where that is not to be had', async () => {
    addPull(5, 'owner/fork')
    const { heroku, client } = await openHeroku()
    try {
      await heroku.addApp('my-mastodon')
      const slug = makeSlug({ 'large.bin': randomBytes(1_500_000).toString('latin1') })
      await ship(appOf(client, 'my-mastodon'), slug, { web: 'sleep 1' })
      heroku.requests.length = 0
      const inputs = { app: 'my-mastodon', 'heroku-api-key': heroku.apiKey, 'heroku-api-url': heroku.apiUrl }
      const { output } = await ownJob(reportOf(MERGE), { inputs })
      const change = 20_000_010 - statSync(slug).size
      expect(bodies()[0]).toContain(
        `\`my-mastodon\` runs release v2, commit \`11111111\`, with a slug of ${sizeText(statSync(slug).size)}. This one would be +${sizeText(change)}.`
      )
      expect(output).not.toContain('is not known')
      expect(heroku.requests.every(request => request.startsWith('GET '))).toBe(true)
      const wrong = await ownJob(reportOf(MERGE), { inputs: { ...inputs, app: 'nobody' }, runId: 101 })
      expect(wrong.code).toBe(0)
      expect(wrong.output).toMatch(/::warning::What nobody runs now is not known/)
    } finally {
      await heroku.close()
    }
  })

  it('has nothing to do where there is no pull request', async () => {
    const { code, output } = await ownJob(reportOf(MERGE), { name: 'push', payload: {}, ref: 'refs/heads/main' })
    expect(code).toBe(0)
    expect(output).toContain('of no pull request (event: push)')
  })

  it.each([
    ['no token', { token: '' }, /needs a token of GitHub.*github-token/s],
    ['no report', { inputs: { report: 'nowhere.json' } }, /There is no report to read.*command: build/s]
  ])('says what to do with %s', async (_, more, says) => {
    const { code, output } = await ownJob(reportOf(MERGE), more)
    expect(code).toBe(1)
    expect(output.replaceAll('%0A', '\n')).toMatch(says)
  })
})

describe('comment, after a fork’s build', () => {
  const report = (files = grown(2_000_000), change?: (report: Report) => void): Buffer =>
    reportZip(reportJson(reportOf(MERGE, files, change)))

  it('finds the pull request itself, compares, and says who measured', async () => {
    addPull()
    baseline()
    const { code, output, summary } = await afterFork(report())
    expect({ code, output: code === 0 ? '' : output }).toEqual({ code: 0, output: '' })
    expect(bodies()[0]).toMatch(/^## Within the limit: 22\.0 MB .* \+2\.0 MB against main at aaaaaaaa/)
    expect(bodies()[0]).toContain("Pull request 5's own build measured this")
    expect(summary).toContain('## Within the limit: 22.0 MB')
    expect(bodies()[0]).toContain('https://github.test/owner/fork/actions/runs/70')
    expect(bodies()[0]).toContain(`${MARK}slug run=70 attempt=1 -->`)
    expect(readdirSync(folder).sort()).toEqual(['event.json'])
  })

  it('sends these requests, and no more', async () => {
    addPull()
    baseline()
    await afterFork(report())
    github.requests.length = 0
    await afterFork(report(grown(5)), { run: { run_attempt: 2 } })
    expect(requests()).toEqual([
      'GET /pulls?state=open&head=someone%3Atopic&per_page=100',
      'GET /actions/runs/70/artifacts?name=slug-report&per_page=100',
      'GET /actions/artifacts/ID/zip',
      'GET ',
      'GET /contents/.github%2Fmastodon-on-heroku.yml?ref=main',
      `GET /git/commits/${MERGE}`,
      `GET /compare/main...${HEAD}?per_page=1`,
      `GET /compare/${BASE}...${HEAD}?per_page=1`,
      `GET /commits?sha=${BASE}&per_page=100`,
      'GET /actions/artifacts?name=slug-report&per_page=100&page=1',
      'GET /actions/runs/50',
      'GET /actions/artifacts/ID/zip',
      'GET /issues/5/comments?per_page=100&page=1',
      'POST /graphql query',
      expect.stringMatching(/^PATCH \/issues\/comments\/\d+ body$/)
    ])
  })

  it('takes the limit and the app from the default branch, never from the artifact', async () => {
    addPull()
    github.repository.files.set('.github/mastodon-on-heroku.yml', 'app: the-real-one\nslug:\n  limit: 21MB\n')
    await afterFork(report(grown(2_000_000), ({ verdict }) => void (verdict.limit = 900_000_000)))
    expect(bodies()[0]).toMatch(/^## Over the limit: 22\.0 MB of 21\.0 MB/)
    expect(bodies()[0]).toContain(`${MARK}the%2Dreal%2Done run=70`)
    await afterFork(undefined, { inputs: { 'slug-limit': '30MB', app: 'named-here' } })
    expect(bodies()[1]).toMatch(/^## Within the limit: 22\.0 MB of 30\.0 MB/)
    expect(bodies()[1]).toContain('`named-here`')
  })

  it('takes the history of the branch from the base, never from the artifact', async () => {
    addPull()
    const point = (digit: string, mastodonVersion: string) => ({
      commit: digit.repeat(40),
      at: '2026-11-01T00:00:00.000Z',
      mastodonVersion,
      with: 1_000_000,
      chosen: 'with' as const
    })
    baseline(reportOf(BASE, FILES, draft => (draft.history = [point('1', '4.6.1')])))
    await afterFork(report(FILES, draft => (draft.history = [point('2', '6.6.6')])))
    await afterFork(
      report(grown(9_000_000), draft => (draft.history = [point('2', '6.6.6')])),
      { runId: 71 }
    )
    expect(bodies()[0]).toContain('| 4.6.1 |')
    expect(bodies()[0]).not.toContain('6.6.6')
  })

  it('does not let the artifact choose what it is compared with', async () => {
    addPull()
    const [old, merge] = ['1', '2'].map(digit => digit.repeat(40)) as [string, string]
    github.repository.addCommit(old)
    github.repository.addCommit(BASE, old)
    github.repository.addCommit(merge, old, HEAD)
    baseline(reportOf(old, grown(90_000_000)), 49, old)
    baseline()
    await afterFork(reportZip(reportJson(reportOf(merge, grown(2_000_000)))))
    expect(bodies()[0]).toMatch(/\+2\.0 MB against main at aaaaaaaa/)
  })

  it('compares with the newest commit of the branch that was merged, where that has moved on', async () => {
    addPull()
    const [newer, merge] = ['1', '2'].map(digit => digit.repeat(40)) as [string, string]
    github.repository.addCommit(newer, BASE)
    github.repository.addCommit(merge, newer, HEAD)
    github.repository.branches.set('main', newer)
    baseline()
    baseline(reportOf(newer, grown(1_000_000)), 51, newer)
    await afterFork(reportZip(reportJson(reportOf(merge, grown(2_000_000)))))
    expect(bodies()[0]).toMatch(/\+1\.0 MB against main at 11111111/)
  })

  it.each([
    ['pull-requests: write', { contents: 'read', actions: 'read' }],
    ['actions: read', { contents: 'read', 'pull-requests': 'write' }],
    ['contents: read', { actions: 'read', 'pull-requests': 'write' }]
  ] as const)('names %s where the token lacks it, and is green', async (permission, granted) => {
    addPull()
    github.allow(TOKEN, granted)
    const { code, output } = await afterFork(report())
    expect(code).toBe(0)
    expect(output).toMatch(new RegExp(`::warning::GitHub did not do it \\(40[34].*permissions: ${permission}`))
    expect(bodies()).toEqual([])
  })

  it.each([
    ['of another commit', { head_sha: 'd'.repeat(40) }],
    ['of another repository', { head_repository: { full_name: 'victim/fork' } }],
    ['of another branch', { head_branch: 'main' }],
    ['whose repository is gone', { head_repository: null }]
  ])('comments on nothing for a run %s', async (_, run) => {
    addPull()
    const { code, output } = await afterFork(report(), { run })
    expect(code).toBe(0)
    expect(output).toMatch(/::warning::/)
    expect(bodies()).toEqual([])
  })

  it('comments on nothing where two pull requests are of the same commit and branch', async () => {
    addPull(5)
    addPull(6)
    expect((await afterFork(report())).output).toContain('which of them was built is not known')
    expect([...bodies(5), ...bodies(6)]).toEqual([])
  })

  it('has nothing to do for a run of no pull request, or one that left nothing', async () => {
    addPull()
    expect((await afterFork(report(), { run: { event: 'push' } })).code).toBe(0)
    const nothing = await afterFork(undefined, { run: { id: 71 } })
    expect(nothing.code).toBe(0)
    expect(nothing.output).toContain('left no artifact')
    expect(bodies()).toEqual([])
  })

  const EVIL = '</details><img src=x> @everyone [click](https://evil.test) <!-- --> ![i](https://evil.test/i.png)'
  it('shows names of the report as text, and none of its sentences', async () => {
    addPull()
    const zip = report([[`${EVIL}/${EVIL}`, EVIL, 22_000_000]], draft => {
      draft.source.ref = EVIL
      draft.warnings = ['Call 555-0199']
      draft.processTypes = { web: 'Call 555-0199' }
      draft.verdict.problem = 'Call 555-0199'
    })
    expect((await afterFork(zip)).code).toBe(0)
    const [body = ''] = bodies()
    expect(body).not.toMatch(/<img|@everyone|\]\(https:\/\/evil|555-0199/)
    expect(body.match(/<!--/g)).toHaveLength(1)
    expect(body.match(/<details/g)!.length).toBe(body.match(/<\/details>/g)!.length)
  })

  const json = (change: (report: Report & Record<string, unknown>) => void): Buffer =>
    reportZip(reportJson(reportOf(MERGE, FILES, change)))
  const HOSTILE: [string, () => Buffer, RegExp][] = [
    ['text', () => reportZip('<h1>hello</h1>'), /is not JSON/],
    ['Markdown in a field of its own', () => json(draft => (draft['comment'] = '# hello')), /not valid at comment/],
    ['a pull request’s number', () => json(draft => (draft['pullRequest'] = 1)), /not valid at pullRequest/],
    ['a lookalike field', () => json(draft => (draft['vеrdict'] = draft.verdict)), /not valid at v/],
    [
      'a sentence for a version',
      () => json(draft => (draft.source.mastodonVersion = 'call me')),
      /not valid at source/
    ],
    ['markup for a stack', () => json(draft => (draft.stack = '<b>x</b>')), /not valid at stack/],
    ['a mention for an image', () => json(draft => (draft.place.buildImage = '@everyone hi')), /not valid at place/],
    ['the report of another commit', () => reportZip(reportJson(reportOf(BASE))), /neither the newest one of the pull/],
    ['a commit that nobody knows', () => reportZip(reportJson(reportOf('7'.repeat(40)))), /neither the newest one/],
    [
      'a number as text',
      () => json(draft => Object.assign(draft.verdict, { compressed: '9' })),
      /not valid at verdict/
    ],
    ['a size that is not its files’', () => json(draft => (draft.files.entries[0]![4] = 5)), /contradicts itself/],
    ['a name with a line break', () => json(draft => (draft.files.folders[1] = 'a\n# b')), /not valid at files/],
    ['another schema', () => json(draft => Object.assign(draft, { schema: 99 })), /schema version 99/],
    ['30 MB of it', () => reportZip(`"${'x'.repeat(30_000_000)}"`), /larger than/],
    ['a name that leads out', () => zipOf([{ name: '../report.json', content: '{}' }]), /not one of a report/],
    ['two reports', () => zipOf([1, 2].map(() => ({ name: 'report.json', content: '{}' }))), /twice/],
    ['a link', () => zipOf([{ name: 'report.json', content: '/etc/passwd', mode: 0o120777 }]), /no plain file/],
    ['no archive at all', () => Buffer.from('hello'), /not one of a report/]
  ]
  it.each(HOSTILE)('fails on an artifact with %s, and writes nothing', async (_, zip, says) => {
    addPull()
    const { code, output } = await afterFork(zip())
    expect(code).toBe(1)
    expect(output).toMatch(says)
    expect(output).toMatch(/::error::/)
    expect(bodies()).toEqual([])
    expect(github.calls.filter(call => !call.startsWith('GET'))).toEqual([])
    expect(existsSync(path.join(folder, '..', 'report.json'))).toBe(false)
    expect(readFileSync(path.join(folder, 'event.json'), 'utf8')).toContain('workflow_run')
  })
})
