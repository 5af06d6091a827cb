import * as v from 'valibot'
import { createClient, type HerokuClient } from '../client.ts'
import { MARK, USUAL_LIMIT, type ScheduledTask, type Scheduler, type SchedulerKind, type Task } from './task.ts'
import { timesShown } from './times.ts'

const TOKEN = 'ADVANCED_SCHEDULER_API_TOKEN'
const LONGEST_COMMAND = 1_000
const LONGEST_NAME = 149

/** Advanced Scheduler (Dev Center: advanced-scheduler, "Service API"; its limits: oavanruiten/advanced-scheduler, src/commands). */
export const advancedScheduler: SchedulerKind = {
  name: 'Advanced Scheduler',
  vars: [TOKEN],
  setUp: app =>
    `heroku addons:create advanced-scheduler --app ${app}\`, then make an API token in its dashboard, which sets ${TOKEN}: \`heroku addons:open advanced-scheduler --app ${app}`,
  problem: ({ command, size, limit = USUAL_LIMIT }) => {
    if (command.length > LONGEST_COMMAND)
      return `it takes a command of ${LONGEST_COMMAND} characters at most, and this has ${command.length}; put it into a script in \`bin/\``
    if (/^(private|shield)/i.test(size) && limit < 240)
      return 'it gives a task in a Private Space 4 minutes at least; write `timeout: 4`'
    return undefined
  },
  open: ({ app, vars, url, clock, signal }) => {
    const client = createClient({
      url: url ?? 'https://api.advancedscheduler.io',
      key: vars[TOKEN]!,
      clock,
      signal,
      service: {
        name: 'Advanced Scheduler',
        headers: { authorization: `Bearer ${vars[TOKEN]}`, accept: 'application/json' },
        hint: status => {
          if (status === 401)
            return `The config var ${TOKEN} is not accepted: make a new token in its dashboard (\`heroku addons:open advanced-scheduler --app ${app.name}\`).`
          return status === 403 || status === 402
            ? 'The plan may have no room for another trigger: its dashboard shows it.'
            : undefined
        }
      }
    })
    return new AdvancedScheduler(client)
  }
}

const triggerShape = v.looseObject({
  uuid: v.string(),
  name: v.nullish(v.string()),
  value: v.string(),
  /** `recurring` or `one-off`. */
  frequencyType: v.string(),
  schedule: v.string(),
  timezone: v.nullish(v.string()),
  /** `active`, `inactive` or `completed`. */
  state: v.string(),
  dyno: v.nullish(v.string()),
  timeout: v.nullish(v.number())
})
type Trigger = v.InferOutput<typeof triggerShape>
const triggers = v.looseObject({ triggers: v.array(triggerShape) })
const oneTrigger = v.looseObject({ trigger: triggerShape })

class AdvancedScheduler implements Scheduler {
  readonly #client: HerokuClient

  constructor(client: HerokuClient) {
    this.#client = client
  }

  async list(): Promise<ScheduledTask[]> {
    return (await this.#client.get('/triggers', triggers)).triggers.map(scheduledTask)
  }

  async create(task: Task): Promise<void> {
    await this.#client.write('POST', '/triggers', v.unknown(), { body: fieldsOf(task) })
  }

  /** A PUT takes the whole trigger, with the fields that are not known here. */
  async change({ id }: ScheduledTask, task: Task): Promise<void> {
    const path = `/triggers/${encodeURIComponent(id)}`
    const { trigger } = await this.#client.get(path, oneTrigger)
    await this.#client.write('PUT', path, v.unknown(), { body: { ...trigger, ...fieldsOf(task) } })
  }

  async remove({ id }: ScheduledTask): Promise<void> {
    await this.#client.write('DELETE', `/triggers/${encodeURIComponent(id)}`, v.unknown())
  }
}

function scheduledTask(trigger: Trigger): ScheduledTask {
  return {
    id: trigger.uuid,
    command: trigger.value.trim(),
    own: (trigger.name ?? '').startsWith(`${MARK}:`),
    ...timesShown(trigger.schedule, trigger.frequencyType === 'recurring', trigger.timezone),
    size: trigger.dyno ?? '',
    limit: trigger.timeout ?? undefined,
    enabled: trigger.state === 'active'
  }
}

function fieldsOf({ command, cron, size, limit = USUAL_LIMIT }: Task): Record<string, string | number> {
  return {
    name: `${MARK}: ${command}`.slice(0, LONGEST_NAME),
    frequencyType: 'recurring',
    schedule: cron,
    value: command,
    timezone: 'UTC',
    state: 'active',
    dyno: size,
    timeout: limit
  }
}
