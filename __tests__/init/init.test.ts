import { describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { loadConfig } from '../../src/config/index.ts'
import { adviceFor, CONFIG, lacks, ours, proposeFiles, readFork, superseded, writeFiles } from '../../src/init/index.ts'
import { readWorkflow } from '../../src/init/workflow.ts'
import { readInputs } from '../../src/inputs/index.ts'
import { GitRepo, run } from '../helpers/git-repo.ts'
import { temp } from '../helpers/temp.ts'
import { UPSTREAM_WORKFLOWS } from '../helpers/upstream-workflows.ts'

const folder = path.join(import.meta.dirname, '..', '..', 'examples')
const EXAMPLES: ReadonlyMap<string, string> = new Map(
  readdirSync(folder)
    .filter(file => file.endsWith('.yml'))
    .map(file => [file, readFileSync(path.join(folder, file), 'utf8')])
)
const WORKFLOWS = [...EXAMPLES.keys()].filter(file => file.startsWith('heroku-') && file !== 'heroku-tasks.yml')
const ACTION = { repository: 'acme/mastodon-on-heroku', sha: 'c'.repeat(40), version: '1.2.3' }
const SEARCH_PATH = process.env['PATH']!

const VERSION_FILE = `module Mastodon\n  module Version\n    def major\n      4\n    end\n    def minor\n      6\n    end\n    def patch\n      5\n    end\n  end\nend\n`
const APP_JSON = {
  stack: 'heroku-24',
  buildpacks: [
    { url: 'https://github.com/heroku/heroku-buildpack-activestorage-preview' },
    { url: 'heroku/nodejs' },
    { url: 'heroku/ruby' }
  ]
}

/** As examples/ had it, in short. */
const OLD_REHEARSAL = `name: Heroku rehearsal
on: pull_request
jobs:
  rehearse:
    steps:
      - uses: acme/mastodon-on-heroku@${'d'.repeat(40)} # v0.1.0
        with:
          command: rehearse
`

/** A tree shaped like Mastodon's. */
function mastodon(files: Record<string, string> = {}, branch = 'main'): GitRepo {
  const repo = new GitRepo(path.join(temp(), 'fork'))
  repo.git('checkout', '-q', '-b', 'start')
  const all = {
    'lib/mastodon/version.rb': VERSION_FILE,
    'app.json': JSON.stringify(APP_JSON),
    ...Object.fromEntries(
      Object.entries(UPSTREAM_WORKFLOWS).map(([name, on]) => [`.github/workflows/${name}`, `name: ${name}\n${on}\n`])
    ),
    ...files
  }
  for (const [file, text] of Object.entries(all)) repo.write(file, text)
  repo.git('branch', '-M', branch)
  repo.commit()
  return repo
}

const readIt = (repo: GitRepo) => readFork(repo.path, run, SEARCH_PATH)
const wish = { action: ACTION, tasks: false, app: 'my-app', streamingApp: 'my-live' }

describe('a fork that is set up', () => {
  it('has the workflows, with this release by its hash, and a config that is read', async () => {
    const repo = mastodon()
    const fork = await readIt(repo)
    expect(fork).toMatchObject({ version: '4.6.5', branch: 'main', stack: 'heroku-24' })
    const files = proposeFiles(fork, EXAMPLES, wish)
    expect(files.map(({ path: file, state }) => [file, state])).toEqual([
      ...WORKFLOWS.map(file => [`.github/workflows/${file}`, 'new']),
      [CONFIG, 'new']
    ])
    writeFiles(fork, files)
    for (const file of WORKFLOWS) {
      const text = readFileSync(path.join(repo.path, '.github/workflows', file), 'utf8')
      expect(text).not.toMatch(/OWNER\/mastodon|@COMMIT/)
      // A fork does not have our pages.
      const pages = text.match(/\S*docs\/[\w-]+\.md/g) ?? []
      const blob = `https://github.com/acme/mastodon-on-heroku/blob/${ACTION.sha}/docs/`
      expect(pages.filter(page => !page.replace(/^\(/, '').startsWith(blob))).toEqual([])
      expect(pages.length).toBe((EXAMPLES.get(file)!.match(/docs\/[\w-]+\.md/g) ?? []).length)
      if (EXAMPLES.get(file)!.includes('@COMMIT'))
        expect(text).toContain(`uses: acme/mastodon-on-heroku@${ACTION.sha} # v1.2.3`)
    }
    const config = readFileSync(path.join(repo.path, CONFIG), 'utf8')
    expect(loadConfig(config, CONFIG)).toMatchObject({
      app: 'my-app',
      streamingApp: 'my-live',
      ffmpeg: 'auto',
      stack: undefined
    })
    expect(config).toContain('$schema=https://raw.githubusercontent.com/acme/mastodon-on-heroku/cccc')
    expect(config).toContain('Made for Mastodon 4.6.5')
    expect(config).toContain('# Here https://github.com/heroku/heroku-buildpack-activestorage-preview brings it.')
  })

  it('is the same when it is set up again, and what differs is left alone', async () => {
    const repo = mastodon()
    const plan = async () => proposeFiles(await readIt(repo), EXAMPLES, wish)
    writeFiles(await readIt(repo), await plan())
    expect(new Set((await plan()).map(({ state }) => state))).toEqual(new Set(['same']))
    repo.write('.github/workflows/heroku-deploy.yml', 'name: Mine\n')
    const again = await plan()
    expect(again.find(file => file.path.endsWith('heroku-deploy.yml'))).toMatchObject({ state: 'differs' })
    writeFiles(await readIt(repo), again)
    expect(readFileSync(path.join(repo.path, '.github/workflows/heroku-deploy.yml'), 'utf8')).toBe('name: Mine\n')
  })

  it('has no two workflows of one name, and none that writes over an inherited file', async () => {
    const fork = await readIt(mastodon({ '.github/workflows/own.yml': 'name: heroku DEPLOY\non: push\n' }))
    const files = proposeFiles(fork, EXAMPLES, wish)
    expect(files.find(file => file.path.endsWith('heroku-deploy.yml'))).toMatchObject({
      state: 'clashes',
      with: 'own.yml'
    })
    expect([...ours(files).keys()]).not.toContain('heroku-deploy.yml')
    for (const file of WORKFLOWS) expect(Object.keys(UPSTREAM_WORKFLOWS)).not.toContain(file)
  })

  it('follows its own branch, and what its app.json lacks is said in the config', async () => {
    const fork = await readIt(mastodon({ 'app.json': '{"addons": []}' }, 'heroku/live'))
    expect(fork).toMatchObject({ branch: 'heroku/live', buildpacks: [], stack: undefined, ffmpeg: undefined })
    const files = proposeFiles(fork, EXAMPLES, { action: ACTION, tasks: true })
    const text = (name: string): string => files.find(file => file.path.endsWith(name))!.text
    expect(text('heroku-slug-size.yml')).toContain('branches: ["heroku/live"]')
    expect(files.map(file => file.path)).toContain('.github/workflows/heroku-tasks.yml')
    const config = loadConfig(text('mastodon-on-heroku.yml'), CONFIG)
    expect(config).toMatchObject({
      app: undefined,
      stack: 'heroku-24',
      slug: { buildpacks: [{ buildpack: 'heroku/nodejs' }, { buildpack: 'heroku/ruby' }] }
    })
    expect(text('mastodon-on-heroku.yml')).toContain('no buildpack says that it brings ffmpeg')
  })

  it('has proposals in its config that say that they are, and only if app.json names none', async () => {
    const config = async (files: Record<string, string>): Promise<string> => {
      const repo = mastodon(files)
      if (files['app.json'] === '') repo.git('rm', '-qf', 'app.json')
      return proposeFiles(await readIt(repo), EXAMPLES, wish).at(-1)!.text
    }
    const none = await config({ 'app.json': '{}' })
    expect(none).toContain(
      'buildpacks: [heroku/nodejs, heroku/ruby] # a proposal, as app.json names none: compare it with `heroku buildpacks --app my-app`'
    )
    expect(none).toContain(
      'stack: heroku-24 # a proposal, as app.json names none: compare it with `heroku stack --app my-app`'
    )
    expect(await config({ 'app.json': '' })).toMatch(/buildpacks: \[.*\] # a proposal, as there is no app\.json:/)
    const texts = await config({
      'app.json': '\ufeff{"stack":"heroku-26","buildpacks":["git://github.com/a/b","heroku/ruby"]}'
    })
    expect(texts).toContain('#buildpacks: ["https://github.com/a/b", "heroku/ruby"] # app.json’s')
    expect(texts).toContain('#stack: heroku-26 # app.json’s')
    expect(texts).not.toContain('proposal')
  })

  it.each([
    ['a trailing comma', '{\n "buildpacks": [{ "url": "heroku/ruby" },]\n}', /^app\.json:2:41: this is not JSON/],
    ['a list that is none', '{\n "buildpacks": { "url": "heroku/ruby" }\n}', /^app\.json:2:16: `buildpacks` must be/],
    ['a stack that is none', '{ "stack": 24 }', /^app\.json:1:12: `stack` must be a text/],
    ['an address that cannot be', '{ "buildpacks": [{ "url": "ruby" }] }', /^app\.json:1:27: The buildpack "ruby"/]
  ])('is not set up over an app.json with %s', async (_, text, says) => {
    await expect(readIt(mastodon({ 'app.json': text }))).rejects.toThrow(says)
  })

  it('has the tasks that its version does not do by itself, switched on where GitHub runs them', async () => {
    const media = 'option :prune_profiles\noption :days\n    def remove\n    end\n'
    const fork = await readIt(mastodon({ 'lib/mastodon/cli/media.rb': media }))
    const config = (tasks: boolean): string => proposeFiles(fork, EXAMPLES, { ...wish, tasks }).at(-1)!.text
    const schedule = loadConfig(config(true), CONFIG).schedule
    expect(schedule).toMatchObject({ with: 'github-actions' })
    expect(schedule!.tasks.map(({ command }) => command)).toEqual([
      'bin/tootctl media remove --prune-profiles --days 30',
      'bin/tootctl media remove --days 7'
    ])
    expect(loadConfig(config(false), CONFIG).schedule).toBeUndefined()
    expect(config(false)).toContain('#    - { command: bin/tootctl media remove --days 7, every: day, at: "04:00" }')
  })

  it('hears what its own config, which stays, lacks of what was asked for, and nothing else', async () => {
    const repo = mastodon()
    const lacking = async (config: string, asked: Partial<typeof wish>): Promise<string[]> => {
      repo.write(CONFIG, config)
      return lacks(await readIt(repo), { tasks: false, ...asked })
    }
    expect(await lacking('#app: my-mastodon\n', {})).toEqual(['app: my-mastodon # the name of yours'])
    expect(await lacking('ffmpeg: auto\n', { app: 'my-app', streamingApp: 'my-live' })).toEqual([
      'app: my-app',
      'streaming-app: my-live'
    ])
    expect(await lacking('app: other\n', { app: 'my-app' })).toEqual(['app: my-app'])
    expect(await lacking('app: my-app\nstreaming-app: my-live\n', { app: 'my-app' })).toEqual([])
    const planned = proposeFiles(await readIt(repo), EXAMPLES, { ...wish, tasks: true }).at(-1)!.text
    expect(await lacking(planned, { ...wish, tasks: true })).toEqual([])
    const schedule = await lacking('app: my-app\n', { tasks: true })
    expect(loadConfig(schedule.join('\n'), CONFIG).schedule).toMatchObject({ with: 'github-actions' })
    const other = 'app: my-app\nschedule: { with: cron-to-go, tasks: [] }\n'
    expect(await lacking(other, { tasks: true })).toEqual(['schedule:', '  with: github-actions'])
    // Every command tells of it.
    expect(await lacking('app: [\n', { app: 'my-app' })).toEqual([])
  })

  it.each([
    ['has none', {}, undefined],
    ['has one of its own', { 'heroku-rehearse.yml': 'name: Mine\non: push\n' }, undefined],
    [
      'has it from 0.1.0, and the new one of the size',
      { 'heroku-rehearse.yml': OLD_REHEARSAL },
      /^\S+rehearse\.yml can go: /
    ],
    [
      'has both from 0.1.0',
      { 'heroku-rehearse.yml': OLD_REHEARSAL, 'heroku-slug-size.yml': OLD_REHEARSAL.replaceAll('rehearse', 'build') },
      /^\S+rehearse\.yml builds each pull request a second time.* remove both and run this again\. .* required check/
    ],
    [
      'has it, and one of the size that was changed and rehearses',
      {
        'heroku-rehearse.yml': OLD_REHEARSAL,
        'heroku-slug-size.yml': `# mine\n${EXAMPLES.get('heroku-slug-size.yml')}`
      },
      /can go: /
    ]
  ])('that %s hears what to do with the old rehearsal, which stays', async (_, workflows, says) => {
    const files = Object.entries(workflows).map(([file, text]) => [`.github/workflows/${file}`, text])
    const fork = await readIt(mastodon(Object.fromEntries(files) as Record<string, string>))
    const planned = proposeFiles(fork, EXAMPLES, wish)
    if (says === undefined) expect(superseded(fork, planned)).toBeUndefined()
    else expect(superseded(fork, planned)).toMatch(says)
    expect(planned.map(({ path: file }) => file)).not.toContain('.github/workflows/heroku-rehearse.yml')
  })

  it('of Mastodon 4.2 has ffmpeg from the Aptfile', async () => {
    const apt = { buildpacks: [{ url: 'https://github.com/heroku/heroku-buildpack-apt' }, { url: 'heroku/ruby' }] }
    const fork = await readIt(mastodon({ 'app.json': JSON.stringify(apt), Aptfile: 'ffmpeg\nlibxdamage1\n' }))
    expect(fork.ffmpeg).toBe('the Aptfile')
  })

  it.each([
    ['My_App', /^--app: expected the name of a Heroku app/],
    ['x\nrun: evil', /^--app: expected/]
  ])('gets no app %j', (app, says) => {
    const text = (name: string): string => (name === 'app' ? app : '')
    expect(() => readInputs('init', { text, called: name => `--${name}` })).toThrow(says)
  })

  it('is not written to through a link', async () => {
    const repo = mastodon()
    repo.git('rm', '-rqf', '.github')
    const outside = temp()
    symlinkSync(outside, path.join(repo.path, '.github'))
    const fork = await readIt(repo)
    expect(() => writeFiles(fork, proposeFiles(fork, EXAMPLES, wish))).toThrow(/could not be written/)
  })

  it.each([
    ['outside git', () => temp(), /is not in a checkout of git/],
    ['without a version', () => mastodon({ 'lib/mastodon/version.rb': '# none' }).path, /is not Mastodon/],
    ['of something else', () => new GitRepo(temp()).path, /is not Mastodon/]
  ])('is none %s', async (_, where, says) => {
    await expect(readFork(where(), run, SEARCH_PATH)).rejects.toThrow(says)
  })
})

describe('what is left to do', () => {
  const advice = async (repository?: string, tasks = false): Promise<string> => {
    const fork = await readIt(mastodon())
    const planned = ours(proposeFiles(fork, EXAMPLES, { ...wish, tasks }))
    return adviceFor(fork, { ours: planned, repository, app: 'my-app', action: ACTION })
  }

  it('names a key with an end, and each secret with its environment, in the fork and not upstream', async () => {
    const text = await advice('me/mastodon')
    expect(text).toMatch(/heroku authorizations:create .*of my-app" --scope \S+ --expires-in \d+/)
    expect(text).toContain(' --short | gh secret set HEROKU_API_KEY --env production --repo me/mastodon')
    expect(text).toContain('gh api --silent --method PUT repos/me/mastodon/environments/production ')
    expect(text).toContain("environments/production/deployment-branch-policies --raw-field 'name=heroku-*'")
    expect(text).not.toContain("environments/heroku-upgrade/deployment-branch-policies --raw-field 'name=heroku-*'")
    expect(text).toContain('gh pr create --repo me/mastodon --head heroku-setup')
    expect(text).not.toContain('OWNER/NAME')
    expect(await advice()).toContain('--repo OWNER/NAME')
  })

  it('is in an order that can be gone: what only the default branch’s workflows can do comes after the merge', async () => {
    const text = await advice('me/mastodon')
    const order = [
      'environments/production ',
      'gh secret set HEROKU_API_KEY',
      'gh repo edit me/mastodon --enable-issues',
      'gh pr create',
      'gh workflow enable',
      'gh workflow run',
      'git pull',
      'git tag',
      'environments/heroku-upgrade '
    ]
    const places = order.map(words => text.indexOf(words))
    expect(places).toEqual(places.toSorted((one, other) => one - other))
    expect(places).not.toContain(-1)
  })

  it('says what each key that can be done without is for, where it comes from, and where a page tells', async () => {
    const text = await advice('me/mastodon')
    const [, later = ''] = text.split('### 5. ')
    const optional = [...EXAMPLES.values()]
      .flatMap(example => readWorkflow(example).secrets)
      .filter(secret => secret.optional)
    expect(optional.length).toBeGreaterThan(1)
    for (const { name, environment } of optional) expect(later).toContain(`gh secret set ${name} --env ${environment} `)
    // A key of many lines does not go into a prompt.
    expect(later).toMatch(/gh secret set HEROKU_UPGRADE_KEY .* < NAME\.private-key\.pem$/m)
    expect(later).toContain('repos/me/mastodon/actions/variables --raw-field name=HEROKU_UPGRADE_CLIENT_ID ')
    const pages = [...later.matchAll(/blob\/c{40}\/(docs\/\S+\.md)/g)].map(([, page]) => page!)
    expect(pages.map(page => existsSync(path.join(folder, '..', page)))).toEqual(optional.map(() => true))
    expect(later).not.toContain('environments/production/')
  })

  it('says before a reviewer is added which workflows would wait for one', async () => {
    expect(await advice('me/x')).toMatch(/ Before that: `heroku-nightly.yml` uses it, too, .*`production-checks`/)
    expect(await advice('me/x', true)).toMatch(/ `heroku-nightly.yml` and `heroku-tasks.yml` use it, too, /)
  })

  it.each(['mastodon/mastodon', 'Mastodon/Mastodon', 'glitch-soc/mastodon'])(
    'is nothing to be done to %s: a usual clone has it as its origin',
    async repository => {
      const text = await advice(repository)
      expect(text).toContain(
        `remote \`origin\` is ${repository}, and no fork of yours. Make one first: \`gh repo fork --remote\``
      )
      expect(text.split(repository)).toHaveLength(2)
      expect(text).toContain('--repo OWNER/NAME')
    }
  )

  it('takes a branch’s name for no command', async () => {
    const fork = await readIt(mastodon({}, 'a;$(b)'))
    const planned = ours(proposeFiles(fork, EXAMPLES, wish))
    const text = adviceFor(fork, { ours: planned, repository: 'me/x', app: undefined, action: ACTION })
    expect(text).toContain("--raw-field 'name=a;$(b)'")
    expect(text).toContain("git switch 'a;$(b)' && git pull")
  })

  it('switches off what a deploy’s tag would start, and on what GitHub leaves off', async () => {
    const text = await advice('me/mastodon')
    expect(text.match(/gh workflow disable \S+/g)).toEqual(['gh workflow disable build-releases.yml'])
    const scheduled = WORKFLOWS.filter(file => EXAMPLES.get(file)!.includes('schedule:'))
    expect(text.match(/(?<=gh workflow enable )\S+/g)).toEqual(scheduled)
  })
})

describe('a workflow', () => {
  it.each([
    ['on: push', true],
    ['on: [push, pull_request]', true],
    ['on: { push: null }', true],
    ["on: { push: { branches: ['**'] } }", false],
    ["on: { push: { branches: [main], tags: ['v*'] } }", false],
    ["on: { push: { tags: ['**', '!heroku-*'] } }", false],
    ["on: { push: { tags-ignore: ['v*'] } }", true],
    ['on: pull_request', false],
    ['on: [', false],
    ['- a list', false],
    ['', false]
  ])('%j starts on a deploy’s tag: %j', (text, starts) => {
    expect(readWorkflow(text).startsOn('heroku-1')).toBe(starts)
  })

  it('tells its secrets, each with the job’s environment', () => {
    const text = `jobs:
  a: { environment: production, steps: [{ with: { key: '\${{ secrets.A_KEY }}', token: '\${{ secrets.GITHUB_TOKEN }}' } }] }
  b: { environment: { name: night }, steps: [{ env: { B: '\${{ secrets.A_KEY }}' } }] }
  c: { steps: [] }`
    expect(readWorkflow(text).secrets).toEqual([
      { name: 'A_KEY', environment: 'production', optional: false },
      { name: 'A_KEY', environment: 'night', optional: false }
    ])
  })
})
