/** Heroku's answers about apps, slugs, releases, dynos (Schema: heroku/platform-api:schema.json). */
import { idOf, reference } from './ids.ts'
import { type LocalDyno } from './dyno.ts'
import { type AppMachine } from './machine.ts'
import { type OneOffDyno } from './one-off.ts'
import { type AppState, type ReleaseState, type SlugState } from './store.ts'
import { appOf, machineOf, type HerokuWorld } from './world.ts'

export const USER = { email: 'user@example.com', id: '01234567-89ab-cdef-0123-456789abcdef' }

/** When the account was made: long ago. */
export const JOINED = '2024-01-01T00:00:00Z'

export function accountView(): unknown {
  return {
    ...USER,
    name: null,
    allow_tracking: false,
    beta: false,
    country_of_residence: null,
    created_at: JOINED,
    default_organization: null,
    default_team: null,
    delinquent_at: null,
    federated: false,
    identity_provider: null,
    last_login: null,
    sms_number: null,
    suspended_at: null,
    two_factor_authentication: false,
    updated_at: JOINED,
    verified: true
  }
}

export function appView(app: AppState): unknown {
  return {
    id: app.id,
    name: app.name,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    released_at: app.releases.at(-1)?.createdAt ?? null,
    archived_at: null,
    acm: false,
    buildpack_provided_description: null,
    build_stack: reference('stack', app.buildStack ?? app.stack),
    stack: reference('stack', app.stack),
    generation: reference('generation', 'cedar'),
    git_url: `https://git.heroku.com/${app.name}.git`,
    internal_routing: false,
    maintenance: app.maintenance,
    owner: USER,
    organization: null,
    team: null,
    space: null,
    region: reference('region', 'eu'),
    repo_size: null,
    slug_size: app.slugs.at(-1)?.size ?? null,
    web_url: `http://127.0.0.1:${app.port}/`
  }
}

export function slugView(world: HerokuWorld, slug: SlugState, method: 'put' | 'get'): unknown {
  return {
    id: slug.id,
    blob: { method, url: `${world.url()}/blobs/${slug.blob}` },
    buildpack_provided_description: null,
    checksum: slug.checksum,
    commit: slug.commit,
    commit_description: slug.commitDescription,
    created_at: slug.createdAt,
    updated_at: slug.createdAt,
    deleted_at: slug.deletedAt,
    process_types: slug.processTypes,
    size: slug.size,
    stack: reference('stack', slug.stack)
  }
}

export function releaseView(world: HerokuWorld, app: AppState, release: ReleaseState): unknown {
  const current = world.machines.get(app.name)?.current() === release
  return {
    id: release.id,
    version: release.version,
    status: release.status,
    current,
    description: release.description,
    output_stream_url: release.output === null ? null : `${world.url()}/streams/${release.output}`,
    eligible_for_rollback: release.status === 'succeeded' && release.slugId !== null,
    slug: release.slugId === null ? null : { id: release.slugId },
    artifacts: release.slugId === null ? [] : [{ type: 'slug', id: release.slugId }],
    addon_plan_names: [],
    app: { id: app.id, name: app.name },
    user: USER,
    created_at: release.createdAt,
    updated_at: release.createdAt
  }
}

export function formationView(
  world: HerokuWorld,
  params: readonly string[],
  type: string,
  { quantity, size }: { quantity: number; size: string }
): unknown {
  const app = appOf(world, params)
  const machine = machineOf(world, params)
  const command = machine.slug(machine.current()?.slugId ?? null)?.processTypes[type] ?? ''
  return {
    id: idOf(app.id, type),
    type,
    quantity,
    size,
    command,
    dyno_size: reference('dyno-size', size),
    app: { id: app.id, name: app.name },
    created_at: app.createdAt,
    updated_at: app.createdAt
  }
}

export function dynoView({ app }: AppMachine, { id, options, state, createdAt, updatedAt }: LocalDyno): unknown {
  return {
    id,
    name: options.name,
    type: options.type,
    size: options.size,
    state,
    command: options.command,
    attach_url: null,
    release: { id: options.release.id, version: options.release.version },
    app: { id: app.id, name: app.name },
    created_at: createdAt,
    updated_at: updatedAt
  }
}

export function oneOffView({ app }: AppMachine, dyno: OneOffDyno, attachUrl: string | undefined): unknown {
  const { options, id, name, state, createdAt } = dyno
  return {
    id,
    name,
    type: options.type,
    size: options.size,
    state,
    command: options.command,
    attach_url: attachUrl ?? null,
    release: { id: options.release.id, version: options.release.version },
    app: { id: app.id, name: app.name },
    created_at: createdAt,
    updated_at: createdAt
  }
}

export function featureView(app: AppState, name: string): unknown {
  return {
    ...reference('feature', name),
    enabled: app.preboot,
    state: 'general',
    display_name: 'Preboot',
    description: 'Provide seamless web dyno deploys',
    doc_url: 'https://devcenter.heroku.com/articles/preboot',
    feedback_email: 'feedback@example.com',
    created_at: app.createdAt,
    updated_at: app.createdAt
  }
}
