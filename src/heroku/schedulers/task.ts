import { type Clock } from '../../runtime/index.ts'

/** A task as the config asks for it. Times are UTC. */
export interface TaskWish {
  readonly command: string
  readonly every?: '10 minutes' | 'hour' | 'day'
  /** `HH:MM` with `every: day`, `:MM` with `every: hour`; without it, the start of the day or hour. */
  readonly at?: string
  /** In place of `every` and `at`: five fields. */
  readonly cron?: string
  readonly size?: string
  /** Minutes after which it is ended. */
  readonly timeout?: number
  /** Its line in the config file. */
  readonly line?: number
}

/** A task as the scheduler is to have it. */
export interface Task {
  /** For a shell, on one line. */
  readonly command: string
  /** Five fields of cron in normal form, UTC. */
  readonly cron: string
  /** Dyno size, spelled as Heroku does: `Standard-1X`. */
  readonly size: string
  /** Seconds after which it is ended, if the config says so. */
  readonly limit?: number
  readonly line?: number
}

/** A task that a scheduler has. */
export interface ScheduledTask {
  readonly id: string
  /** Without the mark. */
  readonly command: string
  /** Whether this action made it. */
  readonly own: boolean
  /** Undefined if five fields of cron in UTC cannot say its times. */
  readonly cron: string | undefined
  /** When it runs, for people. */
  readonly when: string
  readonly size: string
  /** Seconds; undefined if the scheduler has no limit. */
  readonly limit?: number
  /** Not paused. */
  readonly enabled: boolean
  /** If the scheduler tells it. */
  readonly lastRun?: LastRun
}

interface LastRun {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly outcome: 'succeeded' | 'failed' | 'running' | 'unknown'
}

/** Seconds that a task may take if the config sets no limit, and its scheduler has one: an hour. */
export const USUAL_LIMIT = 3_600
/** Stands in every task that this action makes, and tells it from the others. */
export const MARK = 'mastodon-on-heroku'

/** What a scheduler is opened with. */
export interface SchedulerAccess {
  readonly app: { readonly id: string; readonly name: string }
  readonly herokuKey: string
  /** The app's config vars that the scheduler names in `vars`, and no others. */
  readonly vars: Readonly<Record<string, string>>
  /** In place of the API's own address. */
  readonly url?: string
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** The tasks of one app on one scheduler. Every method is a request; a write is sent once. */
export interface Scheduler {
  list(): Promise<ScheduledTask[]>
  create(task: Task): Promise<void>
  change(there: ScheduledTask, task: Task): Promise<void>
  remove(there: ScheduledTask): Promise<void>
}

/** A scheduler, before it is opened for an app. */
export interface SchedulerKind {
  /** For people. */
  readonly name: string
  /** Config vars with its credentials. */
  readonly vars: readonly string[]
  /** The command with which an app gets it. */
  readonly setUp: (app: string) => string
  /** Why it cannot run such a task, and the nearest that it can; undefined if it can. */
  readonly problem: (task: Task) => string | undefined
  /** Absent if it keeps no tasks outside of the repository. */
  readonly open?: (access: SchedulerAccess) => Scheduler
}

/** Whether a scheduler's task is as it is wanted, in all that the scheduler knows of it. */
export function isSame(task: Task, there: ScheduledTask): boolean {
  return differences(task, there).length === 0
}

/** How a scheduler's task of the same command differs from the wanted one, for people. */
export function differences(task: Task, there: ScheduledTask): string[] {
  const limit = task.limit ?? USUAL_LIMIT
  return [
    ...(task.cron === there.cron ? [] : [`it ran ${there.when}`]),
    ...(task.size === there.size ? [] : [`on ${there.size}`]),
    ...(there.limit === undefined || there.limit === limit ? [] : [`for ${minutes(there.limit)} at most`]),
    ...(there.enabled ? [] : ['it was paused'])
  ]
}

function minutes(seconds: number): string {
  return `${Math.round(seconds / 6) / 10} min`
}
