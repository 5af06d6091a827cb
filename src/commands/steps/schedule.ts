import { type ScheduleConfig } from '../../config/index.ts'
import { type Tools } from '../../deploy/index.ts'
import {
  applySteps,
  describeCron,
  isSettled,
  nextTime,
  openScheduler,
  plannedTasks,
  reconcile,
  SCHEDULERS,
  showStep,
  typedByHand,
  usualSize,
  type HerokuApp,
  type ScheduledTask,
  type Scheduler,
  type Step,
  type Task
} from '../../heroku/index.ts'
import { adviseTask, starterTasks } from '../../mastodon/index.ts'
import { code, escape, table } from '../../verdict/index.ts'
import { CancelledError, errorText, UserError } from '../../runtime/index.ts'
import type { Context } from '../context.ts'
import { openRecord, recordedTasks, timeText } from './due-tasks.ts'
import { herokuOf } from './heroku.ts'

/** An app's scheduled tasks: those that are wanted, and where they are kept. */
export interface OpenTasks {
  readonly schedule: ScheduleConfig
  readonly wanted: readonly Task[]
  readonly scheduler: Scheduler
}

/** Opens the scheduler of an app: up to three reads of Heroku. It is handed no config var but those that it names. */
export async function openTasks(
  context: Context,
  app: HerokuApp,
  schedule: ScheduleConfig,
  mask: (config: Readonly<Record<string, string>>) => void,
  { clock, signal }: Pick<Tools, 'clock' | 'signal'>
): Promise<OpenTasks> {
  const { inputs, results } = context
  const { name, vars: names } = SCHEDULERS[schedule.with]
  const { id } = await app.info()
  const sizeless = schedule.tasks.some(({ size }) => size === undefined)
  const wanted = plannedTasks(schedule, sizeless ? usualSize(await app.formation()) : 'Basic', inputs.config)
  const config = names.length > 0 ? await app.configVars() : {}
  mask(config)
  const vars = Object.fromEntries(names.flatMap(variable => (config[variable] ? [[variable, config[variable]]] : [])))
  // The id of an organization is no secret by its name, and nobody's business all the same.
  for (const value of Object.values(vars)) if (value.length >= 8) results.mask(value)
  const access = { app: { id, name: app.name }, herokuKey: herokuOf(context).key, vars, clock, signal }
  context.runtime.log.info(`The tasks are kept by ${name}`)
  return { schedule, wanted, scheduler: openScheduler(schedule.with, { ...access, url: inputs.herokuSchedulerUrl }) }
}

/** The tasks as a step of something else: nothing to do without any, nor where a workflow runs them. */
export async function scheduleStep(
  context: Context,
  app: HerokuApp,
  schedule: ScheduleConfig | undefined,
  mask: (config: Readonly<Record<string, string>>) => void,
  tools: Tools
): Promise<void> {
  if (!schedule || !SCHEDULERS[schedule.with].open) return
  await tools.story.step('Scheduled tasks', async () => {
    const tasks = await openTasks(context, app, schedule, mask, tools)
    tools.story.note(await syncTasks(context, app, tasks, tools))
  })
}

/**
 * The tasks that are wanted, and those that are there, in whichever way they are run; for whoever only looks. Throws a
 * `UserError` where they cannot be read.
 */
export async function lookAtTasks(
  context: Context,
  app: HerokuApp,
  schedule: ScheduleConfig,
  mask: (config: Readonly<Record<string, string>>) => void,
  tools: Pick<Tools, 'clock' | 'signal'>
): Promise<{ readonly wanted: readonly Task[]; readonly there: readonly ScheduledTask[] }> {
  if (!SCHEDULERS[schedule.with].open) {
    const record = openRecord(context, app.name, schedule)
    return { wanted: record.wanted, there: await recordedTasks(record) }
  }
  const { wanted, scheduler } = await openTasks(context, app, schedule, mask, tools)
  return { wanted, there: await scheduler.list() }
}

/**
 * Makes an app's tasks equal to those of the config, or only shows what that would change. Shows it as a table in the
 * log and in the summary. Returns what came of it, in a sentence.
 */
export async function syncTasks(
  context: Context,
  app: HerokuApp,
  { schedule, wanted, scheduler }: OpenTasks,
  tools: Tools
): Promise<string> {
  const { plan, prune } = context.inputs
  try {
    const there = await scheduler.list()
    tellAdvice(
      context,
      [...wanted, ...there].map(({ command }) => command),
      tools
    )
    const steps = reconcile(wanted, there, { prune })
    await showSteps(context, steps)
    if (isSettled(steps)) return `The scheduled tasks of ${app.name} are those of the config: ${count(steps, DONE)}`
    if (plan) return `Plan for the scheduled tasks of ${app.name}, nothing was changed: ${count(steps, TO_DO)}`
    await applySteps(scheduler, steps, { wanted, prune, ...tools })
    return `The scheduled tasks of ${app.name} are those of the config by now: ${count(steps, DONE)}`
  } catch (error) {
    throw schedule.with === 'heroku-scheduler' ? byHand(error, app.name, wanted) : error
  }
}

const AS_THEY_ARE = { keep: 'as they should be', leave: 'of others left alone' }
const TO_DO = { create: 'to create', change: 'to change', remove: 'to remove', ...AS_THEY_ARE }
const DONE = { create: 'created', change: 'changed', remove: 'removed', ...AS_THEY_ARE }

function count(steps: readonly Step[], words: Readonly<Record<Step['kind'], string>>): string {
  const kinds = Object.entries(words).flatMap(([kind, text]) => {
    const number = steps.filter(step => step.kind === kind).length
    return number > 0 ? [`${number} ${text}`] : []
  })
  return kinds.join(', ') || 'none'
}

const HEAD = ['Action', 'Task', 'When (UTC)', 'Dyno', 'Why']

async function showSteps({ runtime, results }: Context, steps: readonly Step[]): Promise<void> {
  const shown = steps.map(step => showStep(step, describeCron))
  // Commands may be somebody else's: hostile text.
  const fence = runtime.log.fence()
  for (const { action, command, when, size, why } of shown) {
    const line = `${action.padEnd(6)}  ${when}, ${size}: ${command}${why ? `  (${why})` : ''}`
    fence.write(Buffer.from(`${line.replace(/\p{Cc}/gu, ' ')}\n`))
  }
  fence.close()
  if (shown.length === 0) return runtime.log.info('No tasks, neither wanted nor there')
  const rows = shown.map(({ action, command, when, size, why }) => [
    action,
    code(results.redact(command)),
    ...[when, size, why].map(text => escape(results.redact(text)))
  ])
  await results.summary(`### Tasks\n\n${table(HEAD, rows, 'lllll')}\n\n`)
}

/** Says which commands fail in the checked-out tree, and which Mastodon does by itself. */
export function tellAdvice({ inputs }: Context, commands: readonly string[], { story }: Tools): void {
  for (const command of new Set(commands)) {
    for (const { kind, text } of adviseTask(inputs.path, command)) {
      const line = `${command}: ${text}`
      if (kind === 'dead') story.warn(line)
      else story.note(line)
    }
  }
}

/** What a config without tasks may begin with, in this version of Mastodon. */
export function tellStarters({ inputs, runtime }: Context): void {
  const starters = starterTasks(inputs.path)
  if (starters.length === 0) return
  const lines = starters.map(({ command, times, why }) => `    - { command: ${command}, ${times} } # ${why}`)
  runtime.log.info(
    ['What may be worth scheduling in this version (times are UTC):', 'schedule:', '  tasks:', ...lines].join('\n')
  )
}

/** The tasks that a workflow runs: when each ran last, how it ended, and when it is due. Reads the record alone. */
export async function showRecorded(
  context: Context,
  app: string,
  schedule: ScheduleConfig,
  tools: Tools
): Promise<string> {
  const record = openRecord(context, app, schedule)
  tellAdvice(
    context,
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
    await context.results.summary(`### Tasks\n\n${table(head, shown, 'lllll')}\n\n`)
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
