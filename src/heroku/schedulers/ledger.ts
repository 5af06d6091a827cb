import * as v from 'valibot'
import { UserError } from '../../runtime/index.ts'
import { USUAL_LIMIT, type ScheduledTask, type Task } from './task.ts'
import { describeCron, timesBetween } from './times.ts'

/** How a task ended that GitHub Actions ran. `lost`: the job ended before it could tell. */
type TaskOutcome = 'succeeded' | 'failed' | 'lost'

const time = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform(text => Date.parse(text))
)
const ended = v.object({
  due: time,
  started: time,
  /** Seconds. */
  took: v.optional(v.number()),
  outcome: v.picklist(['succeeded', 'failed', 'lost']),
  exitCode: v.optional(v.number()),
  run: v.string()
})
const claimShape = v.object({ due: time, since: time, until: time, run: v.string() })
const entryShape = v.object({
  command: v.string(),
  cron: v.string(),
  /** All its times up to this one are dealt with. */
  handled: time,
  running: v.optional(claimShape),
  last: v.optional(ended)
})
const ledgerFile = v.object({ version: v.literal(1), app: v.string(), tasks: v.array(entryShape) })

type Entry = v.InferOutput<typeof entryShape>
type Claim = v.InferOutput<typeof claimShape>

/** What GitHub Actions has run of an app's tasks, and what it runs now. Times are milliseconds since 1970. */
interface Ledger {
  readonly app: string
  readonly tasks: readonly Entry[]
}

/** The run of the workflow that asks for a task. */
interface Asker {
  /** `123456/1`: the run's id and its attempt. */
  readonly run: string
  /** When this run began: later times are left to a later run. */
  readonly until: number
  /** Now. */
  readonly now: number
}

/** A task that this run has to do. */
export interface Taken {
  readonly task: Task
  /** The time at which it was due. */
  readonly due: number
  /** How many earlier times were missed; this run makes up for all of them. */
  readonly missed: number
}

/** A new ledger, and what it means for this run. It counts only after the ledger is written. */
export interface Turn {
  readonly ledger: Ledger
  readonly taken: Taken | undefined
  /** Commands of which an earlier run never told how they ended. */
  readonly lost: readonly { readonly command: string; readonly run: string }[]
  /** New tasks: their times count from now. */
  readonly begun: readonly Task[]
  /** Tasks that another run is doing now. */
  readonly busy: readonly { readonly command: string; readonly run: string }[]
}

/** Milliseconds after a task's limit until it counts as lost, if its run has not told how it ended. */
const MARGIN = 10 * 60_000
const DAY = 24 * 3_600_000

/**
 * Takes the next task that is due for this run: at most one, the one that has waited longest. Pure, and for the same run
 * it gives the same, so it may be called again if the ledger was changed meanwhile or the answer of its write was lost.
 */
export function takeDue({ app, tasks }: Ledger, wanted: readonly Task[], { run, until, now }: Asker): Turn {
  const lost: Turn['lost'][number][] = []
  const busy: Turn['busy'][number][] = []
  const begun: Task[] = []
  const entryOf = (task: Task): Entry => {
    const known = tasks.find(({ command, cron }) => command === task.command && cron === task.cron)
    if (known === undefined) begun.push(task)
    // A time more than a day ahead was written by a wrong clock: it must not keep the task from running ever again.
    const handled = known !== undefined && known.handled < now + DAY ? known.handled : until
    const { running } = known ?? {}
    const own = { ...known, command: task.command, cron: task.cron, handled }
    if (!running || running.run === run) return own
    if (!isOver(running, run, now)) {
      busy.push({ command: task.command, run: running.run })
      return own
    }
    lost.push({ command: task.command, run: running.run })
    const { due, since: started } = running
    return { ...own, running: undefined, last: { due, started, outcome: 'lost', run: running.run } }
  }
  const entries = wanted.map(entryOf)
  const waiting = wanted.flatMap((task, index): (Taken & { index: number; since: number })[] => {
    const { running, handled, cron } = entries[index]!
    if (running) return running.run === run ? [{ task, due: running.due, missed: 0, index, since: 0 }] : []
    const times = timesBetween(cron, handled, until)
    return times ? [{ task, due: times.newest, missed: times.count - 1, index, since: handled }] : []
  })
  const next = waiting.sort((a, b) => a.since - b.since)[0]
  if (next) {
    const { task, due, index } = next
    const limit = (task.limit ?? USUAL_LIMIT) * 1_000
    const running: Claim = entries[index]!.running ?? { due, since: now, until: now + limit + MARGIN, run }
    entries[index] = { ...entries[index]!, handled: due, running }
  }
  // A task that is no longer wanted is forgotten, unless another run is doing it.
  const others = tasks.filter(
    ({ command, cron, running }) =>
      running && !isOver(running, run, now) && !wanted.some(task => task.command === command && task.cron === cron)
  )
  const taken = next && { task: next.task, due: next.due, missed: next.missed }
  return { ledger: { app, tasks: [...entries, ...others] }, taken, lost, begun, busy }
}

/** Whether the run that took a task is over: its time is, or a new attempt of it has begun. */
function isOver(claim: Claim, run: string, now: number): boolean {
  const [id, attempt] = claim.run.split('/')
  const [ownId, ownAttempt] = run.split('/')
  return now > claim.until || (id === ownId && Number(attempt) < Number(ownAttempt))
}

export interface TaskEnding {
  readonly outcome: TaskOutcome
  readonly exitCode?: number
  /** Milliseconds. */
  readonly took: number
}

/** The ledger after the task that this run had taken has ended. */
export function markEnded({ app, tasks }: Ledger, { task }: Taken, run: string, ending: TaskEnding): Ledger {
  const { outcome, exitCode, took } = ending
  return {
    app,
    tasks: tasks.map(entry => {
      const { running } = entry
      if (entry.command !== task.command || entry.cron !== task.cron || running?.run !== run) return entry
      const last = { due: running.due, started: running.since, took: took / 1_000, outcome, exitCode, run }
      return { ...entry, running: undefined, last }
    })
  }
}

/**
 * Reads a ledger; without a text it is empty. Throws a `UserError` if the text is no ledger of this app.
 * @param where the file, for the message
 */
export function parseLedger(text: string | undefined, app: string, where: string): Ledger {
  if (text === undefined) return { app, tasks: [] }
  const { success, output, issues } = v.safeParse(v.pipe(v.string(), v.parseJson(), ledgerFile), text)
  if (success && output.app === app) return output
  const why = success
    ? `it is of the app ${output.app}`
    : `${issues[0].message} at ${v.getDotPath(issues[0]) ?? 'its top'}`
  throw new UserError(
    `${where} is not a record of the tasks of ${app}: ${why}`,
    'Bring an earlier version of it back (its history has them), or delete it: then every task’s times count from its next run.'
  )
}

/** The text of a ledger: indented JSON, with times in ISO 8601. */
export function ledgerText({ app, tasks }: Ledger): string {
  const iso = (key: string, value: unknown): unknown =>
    ['due', 'started', 'since', 'until', 'handled'].includes(key) ? new Date(value as number).toISOString() : value
  return `${JSON.stringify({ version: 1, app, tasks }, iso, 2)}\n`
}

/** The wanted tasks as those of a scheduler, with what the ledger knows of their last runs. */
export function ledgerTasks(ledger: Ledger, wanted: readonly Task[]): ScheduledTask[] {
  return wanted.map(({ command, cron, size, limit }): ScheduledTask => {
    const entry = ledger.tasks.find(other => other.command === command && other.cron === cron)
    const { running, last } = entry ?? {}
    return {
      id: `${command} ${cron}`,
      command,
      own: true,
      cron,
      when: describeCron(cron),
      size,
      limit,
      enabled: true,
      lastRun: running
        ? { at: running.since, outcome: 'running' }
        : last && { at: last.started, outcome: last.outcome === 'lost' ? 'failed' : last.outcome }
    }
  })
}
