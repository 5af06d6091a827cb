import { type ScheduleConfig } from '../../config/index.ts'
import { type Tools } from '../../deploy/index.ts'
import {
  applySteps,
  describeCron,
  isSettled,
  nextTime,
  openScheduler,
  wantedTasks,
  reconcile,
  SCHEDULERS,
  showStep,
  typedByHand,
  usualSize,
  type HerokuApp,
  type ScheduledTask,
  type Scheduler,
  type ScheduleStep,
  type Task
} from '../../heroku/index.ts'
import { type GithubJob, type JobResults, type Slice } from '../../inputs/index.ts'
import { adviseTask, starterTasks } from '../../mastodon/index.ts'
import { CancelledError, errorText, UserError, type Log, type Runtime } from '../../runtime/index.ts'
import { code, escape, table } from '../../verdict/index.ts'
import { openRecord, recordedTasks, timeText, type RecordInputs } from './due-tasks.ts'
import { masker } from './heroku.ts'

/** An app's scheduled tasks: those that are wanted, and where they are kept. */
export interface OpenTasks {
  readonly schedule: ScheduleConfig
  readonly wanted: readonly Task[]
  readonly scheduler: Scheduler
}

export type TaskInputs = Slice<'config' | 'herokuSchedulerUrl'>

/** Opens the scheduler of an app: up to three reads of Heroku. It is handed no config var but those that it names. */
export async function openTasks(
  inputs: TaskInputs,
  app: HerokuApp,
  herokuKey: string,
  schedule: ScheduleConfig,
  { clock, signal, log }: Pick<Tools, 'clock' | 'signal' | 'log'>,
  results: JobResults
): Promise<OpenTasks> {
  const { name, vars: names } = SCHEDULERS[schedule.with]
  const { id } = await app.info()
  const sizeless = schedule.tasks.some(({ size }) => size === undefined)
  const wanted = wantedTasks(schedule, sizeless ? usualSize(await app.formation()) : 'Basic', inputs.config)
  const config = names.length > 0 ? await app.configVars() : {}
  masker(results)(config)
  const vars = Object.fromEntries(names.flatMap(variable => (config[variable] ? [[variable, config[variable]]] : [])))
  // The id of an organization is no secret by its name, and nobody's business all the same.
  for (const value of Object.values(vars)) if (value.length >= 8) results.mask(value)
  const access = { app: { id, name: app.name }, herokuKey, vars, clock, signal }
  log.info(`The tasks are kept by ${name}`)
  return { schedule, wanted, scheduler: openScheduler(schedule.with, { ...access, url: inputs.herokuSchedulerUrl }) }
}

export type SyncInputs = Slice<'path' | 'plan' | 'prune'>

/** The tasks as a step of something else: nothing to do without any, nor if a workflow runs them. */
export async function scheduleStep(
  inputs: TaskInputs & SyncInputs,
  app: HerokuApp,
  herokuKey: string,
  schedule: ScheduleConfig | undefined,
  tools: Tools,
  results: JobResults
): Promise<void> {
  if (!schedule || !SCHEDULERS[schedule.with].open) return
  await tools.story.step('Scheduled tasks', async () => {
    const tasks = await openTasks(inputs, app, herokuKey, schedule, tools, results)
    tools.story.note(await syncTasks(inputs, app.name, tasks, tools, results))
  })
}

/**
 * The tasks that are wanted, and those that are there, in whichever way they are run; for whoever only looks. Throws a
 * `UserError` if they cannot be read.
 */
export async function lookAtTasks(
  inputs: TaskInputs & RecordInputs,
  app: HerokuApp,
  herokuKey: string,
  schedule: ScheduleConfig,
  job: GithubJob,
  runtime: Runtime,
  results: JobResults
): Promise<{ readonly wanted: readonly Task[]; readonly there: readonly ScheduledTask[] }> {
  if (!SCHEDULERS[schedule.with].open) {
    const record = openRecord(inputs, app.name, schedule, job, runtime)
    return { wanted: record.wanted, there: await recordedTasks(record) }
  }
  const { wanted, scheduler } = await openTasks(inputs, app, herokuKey, schedule, runtime, results)
  return { wanted, there: await scheduler.list() }
}

/**
 * Makes an app's tasks equal to those of the config, or only shows what that would change. Shows it as a table in the
 * log and in the summary. Returns what came of it, in a sentence.
 */
export async function syncTasks(
  inputs: SyncInputs,
  app: string,
  { schedule, wanted, scheduler }: OpenTasks,
  tools: Tools,
  results: JobResults
): Promise<string> {
  const { prune } = inputs
  try {
    const there = await scheduler.list()
    tellAdvice(
      inputs.path,
      [...wanted, ...there].map(({ command }) => command),
      tools
    )
    const steps = reconcile(wanted, there, { prune })
    await showSteps(steps, tools.log, results)
    if (isSettled(steps)) return `The scheduled tasks of ${app} are those of the config: ${count(steps, DONE)}`
    if (inputs.plan) return `Plan for the scheduled tasks of ${app}, nothing was changed: ${count(steps, TO_DO)}`
    tools.story.begin(`the scheduled tasks of ${app}`)
    await applySteps(scheduler, steps, { wanted, prune, ...tools })
    return `The scheduled tasks of ${app} are those of the config by now: ${count(steps, DONE)}`
  } catch (error) {
    throw schedule.with === 'heroku-scheduler' ? byHand(error, app, wanted) : error
  }
}

const AS_THEY_ARE = { keep: 'as they should be', leave: 'of others left alone' }
const TO_DO = { create: 'to create', change: 'to change', remove: 'to remove', ...AS_THEY_ARE }
const DONE = { create: 'created', change: 'changed', remove: 'removed', ...AS_THEY_ARE }

function count(steps: readonly ScheduleStep[], words: Readonly<Record<ScheduleStep['kind'], string>>): string {
  const kinds = Object.entries(words).flatMap(([kind, text]) => {
    const number = steps.filter(step => step.kind === kind).length
    return number > 0 ? [`${number} ${text}`] : []
  })
  return kinds.join(', ') || 'none'
}

const HEAD = ['Action', 'Task', 'When (UTC)', 'Dyno', 'Why']

async function showSteps(steps: readonly ScheduleStep[], log: Log, results: JobResults): Promise<void> {
  const shown = steps.map(step => showStep(step, describeCron))
  // Commands may be somebody else's: hostile text.
  const fence = log.fence()
  for (const { action, command, when, size, why } of shown) {
    const line = `${action.padEnd(6)}  ${when}, ${size}: ${command}${why ? `  (${why})` : ''}`
    fence.write(Buffer.from(`${line.replace(/\p{Cc}/gu, ' ')}\n`))
  }
  fence.close()
  if (shown.length === 0) return log.info('No tasks, neither wanted nor there')
  const rows = shown.map(({ action, command, when, size, why }) => [
    action,
    code(command),
    ...[when, size, why].map(escape)
  ])
  await results.summary(`### Tasks\n\n${table(HEAD, rows, 'lllll')}\n\n`)
}

/** Says which commands fail in the checked-out tree, and which Mastodon does by itself. */
function tellAdvice(checkout: string, commands: readonly string[], { story }: Tools): void {
  for (const command of new Set(commands)) {
    for (const { kind, text } of adviseTask(checkout, command)) {
      const line = `${command}: ${text}`
      if (kind === 'dead') story.warn(line)
      else story.note(line)
    }
  }
}

/** What a config without tasks may begin with, in this version of Mastodon. */
export function tellStarters(checkout: string, log: Log): void {
  const starters = starterTasks(checkout)
  if (starters.length === 0) return
  const lines = starters.map(({ command, times, why }) => `    - { command: ${command}, ${times} } # ${why}`)
  log.info(
    ['What may be worth scheduling in this version (times are UTC):', 'schedule:', '  tasks:', ...lines].join('\n')
  )
}

/** The tasks that a workflow runs: when each ran last, how it ended, and when it is due. Reads the record alone. */
export async function showRecorded(
  inputs: RecordInputs & Slice<'path'>,
  app: string,
  schedule: ScheduleConfig,
  job: GithubJob,
  runtime: Runtime,
  tools: Tools,
  results: JobResults
): Promise<string> {
  const record = openRecord(inputs, app, schedule, job, runtime)
  tellAdvice(
    inputs.path,
    record.wanted.map(({ command }) => command),
    tools
  )
  const tasks = await recordedTasks(record)
  const rows = tasks.map(({ command, cron, when, size, lastRun }) => {
    const next = cron === undefined ? undefined : nextTime(cron, tools.clock.now())
    const last = lastRun === undefined ? 'not yet' : `${lastRun.outcome}, ${timeText(lastRun.at)}`
    return [command, when, size || 'the app’s', last, next === undefined ? '' : timeText(next)]
  })
  for (const [command, when, , last, next] of rows) tools.log.info(`${command}: ${when}; last: ${last}; next: ${next}`)
  const shown = rows.map(([command = '', ...rest]) => [code(command), ...rest.map(escape)])
  if (shown.length > 0) {
    const head = ['Task', 'When (UTC)', 'Dyno', 'Last run', 'Next']
    await results.summary(`### Tasks\n\n${table(head, shown, 'lllll')}\n\n`)
  }
  return `${tasks.length} scheduled tasks of ${app} are run by the workflow with \`command: run\`; there is nothing to write`
}

/** Its API is undocumented and may change any day; its dashboard is there for people. */
function byHand(error: unknown, app: string, wanted: readonly Task[]): unknown {
  if (error instanceof CancelledError || !(error instanceof UserError)) return error
  const { lines, url } = typedByHand(wanted, app)
  const list =
    lines.length > 0
      ? `The tasks that should be there:\n${lines.map(line => `  ${line}`).join('\n')}`
      : 'There should be no tasks.'
  return new UserError(
    `${errorText(error)}\nHeroku does not document the API of Heroku Scheduler, so this may be a change on its side. ${list}`,
    `${error.nextStep} Or type the tasks in by hand, as they stand above, at ${url}`,
    { cause: error }
  )
}
