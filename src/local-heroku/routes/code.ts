import { randomUUID } from 'node:crypto'
import { ApiError, invalid, notFound } from '../errors.ts'
import { type AppState, type BuildState, type ReleaseState, type SlugState } from '../store.ts'
import { buildView, releaseView, slugView } from '../views.ts'
import { appOf, machineOf } from '../world.ts'
import { STACKS } from './apps.ts'
import { now, only, text, within, type Routes } from './route.ts'

/** Slugs, sources, builds, releases. */
export const CODE_ROUTES: Routes = {
  'POST /apps/:app/slugs': (world, { params, body }) => {
    const app = appOf(world, params)
    only(body, ['process_types', 'checksum', 'commit', 'commit_description', 'buildpack_provided_description', 'stack'])
    const stack = text(body['stack']) ?? app.stack
    if (!STACKS.includes(stack)) throw invalid(`Stack ${stack} is not a stack`)
    const slug: SlugState = {
      id: randomUUID(),
      blob: world.store.secretName(),
      checksum: text(body['checksum']) ?? null,
      commit: text(body['commit']) ?? null,
      commitDescription: text(body['commit_description']) ?? null,
      processTypes: processTypesOf(body['process_types']),
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
    if (!slug || slug.deletedAt) throw notFound('slug')
    return [200, slugView(world, slug, 'get')]
  },

  'GET /apps/:app/releases': (world, { params }) => {
    const app = appOf(world, params)
    return [200, app.releases.map(release => releaseView(world, app, release))]
  },
  'GET /apps/:app/releases/:release': (world, { params }) => {
    const app = appOf(world, params)
    return [200, releaseView(world, app, releaseOf(app, params[1]))]
  },
  'GET /apps/:app/releases/:release/config-vars': (world, { params }) => [
    200,
    releaseOf(appOf(world, params), params[1]).configVars
  ],
  'POST /apps/:app/releases': (world, { params, body }) => {
    const app = appOf(world, params)
    const machine = machineOf(world, params)
    only(body, ['slug', 'release', 'description', 'oci_image'])
    if (body['release'] !== undefined) {
      const old = app.releases.find(({ id }) => id === body['release'])
      if (!old) throw notFound('release')
      app.configVars = { ...old.configVars }
      const release = machine.release(old.slugId, `Rollback to v${old.version}`)
      return [201, releaseView(world, app, release)]
    }
    const slug = world.store.slug(text(body['slug']) ?? '')
    if (!slug || slug.deletedAt) throw notFound('slug')
    if (slug.size === null) throw invalid('The slug has not been uploaded')
    const description = text(body['description']) ?? `Deploy ${slug.commit?.slice(0, 8) ?? ''}`
    return [201, releaseView(world, app, machine.releaseSlug(slug, description))]
  },

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
      buildpacks: buildpacksOf(body['buildpacks']) ?? app.buildpacks,
      stack: app.stack,
      status: 'pending',
      slugId: null,
      releaseId: null
    }
    app.builds.push(build)
    world.store.save()
    world.startBuild(app, build, url)
    return [201, buildView(world, app, build)]
  },
  // Stops it where it is still under way; undocumented, what the answer looks like.
  'DELETE /apps/:app/builds/:build': (world, { params }) => {
    const app = appOf(world, params)
    const build = buildOf(app, params[1])
    world.cancelBuild(build)
    return [200, buildView(world, app, build)]
  }
}

/** Schema: slug.process_types */
function processTypesOf(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) throw invalid('Process types is required')
  for (const [name, command] of Object.entries(value)) {
    if (!/^[-\w]{1,128}$/.test(name) || typeof command !== 'string') throw invalid(`Process type ${name} is not valid`)
  }
  return value as Record<string, string>
}

/** By id, `12` or `v12`. */
export function releaseOf(app: AppState, idOrVersion: string | undefined): ReleaseState {
  const release = app.releases.find(
    ({ id, version }) => id === idOrVersion || `${version}` === idOrVersion || `v${version}` === idOrVersion
  )
  if (!release) throw notFound('release')
  return release
}

function buildOf(app: AppState, id: string | undefined): BuildState {
  const build = app.builds.find(build => build.id === id)
  if (!build) throw notFound('build')
  return build
}

/** `[{ "name": … } | { "url": … }]`; undefined where the app's own are meant (Schema: build.buildpacks). */
function buildpacksOf(value: unknown): string[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.map(item => text(within(item, 'url')) ?? text(within(item, 'name')) ?? '')
}
