import { STACKS } from '../../knowledge/index.ts'
import { invalid, notFound } from '../errors.ts'
import { idOf } from '../ids.ts'
import { accountView, appView, featureView } from '../views.ts'
import { appOf, changeConfig, machineOf } from '../world.ts'
import { only, text, type Routes } from './route.ts'

/** The account, apps, their config vars and preboot. */
export const APP_ROUTES: Routes = {
  'GET /account': () => [200, accountView()],

  'GET /apps/:app': (world, { params }) => [200, appView(appOf(world, params))],
  'PATCH /apps/:app': (world, { params, body }) => {
    const app = appOf(world, params)
    only(body, ['build_stack', 'maintenance', 'name'])
    const { build_stack: stack, maintenance, name } = body
    if (maintenance !== undefined && typeof maintenance !== 'boolean') throw invalid('Maintenance must be a boolean')
    if (name !== undefined && name !== app.name) throw invalid('The local Heroku cannot rename an app')
    if (stack !== undefined) app.buildStack = stackNamed(stack)
    if (maintenance !== undefined) app.maintenance = maintenance
    world.store.save()
    machineOf(world, params).router.wake()
    return [200, appView(app)]
  },

  'GET /apps/:app/config-vars': (world, { params }) => [200, machineOf(world, params).configVars()],
  // While the release command runs, the answer has the old values (heroku/cli#3345).
  'PATCH /apps/:app/config-vars': (world, { params, body }) => {
    const app = appOf(world, params)
    const wrong = Object.entries(body).find(([, value]) => value !== null && typeof value !== 'string')
    if (wrong) throw invalid(`Config var ${wrong[0]} must be a string`)
    changeConfig(world, app, body as Record<string, string | null>)
    return [200, machineOf(world, params).configVars()]
  },

  'GET /apps/:app/features/:feature': (world, { params }) => {
    const app = appOf(world, params)
    if (params[1] !== 'preboot') throw notFound('app feature')
    return [200, featureView(app, params[1])]
  },

  // A rehearsal's app has neither add-ons nor builds.
  'GET /apps/:app/addon-attachments': () => [200, []],
  'GET /apps/:app/builds': () => [200, []]
}

/** A stack by its name or id. Throws Heroku's 422. */
export function stackNamed(wanted: unknown): string {
  const stack = STACKS.find(name => name === wanted || idOf('stack', name) === wanted)
  if (stack === undefined) throw invalid(`Stack ${text(wanted) ?? ''} is not a stack`)
  return stack
}
