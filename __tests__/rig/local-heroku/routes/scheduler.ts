import { SIZES } from '../../../../src/local-heroku/dyno.ts'
import { JSON_API, JsonApiError, type ApiError } from '../errors.ts'
import { type AppState, type JobState } from '../store.ts'
import { jobView } from '../views.ts'
import { type World } from '../world.ts'
import { now, text, within, type ApiRequest, type Routes } from './route.ts'

/**
 * Heroku Scheduler's own API (particleboard.heroku.com). Heroku documents none of it: addresses, fields and what they may
 * hold are those of davidji99/terraform-provider-herokux (api/scheduler/job.go, docs/resources/scheduler_job.md). How it
 * words a refusal is known for a missing type alone; the status 422 and the words of the others are undocumented.
 */
export const SCHEDULER_ROUTES: Routes = {
  'GET /apps/:app/jobs': (world, request) => {
    const app = schedulerApp(world, request)
    return [200, { data: world.store.state.jobs.filter(job => job.app === app.id).map(jobView) }]
  },
  'POST /apps/:app/jobs': (world, request) => {
    const app = schedulerApp(world, request)
    const { state } = world.store
    const attributes = checked({ ...attributesOf(request.body), 'created-at': now(world), 'ran-at': null })
    const job = { id: String(++state.lastJob), app: app.id, attributes }
    state.jobs.push(job)
    world.store.save()
    return [201, { data: jobView(job) }]
  },
  'PATCH /apps/:app/jobs/:job': (world, request) => {
    const app = schedulerApp(world, request)
    const job = jobOf(world, app, request)
    const given = attributesOf(request.body)
    // The one client that is known sends the app's id here (its issue 253), JSON:API wants the job's.
    if (![job.id, app.id].includes(String(within(request.body['data'], 'id'))))
      throw new JsonApiError(400, 'Missing id in data parameter', '/data/id')
    job.attributes = checked({ ...job.attributes, ...given })
    world.store.save()
    return [200, { data: jobView(job) }]
  },
  'DELETE /apps/:app/jobs/:job': (world, request) => {
    const job = jobOf(world, schedulerApp(world, request), request)
    const { jobs } = world.store.state
    jobs.splice(jobs.indexOf(job), 1)
    world.store.save()
    return [204, undefined]
  }
}

/** The app, by its id alone, with the add-on. Stricter than is known: both headers must be those of JSON:API. */
function schedulerApp({ store }: World, { params, headers, body }: ApiRequest): AppState {
  if (headers.accept !== JSON_API) throw new JsonApiError(406, `Accept must be ${JSON_API}`, '')
  if (Object.keys(body).length > 0 && headers['content-type'] !== JSON_API)
    throw new JsonApiError(415, `Content-Type must be ${JSON_API}`, '')
  const app = store.state.apps.find(({ id }) => id === params[0])
  const provisioned = store.state.addons.some(
    ({ service, app: owner }) => service === 'scheduler' && owner === app?.name
  )
  if (!app || !provisioned) throw new JsonApiError(404, 'Not found', '')
  return app
}

function jobOf({ store }: World, app: AppState, { params }: ApiRequest): JobState {
  const job = store.state.jobs.find(({ id, app: of }) => id === params[1] && of === app.id)
  if (!job) throw new JsonApiError(404, 'Not found', '')
  return job
}

/** What may be written of a job. */
function attributesOf(body: Record<string, unknown>): Record<string, unknown> {
  if (within(body['data'], 'type') !== 'jobs')
    throw new JsonApiError(400, 'Missing type in data parameter', '/data/type')
  const attributes = (within(body['data'], 'attributes') ?? {}) as Record<string, unknown>
  const known = ['command', 'dyno-size', 'every', 'at', 'expire-after']
  const unknown = Object.keys(attributes).find(name => !known.includes(name))
  if (unknown !== undefined) throw refusal('is not known', unknown)
  return attributes
}

/** The attributes of a job that can run. Times are minutes; `at` counts from the hour, or from 00:00 UTC. */
function checked(attributes: Record<string, unknown>): Record<string, unknown> {
  const { command, every, at } = attributes
  if ((text(command) ?? '').trim() === '') throw refusal("can't be blank", 'command')
  // Case-sensitive, as nowhere else: `Standard-1X`.
  if (!SIZES.includes(String(attributes['dyno-size']))) throw refusal('is not a dyno size', 'dyno-size')
  const allowed = AT[String(every)]
  if (!allowed || typeof every !== 'number') throw refusal('must be 10, 60 or 1440', 'every')
  if (typeof at !== 'number' || !allowed(at)) throw refusal(`is not allowed every ${every} minutes`, 'at')
  return attributes
}

const AT: Readonly<Record<string, (at: number) => boolean>> = {
  10: at => at === 0,
  60: at => at >= 0 && at <= 50 && at % 10 === 0,
  1440: at => at >= 0 && at <= 1410 && at % 30 === 0
}

function refusal(what: string, attribute: string): ApiError {
  return new JsonApiError(422, `${attribute} ${what}`, `/data/attributes/${attribute}`)
}
