import { describe, expect, it } from '@jest/globals'
import {
  type BuildReport,
  type Check,
  type NightlyBuild,
  type GithubRepository,
  type Tasks
} from '../../../src/checks/index.ts'
import { actionVersion } from '../../../src/checks/inside/action-version.ts'
import { githubSchedule } from '../../../src/checks/inside/github-schedule.ts'
import { herokuKey } from '../../../src/checks/inside/heroku-key.ts'
import { nightlyBuild } from '../../../src/checks/inside/nightly-build.ts'
import { scheduledTasks } from '../../../src/checks/inside/scheduled-tasks.ts'
import { HerokuError } from '../../../src/heroku/index.ts'
import { givenOf, lines, look } from '../world.ts'

/** Of the handed-in clock: 2027-01-15. */
const NOW = 1_800_000_000_000
const DAY = 86_400_000

function table(
  check: Check,
  rows: Readonly<Record<string, readonly [Parameters<typeof givenOf>[0], readonly string[]]>>
): void {
  describe(check.name, () => {
    it.each(Object.entries(rows))('%s', async (_, [given, expected]) => {
      const findings = await look(check, { job: givenOf(given) })
      expect(lines(findings)).toEqual(expected)
      for (const { level, remedy } of findings) if (level === 'warn' || level === 'fail') expect(remedy).toBeTruthy()
    })
  })
}

table(herokuKey, {
  lasts: [{ key: { seconds: 90.5 * 86_400, alike: 1 } }, ['ok (90 days): The key works for 90 days more']],
  'has no end': [{ key: { seconds: undefined, alike: 1 } }, ['ok: The key works, and has no end']],
  'may not say when': [{ key: undefined }, ['unknown: The key works; when it ends it may not say']],
  'expires soon': [{ key: { seconds: 29 * 86_400, alike: 1 } }, ['warn (29 days): The key works for 29 days more']],
  'is one of two': [
    { key: { seconds: 29 * 86_400, alike: 2 } },
    [
      'warn (29 days): The key works for 29 days more, or longer: 2 keys of the account look like it, and this one ends first'
    ]
  ],
  'cannot be seen': [{}, ['unknown: It could not look: nobody hands in key']]
})

it('heroku-key: is no key any more, also where config vars cannot be read', async () => {
  const details = { method: 'GET', path: '/account', outcome: 'refused', reason: 'no' } as const
  const refused = (status: number) => () => Promise.reject(new HerokuError({ ...details, status }))
  const given = { ...givenOf(), key: refused(401) }
  expect(lines(await look(herokuKey, { job: given, noConfig: new Error('refused') }))).toEqual([
    'fail: Heroku does not take the key: it is wrong, expired or revoked. No deploy will go through'
  ])
  expect(lines(await look(herokuKey, { job: { ...given, key: refused(503) } }))[0]).toMatch(/^unknown: .*503/)
})

const repository = (more: Partial<GithubRepository>): { repository: GithubRepository } => ({
  repository: { isPrivate: false, pushedAt: NOW - 3 * DAY, off: [], action: undefined, ...more }
})
table(githubSchedule, {
  'is alive': [repository({}), ['ok idle (3 days): The last push to this repository was 3 days ago']],
  'is private': [repository({ isPrivate: true, pushedAt: 0 }), []],
  'is outside GitHub': [{ repository: undefined }, []],
  'is about to be switched off': [
    repository({ pushedAt: NOW - 50 * DAY }),
    [
      'warn idle (50 days): The last push to this repository was 50 days ago; after 60 GitHub switches these checks off without a word'
    ]
  ],
  'is off': [
    repository({
      off: [
        { name: 'Tasks', path: '.github/workflows/heroku-tasks.yml', why: 'fork' },
        { name: 'Upstream', path: '.github/workflows/build-nightly.yml', why: 'fork' },
        { name: 'Old', path: '.github/workflows/old.yml', why: 'inactivity' }
      ]
    }),
    [
      'ok idle (3 days): The last push to this repository was 3 days ago',
      'warn off-heroku-tasks.yml: GitHub has switched off the workflow Tasks (as in every new fork)',
      'warn off-old.yml: GitHub has switched off the workflow Old (for inactivity)'
    ]
  ],
  'cannot be seen': [{}, ['unknown: It could not look: nobody hands in repository']]
})

const action = (newest: string, days: number) =>
  repository({ action: { running: '1.2.0', newest, publishedAt: NOW - days * DAY } })
table(actionVersion, {
  'is the newest': [action('v1.2.0', 90), ['ok (1.2.0): 1.2.0 is the newest']],
  'is nearly the newest': [action('v1.3.0', 2), ['ok (1.2.0): 1.2.0 runs; v1.3.0 came out on 2027-01-13']],
  'is old': [action('v1.10.0', 20), ['warn (1.2.0): 1.2.0 runs; v1.10.0 came out on 2026-12-26']],
  'is of this repository': [repository({}), []],
  'cannot be seen': [{}, ['unknown: It could not look: nobody hands in repository']]
})

const report = (more: Partial<BuildReport> = {}): BuildReport => ({
  commit: 'a'.repeat(40),
  compressed: 250e6,
  limit: 300e6,
  withinLimit: true,
  problem: undefined,
  buildpacks: [
    { name: 'heroku/nodejs', sha256: '1' },
    { name: 'heroku/ruby', sha256: '2' }
  ],
  ...more
})
const build = (more: Partial<NightlyBuild>): { build: NightlyBuild } => ({
  build: { failedJobs: [], report: report(), deployed: undefined, ...more }
})
const GOOD = 'ok (83 %): The build makes a slug of 250.0 MB of 300.0 MB'
table(nightlyBuild, {
  passes: [build({}), [GOOD]],
  'passes with the same buildpacks': [
    build({ deployed: report({ commit: 'b'.repeat(40) }) }),
    [GOOD, 'ok buildpacks (0 changed): No buildpack has changed since bbbbbbb was built, which runs']
  ],
  'passes with other buildpacks': [
    build({ deployed: report({ buildpacks: [{ name: 'heroku/ruby', sha256: '9' }] }) }),
    [
      GOOD,
      'ok buildpacks (2 changed): 2 buildpacks changed since aaaaaaa was built, which runs: heroku/nodejs, heroku/ruby; the build with them passed'
    ]
  ],
  'is too large': [
    build({ report: report({ compressed: 310e6, withinLimit: false }) }),
    ['fail (103 %): The build makes a slug of 310.0 MB of 300.0 MB: the next deploy would be refused']
  ],
  'is no good': [
    build({ report: report({ problem: 'ffmpeg does not start' }) }),
    ['fail (83 %): The build is no good: ffmpeg does not start']
  ],
  failed: [
    build({ report: undefined, failedJobs: ['build'] }),
    ['fail: The build failed (build): the next deploy would, too']
  ],
  'passes, and what comes after fails': [
    build({ failedJobs: ['rehearse'] }),
    [GOOD, 'warn jobs (1): The build made a slug, and other jobs of this run failed: rehearse']
  ],
  'left nothing': [
    build({ report: undefined }),
    ['unknown: It could not look: this run has made no report of a build']
  ],
  'is none': [{ build: undefined }, []],
  'cannot be seen': [{}, ['unknown: It could not look: nobody hands in build']]
})

const tasks = (more: Partial<Tasks>): { tasks: Tasks } => ({
  tasks: { wanted: 2, drift: [], late: [], dead: [], ...more }
})
table(scheduledTasks, {
  'are as wanted, with one of somebody': [
    tasks({ drift: [{ kind: 'unknown', command: 'mine', text: 'is there' }] }),
    ['ok drift (2): 2 tasks as the config wants them']
  ],
  'have drifted, and were late': [
    tasks({
      drift: [{ kind: 'missing', command: 'bin/tootctl media remove', text: 'is not scheduled; it is to run daily' }],
      late: [{ command: 'b', text: 'failed at 3' }]
    }),
    [
      'warn drift (1 of 2): The scheduled tasks are not those of the config: `bin/tootctl media remove` is not scheduled; it is to run daily',
      'warn late (1): Tasks did not run as they should: `b` failed at 3'
    ]
  ],
  'end with an error': [
    tasks({ dead: [{ command: 'sh -c "rake mastodon:daily"', text: 'this version has no `rake mastodon:daily`' }] }),
    [
      'ok drift (2): 2 tasks as the config wants them',
      'warn dead (1): Tasks end with an error in the checked-out commit: `sh -c "rake mastodon:daily"`: this version has no `rake mastodon:daily`'
    ]
  ],
  'are not in the config': [{ tasks: undefined }, []],
  'cannot be seen': [{}, ['unknown: It could not look: nobody hands in tasks']]
})
