import { scaleApp } from '../../../../src/local-heroku/formation.ts'
import { oneOffOf } from '../../../../src/local-heroku/routes/dynos.ts'
import { formationView } from '../../../../src/local-heroku/views.ts'
import { notFound } from '../errors.ts'
import { appOf, machineOf, type World } from '../world.ts'
import { type RouteReply, type Routes } from './route.ts'

/** What a rehearsal does not ask of the formation and of dynos. */
export const DYNO_ROUTES: Routes = {
  'GET /apps/:app/formation/:type': (world, { params }) => {
    const entry = appOf(world, params).formation[params[1]!]
    if (!entry) throw notFound('process type')
    return [200, formationView(world, params, params[1]!, entry)]
  },
  'PATCH /apps/:app/formation/:type': (world, { params, body }) => {
    const app = appOf(world, params)
    const type = params[1]!
    scaleApp(app, [{ ...body, type }])
    void machineOf(world, params).scale()
    return [200, formationView(world, params, type, app.formation[type]!)]
  },

  'POST /apps/:app/dynos/:dyno/actions/stop': (world, { params }) => stop(world, params),
  'DELETE /apps/:app/dynos/:dyno': (world, { params }) => stop(world, params),
  'DELETE /apps/:app/dynos': (world, { params }) => {
    void machineOf(world, params).restart()
    return [202, {}]
  }
}

/** A one-off dyno ends; one of the formation is started again. */
function stop(world: World, params: readonly string[]): RouteReply {
  const machine = machineOf(world, params)
  const oneOff = oneOffOf(machine, params[1])
  const dyno = machine.dynos.find(({ id, options }) => id === params[1] || options.name === params[1])
  if (oneOff) oneOff.stop()
  else if (dyno) void machine.restart(dyno)
  else throw notFound('dyno')
  return [202, {}]
}
