import { randomUUID } from 'node:crypto'
import { dynoSize } from '../dyno.ts'
import { ApiError, invalid, notFound } from '../errors.ts'
import { type Machine } from '../machine.ts'
import { type OneOffDyno } from '../one-off.ts'
import { type AppState } from '../store.ts'
import { dynoView, formationView, oneOffView } from '../views.ts'
import { appOf, machineOf, type World } from '../world.ts'
import { now, text, within, type Answer, type Routes } from './route.ts'

/** The formation, dynos, log sessions. */
export const DYNO_ROUTES: Routes = {
  'GET /apps/:app/formation': (world, { params }) => [200, formationViews(world, params)],
  'GET /apps/:app/formation/:type': (world, { params }) => {
    const entry = appOf(world, params).formation[params[1]!]
    if (!entry) throw notFound('process type')
    return [200, formationView(world, params, params[1]!, entry)]
  },
  'PATCH /apps/:app/formation': (world, { params, body }) => {
    const app = appOf(world, params)
    if (!Array.isArray(body['updates'])) throw invalid('Require params: updates')
    const updates = body['updates'].map(update => readScale(app, text(within(update, 'type')) ?? '', update))
    for (const { type, quantity, size } of updates) app.formation[type] = { quantity, size }
    void machineOf(world, params).scale()
    return [200, formationViews(world, params)]
  },
  'PATCH /apps/:app/formation/:type': (world, { params, body }) => {
    const app = appOf(world, params)
    const { type, quantity, size } = readScale(app, params[1]!, body)
    app.formation[type] = { quantity, size }
    void machineOf(world, params).scale()
    return [200, formationView(world, params, type, app.formation[type])]
  },

  'GET /apps/:app/dynos': (world, { params }) => {
    const machine = machineOf(world, params)
    return [
      200,
      [
        ...machine.dynos.filter(({ state }) => state !== 'down').map(dyno => dynoView(machine, dyno)),
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
  'POST /apps/:app/dynos': (world, { params, body, attachFault }) => {
    const machine = machineOf(world, params)
    const command = text(body['command'])
    if (command === undefined) throw invalid('Command is required')
    const timeToLive = body['time_to_live'] ?? undefined
    if (timeToLive !== undefined && !(Number(timeToLive) >= 1 && Number(timeToLive) <= 86_400))
      throw invalid('Time to live must be from 1 to 86400')
    const dyno = machine.runOneOff({
      command,
      type: text(body['type']),
      size: sizeOf(text(body['size']) ?? 'Basic'),
      env: environmentOf(body['env']),
      timeToLive: timeToLive === undefined ? undefined : Number(timeToLive),
      attach: body['attach'] === true,
      fault: attachFault
    })
    // As just after an app was made (heroku/cli: lib/run/dyno).
    if (!dyno) throw new ApiError(409, 'conflict', 'The app has no release with a slug yet.')
    return [201, oneOffView(machine, dyno, machine.oneOffs.get(dyno))]
  },
  'POST /apps/:app/dynos/:dyno/actions/stop': (world, { params }) => stop(world, params),
  'DELETE /apps/:app/dynos/:dyno': (world, { params }) => stop(world, params),
  'DELETE /apps/:app/dynos': (world, { params }) => {
    void machineOf(world, params).restart()
    return [202, {}]
  },

  // `dyno_name` is the schema's, `dyno` what heroku/cli sends.
  'POST /apps/:app/log-sessions': (world, { params, body }) => {
    const app = appOf(world, params)
    const query = new URLSearchParams()
    for (const name of ['lines', 'source', 'dyno', 'dyno_name', 'tail']) {
      const value = body[name]
      if (['string', 'number', 'boolean'].includes(typeof value))
        query.set(name.replace('_name', ''), `${value as string}`)
    }
    const createdAt = now(world)
    const url = `${world.url()}/logs/${app.id}?${query.toString()}`
    return [201, { id: randomUUID(), created_at: createdAt, updated_at: createdAt, logplex_url: url }]
  }
}

function formationViews(world: World, params: readonly string[]): unknown[] {
  return Object.entries(appOf(world, params).formation).map(([type, of]) => formationView(world, params, type, of))
}

/** `quantity` is a number, or `+1` (heroku/cli: ps:scale); the size is `size` (heroku/cli) or `dyno_size` (Schema). */
function readScale(app: AppState, type: string, update: unknown): { type: string; quantity: number; size: string } {
  const entry = app.formation[type]
  if (!entry) throw notFound(`process type (${type})`)
  const wanted = String((within(update, 'quantity') as string | number | undefined) ?? entry.quantity)
  const quantity = /^[+-]/.test(wanted) ? entry.quantity + Number(wanted) : Number(wanted)
  if (!Number.isInteger(quantity) || quantity < 0) throw invalid('Quantity must be a number that is not negative')
  const size = text(within(update, 'size')) ?? text(within(within(update, 'dyno_size'), 'name')) ?? entry.size
  return { type, quantity, size: sizeOf(size) }
}

function sizeOf(name: string): string {
  const size = dynoSize(name)
  if (size === undefined) throw invalid(`No such dyno size as ${name}`)
  return size
}

function environmentOf(value: unknown): Record<string, string> {
  const entries = Object.entries((value ?? {}) as Record<string, unknown>)
  // The CLI sends the width of its terminal as a number.
  return Object.fromEntries(
    entries.flatMap(([name, one]) => (['string', 'number'].includes(typeof one) ? [[name, String(one as string)]] : []))
  )
}

function oneOffOf(machine: Machine, idOrName: string | undefined): OneOffDyno | undefined {
  return [...machine.oneOffs.keys()].find(({ id, name }) => id === idOrName || name === idOrName)
}

/** A one-off dyno ends; one of the formation is started again. */
function stop(world: World, params: readonly string[]): Answer {
  const machine = machineOf(world, params)
  const oneOff = oneOffOf(machine, params[1])
  const dyno = machine.dynos.find(({ id, options }) => id === params[1] || options.name === params[1])
  if (oneOff) oneOff.stop()
  else if (dyno) void machine.restart(dyno)
  else throw notFound('dyno')
  return [202, {}]
}
