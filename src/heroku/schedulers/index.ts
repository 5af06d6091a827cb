/** Scheduled tasks: four schedulers behind one interface; the steps that make a scheduler's tasks those of the config. */
import { UserError } from '../../runtime/index.ts'
import { advancedScheduler } from './advanced-scheduler.ts'
import { cronToGo } from './cron-to-go.ts'
import { githubActions } from './github-actions.ts'
import { dashboardOf, dashboardTimes, herokuScheduler, marked } from './heroku-scheduler.ts'
import { type Scheduler, type SchedulerAccess, type SchedulerKind, type Task, type TaskWish } from './task.ts'
import { cronOf, describeCron } from './times.ts'

export { applySteps } from './apply.ts'
export { lateTasks, scheduleDrift, type Drift } from './drift.ts'
export {
  ledgerTasks,
  ledgerText,
  markEnded,
  parseLedger,
  takeDue,
  type TaskEnding,
  type Taken,
  type Turn
} from './ledger.ts'
export { isSettled, reconcile, showStep, type ScheduleStep } from './reconcile.ts'
export { USUAL_LIMIT, type ScheduledTask, type Scheduler, type Task, type TaskWish } from './task.ts'
export { describeCron, nextTime } from './times.ts'

export type SchedulerName = 'heroku-scheduler' | 'cron-to-go' | 'advanced-scheduler' | 'github-actions'

export const SCHEDULERS: Readonly<Record<SchedulerName, SchedulerKind>> = {
  'heroku-scheduler': herokuScheduler,
  'cron-to-go': cronToGo,
  'advanced-scheduler': advancedScheduler,
  'github-actions': githubActions
}

/**
 * The config's tasks as the scheduler is to have them. Throws one `UserError` that lists all tasks that it cannot run, each
 * with the nearest that it can.
 * @param defaultSize dyno size of tasks that name none
 * @param file the config file's name, for messages
 */
export function wantedTasks(
  { with: name, tasks }: { readonly with: SchedulerName; readonly tasks: readonly TaskWish[] },
  defaultSize: string,
  file: string
): Task[] {
  const kind = SCHEDULERS[name]
  const wanted = tasks.map((wish): Task => ({
    command: wish.command.trim(),
    cron: cronOf(wish),
    size: wish.size ?? defaultSize,
    limit: wish.timeout === undefined ? undefined : Math.round(wish.timeout * 60),
    line: wish.line
  }))
  const problems = wanted.flatMap((task, index) => {
    const where = task.line === undefined ? '' : `${file}:${task.line}: `
    const twin = wanted.findIndex(({ command, cron }) => command === task.command && cron === task.cron)
    const problem = kind.problem(task)
    return [
      ...(problem === undefined ? [] : [`${where}${kind.name} cannot have this task: ${problem}`]),
      ...(twin === index ? [] : [`${where}this task stands there twice: ${describeCron(task.cron)}, the same command`])
    ]
  })
  if (problems.length === 0) return wanted
  const next = 'Correct `schedule:` in the config, or choose another scheduler with `with:`.'
  throw new UserError(problems.join('\n'), next)
}

/** Opens an app's scheduler. Throws a `UserError` if the app lacks a config var that the scheduler needs. */
export function openScheduler(name: SchedulerName, access: SchedulerAccess): Scheduler {
  const { name: shown, vars, open, setUp } = SCHEDULERS[name]
  if (!open) throw new Error(`${shown} keeps no tasks of its own`)
  const missing = vars.filter(variable => !access.vars[variable])
  if (missing.length === 0) return open(access)
  throw new UserError(
    `${access.app.name} lacks the config var${missing.length > 1 ? 's' : ''} ${missing.join(' and ')}, with which ${shown} is asked`,
    `Add it to the app: \`${setUp(access.app.name)}\`.`
  )
}

/** What to type into Heroku Scheduler's dashboard if its API fails: a line for each task, and the dashboard's address. */
export function typedByHand(tasks: readonly Task[], app: string): { readonly lines: string[]; readonly url: string } {
  const lines = tasks.map(({ command, cron, size }) => `${dashboardTimes(cron)}, dyno size ${size}: ${marked(command)}`)
  return { lines, url: dashboardOf(app) }
}

/**
 * Dyno size of a task that names none: Eco or Basic if the app's formation has them, else the smallest of its kind (Dev
 * Center: dyno-sizes).
 */
export function usualSize(formation: readonly { readonly size?: string | null }[]): string {
  const sizes = formation.map(({ size }) => (size ?? '').toLowerCase())
  const has = (start: string): boolean => sizes.some(size => size.startsWith(start))
  if (has('private')) return 'Private-S'
  if (has('shield')) return 'Shield-S'
  if (has('standard') || has('performance')) return 'Standard-1X'
  return has('eco') ? 'Eco' : 'Basic'
}
