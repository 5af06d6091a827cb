import { Cron } from 'croner'
import { type AppState } from './store.ts'
import { type World } from './world.ts'

/** Five fields of cron, as the schedulers take them. */
export function isCron(text: string): boolean {
  if (text.split(' ').length !== 5) return false
  try {
    return parsed(text) instanceof Cron
  } catch {
    return false
  }
}

/** A job of any scheduler, as far as it is run. */
interface Job {
  readonly command: string
  readonly size: string
  /** Undefined if it is not known here when it runs. */
  readonly cron: string | undefined
  /** Milliseconds since 1970: its last run, or when it was made. */
  readonly since: number
  readonly ran: (at: number, status: number) => void
}

/** Runs what is due of an app's jobs, each once, as dynos named `scheduler.N`. Times are the handed-in clock's. */
export async function runDueJobs(world: World, app: AppState): Promise<string[]> {
  const now = world.clock.now()
  const due = jobsOf(world, app).filter(({ cron, since }) => cron !== undefined && isDue(cron, since, now))
  for (const { command, size, ran } of due) {
    const dyno = world.machines.get(app.name)!.runOneOff({ command, size, type: 'scheduler', attach: false })
    // An app without a slug can run nothing; the schedulers do not mind.
    ran(now, dyno ? await dyno.done : 1)
  }
  world.store.save()
  return due.map(({ command }) => command)
}

function isDue(cron: string, since: number, now: number): boolean {
  const next = parsed(cron).nextRun(new Date(since))
  return next !== null && next.getTime() <= now
}

function parsed(cron: string): Cron {
  return new Cron(cron, { timezone: 'UTC', mode: '5-part', paused: true })
}

function jobsOf({ store: { state } }: World, { id, configVars }: AppState): Job[] {
  const own = state.jobs
    .filter(({ app }) => app === id)
    .map(job => {
      const { command, every, at, 'dyno-size': size, 'ran-at': ranAt, 'created-at': made } = job.attributes
      return {
        command: String(command),
        size: String(size),
        cron: cronOf(Number(every), Number(at)),
        since: Date.parse(String(ranAt ?? made)),
        ran: (when: number) => void (job.attributes['ran-at'] = new Date(when).toISOString())
      }
    })
  const cronToGo = state.cronJobs
    .filter(
      ({ organization, fields }) =>
        organization === configVars['CRONTOGO_ORGANIZATION_ID'] && fields['State'] === 'enabled'
    )
    .map(({ fields }) => {
      const { Target: target, LastAttempt: last, CreatedAt: made, ScheduleType: type } = fields
      const { Command: command, Size: size } = target as Record<string, unknown>
      return {
        command: String(command),
        size: String(size),
        cron: type === 'cron' ? String(fields['ScheduleExpression']) : undefined,
        since: Number((last as { CreatedAt?: number } | undefined)?.CreatedAt ?? made),
        ran: (when: number, status: number) =>
          void (fields['LastAttempt'] = { CreatedAt: when, State: status === 0 ? 'succeeded' : 'failed' })
      }
    })
  const triggers = state.triggers
    .filter(({ app, fields }) => app === id && fields['state'] === 'active')
    .map(trigger => {
      const { value, dyno, schedule, frequencyType } = trigger.fields
      return {
        command: String(value),
        size: String(dyno),
        cron: frequencyType === 'recurring' ? String(schedule) : undefined,
        since: trigger.ranAt ?? trigger.madeAt,
        ran: (when: number) => void (trigger.ranAt = when)
      }
    })
  return [...own, ...cronToGo, ...triggers]
}

function cronOf(every: number, at: number): string {
  if (every === 10) return '*/10 * * * *'
  return every === 60 ? `${at} * * * *` : `${at % 60} ${Math.floor(at / 60)} * * *`
}
