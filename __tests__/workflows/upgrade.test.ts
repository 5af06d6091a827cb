import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { appendFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { commitAll, git, makeSampleFork } from '../rig/sample-fork.ts'
import { play, type PlayedJob } from '../rig/workflows/player.ts'
import { type Stage } from '../rig/workflows/stage.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { hasGithubCli, leadGithubCli } from '../helpers/github-cli.ts'
import { openHeroku } from '../helpers/local-heroku.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { setUp } from './set-up.ts'

const UPSTREAM = 'https://github.com/mastodon/mastodon'
const BOT = 'github-actions[bot]'

let heroku: LocalHeroku
let stage: Stage
let upstream: string
let closeCli: () => Promise<void>

beforeEach(async () => {
  ;({ heroku } = await openHeroku())
  const folder = lastingTemp()
  const fork = path.join(folder, 'fork')
  upstream = path.join(folder, 'upstream')
  makeSampleFork(upstream)
  git(upstream, 'tag', 'v4.7.0')
  git(folder, 'clone', '-q', upstream, fork)
  writeFileSync(path.join(fork, 'own.md'), 'ours\n')
  commitAll(fork, 'Our change')
  stage = await setUp(fork, heroku)
  const cli = await leadGithubCli(folder, stage.github.url)
  closeCli = cli.close
  stage.env = {
    ...cli.env,
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `url.file://${upstream}.insteadOf`,
    GIT_CONFIG_VALUE_0: UPSTREAM
  }
})
afterEach(async () => {
  await closeCli()
  await stage.close()
  await heroku.close()
})

/** A version of upstream's; `file` is changed in it. */
function release(tag: string, file = 'lib/mastodon/version.rb'): void {
  appendFileSync(path.join(upstream, file), `# ${tag}\n`)
  commitAll(upstream, `Bump version to ${tag}`)
  git(upstream, 'tag', tag)
}

function withApp(): void {
  stage.vars = { HEROKU_UPGRADE_CLIENT_ID: 'Iv1.0123' }
  stage.secrets = { HEROKU_UPGRADE_KEY: 'a private key' }
}

async function night(inputs: Record<string, string> = {}): Promise<PlayedJob> {
  const { jobs } = await play('heroku-upgrade.yml', stage, stage.onMain('schedule', inputs))
  const job = jobs['upgrade']!
  expect(job.steps.filter(({ outcome }) => outcome === 'failure').map(({ output }) => output)).toEqual([])
  return job
}

const pulls = () => stage.github.repository.pulls.map(({ head, base, title }) => `${title}: ${head.ref} → ${base.ref}`)
const issues = () => stage.github.issues.all.map(({ title, state }) => `${title}: ${state}`)
const has = (branch: string, tag: string): boolean => {
  git(stage.origin, 'fetch', '-q', upstream, 'tag', tag)
  return git(stage.origin, 'merge-base', branch, tag) === stage.sha(tag)
}

describeOrSkip('heroku-upgrade.yml', hasGithubCli ? undefined : 'GitHub’s CLI gh is not installed', () => {
  it('has nothing to say while there is nothing newer in the line', async () => {
    release('v4.8.0')
    release('v4.7.1-rc.1')
    await night()
    expect(stage.github.calls).toEqual(['GET ', 'GET /issues'])
  })

  it('opens one pull request, tells the next version in it, and keeps what was added there', async () => {
    withApp()
    release('v4.7.2')
    release('v4.7.10')
    const { used } = await night()
    expect(used).toEqual(['issues: read'])
    expect(pulls()).toEqual(['Upgrade to Mastodon v4.7.10: heroku-upgrade/4.7 → main'])
    expect(stage.github.repository.pulls[0]!.body).toContain(
      `Merges [Mastodon v4.7.10](${UPSTREAM}/releases/tag/v4.7.10)`
    )
    expect(stage.github.repository.pulls[0]!.body).toContain('### This upgrade: ')
    expect(has('heroku-upgrade/4.7', 'v4.7.10')).toBe(true)
    expect(git(stage.origin, 'log', '-1', '--format=%s', 'heroku-upgrade/4.7')).toBe('Merge Mastodon v4.7.10')
    expect(has('main', 'v4.7.10')).toBe(false)

    await night()
    expect(stage.github.calls.filter(call => !call.startsWith('GET'))).toEqual(['POST /pulls'])

    git(stage.origin, 'checkout', '-q', 'heroku-upgrade/4.7')
    writeFileSync(path.join(stage.origin, 'mended.md'), 'by hand\n')
    commitAll(stage.origin, 'Mended by hand')
    git(stage.origin, 'checkout', '-q', 'main')
    release('v4.7.11')
    await night()
    expect(pulls()).toEqual(['Upgrade to Mastodon v4.7.11: heroku-upgrade/4.7 → main'])
    expect(git(stage.origin, 'log', '--format=%s', 'heroku-upgrade/4.7')).toMatch(
      /Merge Mastodon v4.7.11[^]*Mended by hand/
    )
    expect(issues()).toEqual([])
  })

  it('follows a wider line where it is told to', async () => {
    withApp()
    release('v4.7.1')
    release('v4.8.0')
    stage.vars['HEROKU_UPGRADE_LINE'] = '4'
    await night()
    expect(pulls()).toEqual(['Upgrade to Mastodon v4.8.0: heroku-upgrade/4 → main'])
  })

  it('without an app: one issue, changed in place, closed when the branch has the version', async () => {
    release('v4.7.1')
    const { granted, used } = await night()
    expect(used).toEqual(['issues: read', 'issues: write'])
    expect(granted).toEqual(['contents: read', 'issues: write'])
    release('v4.7.2')
    await night()
    expect(issues()).toEqual(['Upgrade to Mastodon v4.7.2: open'])
    expect(stage.github.issues.all[0]).toMatchObject({ login: BOT, body: expect.stringContaining('Nothing conflicts') })

    git(stage.origin, 'pull', '-q', '--no-rebase', '--no-edit', upstream, 'v4.7.2')
    await night()
    expect(issues()).toEqual(['Upgrade to Mastodon v4.7.2: closed'])
    expect(pulls()).toEqual([])
  })

  it('says which files conflict, with an app, too', async () => {
    withApp()
    release('v4.7.1', 'Procfile')
    appendFileSync(path.join(stage.origin, 'Procfile'), 'clock: ours\n')
    commitAll(stage.origin, 'A clock')
    await night()
    expect(pulls()).toEqual([])
    expect(stage.github.issues.all[0]!.body).toMatch(/These files conflict:\n\n {4}Procfile\n/)
  })

  it('is not red where issues are off, as in a new fork: the run says it, and its summary what it means', async () => {
    stage.github.repository.hasIssues = false
    await night()
    release('v4.7.1')
    const { steps } = await night()
    const told = steps.find(({ name }) => name === 'Tell it in an issue')!
    expect(told.output).toMatch(/^::warning::Mastodon v4.7.1 is out; .*Settings → General → Features/m)
    expect(stage.github.calls.filter(call => call.includes('issues'))).toEqual([])
    expect(issues()).toEqual([])
  })

  it('is red where no version of Mastodon is in the branch', async () => {
    git(upstream, 'tag', '-d', 'v4.7.0')
    release('v4.7.1')
    const { jobs } = await play('heroku-upgrade.yml', stage, stage.onMain('schedule'))
    expect(jobs['upgrade']!.result).toBe('failure')
    expect(jobs['upgrade']!.steps[1]!.output).toMatch(/::error::No version of Mastodon is in this branch/)
  })
})
