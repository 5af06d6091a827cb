import { randomUUID } from 'node:crypto'
import { type ScheduleConfig } from '../../config/index.ts'
import { type Tools } from '../../deploy/index.ts'
import { BranchFile } from '../../github/index.ts'
import {
  describeCron,
  ledgerTasks,
  ledgerText,
  markEnded,
  nextTime,
  parseLedger,
  wantedTasks,
  takeDue,
  USUAL_LIMIT,
  type TaskEnding,
  type HerokuApp,
  type ScheduledTask,
  type Taken,
  type Task,
  type Turn
} from '../../heroku/index.ts'
import { type GithubJob, type Slice } from '../../inputs/index.ts'
import { CancelledError, errorText, UserError, type Runtime } from '../../runtime/index.ts'
import { githubOf } from './github.ts'
import { requireSuccess, runTask, type RunnableTask } from './run-task.ts'

/** Branch on which last runs are kept if the config names none. */
const STATE_BRANCH = 'scheduled-tasks'

/** The config's tasks, and the record of their runs. */
export interface TaskRecord {
  readonly app: string
  readonly wanted: readonly Task[]
  readonly file: BranchFile
  /** For messages. */
  readonly where: string
}

export type RecordInputs = Slice<'config' | 'dynoSize' | 'githubToken'>

/**
 * Opens the record of an app's runs. Throws a `UserError` without a token, and for a branch with something else on it.
 */
export function openRecord(
  inputs: RecordInputs,
  app: string,
  schedule: ScheduleConfig,
  job: GithubJob,
  runtime: Runtime
): TaskRecord {
  const branch = schedule.state ?? STATE_BRANCH
  const wanted = wantedTasks(schedule, inputs.dynoSize ?? '', inputs.config)
  const github = githubOf(inputs.githubToken, job, runtime)
  if (!github) {
    throw new UserError(
      'Where last runs are kept cannot be reached: there is no GitHub token',
      'Give `github-token: ${{ github.token }}`, and the job `permissions: contents: write`.'
    )
  }
  if ([job.event.defaultBranch, job.ref?.replace(/^refs\/heads\//, '')].includes(branch)) {
    throw new UserError(
      `Last runs cannot be kept on ${branch}, which has code on it`,
      'Name a branch for them alone, such as `state: branch:scheduled-tasks`.'
    )
  }
  const path = `${app}.json`
  const file = new BranchFile(github, { branch, path, message: `Scheduled tasks of ${app}` })
  return { app, wanted, file, where: `${path} on the branch ${branch}` }
}

/** The tasks with their last runs. A read of GitHub. */
export async function recordedTasks({ app, wanted, file, where }: TaskRecord): Promise<ScheduledTask[]> {
  return ledgerTasks(parseLedger(await file.read(), app, where), wanted)
}

/**
 * Runs the tasks of the config that are due, one after the other. Each is taken in the record before it runs, so that
 * two jobs never run the same, and a job that is killed runs none again. A task that fails does not keep the others from
 * running; the job fails in the end. With `plan` it only says which are due.
 */
export async function runDueTasks(
  inputs: RecordInputs & Slice<'plan'>,
  app: HerokuApp,
  schedule: ScheduleConfig,
  job: GithubJob,
  runtime: Runtime,
  tools: Tools
): Promise<string> {
  const { story, clock, signal } = tools
  const record = openRecord(inputs, app.name, schedule, job, runtime)
  const asker = { run: `${job.runId ?? randomUUID()}/${job.runAttempt ?? '1'}`, until: clock.now() }
  if (inputs.plan) return story.step('Due', () => tellDue(record, asker, tools))

  const failures: string[] = []
  let ended: Ended | undefined
  for (let runs = 0; ; runs++) {
    const taken = await story.step(runs === 0 ? 'Due' : 'Record', async () => {
      const turn = await takeNext(record, asker, ended, tools)
      failures.push(...tell(runs === 0 ? turn : { ...turn, busy: [] }, asker.until, tools))
      return turn.taken
    })
    if (!taken) return outcome(runs, failures)
    ended = { taken, ending: await runTaken(app, taken, inputs.dynoSize, tools) }
    if (ended.ending.outcome !== 'succeeded') failures.push(`${taken.task.command} (${ended.ending.outcome})`)
    if (!signal.aborted) continue
    await noteEnd(record, asker, ended)
    throw new CancelledError(`The task ${taken.task.command}`)
  }
}

interface Ended {
  readonly taken: Taken
  readonly ending: TaskEnding
}

/** Writes how the last task ended, and takes the next. */
async function takeNext(
  { app, wanted, file, where }: TaskRecord,
  asker: { readonly run: string; readonly until: number },
  ended: Ended | undefined,
  { clock }: Tools
): Promise<Turn> {
  let turn: Turn | undefined
  const next = (text: string | undefined): string => {
    const ledger = parseLedger(text, app, where)
    const known = ended ? markEnded(ledger, ended.taken, asker.run, ended.ending) : ledger
    turn = takeDue(known, wanted, { ...asker, now: clock.now() })
    return ledgerText(turn.ledger)
  }
  await file.update(next, ended ? NOT_RECORDED : 'No task was run because of it.')
  return turn!
}

const NOT_RECORDED =
  'The task before it ran, and how it ended stands in this job alone; a later one will call it lost. Others that are due were not run.'

async function noteEnd({ app, file, where }: TaskRecord, { run }: { run: string }, ended: Ended): Promise<void> {
  const next = (text: string | undefined): string =>
    ledgerText(markEnded(parseLedger(text, app, where), ended.taken, run, ended.ending))
  await file.update(next, NOT_RECORDED)
}

async function runTaken(
  app: HerokuApp,
  { task, due, missed }: Taken,
  defaultSize: string | undefined,
  tools: Tools
): Promise<TaskEnding> {
  const { story, clock, log } = tools
  const { command, limit = USUAL_LIMIT } = task
  const runnable: RunnableTask = { command, size: task.size || defaultSize, limit: limit * 1_000 }
  const begun = clock.now()
  let exitCode: number | undefined
  let started = false
  try {
    await story.step(`Task: ${command.slice(0, 100)}`, async () => {
      story.note(`Due at ${timeText(due)}`)
      if (missed > 0)
        story.warn(`It was missed ${missed} time${missed === 1 ? '' : 's'} before; this run makes up for all`)
      const run = await runTask(app, runnable, tools)
      started = true
      exitCode = run.exitCode
      story.note(requireSuccess(run, runnable, app))
    })
    return { outcome: 'succeeded', exitCode, took: clock.now() - begun }
  } catch (error) {
    log.error(errorText(error))
    const unknown = error instanceof CancelledError || (started && exitCode === undefined)
    return { outcome: unknown ? 'lost' : 'failed', exitCode, took: clock.now() - begun }
  }
}

/** Tells what the record has brought to light. Returns what the job fails for. */
function tell({ lost, begun, busy }: Turn, now: number, { story }: Tools): string[] {
  for (const { command, cron } of begun) {
    const next = nextTime(cron, now)
    story.note(`New: ${command}, ${describeCron(cron)}${next === undefined ? '' : `; first at ${timeText(next)}`}`)
  }
  for (const { command, run } of busy) story.note(`Run ${run} is at it: ${command}`)
  for (const { command, run } of lost)
    story.warn(
      `How ${command} ended in run ${run} is not known: that job ended before it could say. It is not run again for that time`
    )
  return lost.map(({ command, run }) => `${command} (lost in run ${run})`)
}

async function tellDue(
  { app, wanted, file, where }: TaskRecord,
  asker: { run: string; until: number },
  tools: Tools
): Promise<string> {
  const ledger = parseLedger(await file.read(), app, where)
  const asking = { ...asker, now: asker.until }
  tell(takeDue(ledger, wanted, asking), asker.until, tools)
  // One after the other, each as if the one before had ended.
  let known = ledger
  let due = 0
  for (;;) {
    const { ledger: next, taken } = takeDue(known, wanted, asking)
    if (!taken) return `Plan: ${due} task${due === 1 ? ' is' : 's are'} due, and none was run`
    tools.story.note(`Due since ${timeText(taken.due)}: ${taken.task.command}`)
    known = markEnded(next, taken, asker.run, { outcome: 'succeeded', took: 0 })
    due++
  }
}

function outcome(runs: number, failures: readonly string[]): string {
  if (failures.length === 0)
    return runs === 0 ? 'No task is due' : `${runs} task${runs === 1 ? '' : 's'} ran and ended well`
  throw new UserError(
    `${failures.length === 1 ? 'A task' : `${failures.length} tasks`} did not end well: ${failures.join('; ')}`,
    'What each printed is above. None is run again for that time: mend it, and run it by hand with the input `run`.'
  )
}

/** `2026-11-25 03:30 UTC`. */
export function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
