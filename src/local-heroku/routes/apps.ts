import { randomUUID } from 'node:crypto'
import { invalid, notFound } from '../errors.ts'
import { type AppState } from '../store.ts'
import { appView, domainView, featureView, USER } from '../views.ts'
import { appOf, configRelease, machineOf, type World } from '../world.ts'
import { now, text, type Answer, type Routes } from './route.ts'

/** Schema: app.name */
export const APP_NAME = /^[a-z][a-z0-9-]{1,28}[a-z0-9]$/
export const STACKS = ['heroku-22', 'heroku-24', 'heroku-26']
const FEATURES = ['preboot']

/** The account, apps, their config vars, features and domains. */
export const APP_ROUTES: Routes = {
  'GET /account': () => [200, { ...USER, verified: true, two_factor_authentication: false }],
  'GET /account/rate-limits': ({ rateLimit }) => [200, { remaining: rateLimit.remaining() }],
  'GET /users/:user': () => [200, USER],

  'GET /apps': world => [200, world.store.state.apps.map(app => appView(app))],
  'POST /apps': async (world, { body }) => {
    const name = text(body['name']) ?? `app-${randomUUID().slice(0, 8)}`
    const stack = text(body['stack']) ?? 'heroku-24'
    if (!APP_NAME.test(name)) throw invalid('Name must be 3 to 30 lower-case letters, digits and dashes')
    if (!STACKS.includes(stack)) throw invalid(`Stack ${stack} is not a stack`)
    if (world.store.app(name)) throw invalid(`Name ${name} is already taken`)
    return [201, appView(await world.addApp(name, stack))]
  },
  'GET /apps/:app': (world, { params }) => [200, appView(appOf(world, params))],
  'PATCH /apps/:app': (world, { params, body }) => {
    const app = appOf(world, params)
    if (typeof body['maintenance'] === 'boolean') app.maintenance = body['maintenance']
    world.store.save()
    machineOf(world, params).router.wake()
    return [200, appView(app)]
  },
  // Apps by their ids (heroku/cli: lib/api, for pipelines).
  'POST /filters/apps': (world, { body }) => {
    const ids = (body['in'] as { id?: unknown } | undefined)?.id
    return [
      200,
      world.store.state.apps.filter(({ id }) => Array.isArray(ids) && ids.includes(id)).map(app => appView(app))
    ]
  },
  'GET /apps/:app/collaborators': (world, { params }) => {
    const { id, name, createdAt } = appOf(world, params)
    return [200, [{ id, role: 'owner', user: USER, app: { id, name }, created_at: createdAt, updated_at: createdAt }]]
  },

  'GET /apps/:app/config-vars': (world, { params }) => [200, appOf(world, params).configVars],
  'PATCH /apps/:app/config-vars': (world, { params, body }) => {
    const app = appOf(world, params)
    const wrong = Object.entries(body).find(([, value]) => value !== null && typeof value !== 'string')
    if (wrong) throw invalid(`Config var ${wrong[0]} must be a string`)
    const changed = Object.entries(body).filter(([name, value]) => (app.configVars[name] ?? null) !== value)
    for (const [name, value] of changed) {
      if (value === null) delete app.configVars[name]
      else app.configVars[name] = value as string
    }
    const verb = changed.every(([, value]) => value === null) ? 'Remove' : 'Set'
    if (changed.length > 0) configRelease(world, app, `${verb} ${Object.keys(body).join(', ')} config vars`)
    return [200, app.configVars]
  },

  'GET /apps/:app/features': (world, { params }) => [
    200,
    FEATURES.map(name => featureView(appOf(world, params), name))
  ],
  'GET /apps/:app/features/:feature': (world, { params }) => {
    const app = appOf(world, params)
    return [200, featureView(app, featureOf(params))]
  },
  'PATCH /apps/:app/features/:feature': (world, { params, body }) => {
    const app = appOf(world, params)
    const feature = featureOf(params)
    app.preboot = body['enabled'] === true
    world.store.save()
    return [200, featureView(app, feature)]
  },

  'GET /apps/:app/domains': (world, { params }) => {
    const app = appOf(world, params)
    return [200, [ownDomain(app), ...app.domains].map(domain => domainView(app, domain))]
  },
  'GET /apps/:app/domains/:domain': (world, { params }) => {
    const app = appOf(world, params)
    return [200, domainView(app, domainOf(app, params[1]))]
  },
  // Automated Certificate Management; a certificate is issued at once.
  'POST /apps/:app/acm': (world, { params }) => manageCertificates(world, params, true),
  'PATCH /apps/:app/acm': (world, { params }) => manageCertificates(world, params, true),
  'DELETE /apps/:app/acm': (world, { params }) => manageCertificates(world, params, false),
  // TLS ends nowhere here.
  'GET /apps/:app/sni-endpoints': (world, { params }) => {
    appOf(world, params)
    return [200, []]
  },
  // Schema: both keys are required, the second may be null.
  'POST /apps/:app/domains': (world, { params, body }) => {
    const app = appOf(world, params)
    const hostname = text(body['hostname'])
    if (hostname === undefined || !/^(\*\.)?([a-z0-9-]+\.)+[a-z0-9-]+$/i.test(hostname))
      throw invalid('Hostname must be a fully qualified domain name')
    if (body['sni_endpoint'] === undefined) throw invalid('Require params: sni_endpoint')
    if (world.store.state.apps.some(({ domains }) => domains.some(other => other.hostname === hostname)))
      throw invalid(`${hostname} is already added to an app`)
    const domain = { id: randomUUID(), hostname, createdAt: now(world) }
    app.domains.push(domain)
    world.store.save()
    return [201, domainView(app, domain)]
  },
  'DELETE /apps/:app/domains/:domain': (world, { params }) => {
    const app = appOf(world, params)
    const domain = domainOf(app, params[1])
    app.domains.splice(app.domains.indexOf(domain), 1)
    world.store.save()
    return [200, domainView(app, domain)]
  }
}

function manageCertificates(world: World, params: readonly string[], on: boolean): Answer {
  const app = appOf(world, params)
  app.acm = on
  world.store.save()
  return [200, appView(app)]
}

function featureOf(params: readonly string[]): string {
  const name = params[1] ?? ''
  if (!FEATURES.includes(name)) throw notFound('app feature')
  return name
}

function ownDomain({ id, port, createdAt }: AppState): AppState['domains'][number] {
  return { id, hostname: `127.0.0.1:${port}`, createdAt }
}

function domainOf(app: AppState, idOrName: string | undefined): AppState['domains'][number] {
  const domain = app.domains.find(({ id, hostname }) => id === idOrName || hostname === idOrName)
  if (!domain) throw notFound('domain')
  return domain
}
