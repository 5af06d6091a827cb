import { randomUUID } from 'node:crypto'
import { DEFAULT_STACK } from '../../../../src/knowledge/index.ts'
import { stackNamed } from '../../../../src/local-heroku/routes/apps.ts'
import { featureView, USER } from '../../../../src/local-heroku/views.ts'
import { invalid, notFound } from '../errors.ts'
import { type AppState } from '../store.ts'
import { appView, domainView } from '../views.ts'
import { appOf, type World } from '../world.ts'
import { now, only, text, type RouteReply, type Routes } from './route.ts'

/** Schema: app.name */
export const APP_NAME = /^[a-z][a-z0-9-]{1,28}[a-z0-9]$/
const FEATURES = ['preboot']

/** The account's limit, apps, features and domains. */
export const APP_ROUTES: Routes = {
  'GET /account/rate-limits': ({ rateLimit }) => [200, { remaining: rateLimit.remaining() }],
  'GET /users/:user': (_, { params }) => {
    requireSelf(params)
    return [200, USER]
  },

  'GET /apps': world => [200, world.store.state.apps.map(appView)],
  // Without a team, all are the account's own.
  'GET /users/:user/apps': (world, { params }) => {
    requireSelf(params)
    return [200, world.store.state.apps.map(appView)]
  },
  'POST /apps': async (world, { body }) => {
    const name = text(body['name']) ?? `app-${randomUUID().slice(0, 8)}`
    only(body, ['feature_flags', 'name', 'region', 'stack'])
    const stack = body['stack'] == null ? DEFAULT_STACK : stackNamed(body['stack'])
    if (!APP_NAME.test(name)) throw invalid('Name must be 3 to 30 lower-case letters, digits and dashes')
    if (world.store.app(name)) throw invalid(`Name ${name} is already taken`)
    return [201, appView((await world.addApp(name, stack)) as AppState)]
  },
  'GET /apps/:app': (world, { params }) => [200, appView(appOf(world, params))],
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
    const user = { ...USER, federated: false }
    return [
      200,
      [{ id, role: 'owner', permissions: [], user, app: { id, name }, created_at: createdAt, updated_at: createdAt }]
    ]
  },

  'GET /apps/:app/features': (world, { params }) => [
    200,
    FEATURES.map(name => featureView(appOf(world, params), name))
  ],
  'PATCH /apps/:app/features/:feature': (world, { params, body }) => {
    const app = appOf(world, params)
    const feature = featureOf(params)
    only(body, ['enabled'])
    if (typeof body['enabled'] !== 'boolean') throw invalid('Enabled must be a boolean')
    app.preboot = body['enabled']
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

function manageCertificates(world: World, params: readonly string[], on: boolean): RouteReply {
  const app = appOf(world, params)
  app.acm = on
  world.store.save()
  return [200, appView(app)]
}

/** The account's own id, e-mail address or `~`. Throws Heroku's 404. */
function requireSelf([user]: readonly string[]): void {
  if (!['~', USER.id, USER.email].includes(user ?? '')) throw notFound('user')
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
