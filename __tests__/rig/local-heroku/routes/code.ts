import { randomUUID } from 'node:crypto'
import { CODE_ROUTES as REHEARSED, releaseOf } from '../../../../src/local-heroku/routes/code.ts'
import { releaseView } from '../../../../src/local-heroku/views.ts'
import { ApiError, invalid, notFound } from '../errors.ts'
import { type AppState, type BuildState } from '../store.ts'
import { buildView } from '../views.ts'
import { appOf, machineOf } from '../world.ts'
import { now, only, text, within, type Routes } from './route.ts'

/** Sources, builds, rollbacks. */
export const CODE_ROUTES: Routes = {
  'POST /apps/:app/releases': (world, request) => {
    const { params, body } = request
    only(body, ['description', 'oci_image', 'release', 'slug'])
    if (body['release'] === undefined) return REHEARSED['POST /apps/:app/releases']!(world, request)
    const app = appOf(world, params)
    const old = app.releases.find(({ id }) => id === body['release'])
    if (!old) throw notFound('release')
    const slug = machineOf(world, params).slug(old.slugId)
    // Undocumented: how Heroku words it (Schema: release.eligible_for_rollback).
    if (old.status !== 'succeeded' || !slug || slug.deletedAt)
      throw invalid(`Release v${old.version} is not eligible for rollback`)
    app.configVars = { ...old.configVars }
    const release = machineOf(world, params).release(old.slugId, `Rollback to v${old.version}`, { changesConfig: true })
    return [201, releaseView(world, app, release)]
  },

  'GET /apps/:app/releases/:release/config-vars': (world, { params }) => [
    200,
    releaseOf(appOf(world, params), params[1]).configVars
  ],

  'POST /sources': world => {
    const url = `${world.url()}/blobs/${world.store.secretName()}`
    return [201, { source_blob: { get_url: url, put_url: url } }]
  },
  'GET /apps/:app/builds': (world, { params }) => {
    const app = appOf(world, params)
    return [200, app.builds.map(build => buildView(world, app, build))]
  },
  'GET /apps/:app/builds/:build': (world, { params }) => {
    const app = appOf(world, params)
    return [200, buildView(world, app, buildOf(app, params[1]))]
  },
  'POST /apps/:app/builds': (world, { params, body }) => {
    const app = appOf(world, params)
    const source = body['source_blob']
    const url = text(within(source, 'url'))
    if (url === undefined) throw invalid('Source blob url is required')
    if (app.builds.some(({ status }) => status === 'pending'))
      throw new ApiError(409, 'conflict', 'Another build is in progress.')
    const build: BuildState = {
      id: randomUUID(),
      output: world.store.secretName(),
      createdAt: now(world),
      version: text(within(source, 'version')) ?? null,
      description: text(within(source, 'version_description')) ?? null,
      buildpacks: buildpacksOf(body['buildpacks']),
      stack: app.stack,
      status: 'pending',
      slugId: null,
      releaseId: null
    }
    app.builds.push(build)
    world.store.save()
    world.startBuild(world, app, build, url)
    return [201, buildView(world, app, build)]
  },
  // Stops it if it is still under way. Undocumented: what the answer looks like.
  'DELETE /apps/:app/builds/:build': (world, { params }) => {
    const app = appOf(world, params)
    const build = buildOf(app, params[1])
    world.cancelBuild(build)
    return [200, buildView(world, app, build)]
  }
}

function buildOf(app: AppState, id: string | undefined): BuildState {
  const build = app.builds.find(one => one.id === id)
  if (!build) throw notFound('build')
  return build
}

/** `[{ "name": … } | { "url": … }]` (Schema: build.buildpacks). */
function buildpacksOf(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return value.map(item => text(within(item, 'url')) ?? text(within(item, 'name')) ?? '')
}
