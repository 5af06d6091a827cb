import { randomUUID } from 'node:crypto'
import { SIZES } from '../../../../src/local-heroku/dyno.ts'
import { PlainError } from '../errors.ts'
import { type CronJobState } from '../store.ts'
import { type World } from '../world.ts'
import { text, within, type ApiRequest, type Routes } from './route.ts'
import { isCron } from '../schedules.ts'

/**
 * Cron To Go (crontogo.com/blog/api-reference; crazyantlabs/heroku-cli-plugin-cron: src/lib/schema.ts, and what a job may
 * hold: src/lib/validation-service.ts). An organization is the add-on of an app: its id and key are the app's config vars.
 * The status of a refusal, and that a list has no pages, are undocumented.
 */
export const CRON_TO_GO_ROUTES: Routes = {
  'GET /organizations/:organization': (world, request) => {
    const id = organizationOf(world, request)
    const plan = { Name: 'local', JobsLimit: world.jobsLimit }
    return [200, { Id: id, State: 'active', Plan: plan, JobsCount: jobsOf(world, id).length }]
  },
  'GET /organizations/:organization/jobs': (world, request) => [
    200,
    jobsOf(world, organizationOf(world, request)).map(jobView)
  ],
  'POST /organizations/:organization/jobs': (world, request) => {
    const organization = organizationOf(world, request)
    if (jobsOf(world, organization).length >= world.jobsLimit) throw new PlainError(422, 'Jobs limit exceeded')
    const at = world.clock.now()
    const fields = { CreatedAt: at, UpdatedAt: at, Retries: 0, Jitter: 0, State: 'enabled', ...request.body }
    const job: CronJobState = { Id: randomUUID(), organization, fields: checked(fields) }
    world.store.state.cronJobs.push(job)
    world.store.save()
    return [201, jobView(job)]
  },
  'GET /organizations/:organization/jobs/:job': (world, request) => [200, jobView(jobOf(world, request))],
  'PATCH /organizations/:organization/jobs/:job': (world, request) => {
    const job = jobOf(world, request)
    const { Target: target, ...body } = request.body
    const merged = { ...(job.fields['Target'] as object), ...(target as object | undefined) }
    job.fields = checked({ ...job.fields, ...body, Target: merged, UpdatedAt: world.clock.now() })
    world.store.save()
    return [200, jobView(job)]
  },
  'DELETE /organizations/:organization/jobs/:job': (world, request) => {
    const job = jobOf(world, request)
    const { cronJobs } = world.store.state
    cronJobs.splice(cronJobs.indexOf(job), 1)
    world.store.save()
    return [204, undefined]
  }
}

function organizationOf({ store }: World, { params, headers }: ApiRequest): string {
  const owner = store.state.apps.find(
    ({ configVars }) =>
      configVars['CRONTOGO_ORGANIZATION_ID'] === params[0] &&
      headers['authorization'] === `Bearer ${configVars['CRONTOGO_API_KEY']}`
  )
  if (!owner) throw new PlainError(401, 'Unauthorized')
  return params[0]!
}

function jobsOf({ store }: World, organization: string): CronJobState[] {
  return store.state.cronJobs.filter(job => job.organization === organization)
}

function jobOf(world: World, request: ApiRequest): CronJobState {
  const job = jobsOf(world, organizationOf(world, request)).find(({ Id }) => Id === request.params[1])
  if (!job) throw new PlainError(404, 'Job not found')
  return job
}

function jobView({ Id, fields }: CronJobState): unknown {
  return { Id, ...fields }
}

function checked(fields: Record<string, unknown>): Record<string, unknown> {
  const target = fields['Target']
  const limit = Number(within(target, 'TimeToLive'))
  const expression = text(fields['ScheduleExpression']) ?? ''
  const isRate = /^[1-9]\d* (minute|hour|day)s?$/.test(expression)
  const problems: [boolean, string][] = [
    [(text(fields['Alias']) ?? '').length <= 200, 'Alias is too long'],
    [fields['ScheduleType'] === 'rate' ? isRate : isCron(expression), 'ScheduleExpression is not valid'],
    [['cron', 'rate'].includes(String(fields['ScheduleType'])), 'ScheduleType is not valid'],
    [text(fields['Timezone']) !== undefined, 'Timezone is not valid'],
    [within(target, 'Type') === 'dyno', 'Target.Type is not valid'],
    [SIZES.includes(String(within(target, 'Size'))), 'Target.Size is not valid'],
    [(text(within(target, 'Command')) ?? '') !== '', 'Target.Command is empty'],
    [Number.isInteger(limit) && limit >= 30 && limit <= 86_400, 'Target.TimeToLive is not valid'],
    [['enabled', 'paused'].includes(String(fields['State'])), 'State is not valid']
  ]
  for (const [fine, message] of problems) if (!fine) throw new PlainError(422, message)
  return fields
}
