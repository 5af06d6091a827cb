import { differences, isSame, type ScheduledTask, type Task } from './task.ts'

/** What is to happen with one task. */
export type ScheduleStep =
  | { readonly kind: 'create'; readonly task: Task }
  | { readonly kind: 'change'; readonly task: Task; readonly there: ScheduledTask }
  | { readonly kind: 'keep'; readonly task: Task; readonly there: ScheduledTask }
  | { readonly kind: 'remove'; readonly there: ScheduledTask }
  /** Not in the config, and not made by this action. */
  | { readonly kind: 'leave'; readonly there: ScheduledTask }

/**
 * What makes a scheduler's tasks equal to the wanted ones. A task that is there already as it is wanted is kept, whoever
 * made it. One with the same command and other times or size is changed, and is this action's from then on: run beside a
 * new one its work would be done twice. Of several, those that this action made come first. The rest is removed where
 * this action made it, or with `prune`.
 */
export function reconcile(
  wanted: readonly Task[],
  there: readonly ScheduledTask[],
  { prune = false }: { readonly prune?: boolean } = {}
): ScheduleStep[] {
  const left = [...there].sort((a, b) => Number(b.own) - Number(a.own))
  const take = (fits: (there: ScheduledTask) => boolean): ScheduledTask | undefined => {
    const index = left.findIndex(fits)
    return index < 0 ? undefined : left.splice(index, 1)[0]
  }
  const found = new Map<Task, ScheduledTask>()
  // From the best fit to the worst, so that of two tasks with one command neither takes the other's place.
  const fits: ((task: Task, there: ScheduledTask) => boolean)[] = [
    isSame,
    (task, there) => task.cron === there.cron,
    (task, there) => task.size === there.size,
    () => true
  ]
  for (const fit of fits) {
    for (const task of wanted) {
      if (found.has(task)) continue
      const match = take(other => other.command === task.command && fit(task, other))
      if (match) found.set(task, match)
    }
  }
  const steps = wanted.map((task): ScheduleStep => {
    const match = found.get(task)
    if (!match) return { kind: 'create', task }
    return { kind: isSame(task, match) ? 'keep' : 'change', task, there: match }
  })
  return [...steps, ...left.map((there): ScheduleStep => ({ kind: there.own || prune ? 'remove' : 'leave', there }))]
}

/** Whether there is nothing to write. */
export function isSettled(steps: readonly ScheduleStep[]): boolean {
  return steps.every(({ kind }) => kind === 'keep' || kind === 'leave')
}

/** One line of the table that shows what is to happen. */
export interface ShownStep {
  readonly action: string
  readonly command: string
  readonly when: string
  readonly size: string
  readonly why: string
}

export function showStep(step: ScheduleStep, describe: (cron: string) => string): ShownStep {
  const { kind } = step
  if (kind === 'remove' || kind === 'leave') {
    const { command, when, size, own } = step.there
    const why = own ? 'not in the config any more' : 'not made by this action'
    return { action: kind, command, when, size, why: kind === 'leave' ? `${why}; \`prune\` would remove it` : why }
  }
  const { command, cron, size } = step.task
  return { action: kind, command, when: describe(cron), size, why: reason(step) }
}

function reason(step: ScheduleStep): string {
  if (step.kind === 'change') {
    const { task, there } = step
    return [...differences(task, there), ...(there.own ? [] : ['until now not this action’s'])].join(', ')
  }
  return step.kind === 'keep' && !step.there.own ? 'not made by this action' : ''
}
