import * as v from 'valibot'
import { createClient, type HerokuClient } from '../client.ts'
import { HerokuError } from '../errors.ts'
import { MARK, type ScheduledTask, type Scheduler, type SchedulerKind, type Task } from './task.ts'
import { clockTime, cronOfPlain, describeCron, meanGap, nextTime, plainTimes, type PlainTimes } from './times.ts'

/**
 * Heroku Scheduler's own API (particleboard.heroku.com), which Heroku does not document. Paths, fields and their values are
 * those of a Terraform provider, in use since 2020 (davidji99/terraform-provider-herokux: api/scheduler/job.go,
 * docs/resources/scheduler_job.md). The host is the one that Heroku's CLI knows (heroku/heroku-cli-command: src/vars.ts).
 * So each answer is checked, value by value.
 */
export const herokuScheduler: SchedulerKind = {
  name: 'Heroku Scheduler',
  vars: [],
  setUp: app => `heroku addons:create scheduler:standard --app ${app}`,
  problem: ({ command, cron, limit }) => {
    if (limit !== undefined) return 'it has no time limit; write `timeout 2h` before the command instead of `timeout`'
    // A backslash would escape the space before the mark, which is a comment.
    if (command.endsWith('\\')) return 'a command may not end in a backslash; leave it out, it does nothing'
    const times = plainTimes(cron)
    return times && AT[times.every](times.at)
      ? undefined
      : `it cannot run ${describeCron(cron)}; the nearest is ${nearest(cron, times)}`
  },
  open: ({ app, herokuKey, url, clock, signal }) => {
    const client = createClient({
      url: url ?? 'https://particleboard.heroku.com',
      key: herokuKey,
      clock,
      signal,
      service: {
        name: 'Heroku Scheduler',
        headers: { authorization: `Bearer ${herokuKey}`, accept: JSON_API, 'content-type': JSON_API },
        hint: status => {
          if (status === 404) return `Look whether the app has the add-on: \`${herokuScheduler.setUp(app.name)}\`.`
          return status === 401 || status === 403
            ? 'Look whether the key’s account is a collaborator of the app.'
            : undefined
        }
      }
    })
    return new HerokuScheduler(client, app.id)
  }
}

const JSON_API = 'application/vnd.api+json'

/** Which `at` is allowed: minutes after the hour, or after 00:00 UTC. */
const AT: Readonly<Record<PlainTimes['every'], (at: number) => boolean>> = {
  10: at => at === 0,
  60: at => at % 10 === 0 && at < 60,
  1440: at => at % 30 === 0 && at < 1_440
}

const job = v.pipe(
  v.looseObject({
    type: v.literal('jobs'),
    id: v.pipe(v.string(), v.nonEmpty()),
    attributes: v.looseObject({
      command: v.string(),
      every: v.picklist([10, 60, 1440]),
      at: v.pipe(v.number(), v.integer()),
      'dyno-size': v.pipe(v.string(), v.nonEmpty()),
      'ran-at': v.nullish(v.pipe(v.string(), v.isoTimestamp()))
    })
  }),
  v.check(({ attributes: { every, at } }) => at >= 0 && AT[every](at), 'at does not go with every')
)
const jobs = v.looseObject({ data: v.array(job) })
const oneJob = v.looseObject({ data: job })

class HerokuScheduler implements Scheduler {
  readonly #client: HerokuClient
  readonly #appId: string
  readonly #path: string

  constructor(client: HerokuClient, appId: string) {
    this.#client = client
    this.#appId = appId
    this.#path = `/apps/${appId}/jobs`
  }

  async list(): Promise<ScheduledTask[]> {
    return (await this.#client.get(this.#path, jobs)).data.map(({ id, attributes }) => {
      const cron = cronOfPlain(attributes)
      const ranAt = attributes['ran-at']
      return {
        id,
        ...unmarked(attributes.command),
        cron,
        when: describeCron(cron),
        size: attributes['dyno-size'],
        enabled: true,
        lastRun: ranAt ? { at: Date.parse(ranAt), outcome: 'unknown' } : undefined
      }
    })
  }

  async create(task: Task): Promise<void> {
    const body = { data: { type: 'jobs', attributes: attributesOf(task) } }
    await this.#client.write('POST', this.#path, oneJob, { body })
  }

  /** JSON:API wants the job's id in the body. The Terraform provider sends the app's (its issue 253): tried if the job's is refused. */
  async change({ id }: ScheduledTask, task: Task): Promise<void> {
    const patch = async (named: string): Promise<void> => {
      const body = { data: { type: 'jobs', id: named, attributes: attributesOf(task) } }
      await this.#client.write('PATCH', `${this.#path}/${encodeURIComponent(id)}`, oneJob, { body })
    }
    try {
      await patch(id)
    } catch (error) {
      if (!(error instanceof HerokuError) || ![400, 409, 422].includes(error.status ?? 0)) throw error
      await patch(this.#appId)
    }
  }

  async remove({ id }: ScheduledTask): Promise<void> {
    await this.#client.write('DELETE', `${this.#path}/${encodeURIComponent(id)}`, v.unknown())
  }
}

function attributesOf(task: Task): Record<string, string | number> {
  return { command: marked(task.command), 'dyno-size': task.size, ...plainTimes(task.cron) }
}

/**
 * A command with our mark. A job has no other place for it. As a comment it means nothing to the shell, is written with the
 * command, and is seen in the dashboard.
 */
export function marked(command: string): string {
  return `${command} # ${MARK}`
}

function unmarked(command: string): { command: string; own: boolean } {
  const own = new RegExp(`\\s#\\s*${MARK}\\s*$`).exec(command)
  return { command: (own ? command.slice(0, own.index) : command).trim(), own: own !== null }
}

/** The page on which a person types in tasks. */
export function dashboardOf(app: string): string {
  return `https://dashboard.heroku.com/apps/${app}/scheduler`
}

/** A task's times as Heroku Scheduler's dashboard words them. */
export function dashboardTimes(cron: string): string {
  const { every, at } = plainTimes(cron)!
  if (every === 10) return 'Every 10 minutes'
  if (every === 60) return `Every hour at :${String(at).padStart(2, '0')}`
  const hour = Math.floor(at / 60)
  return `Every day at ${hour % 12 || 12}:${clockTime(at).slice(3)} ${hour < 12 ? 'AM' : 'PM'} UTC`
}

/** The nearest times that Heroku Scheduler has, as the config says them. */
function nearest(cron: string, times: PlainTimes | undefined): string {
  if (times?.every === 60) return wish({ every: 60, at: (Math.round(times.at / 10) * 10) % 60 })
  if (times?.every === 1440) return wish({ every: 1440, at: (Math.round(times.at / 30) * 30) % 1440 })
  const gap = meanGap(cron)
  const first = new Date(nextTime(cron, -1) ?? 0)
  // The middle between two, by their ratio: 10 × 2.4 × 2.4 is 60.
  if (gap < Math.sqrt(10 * 60)) return wish({ every: 10, at: 0 })
  if (gap < Math.sqrt(60 * 1440)) return wish({ every: 60, at: (Math.round(first.getUTCMinutes() / 10) * 10) % 60 })
  const at = first.getUTCHours() * 60 + first.getUTCMinutes()
  const often = gap > 2 * 1440 ? ', which is more often' : ''
  return `${wish({ every: 1440, at: (Math.round(at / 30) * 30) % 1440 })}${often}`
}

function wish({ every, at }: PlainTimes): string {
  if (every === 10) return '`every: 10 minutes`'
  return every === 60
    ? `\`every: hour\` with \`at: ":${String(at).padStart(2, '0')}"\``
    : `\`every: day\` with \`at: "${clockTime(at)}"\``
}
