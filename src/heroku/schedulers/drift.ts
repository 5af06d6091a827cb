import { reconcile, showStep } from './reconcile.ts'
import { type ScheduledTask, type Task } from './task.ts'
import { describeCron, nextTime } from './times.ts'

/** One difference between the scheduler's tasks and the config's. */
export interface Drift {
  readonly kind: 'missing' | 'changed' | 'left over' | 'unknown'
  readonly command: string
  /** One sentence. */
  readonly text: string
}

const KINDS = { create: 'missing', change: 'changed', remove: 'left over', leave: 'unknown' } as const

/** How the scheduler's tasks differ from the config's. A task that the config does not know is `unknown`, and no fault. */
export function scheduleDrift(wanted: readonly Task[], there: readonly ScheduledTask[]): Drift[] {
  return reconcile(wanted, there).flatMap((step): Drift[] => {
    if (step.kind === 'keep') return []
    const { command, when, why } = showStep(step, describeCron)
    const texts = {
      create: `is not scheduled; it is to run ${when}`,
      change: `is to run ${when}; ${why}`,
      remove: `is still scheduled (${when}), and not in the config any more`,
      leave: `is scheduled (${when}), and the config does not know it`
    }
    return [{ kind: KINDS[step.kind], command, text: texts[step.kind] }]
  })
}

/** Milliseconds that a task may start late: schedulers are not punctual. */
const GRACE = 60 * 60_000

/**
 * Tasks whose last run failed, or lies so long back that a run was missed since. A task that never ran is left out: nobody
 * knows since when it is there.
 * @param now milliseconds since 1970
 */
export function lateTasks(
  there: readonly ScheduledTask[],
  now: number
): { readonly command: string; readonly text: string }[] {
  return there.flatMap(({ command, cron, enabled, lastRun }) => {
    if (!enabled || !lastRun) return []
    const at = new Date(lastRun.at)
      .toISOString()
      .replace(/:\d\d\.\d{3}Z$/, ' UTC')
      .replace('T', ' ')
    if (lastRun.outcome === 'failed') return [{ command, text: `failed at ${at}` }]
    const next = cron === undefined ? undefined : nextTime(cron, lastRun.at)
    return next !== undefined && next + GRACE < now
      ? [
          {
            command,
            text: `ran last at ${at}, and was to run again at ${new Date(next).toISOString().slice(0, 16).replace('T', ' ')} UTC`
          }
        ]
      : []
  })
}
