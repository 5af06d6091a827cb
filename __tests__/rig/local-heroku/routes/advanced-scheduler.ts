import { randomUUID } from 'node:crypto'
import { SIZES } from '../../../../src/local-heroku/dyno.ts'
import { PlainError } from '../errors.ts'
import { isCron } from '../schedules.ts'
import { type AppState, type TriggerState } from '../store.ts'
import { type World } from '../world.ts'
import { text, type ApiRequest, type Routes } from './route.ts'

const FIELDS = ['name', 'frequencyType', 'schedule', 'value', 'timezone', 'state', 'dyno', 'timeout']

/**
 * Advanced Scheduler (Dev Center: advanced-scheduler, "Service API"; what a trigger may hold, and the words of refusals:
 * oavanruiten/advanced-scheduler: src/commands/triggers). The token is the app's config var. Statuses but 200 are
 * undocumented.
 */
export const ADVANCED_SCHEDULER_ROUTES: Routes = {
  'GET /triggers': (world, request) => {
    const triggers = triggersOf(world, ownerOf(world, request)).map(view)
    const message = triggers.length === 0 ? 'No triggers found.' : 'Triggers found.'
    return [200, { message, code: '200', triggers }]
  },
  'POST /triggers': (world, request) => {
    const { id: app } = ownerOf(world, request)
    const trigger: TriggerState = { uuid: randomUUID(), app, fields: checked(request.body), madeAt: world.clock.now() }
    world.store.state.triggers.push(trigger)
    world.store.save()
    return [201, { message: 'Trigger created.', code: '201', trigger: view(trigger) }]
  },
  'GET /triggers/:trigger': (world, request) => [
    200,
    { message: 'Trigger found.', code: '200', trigger: view(triggerOf(world, request)) }
  ],
  'PUT /triggers/:trigger': (world, request) => {
    const trigger = triggerOf(world, request)
    trigger.fields = checked(request.body)
    world.store.save()
    return [200, { message: 'Trigger updated.', code: '200', trigger: view(trigger) }]
  },
  'DELETE /triggers/:trigger': (world, request) => {
    const trigger = triggerOf(world, request)
    const { triggers } = world.store.state
    triggers.splice(triggers.indexOf(trigger), 1)
    world.store.save()
    return [200, { message: 'Trigger deleted.', code: '200' }]
  }
}

function ownerOf({ store }: World, { headers }: ApiRequest): AppState {
  const token = /^Bearer (.+)$/.exec(text(headers['authorization']) ?? '')?.[1]
  const owner = store.state.apps.find(
    ({ configVars }) => token !== undefined && configVars['ADVANCED_SCHEDULER_API_TOKEN'] === token
  )
  if (!owner) throw new PlainError(401, 'Unauthorized.', { code: '401' })
  return owner
}

function triggersOf({ store }: World, { id }: AppState): TriggerState[] {
  return store.state.triggers.filter(({ app }) => app === id)
}

function triggerOf(world: World, request: ApiRequest): TriggerState {
  const found = triggersOf(world, ownerOf(world, request)).find(({ uuid }) => uuid === request.params[0])
  if (!found) throw new PlainError(404, 'Trigger not found.', { code: '404' })
  return found
}

function view({ uuid, fields }: TriggerState): Record<string, unknown> {
  return { uuid, ...fields }
}

/** A whole trigger: nothing of an old one is kept. */
function checked(body: Record<string, unknown>): Record<string, unknown> {
  const fields = Object.fromEntries(FIELDS.map(name => [name, body[name]]))
  const { name, frequencyType, schedule, value, timezone, state, dyno, timeout } = fields
  const length = (field: unknown): number => (text(field) ?? '').length
  const limit = Number(timeout)
  const fine =
    length(name) > 0 &&
    length(name) < 150 &&
    length(value) > 0 &&
    length(value) <= 1_000 &&
    (frequencyType === 'one-off' ? /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/ : { test: isCron }).test(String(schedule)) &&
    ['recurring', 'one-off'].includes(String(frequencyType)) &&
    length(timezone) > 0 &&
    ['active', 'inactive'].includes(String(state)) &&
    SIZES.includes(String(dyno)) &&
    Number.isInteger(limit) &&
    limit >= 60 &&
    limit <= 86_400
  if (!fine) throw new PlainError(400, 'Error during validation.', { code: '400' })
  return fields
}
