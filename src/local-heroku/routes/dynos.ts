import { randomUUID } from 'node:crypto'
import { LIMITS } from '../../knowledge/index.ts'
import { ApiError, invalid, notFound } from '../errors.ts'
import { oneOffSize, scaleApp } from '../formation.ts'
import { type AppMachine } from '../machine.ts'
import { type OneOffDyno } from '../one-off.ts'
import { dynoView, formationView, oneOffView } from '../views.ts'
import { appOf, machineOf, type HerokuWorld } from '../world.ts'
import { now, text, type RouteReply, type ApiRequest, type Routes } from './route.ts'

/** The formation, dynos, log sessions. */
export const DYNO_ROUTES: Routes = {
  'GET /apps/:app/formation': (world, { params }) => [200, formationViews(world, params)],
  'PATCH /apps/:app/formation': (world, { params, body }) => {
    const app = appOf(world, params)
    if (!Array.isArray(body['updates'])) throw invalid('Require params: updates')
    scaleApp(app, body['updates'])
    void machineOf(world, params).scale()
    return [200, formationViews(world, params)]
  },

  'GET /apps/:app/dynos': (world, { params }) => {
    const machine = machineOf(world, params)
    return [
      200,
      [
        ...machine.dynos.filter(({ isEnding }) => !isEnding).map(dyno => dynoView(machine, dyno)),
        ...[...machine.oneOffs].map(([dyno, url]) => oneOffView(machine, dyno, url))
      ]
    ]
  },
  'GET /apps/:app/dynos/:dyno': (world, { params }) => {
    const machine = machineOf(world, params)
    const dyno = machine.dynos.find(({ id, options }) => id === params[1] || options.name === params[1])
    if (dyno) return [200, dynoView(machine, dyno)]
    const oneOff = oneOffOf(machine, params[1])
    if (!oneOff) throw notFound('dyno')
    return [200, oneOffView(machine, oneOff, machine.oneOffs.get(oneOff))]
  },
  'POST /apps/:app/dynos': startOneOff,
  'POST /apps/:app/dynos/:dyno/actions/stop': (world, { params }) => {
    const oneOff = oneOffOf(machineOf(world, params), params[1])
    if (!oneOff) throw notFound('dyno')
    oneOff.stop()
    return [202, {}]
  },

  'POST /apps/:app/log-sessions': (world, { params, body }) => {
    const app = appOf(world, params)
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(body)) {
      if (['string', 'number', 'boolean'].includes(typeof value)) query.set(name, `${value as string}`)
    }
    const createdAt = now(world)
    const url = `${world.url()}/logs/${app.id}?${query.toString()}`
    return [201, { id: randomUUID(), created_at: createdAt, updated_at: createdAt, logplex_url: url }]
  }
}

/** Starts a one-off dyno. Throws Heroku's 409 if the app has nothing to run. */
function startOneOff(world: HerokuWorld, { params, body }: ApiRequest): RouteReply {
  const machine = machineOf(world, params)
  const command = text(body['command'])
  if (command === undefined) throw invalid('Command is required')
  const timeToLive = body['time_to_live'] ?? undefined
  if (timeToLive !== undefined && !(Number(timeToLive) >= 1 && Number(timeToLive) <= LIMITS.oneOff))
    throw invalid(`Time to live must be from 1 to ${LIMITS.oneOff}`)
  const dyno = machine.runOneOff({
    command,
    type: text(body['type']),
    size: oneOffSize(machine.app, text(body['size'])),
    env: environmentOf(body['env']),
    timeToLive: timeToLive === undefined ? undefined : Number(timeToLive),
    attach: body['attach'] === true
  })
  // As on Heroku just after an app was made (heroku/cli: lib/run/dyno).
  if (!dyno) throw new ApiError(409, 'conflict', 'The app has no release with a slug yet.')
  return [201, oneOffView(machine, dyno, machine.oneOffs.get(dyno))]
}

function environmentOf(value: unknown): Record<string, string> {
  const entries = Object.entries((value ?? {}) as Record<string, unknown>)
  // heroku/cli sends the width of its terminal as a number.
  return Object.fromEntries(
    entries.flatMap(([name, one]) => (['string', 'number'].includes(typeof one) ? [[name, String(one as string)]] : []))
  )
}

function formationViews(world: HerokuWorld, params: readonly string[]): unknown[] {
  return Object.entries(appOf(world, params).formation).map(([type, of]) => formationView(world, params, type, of))
}

export function oneOffOf(machine: AppMachine, idOrName: string | undefined): OneOffDyno | undefined {
  return [...machine.oneOffs.keys()].find(({ id, name }) => id === idOrName || name === idOrName)
}
