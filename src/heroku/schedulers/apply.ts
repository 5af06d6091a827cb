import { writeOnce } from '../../net/index.ts'
import { CancelledError, errorText, UserError, type Clock } from '../../runtime/index.ts'
import { HerokuError, isNotFound, mayHaveHappened } from '../errors.ts'
import { isSettled, reconcile, type ScheduleStep } from './reconcile.ts'
import { isSame, type ScheduledTask, type Scheduler, type Task } from './task.ts'

interface ApplyOptions {
  readonly wanted: readonly Task[]
  /** Whether tasks are removed that this action did not make. */
  readonly prune: boolean
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Milliseconds before each look for a write whose answer was lost. */
const LOOKS = [0, 2_000, 5_000]

/**
 * Carries out steps, one request after the other: changes, then new tasks, then removals. Each write is sent once; if its
 * answer is lost, the tasks are read to see whether it happened. A step that is refused does not stop the others. A new
 * task that was refused is tried again after the removals, which may have made room in the add-on's plan. At the end the
 * tasks are read again, and must be those that are wanted.
 *
 * Rejects with a `UserError` that names what is not done. Another run goes on from there.
 */
export async function applySteps(
  scheduler: Scheduler,
  steps: readonly ScheduleStep[],
  { wanted, prune, clock, signal }: ApplyOptions
): Promise<void> {
  const failures = new Map<ScheduleStep, unknown>()
  const known = new Set(steps.flatMap(step => ('there' in step ? step.there.id : [])))
  const carryOut = async (step: ScheduleStep): Promise<void> => {
    try {
      await once(scheduler, step, known, { clock, signal })
      failures.delete(step)
    } catch (error) {
      if (error instanceof CancelledError || !isRefused(error)) throw error
      failures.set(step, error)
    }
  }
  const ofKind = (kind: ScheduleStep['kind']): ScheduleStep[] => steps.filter(step => step.kind === kind)
  for (const kind of ['change', 'create', 'remove'] as const) {
    for (const step of ofKind(kind)) await carryOut(step)
  }
  const refused = ofKind('create').filter(step => failures.has(step))
  if (ofKind('remove').length > 0) for (const step of refused) await carryOut(step)
  if (failures.size > 0) throw notDone(failures)
  if (!isSettled(reconcile(wanted, await scheduler.list(), { prune }))) {
    throw new UserError(
      'The scheduler accepted the tasks, but shows other ones than were written',
      'Something else may change them at the same time. Run `command: schedule` again with `plan: true`, and compare with what its dashboard shows.'
    )
  }
}

/** Sends one write. If its answer is lost, looks whether it happened. */
async function once(
  scheduler: Scheduler,
  step: ScheduleStep,
  known: ReadonlySet<string>,
  { clock, signal }: Pick<ApplyOptions, 'clock' | 'signal'>
): Promise<void> {
  await writeOnce<true>(
    { clock, signal },
    async () => {
      await write(scheduler, step)
      return true
    },
    {
      isLost: mayHaveHappened,
      find: async () => happened(step, await scheduler.list(), known) || undefined,
      looks: LOOKS
    }
  ).catch((error: unknown) => {
    if (step.kind !== 'remove' || !isNotFound(error)) throw error
  })
}

async function write(scheduler: Scheduler, step: ScheduleStep): Promise<void> {
  if (step.kind === 'create') await scheduler.create(step.task)
  else if (step.kind === 'change') await scheduler.change(step.there, step.task)
  else if (step.kind === 'remove') await scheduler.remove(step.there)
}

/**
 * Whether a step has been carried out.
 * @param known ids of the tasks that were there before
 */
function happened(step: ScheduleStep, now: readonly ScheduledTask[], known: ReadonlySet<string>): boolean {
  switch (step.kind) {
    case 'create':
      return now.some(there => !known.has(there.id) && there.command === step.task.command && isSame(step.task, there))
    case 'change':
      return now.some(there => there.id === step.there.id && isSame(step.task, there))
    case 'remove':
      return !now.some(({ id }) => id === step.there.id)
    default:
      return true
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof HerokuError && error.outcome === 'refused' && error.status !== undefined
}

function notDone(failures: ReadonlyMap<ScheduleStep, unknown>): UserError {
  const lines = [...failures].map(([step, error]) => {
    const command = 'task' in step ? step.task.command : step.there.command
    return `To ${step.kind} "${command}": ${errorText(error)}`
  })
  const [first] = failures.values()
  const next = first instanceof UserError ? first.nextStep : 'Look at the scheduler’s dashboard.'
  return new UserError(lines.join('\n'), `${next} What else was to be done is done; run the job again.`, {
    cause: first
  })
}
