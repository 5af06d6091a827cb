import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { type FakeRun } from '../../helpers/fake-repository.ts'
import { type ActionResult } from '../run-action.ts'
import { fill, holds, shown, type Contexts } from './expressions.ts'
import { type Event, type Stage } from './stage.ts'
import { ACTIONS, runScript, type Job, type StepResult } from './steps.ts'

interface StepText {
  readonly id?: string
  readonly name?: string
  readonly if?: unknown
  readonly uses?: string
  readonly run?: string
  readonly shell?: string
  readonly 'continue-on-error'?: boolean
  readonly with?: Record<string, unknown>
  readonly env?: Record<string, unknown>
}

interface JobText {
  readonly if?: unknown
  readonly needs?: string | string[]
  readonly environment?: unknown
  readonly permissions?: Record<string, 'read' | 'write'>
  readonly services?: Record<string, { image: unknown; ports: string[] }>
  readonly env?: Record<string, unknown>
  readonly steps: readonly StepText[]
}

interface WorkflowText {
  readonly name: string
  readonly env?: Record<string, unknown>
  readonly jobs: Record<string, JobText>
}

export interface PlayedStep extends StepResult {
  readonly name: string
  readonly outcome: 'success' | 'failure' | 'skipped'
  /** What our action left. */
  readonly action?: ActionResult
}

export interface PlayedJob {
  readonly result: 'success' | 'failure' | 'skipped'
  readonly steps: readonly PlayedStep[]
  /** Permissions that its token had, and those that a request has needed. */
  readonly granted: readonly string[]
  readonly used: readonly string[]
}

export interface Played {
  readonly run: FakeRun
  readonly jobs: Readonly<Record<string, PlayedJob>>
}

/**
 * Plays a workflow of the fork as GitHub would run it: the file of the commit that counts, job after job, step after step,
 * with nothing but what it grants.
 */
export async function play(file: string, stage: Stage, event: Event): Promise<Played> {
  const workflow = parse(stage.workflow(file, event)) as WorkflowText
  const run = stage.newRun(event)
  const jobs: Record<string, PlayedJob> = {}
  for (const [id, job] of Object.entries(workflow.jobs)) {
    for (const needed of needsOf(job)) if (!jobs[needed]) throw new Error(`${id} stands before ${needed}`)
    jobs[id] = await playJob({ job, workflow, stage, event, run, before: jobs })
  }
  return { run, jobs }
}

function needsOf({ needs = [] }: JobText): string[] {
  return [needs].flat()
}

interface ToPlay {
  readonly job: JobText
  readonly workflow: WorkflowText
  readonly stage: Stage
  readonly event: Event
  readonly run: FakeRun
  readonly before: Readonly<Record<string, PlayedJob>>
}

async function playJob(of: ToPlay): Promise<PlayedJob> {
  const { job, workflow, stage, event, before } = of
  const needs = Object.fromEntries(needsOf(job).map(name => [name, { result: before[name]!.result, outputs: {} }]))
  const failed = Object.values(needs).some(({ result }) => result !== 'success')
  const token = `ghs_${randomBytes(12).toString('hex')}`
  const contexts = { ...contextsOf(of, token), needs }
  if (!holds(job.if, contexts, { failed })) return { result: 'skipped', steps: [], granted: [], used: [] }

  const environment = environmentOf(job, contexts)
  if (!stage.github.settings.mayDeploy(environment, event.ref)) {
    const output = `${event.ref} is not allowed to deploy to ${environment} due to environment protection rules.`
    const step: PlayedStep = { name: 'environment', outcome: 'failure', code: 1, output, outputs: {} }
    return { result: 'failure', steps: [step], granted: [], used: [] }
  }

  const permissions = Object.fromEntries(
    Object.entries(job.permissions ?? {}).map(([name, access]) => [name, event.foreign ? 'read' : access])
  )
  stage.github.allow(token, permissions)
  const env = { ...filled(workflow.env, contexts), ...filled(job.env, contexts) }
  const folder = mkdtempSync(path.join(stage.folder, 'job-'))
  const playing: Job = {
    stage,
    event,
    run: of.run,
    workspace: path.join(folder, 'workspace'),
    temp: path.join(folder, 'temp'),
    env: { ...variablesOf(of, folder), ...env }
  }
  for (const place of [playing.workspace, playing.temp]) mkdirSync(place)
  const steps = await playSteps(job.steps, playing, { ...contexts, env })
  return {
    result: steps.some(({ outcome }) => outcome === 'failure') ? 'failure' : 'success',
    steps,
    granted: Object.entries(permissions).map(([name, access]) => `${name}: ${access}`),
    // Every token may read what the repository is.
    used: [...(stage.github.used.get(token) ?? [])].filter(used => used !== 'metadata: read').sort()
  }
}

async function playSteps(steps: readonly StepText[], job: Job, contexts: Contexts): Promise<PlayedStep[]> {
  const played: PlayedStep[] = []
  const outputs: Record<string, unknown> = {}
  for (const [at, step] of steps.entries()) {
    const status = { failed: played.some(({ outcome }) => outcome === 'failure') }
    const name = step.name ?? step.uses ?? `step ${at + 1}`
    const before = { ...contexts, steps: outputs }
    const own = filled(step.env, before)
    const known = { ...before, env: { ...(contexts['env'] as object), ...own } }
    if (!holds(step.if, known, status)) {
      played.push({ name, outcome: 'skipped', code: 0, output: '', outputs: {} })
      continue
    }
    const ofStep = { ...job, env: { ...job.env, ...own } }
    const result = step.uses
      ? await actionOf(step.uses)(ofStep, filled(step.with, known))
      : await runScript(ofStep, step.run!, step.shell)
    const outcome = result.code === 0 || step['continue-on-error'] ? 'success' : 'failure'
    played.push({ ...result, name, outcome })
    if (step.id) outputs[step.id] = { outputs: result.outputs, outcome: result.code === 0 ? 'success' : 'failure' }
  }
  return played
}

function actionOf(uses: string): (typeof ACTIONS)[string] {
  const action = ACTIONS[uses.split('@')[0]!]
  if (!action) throw new Error(`There is no stand-in for ${uses}`)
  return action
}

function filled(texts: Record<string, unknown> | undefined, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts ?? {}).map(([name, text]) => [name, shown(fill(text, contexts, { failed: false }))])
  )
}

/** Name of the job's environment; empty if it has none. */
function environmentOf({ environment }: JobText, contexts: Contexts): string {
  const name =
    typeof environment === 'object' && environment !== null ? (environment as { name?: unknown }).name : environment
  return shown(fill(name, contexts, { failed: false }))
}

/** Secrets only if the job has the environment that holds them, and none for the code of others. */
function contextsOf({ job, stage, event, run }: ToPlay, token: string): Contexts {
  const contexts = {
    github: {
      event_name: event.name,
      event: event.payload,
      ref: event.ref,
      ref_name: event.ref.replace(/^refs\/(?:heads|tags|pull)\//, ''),
      sha: event.sha,
      repository: 'owner/fork',
      repository_owner: 'owner',
      token,
      run_id: `${run.id}`
    },
    inputs: event.inputs ?? {},
    vars: stage.vars,
    secrets: job.environment === undefined || event.foreign ? {} : stage.secrets,
    env: {}
  }
  // One whose image is an empty text is not started (docs.github.com: workflow-syntax, services.<service_id>.image).
  const started = Object.entries(job.services ?? {}).filter(
    ([, { image }]) => shown(fill(image, contexts, { failed: false })) !== ''
  )
  const services = started.map(([name, { ports }]) => [
    name,
    { ports: Object.fromEntries(ports.map(port => [port, stage.services[name]])) }
  ])
  return { ...contexts, job: { services: Object.fromEntries(services) as Record<string, unknown> } }
}

function variablesOf({ stage, event, run }: ToPlay, folder: string): Record<string, string> {
  const file = path.join(folder, 'event.json')
  writeFileSync(file, JSON.stringify({ ...event.payload, repository: { default_branch: stage.branch } }))
  return {
    GITHUB_API_URL: stage.github.url,
    GITHUB_SERVER_URL: 'https://github.test',
    GITHUB_REPOSITORY: 'owner/fork',
    GITHUB_REPOSITORY_OWNER: 'owner',
    GITHUB_REF: event.ref,
    GITHUB_REF_NAME: event.ref.replace(/^refs\/(?:heads|tags|pull)\//, ''),
    GITHUB_SHA: event.sha,
    GITHUB_BASE_REF: event.baseRef ?? '',
    GITHUB_RUN_ID: `${run.id}`,
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_EVENT_NAME: event.name,
    GITHUB_EVENT_PATH: file,
    RUNNER_TEMP: path.join(folder, 'temp'),
    NODE_EXTRA_CA_CERTS: stage.heroku.caFile,
    ...stage.env
  }
}
