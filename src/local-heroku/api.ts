import { randomUUID } from 'node:crypto'
import { ApiError } from './errors.ts'
import { type FaultKind } from './faults.ts'
import { type AddonState, type AppState, type BuildState, type SlugState } from './store.ts'
import {
  addonView,
  appView,
  attachmentView,
  buildView,
  dynoView,
  featureView,
  formationView,
  jobView,
  oneOffView,
  releaseView,
  slugView,
  USER
} from './views.ts'
import { appOf, machineOf, type World } from './world.ts'

export interface ApiRequest {
  readonly params: readonly string[]
  readonly body: Record<string, unknown>
  readonly query: URLSearchParams
  /** What the connection to the one-off dyno suffers that this request starts. */
  readonly attachFault: FaultKind | undefined
}

/** A route's answer: a status and a body. */
export type Answer = readonly [status: number, body: unknown]
export type Route = (world: World, request: ApiRequest) => Answer | Promise<Answer>

const STACKS = ['heroku-22', 'heroku-24', 'heroku-26']

/** `METHOD /path/:with/:parts` to what answers it (Schema: heroku/platform-api:schema.json). */
export const ROUTES: Readonly<Record<string, Route>> = {
  'GET /account': () => [200, { ...USER, verified: true, two_factor_authentication: false }],
  'GET /account/rate-limits': () => [200, { remaining: 4500 }],
  'GET /oauth/authorizations': ({ store }) => [
    200,
    [{ id: USER.id, access_token: { token: store.state.apiKey, expires_in: 90 * 86_400 }, scope: ['global'] }]
  ],

  'GET /apps': world => [200, world.store.state.apps.map(app => appView(world, app))],
  'POST /apps': async (world, { body }) => {
    const name = text(body['name']) ?? `app-${randomUUID().slice(0, 8)}`
    if (world.store.app(name)) throw new ApiError(422, 'invalid_params', 'Name is already taken')
    return [201, appView(world, await world.addApp(name, text(body['stack']) ?? 'heroku-24'))]
  },
  'GET /apps/:app': (world, { params }) => [200, appView(world, appOf(world, params))],
  'PATCH /apps/:app': (world, { params, body }) => {
    const app = appOf(world, params)
    if (typeof body['maintenance'] === 'boolean') app.maintenance = body['maintenance']
    world.store.save()
    machineOf(world, params).router.wake()
    return [200, appView(world, app)]
  },

  'GET /apps/:app/config-vars': (world, { params }) => [200, appOf(world, params).configVars],
  'PATCH /apps/:app/config-vars': (world, { params, body }) => {
    const app = appOf(world, params)
    const before = JSON.stringify(app.configVars)
    for (const [name, value] of Object.entries(body)) {
      if (value === null) delete app.configVars[name]
      else if (typeof value === 'string') app.configVars[name] = value
      else throw new ApiError(422, 'invalid_params', `Config var ${name} must be a string`)
    }
    if (JSON.stringify(app.configVars) !== before)
      configRelease(world, app, `Set ${Object.keys(body).join(', ')} config vars`)
    return [200, app.configVars]
  },

  'POST /apps/:app/slugs': (world, { params, body }) => {
    const app = appOf(world, params)
    only(body, ['process_types', 'checksum', 'commit', 'commit_description', 'buildpack_provided_description', 'stack'])
    const types = body['process_types']
    if (typeof types !== 'object' || types === null)
      throw new ApiError(422, 'invalid_params', 'Process types is required')
    const stack = text(body['stack']) ?? app.stack
    if (!STACKS.includes(stack)) throw new ApiError(422, 'invalid_params', `Stack ${stack} is not a stack`)
    for (const [name, command] of Object.entries(types)) {
      if (!/^[-\w]{1,128}$/.test(name) || typeof command !== 'string')
        throw new ApiError(422, 'invalid_params', `Process type ${name} is not valid`)
    }
    const slug: SlugState = {
      id: randomUUID(),
      blob: world.store.secretName(),
      checksum: text(body['checksum']) ?? null,
      commit: text(body['commit']) ?? null,
      commitDescription: text(body['commit_description']) ?? null,
      processTypes: types as Record<string, string>,
      stack,
      createdAt: now(world),
      size: null,
      deletedAt: null
    }
    app.slugs.push(slug)
    world.store.save()
    return [201, slugView(world, slug, 'put')]
  },
  'GET /apps/:app/slugs/:id': (world, { params }) => {
    const slug = appOf(world, params).slugs.find(({ id }) => id === params[1])
    if (!slug || slug.deletedAt) throw new ApiError(404, 'not_found', 'Couldn’t find that slug.')
    return [200, slugView(world, slug, 'get')]
  },

  'GET /apps/:app/releases': (world, { params }) => [
    200,
    appOf(world, params).releases.map(release => releaseView(world, appOf(world, params), release))
  ],
  'GET /apps/:app/releases/:release': (world, { params }) => {
    const app = appOf(world, params)
    const release = app.releases.find(
      ({ id, version }) => id === params[1] || `${version}` === params[1] || `v${version}` === params[1]
    )
    if (!release) throw new ApiError(404, 'not_found', 'Couldn’t find that release.')
    return [200, releaseView(world, app, release)]
  },
  'POST /apps/:app/releases': (world, { params, body }) => {
    const app = appOf(world, params)
    const machine = machineOf(world, params)
    only(body, ['slug', 'release', 'description', 'oci_image'])
    if (body['release'] !== undefined) {
      const old = app.releases.find(({ id }) => id === body['release'])
      if (!old) throw new ApiError(404, 'not_found', 'Couldn’t find that release.')
      app.configVars = { ...old.configVars }
      const release = machine.release(old.slugId, `Rollback to v${old.version}`)
      return [201, releaseView(world, app, release)]
    }
    const slug = findSlug(world, text(body['slug']) ?? '')
    if (!slug || slug.deletedAt) throw new ApiError(404, 'not_found', 'Couldn’t find that slug.')
    if (slug.size === null) throw new ApiError(422, 'invalid_params', 'The slug has not been uploaded')
    // Copied from another app: the same slug under both.
    if (!app.slugs.includes(slug)) app.slugs.push(slug)
    app.stack = slug.stack
    const description = text(body['description']) ?? `Deploy ${slug.commit?.slice(0, 8) ?? ''}`
    return [201, releaseView(world, app, machine.release(slug.id, description))]
  },

  'GET /apps/:app/formation': (world, { params }) => [
    200,
    Object.entries(appOf(world, params).formation).map(([type, of]) => formationView(world, params, type, of))
  ],
  'PATCH /apps/:app/formation': (world, { params, body }) => {
    const app = appOf(world, params)
    const updates = Array.isArray(body['updates']) ? (body['updates'] as Record<string, unknown>[]) : []
    for (const update of updates) scaleOne(app, String(update['type']), update)
    void machineOf(world, params).scale()
    return [200, Object.entries(app.formation).map(([type, of]) => formationView(world, params, type, of))]
  },
  'PATCH /apps/:app/formation/:type': (world, { params, body }) => {
    const app = appOf(world, params)
    scaleOne(app, params[1]!, body)
    void machineOf(world, params).scale()
    return [200, formationView(world, params, params[1]!, app.formation[params[1]!]!)]
  },

  'GET /apps/:app/dynos': (world, { params }) => {
    const machine = machineOf(world, params)
    return [
      200,
      [
        ...machine.dynos.filter(({ state }) => state !== 'down').map(dyno => dynoView(world, machine, dyno)),
        ...[...machine.oneOffs].map(([dyno, url]) => oneOffView(machine, dyno, url))
      ]
    ]
  },
  'GET /apps/:app/dynos/:dyno': (world, { params }) => {
    const machine = machineOf(world, params)
    const dyno = machine.dynos.find(({ id, options }) => id === params[1] || options.name === params[1])
    if (dyno) return [200, dynoView(world, machine, dyno)]
    const oneOff = [...machine.oneOffs].find(([{ id, name }]) => id === params[1] || name === params[1])
    if (!oneOff) throw new ApiError(404, 'not_found', 'Couldn’t find that dyno.')
    return [200, oneOffView(machine, ...oneOff)]
  },
  'POST /apps/:app/dynos': (world, { params, body, attachFault }) => {
    const machine = machineOf(world, params)
    const command = text(body['command'])
    if (command === undefined) throw new ApiError(422, 'invalid_params', 'Command is required')
    const dyno = machine.runOneOff({
      command,
      type: text(body['type']),
      size: text(body['size']),
      env: body['env'] as Record<string, string> | undefined,
      timeToLive: typeof body['time_to_live'] === 'number' ? body['time_to_live'] : undefined,
      attach: body['attach'] === true,
      fault: attachFault
    })
    if (!dyno) throw new ApiError(409, 'conflict', 'The app has no release with a slug yet.')
    return [201, oneOffView(machine, dyno, machine.oneOffs.get(dyno))]
  },
  'POST /apps/:app/dynos/:dyno/actions/stop': (world, { params }) => stopDyno(world, params),
  'DELETE /apps/:app/dynos/:dyno': (world, { params }) => {
    const machine = machineOf(world, params)
    if (params[1] !== undefined) void machine.restart()
    return [202, {}]
  },
  'DELETE /apps/:app/dynos': (world, { params }) => {
    void machineOf(world, params).restart()
    return [202, {}]
  },

  'GET /apps/:app/features/:feature': (world, { params }) => [200, featureView(appOf(world, params), params[1]!)],
  'PATCH /apps/:app/features/:feature': (world, { params, body }) => {
    const app = appOf(world, params)
    if (params[1] === 'preboot') app.preboot = body['enabled'] === true
    world.store.save()
    return [200, featureView(app, params[1]!)]
  },
  'GET /apps/:app/domains': (world, { params }) => {
    const app = appOf(world, params)
    const own = { id: app.id, hostname: `127.0.0.1:${app.port}`, kind: 'heroku', status: 'none', acm_status: null }
    const custom = app.domains.map(hostname => ({
      id: hostname,
      hostname,
      kind: 'custom',
      status: 'succeeded',
      acm_status: 'cert issued'
    }))
    return [200, [own, ...custom]]
  },
  'POST /apps/:app/domains': (world, { params, body }) => {
    const app = appOf(world, params)
    app.domains.push(String(body['hostname']))
    world.store.save()
    return [201, { id: String(body['hostname']), hostname: body['hostname'], kind: 'custom', status: 'pending' }]
  },

  'GET /apps/:app/addons': (world, { params }) => {
    const app = appOf(world, params)
    return [200, world.store.state.addons.filter(addon => addon.app === app.name).map(addon => addonView(world, addon))]
  },
  'POST /apps/:app/addons': async (world, { params, body }) => {
    const app = appOf(world, params)
    const plan = String(body['plan'])
    const [service = ''] = plan.split(':')
    const vars = await world.addonVars(service, app.name)
    if (!vars)
      throw new ApiError(
        422,
        'invalid_params',
        `Couldn’t find either the add-on service or the add-on plan of "${plan}".`
      )
    const addon: AddonState = {
      id: randomUUID(),
      name: `${service.replace('heroku-', '')}-local-${randomUUID().slice(0, 5)}`,
      service,
      plan,
      configVars: Object.keys(vars),
      app: app.name
    }
    world.store.state.addons.push(addon)
    const name = Object.keys(vars)[0]?.replace(/_URL$/, '') ?? service.toUpperCase()
    world.store.state.attachments.push({ id: randomUUID(), name, addon: addon.name, app: app.name })
    Object.assign(app.configVars, vars)
    configRelease(world, app, `Attach ${name} (@ref:${addon.name})`)
    return [201, addonView(world, addon)]
  },
  'GET /apps/:app/addon-attachments': (world, { params }) => {
    const app = appOf(world, params)
    return [
      200,
      world.store.state.attachments
        .filter(({ app: name }) => name === app.name)
        .map(attachment => attachmentView(world, attachment))
    ]
  },
  'POST /addon-attachments': (world, { body }) => {
    const app = appOf(world, [String(body['app'])])
    const addon = world.store.state.addons.find(({ id, name }) => id === body['addon'] || name === body['addon'])
    if (!addon) throw new ApiError(404, 'not_found', 'Couldn’t find that add-on.')
    const owner = appOf(world, [addon.app])
    const name = text(body['name']) ?? addon.service.toUpperCase()
    const attachment = { id: randomUUID(), name, addon: addon.name, app: app.name }
    world.store.state.attachments.push(attachment)
    for (const variable of addon.configVars) app.configVars[`${name}_URL`] = owner.configVars[variable] ?? ''
    configRelease(world, app, `Attach ${name} (@ref:${addon.name})`)
    return [201, attachmentView(world, attachment)]
  },

  'POST /sources': world => {
    const url = `${world.url()}/blobs/${world.store.secretName()}`
    return [201, { source_blob: { get_url: url, put_url: url } }]
  },
  'GET /apps/:app/builds': (world, { params }) => [
    200,
    appOf(world, params).builds.map(build => buildView(world, appOf(world, params), build))
  ],
  'GET /apps/:app/builds/:build': (world, { params }) => {
    const app = appOf(world, params)
    const build = app.builds.find(({ id }) => id === params[1])
    if (!build) throw new ApiError(404, 'not_found', 'Couldn’t find that build.')
    return [200, buildView(world, app, build)]
  },
  'POST /apps/:app/builds': (world, { params, body }) => {
    const app = appOf(world, params)
    const source = body['source_blob'] as { url?: unknown; version?: unknown; version_description?: unknown } | undefined
    if (typeof source?.url !== 'string') throw new ApiError(422, 'invalid_params', 'Source blob url is required')
    if (app.builds.some(({ status }) => status === 'pending'))
      throw new ApiError(409, 'conflict', 'Another build is in progress.')
    const build: BuildState = {
      id: randomUUID(),
      output: world.store.secretName(),
      createdAt: now(world),
      version: text(source.version) ?? null,
      description: text(source.version_description) ?? null,
      buildpacks: buildpacksOf(body['buildpacks']) ?? app.buildpacks,
      stack: app.stack,
      status: 'pending',
      slugId: null,
      releaseId: null
    }
    app.builds.push(build)
    world.store.save()
    world.startBuild(app, build, source.url)
    return [201, buildView(world, app, build)]
  },
  // Stops it where it is still under way; undocumented, what the answer looks like.
  'DELETE /apps/:app/builds/:build': (world, { params }) => {
    const app = appOf(world, params)
    const build = app.builds.find(({ id }) => id === params[1])
    if (!build) throw new ApiError(404, 'not_found', 'Couldn’t find that build.')
    world.cancelBuild(build)
    return [200, buildView(world, app, build)]
  },

  'POST /apps/:app/log-sessions': (world, { params, body }) => {
    const app = appOf(world, params)
    const query = new URLSearchParams()
    for (const name of ['lines', 'source', 'dyno', 'dyno_name', 'tail']) {
      const value = body[name]
      if (['string', 'number', 'boolean'].includes(typeof value))
        query.set(name.replace('_name', ''), `${value as string}`)
    }
    return [
      201,
      { id: randomUUID(), created_at: now(world), logplex_url: `${world.url()}/logs/${app.id}?${query.toString()}` }
    ]
  },

  // Heroku Scheduler's own API, of which there is no documentation (davidji99/terraform-provider-herokux: api/scheduler).
  'GET /apps/:app/jobs': (world, { params }) => {
    const app = appOf(world, params)
    return [200, { data: world.store.state.jobs.filter(job => job.app === app.id).map(jobView) }]
  },
  'POST /apps/:app/jobs': (world, { params, body }) => {
    const app = appOf(world, params)
    const job = { id: String(100_000 + world.store.state.jobs.length), app: app.id, attributes: jobAttributes(body) }
    world.store.state.jobs.push(job)
    world.store.save()
    return [201, { data: jobView(job) }]
  },
  'PATCH /apps/:app/jobs/:job': (world, { params, body }) => {
    const job = world.store.state.jobs.find(({ id }) => id === params[1])
    if (!job) throw new ApiError(404, 'not_found', 'Not found')
    job.attributes = { ...job.attributes, ...jobAttributes(body) }
    world.store.save()
    return [200, { data: jobView(job) }]
  },
  'DELETE /apps/:app/jobs/:job': (world, { params }) => {
    const { jobs } = world.store.state
    const at = jobs.findIndex(({ id }) => id === params[1])
    if (at < 0) throw new ApiError(404, 'not_found', 'Not found')
    jobs.splice(at, 1)
    world.store.save()
    return [204, undefined]
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function now({ clock }: World): string {
  return new Date(clock.now()).toISOString()
}

function findSlug({ store }: World, id: string): SlugState | undefined {
  return store.state.apps.flatMap(({ slugs }) => slugs).find(slug => slug.id === id)
}

/** The schema's `strictProperties`: a key that it does not know is an error. */
function only(body: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(body).filter(key => !known.includes(key))
  if (unknown.length > 0) throw new ApiError(422, 'invalid_params', `Unknown parameters: ${unknown.join(', ')}`)
}

function configRelease(world: World, app: AppState, description: string): void {
  world.store.save()
  const machine = world.machines.get(app.name)!
  machine.release(machine.current()?.slugId ?? null, description)
}

function scaleOne(app: AppState, type: string, update: Record<string, unknown>): void {
  const entry = app.formation[type]
  if (!entry) throw new ApiError(404, 'not_found', `Couldn’t find that process type (${type}).`)
  const quantity = String((update['quantity'] as string | number | undefined) ?? entry.quantity)
  entry.quantity = /^[+-]/.test(quantity) ? entry.quantity + Number(quantity) : Number(quantity)
  entry.size = text(update['size']) ?? entry.size
}

function stopDyno(world: World, params: readonly string[]): Answer {
  const machine = machineOf(world, params)
  const oneOff = [...machine.oneOffs.keys()].find(({ id, name }) => id === params[1] || name === params[1])
  if (!oneOff) throw new ApiError(404, 'not_found', 'Couldn’t find that dyno.')
  oneOff.stop()
  return [202, {}]
}

function buildpacksOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.map((item: { name?: unknown; url?: unknown } | null) => text(item?.url) ?? text(item?.name) ?? '')
}

function jobAttributes(body: Record<string, unknown>): Record<string, unknown> {
  const data = body['data'] as { type?: unknown; attributes?: Record<string, unknown> } | undefined
  if (data?.type !== 'jobs') throw new ApiError(400, 'bad_request', 'Missing type in data parameter')
  return data.attributes ?? {}
}
