import { type Clock } from '../../runtime/index.ts'

/** A task as the config asks for it. Times are UTC. */
export interface TaskWish {
  readonly command: string
  readonly every?: '10 minutes' | 'hour' | 'day'
  /** `HH:MM` with `every: day`, `:MM` with `every: hour`; without it at the start of either. */
  readonly at?: string
  /** In place of `every` and `at`: five fields. */
  readonly cron?: string
  readonly size?: string
  /** Minutes after which it is ended. */
  readonly timeout?: number
  /** Where it stands in the config file. */
  readonly line?: number
}

/** A task as it is to be. */
export interface Task {
  /** For a shell, on one line. */
  readonly command: string
  /** Five fields of cron in normal form, UTC. */
  readonly cron: string
  /** Dyno size, spelled as Heroku does: `Standard-1X`. */
  readonly size: string
  /** Seconds after which it is ended, where the config says so. */
  readonly limit?: number
  readonly line?: number
}

/** A task that a scheduler has. */
export interface ScheduledTask {
  readonly id: string
  /** Without the mark. */
  readonly command: string
  /** This action made it. */
  readonly own: boolean
  /** Undefined where it runs at times that five fields of cron in UTC do not say. */
  readonly cron: string | undefined
  /** When it runs, for people. */
  readonly when: string
  readonly size: string
  /** Seconds; undefined where the scheduler has no limit. */
  readonly limit?: number
  /** Not paused. */
  readonly enabled: boolean
  /** As far as the scheduler tells. */
  readonly lastRun?: LastRun
}

export interface LastRun {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly outcome: 'succeeded' | 'failed' | 'running' | 'unknown'
}

/** Seconds that a task may take where the config does not say, and its scheduler has a limit: an hour. */
export const USUAL_LIMIT = 3_600
/** Stands in every task that this action makes, wherever a scheduler has room for it. */
export const MARK = 'mastodon-on-heroku'

/** What a scheduler is opened with. */
export interface SchedulerAccess {
  readonly app: { readonly id: string; readonly name: string }
  readonly herokuKey: string
  /** Config vars of the app: those that the scheduler names in `vars`, and no others. */
  readonly vars: Readonly<Record<string, string>>
  /** In place of its own address. */
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

/** One way to run tasks, as it is before an app is opened. */
export interface SchedulerKind {
  /** For people. */
  readonly name: string
  /** Config vars that carry its credentials. */
  readonly vars: readonly string[]
  /** How an app gets it. */
  readonly setUp: (app: string) => string
  /** Why it cannot run such a task, with the nearest that it can; undefined where it can. */
  readonly problem: (task: Task) => string | undefined
  /** Absent where nothing is to be kept outside this repository. */
  readonly open?: (access: SchedulerAccess) => Scheduler
}

/** Whether a scheduler's task is what is wanted, in all that the scheduler has. */
export function isSame(task: Task, there: ScheduledTask): boolean {
  return differences(task, there).length === 0
}

/** What a task with the same command has to change, for people. */
export function differences(task: Task, there: ScheduledTask): string[] {
  const limit = task.limit ?? USUAL_LIMIT
  return [
    ...(task.cron === there.cron ? [] : [`it ran ${there.when}`]),
    ...(task.size === there.size ? [] : [`on ${there.size}`]),
    ...(there.limit === undefined || there.limit === limit ? [] : [`for ${minutes(there.limit)} at most`]),
    ...(there.enabled ? [] : ['it was paused'])
  ]
}

export function minutes(seconds: number): string {
  return `${Math.round(seconds / 6) / 10} min`
}
