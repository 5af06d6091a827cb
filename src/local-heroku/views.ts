/** What things look like in answers (Schema: heroku/platform-api:schema.json). */
import { type Dyno } from './dyno.ts'
import { type Machine } from './machine.ts'
import { type OneOffDyno } from './one-off.ts'
import {
  type AddonState,
  type AppState,
  type AttachmentState,
  type BuildState,
  type CouplingState,
  type PipelineState,
  type PromotionState,
  type ReleaseState,
  type SlugState
} from './store.ts'
import { appOf, machineOf, type World } from './world.ts'

export const USER = { email: 'user@example.com', id: '01234567-89ab-cdef-0123-456789abcdef' }

export function appView(app: AppState): unknown {
  const stack = { id: app.stack, name: app.stack }
  return {
    id: app.id,
    name: app.name,
    created_at: app.createdAt,
    updated_at: app.createdAt,
    released_at: app.releases.at(-1)?.createdAt ?? null,
    archived_at: null,
    acm: app.acm ?? false,
    buildpack_provided_description: null,
    build_stack: stack,
    stack,
    generation: { id: 'cedar', name: 'cedar' },
    git_url: `https://git.heroku.com/${app.name}.git`,
    internal_routing: false,
    maintenance: app.maintenance,
    owner: USER,
    organization: null,
    team: null,
    space: null,
    region: { id: 'eu', name: 'eu' },
    repo_size: null,
    slug_size: app.slugs.at(-1)?.size ?? null,
    web_url: `http://127.0.0.1:${app.port}/`
  }
}

export function slugView(world: World, slug: SlugState, method: 'put' | 'get'): unknown {
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
    stack: { id: slug.stack, name: slug.stack }
  }
}

export function releaseView(world: World, app: AppState, release: ReleaseState): unknown {
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
  world: World,
  params: readonly string[],
  type: string,
  { quantity, size }: { quantity: number; size: string }
): unknown {
  const app = appOf(world, params)
  const machine = machineOf(world, params)
  const command = machine.slug(machine.current()?.slugId ?? null)?.processTypes[type] ?? ''
  return {
    id: `${app.id}-${type}`,
    type,
    quantity,
    size,
    command,
    dyno_size: { id: size, name: size },
    app: { id: app.id, name: app.name },
    created_at: app.createdAt,
    updated_at: app.createdAt
  }
}

export function dynoView({ app }: Machine, { id, options, state, createdAt, updatedAt }: Dyno): unknown {
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

export function oneOffView({ app }: Machine, dyno: OneOffDyno, attachUrl: string | undefined): unknown {
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
  return { id: name, name, enabled: app.preboot, state: 'general', description: 'Provide seamless web dyno deploys' }
}

export function domainView(app: AppState, { id, hostname, createdAt }: AppState['domains'][number]): unknown {
  const own = id === app.id
  return {
    id,
    hostname,
    kind: own ? 'heroku' : 'custom',
    cname: own ? null : `${app.name}.local.herokudns.com`,
    status: own ? 'none' : 'succeeded',
    acm_status: own || !app.acm ? null : 'cert issued',
    acm_status_reason: null,
    sni_endpoint: null,
    app: { id: app.id, name: app.name },
    created_at: createdAt,
    updated_at: createdAt
  }
}

export function addonView(world: World, addon: AddonState): unknown {
  const app = appOf(world, [addon.app])
  return {
    id: addon.id,
    name: addon.name,
    actions: [],
    addon_service: { id: addon.service, name: addon.service },
    plan: { id: addon.plan, name: addon.plan },
    app: { id: app.id, name: app.name },
    billed_price: { cents: 0, contract: false, unit: 'month' },
    billing_entity: { id: app.id, name: app.name, type: 'app' },
    config_vars: addon.configVars,
    state: addon.provisioning ? 'provisioning' : 'provisioned',
    provider_id: addon.id,
    web_url: null,
    created_at: addon.createdAt,
    updated_at: addon.createdAt
  }
}

/** With the plan and the config vars, which Heroku adds where they are asked for (heroku-cli-util: `Accept-Inclusion`). */
export function attachmentView(world: World, { id, name, addon, app: appName, configVars }: AttachmentState): unknown {
  const app = appOf(world, [appName])
  const of = world.store.state.addons.find(candidate => candidate.name === addon)!
  const owner = appOf(world, [of.app])
  return {
    id,
    name,
    namespace: null,
    addon: {
      id: of.id,
      name: addon,
      app: { id: owner.id, name: owner.name },
      plan: { id: of.plan, name: of.plan }
    },
    app: { id: app.id, name: app.name },
    config_vars: configVars,
    created_at: of.createdAt,
    updated_at: of.createdAt
  }
}

export function pipelineView({ id, name, createdAt }: PipelineState): unknown {
  return { id, name, owner: { id: USER.id, type: 'user' }, created_at: createdAt, updated_at: createdAt }
}

export function couplingView({ store }: World, { id, app, pipeline, stage, createdAt }: CouplingState): unknown {
  const name = store.state.pipelines.find(({ id }) => id === pipeline)?.name
  return { id, app: { id: app }, pipeline: { id: pipeline, name }, stage, created_at: createdAt, updated_at: createdAt }
}

export function promotionView(world: World, promotion: PromotionState): unknown {
  const { id, createdAt, pipeline, source, targets } = promotion
  const over = targets.every(target => promotedRelease(world, target)?.status !== 'pending')
  return {
    id,
    status: over ? 'completed' : 'pending',
    pipeline: { id: pipeline },
    source: { app: { id: source.app }, release: { id: source.release } },
    created_at: createdAt,
    updated_at: createdAt
  }
}

/** It is pending as long as its release phase runs. What `error_message` says where that fails is undocumented. */
export function promotionTargetView(
  world: World,
  { id: promotion }: PromotionState,
  target: PromotionState['targets'][number]
): unknown {
  const status = promotedRelease(world, target)?.status ?? 'failed'
  return {
    id: target.id,
    app: { id: target.app },
    pipeline_promotion: { id: promotion },
    release: { id: target.release },
    status: status === 'expired' ? 'succeeded' : status,
    error_message: status === 'failed' ? 'The release command failed.' : null
  }
}

function promotedRelease(
  { store }: World,
  { app, release }: PromotionState['targets'][number]
): ReleaseState | undefined {
  return store.app(app)?.releases.find(({ id }) => id === release)
}

export function buildView(world: World, app: AppState, build: BuildState): unknown {
  return {
    id: build.id,
    status: build.status,
    stack: build.stack,
    output_stream_url: `${world.url()}/streams/${build.output}`,
    slug: build.slugId === null ? null : { id: build.slugId },
    release: build.releaseId === null ? null : { id: build.releaseId },
    source_blob: { url: '', version: build.version, checksum: null, version_description: build.description },
    buildpacks: build.buildpacks.map(url => ({ url, name: url })),
    app: { id: app.id },
    user: USER,
    created_at: build.createdAt,
    updated_at: build.createdAt
  }
}

export function jobView({ id, attributes }: { id: string; attributes: Record<string, unknown> }): unknown {
  return { type: 'jobs', id, attributes: { 'ran-at': null, 'created-at': null, ...attributes } }
}
