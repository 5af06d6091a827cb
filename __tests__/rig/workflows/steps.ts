import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { type FakeRun } from '../../helpers/fake-repository.ts'
import { zipOf } from '../../helpers/zip.ts'
import { runAction, type ActionResult } from '../run-action.ts'
import { OWN_ACTION, type Event, type Stage } from './stage.ts'

/** A job that is being played. */
export interface Job {
  readonly stage: Stage
  readonly event: Event
  readonly run: FakeRun
  readonly workspace: string
  readonly temp: string
  readonly env: Readonly<Record<string, string>>
}

export interface StepResult {
  readonly code: number
  readonly output: string
  readonly outputs: Readonly<Record<string, string>>
  readonly action?: ActionResult
}

type Step = (job: Job, inputs: Readonly<Record<string, string>>) => Promise<StepResult>

const ROOT = path.join(import.meta.dirname, '..', '..', '..')

/** Our own action is the committed one; what others' actions do here is played. */
export const ACTIONS: Readonly<Record<string, Step>> = {
  [OWN_ACTION]: ownAction,
  'actions/checkout': checkout,
  'actions/upload-artifact': uploadArtifact,
  'actions/create-github-app-token': createAppToken
}

/** The runner fills in the defaults of action.yml. Addresses and the place of the build are the test's. */
async function ownAction({ stage, workspace, env }: Job, inputs: Readonly<Record<string, string>>) {
  const { heroku } = stage
  const action = parse(readFileSync(path.join(ROOT, 'action.yml'), 'utf8')) as {
    inputs: Record<string, { default?: string }>
  }
  const defaults = Object.entries(action.inputs).map(([name, { default: value = '' }]) => [name, value])
  const result = await runAction({
    inputs: {
      ...(Object.fromEntries(defaults) as Record<string, string>),
      'build-in': 'host',
      cache: path.join(stage.folder, 'cache'),
      'heroku-api-url': heroku.apiUrl,
      'heroku-data-url': heroku.dataUrl,
      'heroku-scheduler-url': heroku.schedulerUrl,
      ...stage.inputs,
      ...inputs
    },
    env,
    cwd: workspace
  })
  return { ...result, action: result }
}

/** The commit of the event, or `ref`; the whole history with `fetch-depth: 0`, else that commit alone. */
function checkout({ stage, event, workspace }: Job, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
  if (inputs['persist-credentials'] !== 'false')
    throw new Error('The checkout would keep the token for every later step')
  const ref = inputs['ref'] || event.ref
  const whole = inputs['fetch-depth'] === '0'
  const fetched = whole
    ? ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*', `+${ref}:refs/remotes/checkout`]
    : ['--depth=1', '--no-tags', `+${ref}:refs/remotes/checkout`]
  const script = `
    git init -q -b checkout . && git remote add origin "file://$ORIGIN"
    git fetch -q origin ${fetched.map(arg => `'${arg}'`).join(' ')}
    branch=$(echo '${ref}' | sed -n 's,^refs/heads/,,p')
    if [ -n "$branch" ]; then git checkout -q -B "$branch" refs/remotes/checkout; else git checkout -q --detach refs/remotes/checkout; fi`
  return bash(script, { ...HOME, ORIGIN: stage.origin }, workspace, ['-e'])
}

/** Files by their name alone, as upload-artifact puts those that lie in one folder. */
function uploadArtifact({ stage, run, workspace }: Job, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
  const files = inputs['path']!.split('\n')
    .map(line => path.join(workspace, line.trim()))
    .filter(file => existsSync(file) && file !== workspace)
  if (files.length === 0) return said('No files were found')
  const entries = files.map(file => ({ name: path.basename(file), content: readFileSync(file) }))
  stage.github.repository.addArtifact(run, zipOf(entries), { name: inputs['name'] })
  return said(files.join('\n'))
}

/** A token of the app, with the permissions that are asked for (actions/create-github-app-token: `permission-*`). */
function createAppToken({ stage }: Job, inputs: Readonly<Record<string, string>>): Promise<StepResult> {
  if (!inputs['client-id'] || !inputs['private-key']) throw new Error('client-id and private-key are required')
  const permissions = Object.entries(inputs).flatMap(([name, access]) =>
    name.startsWith('permission-') ? [[name.slice('permission-'.length), access as 'read' | 'write']] : []
  )
  const token = 'ghs_token-of-the-app'
  stage.github.allow(token, Object.fromEntries(permissions) as Record<string, 'read' | 'write'>, 'upgrades[bot]')
  return Promise.resolve({ code: 0, output: '', outputs: { token } })
}

function said(output: string): Promise<StepResult> {
  return Promise.resolve({ code: 0, output, outputs: {} })
}

const HOME = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null'
}

/** As the runner does: `bash -e` if no shell is named, with pipefail for `shell: bash` (docs.github.com: workflow syntax). */
export async function runScript(
  { workspace, temp, env }: Job,
  script: string,
  shell: string | undefined
): Promise<StepResult> {
  const files = { GITHUB_OUTPUT: path.join(temp, 'output'), GITHUB_STEP_SUMMARY: path.join(temp, 'summary') }
  for (const file of Object.values(files)) writeFileSync(file, '')
  const options = shell === 'bash' ? ['--noprofile', '--norc', '-e', '-o', 'pipefail'] : ['-e']
  const result = await bash(script, { ...HOME, ...env, ...files }, workspace, options)
  const lines = readFileSync(files.GITHUB_OUTPUT, 'utf8').matchAll(/^([\w-]+)=(.*)$/gm)
  return { ...result, outputs: Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value])) }
}

async function bash(script: string, env: Record<string, string>, cwd: string, options: string[]): Promise<StepResult> {
  const child = spawn('bash', [...options, '-c', script], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += String(chunk)))
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', status => resolve(status ?? 1))
  })
  return { code, output, outputs: {} }
}
