import { differences, isSame, type ScheduledTask, type Task } from './task.ts'

/** What to do with one task. */
export type ScheduleStep =
  | { readonly kind: 'create'; readonly task: Task }
  | { readonly kind: 'change'; readonly task: Task; readonly there: ScheduledTask }
  | { readonly kind: 'keep'; readonly task: Task; readonly there: ScheduledTask }
  | { readonly kind: 'remove'; readonly there: ScheduledTask }
  /** Not in the config, and not made by this action. */
  | { readonly kind: 'leave'; readonly there: ScheduledTask }

/**
 * The steps that make a scheduler's tasks those that are wanted. Pure. A task that is there as it is wanted is kept, whoever
 * made it. A task with the same command, but another time or size, is changed, and belongs to this action from then on: a
 * new one beside it would do its work twice. If several fit, those that this action made come first. Any other task is
 * removed if this action made it, or with `prune`.
 */
export function reconcile(
  wanted: readonly Task[],
  there: readonly ScheduledTask[],
  { prune = false }: { readonly prune?: boolean } = {}
): ScheduleStep[] {
  const left = [...there].sort((a, b) => Number(b.own) - Number(a.own))
  const take = (fits: (other: ScheduledTask) => boolean): ScheduledTask | undefined => {
    const index = left.findIndex(fits)
    return index < 0 ? undefined : left.splice(index, 1)[0]
  }
  const found = new Map<Task, ScheduledTask>()
  // From the best fit to the worst, so that of two tasks with one command neither takes the other's place.
  const ways: ((task: Task, other: ScheduledTask) => boolean)[] = [
    isSame,
    (task, other) => task.cron === other.cron,
    (task, other) => task.size === other.size,
    () => true
  ]
  for (const fit of ways) {
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
  return [
    ...steps,
    ...left.map((rest): ScheduleStep => ({ kind: rest.own || prune ? 'remove' : 'leave', there: rest }))
  ]
}

/** Whether there is nothing to write. */
export function isSettled(steps: readonly ScheduleStep[]): boolean {
  return steps.every(({ kind }) => kind === 'keep' || kind === 'leave')
}

/** A step as a row of a table, for people. */
interface ShownStep {
  readonly action: string
  readonly command: string
  readonly when: string
  readonly size: string
  readonly why: string
}

/** A step for people. @param describe says a cron in words */
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
