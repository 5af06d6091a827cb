import { randomUUID } from 'node:crypto'
import { invalid, notFound } from '../errors.ts'
import {
  type AppState,
  type CouplingState,
  type PipelineState,
  type PromotionState,
  type ReleaseState
} from '../store.ts'
import { couplingView, pipelineView, promotionTargetView, promotionView } from '../views.ts'
import { appOf, type World } from '../world.ts'
import { releaseOf } from '../../../../src/local-heroku/routes/code.ts'
import { named, now, text, within, type Routes } from './route.ts'

const STAGES = ['test', 'review', 'development', 'staging', 'production']

/** Pipelines, the apps coupled to them, and promotions from one app to others (heroku/cli: pipelines:promote). */
export const PIPELINE_ROUTES: Routes = {
  'GET /pipelines': (world, { query }) => {
    const name = query.get('eq[name]')
    const { pipelines } = world.store.state
    return [200, pipelines.filter(one => name === null || [one.id, one.name].includes(name)).map(pipelineView)]
  },
  'POST /pipelines': (world, { body }) => {
    const name = text(body['name']) ?? ''
    // Schema: pipeline.name
    if (!/^[a-z][a-z0-9-]{1,28}[a-z0-9]$/.test(name)) throw invalid('Name must be 3 to 30 lower-case letters')
    if (world.store.state.pipelines.some(other => other.name === name)) throw invalid(`Name ${name} is already taken`)
    const pipeline = { id: randomUUID(), name, createdAt: now(world) }
    world.store.state.pipelines.push(pipeline)
    world.store.save()
    return [201, pipelineView(pipeline)]
  },
  'GET /pipelines/:pipeline': (world, { params }) => [200, pipelineView(pipelineOf(world, params[0]))],
  'GET /pipelines/:pipeline/pipeline-couplings': (world, { params }) => {
    const { id } = pipelineOf(world, params[0])
    const couplings = world.store.state.couplings.filter(({ pipeline }) => pipeline === id)
    return [200, couplings.map(coupling => couplingView(world, coupling))]
  },
  'GET /pipeline-couplings': world => [200, world.store.state.couplings.map(coupling => couplingView(world, coupling))],
  'POST /pipeline-couplings': (world, { body }) => {
    const app = appOf(world, [named(body['app'])])
    const pipeline = pipelineOf(world, named(body['pipeline']))
    const stage = text(body['stage']) ?? ''
    if (!STAGES.includes(stage)) throw invalid(`Stage must be one of ${STAGES.join(', ')}`)
    if (couplingOf(world, app)) throw invalid(`${app.name} is in a pipeline already`)
    const coupling = { id: randomUUID(), app: app.id, pipeline: pipeline.id, stage, createdAt: now(world) }
    world.store.state.couplings.push(coupling)
    world.store.save()
    return [201, couplingView(world, coupling)]
  },
  'DELETE /pipeline-couplings/:coupling': (world, { params }) => {
    const { couplings } = world.store.state
    const coupling = couplings.find(({ id }) => id === params[0])
    if (!coupling) throw notFound('pipeline coupling')
    couplings.splice(couplings.indexOf(coupling), 1)
    world.store.save()
    return [200, couplingView(world, coupling)]
  },
  // One coupling and no list, as heroku/cli reads it.
  'GET /apps/:app/pipeline-couplings': (world, { params }) => {
    const coupling = couplingOf(world, appOf(world, params))
    if (!coupling) throw notFound('pipeline coupling')
    return [200, couplingView(world, coupling)]
  },

  'POST /pipeline-promotions': (world, { body }) => {
    const promotion = promote(world, body)
    world.store.state.promotions.push(promotion)
    world.store.save()
    return [201, promotionView(world, promotion)]
  },
  'GET /pipeline-promotions/:promotion': (world, { params }) => [
    200,
    promotionView(world, promotionOf(world, params[0]))
  ],
  'GET /pipeline-promotions/:promotion/promotion-targets': (world, { params }) => {
    const promotion = promotionOf(world, params[0])
    return [200, promotion.targets.map(target => promotionTargetView(world, promotion, target))]
  }
}

/**
 * The slug of the source's current release, or of the one that is named, becomes a new release of each target: its
 * release phase runs there, with the target's config vars.
 */
function promote(world: World, body: Record<string, unknown>): PromotionState {
  const pipeline = pipelineOf(world, named(body['pipeline']))
  const source = memberOf(world, pipeline, within(body['source'], 'app'))
  if (!Array.isArray(body['targets']) || body['targets'].length === 0) throw invalid('Require params: targets')
  const targets = body['targets'].map(target => memberOf(world, pipeline, within(target, 'app')))
  if (targets.includes(source)) throw invalid('An app cannot be promoted to itself')
  const release = releaseToPromote(world, source, within(body['source'], 'release'))
  const slug = world.store.slug(release.slugId!)
  if (!slug || slug.deletedAt) throw notFound('slug')
  const description = `Promote ${source.name} v${release.version} ${slug.commit?.slice(0, 8) ?? ''}`.trim()
  return {
    id: randomUUID(),
    createdAt: now(world),
    pipeline: pipeline.id,
    source: { app: source.id, release: release.id },
    targets: targets.map(app => ({
      id: randomUUID(),
      app: app.id,
      release: world.machines.get(app.name)!.releaseSlug(slug, description).id
    }))
  }
}

function releaseToPromote(world: World, source: AppState, wanted: unknown): ReleaseState {
  const release =
    wanted === undefined || wanted === null
      ? world.machines.get(source.name)!.current()
      : releaseOf(source, named(wanted))
  if (!release?.slugId) throw invalid(`${source.name} has no release with a slug to promote`)
  return release
}

function memberOf(world: World, pipeline: PipelineState, wanted: unknown): AppState {
  const app = appOf(world, [named(wanted)])
  if (couplingOf(world, app)?.pipeline !== pipeline.id)
    throw invalid(`${app.name} is not in the pipeline ${pipeline.name}`)
  return app
}

function couplingOf({ store }: World, app: AppState): CouplingState | undefined {
  return store.state.couplings.find(coupling => coupling.app === app.id)
}

function pipelineOf({ store }: World, idOrName: string | undefined): PipelineState {
  const pipeline = store.state.pipelines.find(({ id, name }) => id === idOrName || name === idOrName)
  if (!pipeline) throw notFound('pipeline')
  return pipeline
}

function promotionOf({ store }: World, id: string | undefined): PromotionState {
  const promotion = store.state.promotions.find(one => one.id === id)
  if (!promotion) throw notFound('pipeline promotion')
  return promotion
}
