import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import http from 'node:http'
import { type AddressInfo } from 'node:net'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { runChecks, type Finding, type PlannedUpgrade, type Result } from '../../src/checks/index.ts'
import { updates } from '../../src/checks/outside/updates.ts'
import { planVersion } from '../../src/commands/steps/check-upgrade.ts'
import { issueMarkdown, resultLine, summaryMarkdown } from '../../src/commands/steps/check-markdown.ts'
import { loadConfig } from '../../src/config/index.ts'
import { compareNight, memoryOf, NO_MEMORY } from '../../src/checks/index.ts'
import { type HerokuApp } from '../../src/heroku/index.ts'
import { type Clock, type Runtime } from '../../src/runtime/index.ts'
import { runCommand, systemClock } from '../../src/runtime/real.ts'
import { factsOf, surroundings } from '../checks/world.ts'
import { useInternet } from '../checks/outside/scene.ts'
import { TestClock } from '../helpers/clock.ts'
import { GitRepo } from '../helpers/git-repo.ts'
import { hangs, pages } from '../helpers/internet.ts'
import { running } from '../helpers/processes.ts'
import { lastingTemp, temp } from '../helpers/temp.ts'
import { FORK, VARS, versionFile } from '../mastodon/upgrade/fork.ts'

const internet = useInternet()
let upstream: GitRepo
let fork: GitRepo
let deployed: string
/** In place of Heroku's bucket with Rubies: has all of them. */
const rubies = http.createServer((_, response) => response.end())

function release(version: string, files: Readonly<Record<string, string>> = {}): void {
  for (const [file, content] of Object.entries(files)) upstream.write(file, content)
  upstream.write('lib/mastodon/version.rb', versionFile(version))
  upstream.commit(version)
  upstream.git('tag', `v${version}`)
}

/** What an enemy would put into a tree that is told of. */
const EVIL = '`|<img src=x> @everyone [a](http://evil.test) </details> #1 \u202e'

beforeAll(async () => {
  const root = lastingTemp()
  upstream = new GitRepo(path.join(root, 'upstream'))
  upstream.git('config', 'uploadpack.allowFilter', 'true')
  release('4.7.4', FORK)
  fork = GitRepo.clone(upstream.path, path.join(root, 'fork'))
  // Of its own: with upstream's it would be told that its web dyno has no worker.
  fork.write('Procfile', 'web: bin/mine\nworker: bundle exec sidekiq\n')
  deployed = fork.commit()
  release('4.7.6', {
    'db/migrate/20260601000000_add_key.rb': 'add_column :a, :key, :text',
    'db/post_migrate/20260702144128_migrate_local_account_keypairs.rb': 'drop_table :a\n',
    Procfile: 'web: theirs\n'
  })
  release('4.8.0', {
    'config/initializers/old.rb': "abort 'Unset it' if ENV['OLD_SWITCH']\nabort 'And it' if ENV['OLDER']\n"
  })
  release('4.9.0', {
    'db/migrate/20260801000000_evil.rb': `remove_column :a, :b # ${EVIL}\n`,
    [`config/initializers/${EVIL.replaceAll('/', '')}.rb`]: "abort 'x' if ENV['EVIL']\n",
    'config/initializers/evil.rb': `abort '${EVIL}' if ENV['EVIL']\n`
  })
  await new Promise<void>(resolve => rubies.listen(0, '127.0.0.1', resolve))
})
afterAll(() => void rubies.close())

interface Night {
  /** `version` and whether it is urgent. */
  readonly out?: readonly (readonly [string, boolean])[]
  readonly vars?: Readonly<Record<string, string>>
  /** Whether Heroku tells of the app. */
  readonly isAppTold?: boolean
  /** Whether Heroku does not answer for the add-ons alone. */
  readonly areAddonsSilent?: boolean
  readonly checkout?: string
  readonly runs?: { commit: string | undefined; version: string | undefined }
  readonly url?: string
  readonly searchPath?: string
  readonly clock?: Clock
}

/** The check of one night, as `command: check` runs it, and what is left of its folder. */
async function night({
  out = [['4.7.6', false]],
  vars = {},
  isAppTold = true,
  areAddonsSilent = false,
  checkout = fork.path,
  runs = { commit: deployed, version: '4.7.4' },
  url = `file://${upstream.path}`,
  searchPath = process.env['PATH']!,
  clock = systemClock
}: Night): Promise<{ result: Result; left: string[]; asked: number }> {
  const updatesAvailable = out.map(([version, urgent]) => ({ version, urgent, type: 'patch' }))
  internet.site('api.joinmastodon.org', (_, response) => response.end(JSON.stringify({ updatesAvailable })))
  internet.site('raw.githubusercontent.com', pages({ '/mastodon/mastodon/main/SECURITY.md': '| 4.7.0 | Yes |' }))
  internet.site('site.test', pages({ '/api/v2/instance': JSON.stringify({ version: '4.7.4', domain: 'site.test' }) }))
  const scratch = temp()
  const { port } = rubies.address() as AddressInfo
  const config = loadConfig(`slug:\n  env: { BUILDPACK_VENDOR_URL: 'http://127.0.0.1:${port}' }\n`, 'config.yml')
  const told = { info: { stack: { name: 'heroku-24' } }, release: { slug: { id: '1' } }, slug: { commit: deployed } }
  const formation = ['web', 'worker'].map(type => ({ type, quantity: 1, size: 'Basic' }))
  const facts = factsOf((isAppTold ? { ...told, formation } : {}) as unknown as Parameters<typeof factsOf>[0])
  let asked = 0
  const around = surroundings({
    configVars: {},
    instance: { url: 'https://site.test/' },
    deployed: () => Promise.resolve(runs),
    network: internet.network(),
    clock
  })
  const upgrade = (from: string, to: string, signal: AbortSignal): Promise<PlannedUpgrade> => {
    asked++
    const inputs = { path: checkout, herokuDataUrl: 'http://127.0.0.1:1', herokuApiKey: undefined }
    const runtime = { run: runCommand, log: around.log, clock, signal, scratch } as Runtime
    const sources = {
      config: { ...config, streamingApp: 'live' },
      app: {
        name: 'main',
        addons: () => (areAddonsSilent ? new Promise<never>(() => {}) : Promise.resolve([]))
      } as unknown as HerokuApp,
      facts,
      configVars: { ...VARS, ...vars },
      streaming: {
        name: 'live',
        configVars: () =>
          Promise.resolve({ ...VARS, NODE_ENV: 'production', RUN_STREAMING: 'true', PGSSLMODE: 'no-verify' })
      },
      deployed: around.deployed,
      upstream: url
    }
    return planVersion(inputs, sources, from, to, { searchPath, proxyEnvironment: {} }, runtime)
  }
  const [result] = await runChecks([updates], { ...around, job: { ...around.job, upgrade } })
  return { result: result!, left: readdirSync(scratch), asked }
}

/** The time that the add-ons have is over at once. */
const withoutAddons: Clock = {
  ...systemClock,
  now: () => systemClock.now(),
  after: (wait, then) => systemClock.after(wait === 4_000 ? 0 : wait, then)
}

const first = ({ findings }: Result): Finding => findings[0]!

describe('the upgrade plan of the check `updates`', () => {
  it.each<[string, Night, string, (string | RegExp)[]]>([
    ['is none where nothing is newer', { out: [] }, 'ok', []],
    [
      'of a patch tells its migrations, and what stands against it',
      {},
      'warn',
      [
        "The upgrade: 2 migrations, 1 after deployment, one moves every account's keys",
        /^Warning: The code of now cannot run on the database after this upgrade, .* \(no-way-back\)$/
      ]
    ],
    [
      'of an urgent one is of the newest of the line',
      {
        out: [
          ['4.7.5', true],
          ['4.8.0', false],
          ['4.7.6', false]
        ]
      },
      'fail',
      ["The upgrade: 2 migrations, 1 after deployment, one moves every account's keys", /no-way-back/]
    ],
    [
      'tells first what stops it',
      { out: [['4.8.0', false]], vars: { OLD_SWITCH: '1', OLDER: '1' } },
      'ok',
      [
        /^The upgrade: 2 migrations/,
        'Stops it: main has OLDER; with it this version stops as it boots (config/initializers/old.rb:2) (forbidden-config)',
        'Stops it: main has OLD_SWITCH; with it this version stops as it boots (config/initializers/old.rb:1) (forbidden-config)',
        /no-way-back/
      ]
    ],
    [
      'only names what is so today already',
      { vars: { SMTP_SERVER: '', S3_ALIAS_HOST: '' } },
      'warn',
      [/^The upgrade: 2 migrations/, /no-way-back/, 'Warnings that have nothing to do with it: csp-media-host, smtp']
    ],
    [
      'is of the trees alone where Heroku does not tell of the app',
      { isAppTold: false, vars: { OLD_SWITCH: '1' }, out: [['4.8.0', false]] },
      'ok',
      [
        /^The upgrade: 2 migrations/,
        /no-way-back/,
        'Heroku did not tell enough of the app: this is what the trees alone can tell'
      ]
    ],
    [
      'asks the app also where its add-ons cannot be had',
      { clock: withoutAddons, areAddonsSilent: true, vars: { OLD_SWITCH: '1' }, out: [['4.8.0', false]] },
      'ok',
      [/^The upgrade: 2 migrations/, /^Stops it: main has OLD_SWITCH/, /no-way-back/]
    ],
    [
      'starts from the checked-out commit where that is of the version that runs',
      { runs: { commit: '1'.repeat(40), version: undefined } },
      'warn',
      [/^The upgrade: 2 migrations/, /no-way-back/]
    ],
    [
      'is not made of another version than the one that runs',
      { runs: { commit: undefined, version: '4.7.3' } },
      'warn',
      [
        'No upgrade plan could be made: the checkout does not have the commit that runs, and what is checked out is of 4.7.4'
      ]
    ],
    [
      'is not made where there is no such tag',
      { out: [['4.7.9', true]] },
      'fail',
      [/^No upgrade plan could be made: .*\/upstream has no commit with the tag v4\.7\.9$/]
    ],
    [
      'is not made where upstream cannot be reached',
      { url: 'http://127.0.0.1:1/x', out: [['4.7.6', true]] },
      'fail',
      [/^No upgrade plan could be made: 127\.0\.0\.1:1\/x could not be fetched from: fatal: unable to access/]
    ],
    ['is not made without git', { searchPath: '/nonexistent' }, 'warn', [/^No upgrade plan could be made: .*git/]],
    [
      'is not made without a checkout',
      { checkout: '/nonexistent', runs: { commit: undefined, version: '4.7.4' } },
      'warn',
      ['No upgrade plan could be made: /nonexistent is not a git checkout: it does not exist']
    ]
  ])('%s', async (_, given, level, expected) => {
    const { result, left, asked } = await night(given)
    const { level: said, more = [], upgrade, remedy = '' } = first(result)
    expect({ said, more }).toEqual({
      said: level,
      more: expected.map(line => (typeof line === 'string' ? line : (expect.stringMatching(line) as unknown)))
    })
    expect(asked).toBe(expected.length === 0 ? 0 : 1)
    expect(upgrade === undefined).toBe(expected.length === 0 || /^No upgrade plan/.test(more[0]!))
    if (upgrade) expect(remedy).toMatch(/^Read the release notes, and the plan in the summary of the run;.* merge `v4/)
    else if (more.length > 0) expect(remedy).toMatch(/`command: plan` with `ref: v4/)
    expect(left).toEqual([])
    // The finding of the line's support is there whatever became of the plan.
    expect(result.findings[1]?.about).toBe('support')
  })

  it('is given up in time where upstream hangs: the check says what it knows, and git is gone', async () => {
    const server = http.createServer(hangs)
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`
    const clock = new TestClock()
    let done: Awaited<ReturnType<typeof night>> | undefined
    let isAsked = false
    server.on('request', () => (isAsked = true))
    void night({ url, clock, out: [['4.7.6', true]] }).then(told => (done = told))
    while (!done) {
      await new Promise(resolve => setTimeout(resolve, 10))
      if (isAsked) clock.pass(1_000)
    }
    expect(first(done.result)).toMatchObject({
      level: 'fail',
      text: '4.7.6 mends a security hole of 4.7.4, which runs',
      more: ['No upgrade plan could be made: it was not done within 15 s']
    })
    expect(done.result.took).toBe(15_000)
    while (running(url).length > 0) await new Promise(resolve => setTimeout(resolve, 10))
    server.closeAllConnections()
    server.close()
  })
})

describe('what is told of it', () => {
  const told = async (given: Night): Promise<Record<'log' | 'summary' | 'issue', string>> => {
    const { result } = await night(given)
    return tell(result)
  }
  const tell = (result: Result): Record<'log' | 'summary' | 'issue', string> => ({
    log: resultLine(result).join('\n'),
    summary: summaryMarkdown([result], { app: 'main' }),
    issue: issueMarkdown(compareNight([result], NO_MEMORY, 0), [result], { app: 'main' }, 60_000)
  })

  it('in short in log, table and issue; whole, and folded, in the summary', async () => {
    const { log, summary, issue } = await told({})
    expect(log).toMatch(/^warn {5}updates: 4\.7\.6 is newer.*\n {11}The upgrade: 2 migrations.*\n {11}Warning: /)
    expect(issue).toMatch(
      /\n\n- The upgrade: 2 migrations, [^\n]*\n- Warning: [^\n]*\n\n\*\*To do:\*\* Read the release notes, and the plan/
    )
    expect(summary).toMatch(/<br>– The upgrade: 2 migrations/)
    expect(summary).toContain('<details><summary>The upgrade plan: from 4.7.4 to 4.7.6</summary>')
    expect(summary).toContain(`compared with what \`main\` runs (\`${deployed.slice(0, 8)}\`)`)
    expect(summary).toContain('Your fork and this version have both changed `Procfile`: a merge may stop there.')
    expect(summary).toMatch(/\| `20260702144128` \| `migrate_local_account_keypairs` \| after \|/)
    // The fork's own Procfile counts: upstream's has no worker.
    expect(summary).not.toContain('no-worker')
  })

  it('says where it does not start from what runs, and where the app was not asked', async () => {
    const { summary } = await told({ runs: { commit: undefined, version: '4.7.4' }, isAppTold: false })
    expect(summary).toContain(
      `what is compared is the checked-out \`${deployed.slice(0, 8)}\`, of the same version. Heroku did not tell enough of the app`
    )
    expect(summary).not.toContain('compared with what `main` runs')
  })

  it('with nothing in it that acts, whatever stands in the tree', async () => {
    const { log, summary, issue } = await told({ out: [['4.9.0', true]], vars: { EVIL: '1' } })
    for (const text of [summary, issue]) {
      expect(text).toContain('img src=x')
      expect(text).not.toMatch(/<img|@everyone|\]\(http:|\u202e|#1\b/)
    }
    expect(summary.split('<details>').length).toBe(summary.split('</details>').length)
    expect(log).toContain('Stops it: main has EVIL')
    expect(log).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u)
  })

  it('in the same words over nights, in whatever order a plan has its parts', async () => {
    const { result } = await night({ out: [['4.8.0', true]], vars: { OLD_SWITCH: '1', OLDER: '1' } })
    const { upgrade } = first(result)
    const { plan } = upgrade!
    const turned = {
      ...plan,
      migrations: plan.migrations.toReversed(),
      steps: plan.steps.toReversed(),
      findings: plan.findings.toReversed()
    }
    internet.clear()
    const updatesAvailable = [{ version: '4.8.0', urgent: true, type: 'minor' }]
    internet.site('api.joinmastodon.org', (_, response) => response.end(JSON.stringify({ updatesAvailable })))
    internet.site('raw.githubusercontent.com', pages({ '/mastodon/mastodon/main/SECURITY.md': '| 4.7.0 | Yes |' }))
    const around = surroundings({ network: internet.network(), clock: systemClock })
    const [next] = await runChecks([updates], {
      ...around,
      deployed: () => Promise.resolve({ commit: deployed, version: '4.7.4' }),
      job: { ...around.job, upgrade: () => Promise.resolve({ ...upgrade!, plan: turned }) }
    })
    const memory = memoryOf(compareNight([result], NO_MEMORY, 0))
    const text = (of: Result): string =>
      issueMarkdown(compareNight([of], memory, 86_400_000), [of], { app: 'main' }, 60_000)
    expect(first(next!).upgrade!.plan.findings).not.toEqual(plan.findings)
    expect(text(next!)).toBe(text(result))
  })
})
