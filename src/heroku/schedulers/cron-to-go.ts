import * as v from 'valibot'
import { createClient, type HerokuClient } from '../client.ts'
import { MARK, USUAL_LIMIT, type ScheduledTask, type Scheduler, type SchedulerKind, type Task } from './task.ts'
import { timesShown } from './times.ts'

const ORGANIZATION = 'CRONTOGO_ORGANIZATION_ID'
const KEY = 'CRONTOGO_API_KEY'

/**
 * Cron To Go (crontogo.com/blog/api-reference; crazyantlabs/heroku-cli-plugin-cron: src/lib/schema.ts; its limits:
 * src/lib/validation-service.ts).
 */
export const cronToGo: SchedulerKind = {
  name: 'Cron To Go',
  vars: [ORGANIZATION, KEY],
  setUp: app => `heroku addons:create crontogo --app ${app}`,
  problem: () => undefined,
  open: ({ app, vars, url, clock, signal }) => {
    const client = createClient({
      url: url ?? 'https://api.crontogo.com',
      key: vars[KEY]!,
      clock,
      signal,
      service: {
        name: 'Cron To Go',
        headers: { authorization: `Bearer ${vars[KEY]}`, accept: 'application/json' },
        hint: status => {
          if ([401, 403, 404].includes(status))
            return `Look whether the config vars ${ORGANIZATION} and ${KEY} are those of the add-on (\`heroku addons --app ${app.name}\`), and whether it is active.`
          return status === 402 || status === 422
            ? `The plan may have no room for another job: \`heroku addons:open crontogo --app ${app.name}\` shows it.`
            : undefined
        }
      }
    })
    return new CronToGo(client, vars[ORGANIZATION]!)
  }
}

const jobShape = v.looseObject({
  Id: v.string(),
  Alias: v.nullish(v.string()),
  State: v.string(),
  ScheduleExpression: v.string(),
  ScheduleType: v.string(),
  Timezone: v.nullish(v.string()),
  Target: v.looseObject({
    Type: v.nullish(v.string()),
    Size: v.nullish(v.string()),
    Command: v.nullish(v.string()),
    TimeToLive: v.nullish(v.number())
  }),
  /** `pending`, `running`, `succeeded`, `failed`; milliseconds since 1970. */
  LastAttempt: v.nullish(v.looseObject({ State: v.nullish(v.string()), CreatedAt: v.nullish(v.number()) }))
})
type Job = v.InferOutput<typeof jobShape>

class CronToGo implements Scheduler {
  readonly #client: HerokuClient
  readonly #path: string

  constructor(client: HerokuClient, organization: string) {
    this.#client = client
    this.#path = `/organizations/${encodeURIComponent(organization)}/jobs`
  }

  async list(): Promise<ScheduledTask[]> {
    return (await this.#client.get(this.#path, v.array(jobShape))).map(scheduledTask)
  }

  async create(task: Task): Promise<void> {
    await this.#client.write('POST', this.#path, v.unknown(), { body: bodyOf(task) })
  }

  async change({ id }: ScheduledTask, task: Task): Promise<void> {
    await this.#client.write('PATCH', `${this.#path}/${encodeURIComponent(id)}`, v.unknown(), { body: bodyOf(task) })
  }

  async remove({ id }: ScheduledTask): Promise<void> {
    await this.#client.write('DELETE', `${this.#path}/${encodeURIComponent(id)}`, v.unknown())
  }
}

function scheduledTask(job: Job): ScheduledTask {
  const { ScheduleExpression: expression, ScheduleType: type, Timezone: zone, Target: target, LastAttempt: last } = job
  return {
    id: job.Id,
    command: (target.Command ?? '').trim(),
    own: (job.Alias ?? '').startsWith(`${MARK}:`),
    ...timesShown(expression, type === 'cron', zone),
    size: target.Size ?? '',
    limit: target.TimeToLive ?? undefined,
    enabled: job.State === 'enabled',
    lastRun: last?.CreatedAt ? { at: last.CreatedAt, outcome: outcomeOf(last.State) } : undefined
  }
}

function outcomeOf(state: string | null | undefined): 'succeeded' | 'failed' | 'running' | 'unknown' {
  if (state === 'succeeded' || state === 'failed') return state
  return state === 'running' || state === 'pending' ? 'running' : 'unknown'
}

/** With `Retries: 0`: a task that failed is not run again. */
function bodyOf({ command, cron, size, limit = USUAL_LIMIT }: Task): unknown {
  return {
    Alias: `${MARK}: ${command}`.slice(0, 200),
    ScheduleExpression: cron,
    ScheduleType: 'cron',
    Timezone: 'UTC',
    Target: { Type: 'dyno', Size: size, Command: command, TimeToLive: limit },
    Retries: 0,
    Jitter: 0,
    State: 'enabled'
  }
}
