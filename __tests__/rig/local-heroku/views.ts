/** What things look like in answers (Schema: heroku/platform-api:schema.json). */
import { reference } from '../../../src/local-heroku/ids.ts'
import { appView as rehearsedView, USER } from '../../../src/local-heroku/views.ts'
import {
  type AddonState,
  type AppState,
  type AttachmentState,
  type BuildState,
  type CouplingState,
  type PipelineState,
  type PromotionState,
  type ReleaseState
} from './store.ts'
import { appOf, type World } from './world.ts'

export function appView(app: AppState): unknown {
  return { ...(rehearsedView(app) as object), acm: app.acm ?? false }
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

export function addonView(
  world: World,
  addon: AddonState,
  state: 'provisioning' | 'provisioned' | 'deprovisioned' = addon.provisioning ? 'provisioning' : 'provisioned'
): unknown {
  const app = appOf(world, [addon.app])
  return {
    id: addon.id,
    name: addon.name,
    actions: [],
    addon_service: reference('addon-service', addon.service),
    plan: reference('plan', addon.plan),
    app: { id: app.id, name: app.name },
    billed_price: { cents: 0, contract: false, unit: 'month' },
    billing_entity: { id: app.id, name: app.name, type: 'app' },
    config_vars: addon.configVars,
    state,
    provider_id: addon.id,
    web_url: null,
    created_at: addon.createdAt,
    updated_at: addon.createdAt
  }
}

/** @param included what a client asks for besides: `addon:plan`, `config_vars` (heroku/cli: lib/addons/resolve, `Accept-Inclusion`) */
export function attachmentView(
  world: World,
  { id, name, addon, app: appName, configVars }: AttachmentState,
  included: readonly string[]
): unknown {
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
      ...(included.includes('addon:plan') ? { plan: reference('plan', of.plan) } : {})
    },
    app: { id: app.id, name: app.name },
    ...(included.includes('config_vars') ? { config_vars: configVars } : {}),
    web_url: null,
    log_input_url: null,
    created_at: of.createdAt,
    updated_at: of.createdAt
  }
}

export function pipelineView({ id, name, createdAt }: PipelineState): unknown {
  return {
    id,
    name,
    owner: { id: USER.id, type: 'user' },
    generation: reference('generation', 'cedar'),
    created_at: createdAt,
    updated_at: createdAt
  }
}

export function couplingView({ store }: World, { id, app, pipeline, stage, createdAt }: CouplingState): unknown {
  const name = store.state.pipelines.find(one => one.id === pipeline)?.name
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

/** It is pending as long as its release phase runs. Undocumented: what `error_message` says if that fails. */
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
    generation: 'cedar',
    user: USER,
    created_at: build.createdAt,
    updated_at: build.createdAt
  }
}

export function jobView({ id, attributes }: { id: string; attributes: Record<string, unknown> }): unknown {
  return { type: 'jobs', id, attributes: { 'ran-at': null, 'created-at': null, ...attributes } }
}
