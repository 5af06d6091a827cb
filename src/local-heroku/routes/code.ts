import { randomUUID } from 'node:crypto'
import { invalid, notFound } from '../errors.ts'
import { type AppState, type ReleaseState, type SlugState } from '../store.ts'
import { releaseView, slugView } from '../views.ts'
import { appOf, machineOf } from '../world.ts'
import { stackNamed } from './apps.ts'
import { now, only, text, type Routes } from './route.ts'

/** Slugs and releases. */
export const CODE_ROUTES: Routes = {
  'POST /apps/:app/slugs': (world, { params, body }) => {
    const app = appOf(world, params)
    only(body, ['process_types', 'checksum', 'commit', 'commit_description', 'buildpack_provided_description', 'stack'])
    const stack = body['stack'] == null ? app.stack : stackNamed(body['stack'])
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
  'POST /apps/:app/releases': (world, { params, body }) => {
    const app = appOf(world, params)
    only(body, ['slug', 'release', 'description', 'oci_image'])
    const slug = world.store.slug(text(body['slug']) ?? '')
    if (!slug || slug.deletedAt) throw notFound('slug')
    if (slug.size === null) throw invalid('The slug has not been uploaded')
    const description = text(body['description']) ?? `Deploy ${slug.commit?.slice(0, 8) ?? ''}`
    return [201, releaseView(world, app, machineOf(world, params).releaseSlug(slug, description))]
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

/** A release by its id, `12` or `v12`. Throws Heroku's 404. */
export function releaseOf(app: AppState, idOrVersion: string | undefined): ReleaseState {
  const release = app.releases.find(
    ({ id, version }) => id === idOrVersion || `${version}` === idOrVersion || `v${version}` === idOrVersion
  )
  if (!release) throw notFound('release')
  return release
}
