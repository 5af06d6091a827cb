import { storedSize, upload, type Build, type HerokuApp } from '../heroku/index.ts'
import { within } from '../net/index.ts'
import { CancelledError, errorText, sizeText, UserError } from '../runtime/index.ts'
import { followToEnd, type Followed } from './follow.ts'
import { slugDescription, uploading, type Role, type ShippedSlug } from './slugs.ts'
import { type Tools } from './tools.ts'

/** What Heroku is to build. */
export interface BuildRecipe {
  readonly role: Role
  readonly commit: string
  readonly fingerprint: string
  /** For people: `without ffmpeg`. */
  readonly variant: string
  /** Registry names or addresses, in order. */
  readonly buildpacks: readonly string[]
  /** Packs the source tree with the Procfile of this role; the SHA-256 is hexadecimal. */
  readonly pack: () => Promise<{ readonly file: string; readonly sha256: string }>
}

/** A slug that Heroku built. */
export interface BuiltSlug extends ShippedSlug {
  readonly size: number
  /** The release that the build made. */
  readonly releaseId: string
}

/** Newest builds that are looked at for one of the same. */
const LOOK_AT = 10
/** Milliseconds to end a build on Heroku: a runner ends a cancelled job soon. */
const CANCELLED_WITHIN = 8_000

/** The slug of an earlier build of the same, if Heroku still has it. Its fingerprint is in the source's description. */
export async function findBuilt(app: HerokuApp, recipe: BuildRecipe, tools: Tools): Promise<BuiltSlug | undefined> {
  const description = slugDescription(recipe)
  const build = (await app.builds(LOOK_AT)).find(
    ({ status, source_blob }) => status === 'succeeded' && source_blob?.version_description === description
  )
  return build && slugOf(app, build, recipe, tools)
}

/**
 * Builds on Heroku: the source goes up, the build's output comes into the log. The build makes a release of its own, so
 * this is for a staging app if the slug is to be judged before production has it. When the job is cancelled, so is the
 * build.
 */
export async function buildOn(app: HerokuApp, recipe: BuildRecipe, tools: Tools): Promise<BuiltSlug> {
  const { story } = tools
  const { commit, buildpacks } = recipe
  const { url, sha256 } = await shipSource(app, recipe, tools)
  const source = { url, version: commit, description: slugDescription(recipe), sha256 }
  story.begin(`a build on ${app.name}`)
  const build = await app.createBuild(source, buildpacks)
  story.note(`Heroku builds ${commit.slice(0, 8)}, ${recipe.variant}, on ${app.name}`)
  const { latest: finished, tail } = await follow(app, build, tools)
  if (finished.status !== 'succeeded') {
    throw new UserError(
      `Heroku's build on ${app.name} failed${tail.quote()}`,
      'Mend what the lines above name. If the slug is too large, `builder: runner` shows what makes it so.'
    )
  }
  const slug = await slugOf(app, finished, recipe, tools)
  if (slug) return slug
  throw new UserError(
    `Heroku's build on ${app.name} succeeded, and its slug cannot be found`,
    `Look at https://dashboard.heroku.com/apps/${app.name}/activity, and run the job again.`
  )
}

/** Puts the source where Heroku fetches it. A failed upload starts again with a new place. */
async function shipSource(app: HerokuApp, recipe: BuildRecipe, tools: Tools): Promise<{ url: string; sha256: string }> {
  const { story, log, clock, signal } = tools
  const { file, sha256 } = await recipe.pack()
  return uploading('It is uploaded again, to a new place', tools, async () => {
    const { source_blob } = await app.createSource()
    const progress = (sent: number, total: number): void => log.progress(sent, total)
    const { bytes } = await upload({ file, url: source_blob.put_url, method: 'PUT', progress, clock, signal })
    story.note(`Uploaded ${sizeText(bytes)} of source; Heroku checks its SHA-256`)
    return { url: source_blob.get_url, sha256 }
  })
}

/** Follows a build to its end. A cancelled job ends it too: else it would make a release that nobody waits for. */
async function follow(app: HerokuApp, build: Build, tools: Tools): Promise<Followed<Build>> {
  const about = {
    what: `Heroku's build on ${app.name}`,
    next: `Look at https://dashboard.heroku.com/apps/${app.name}/activity. A longer wait: input \`timeout\`.`
  }
  try {
    return await followToEnd(build, () => app.build(build.id), about, tools)
  } catch (error) {
    if (error instanceof CancelledError)
      await within({ clock: tools.clock }, CANCELLED_WITHIN, 'Heroku did not answer', signal =>
        app.under(signal).cancelBuild(build.id)
      ).catch((failure: unknown) => tools.story.warn(`${about.what} could not be ended: ${errorText(failure)}`))
    throw error
  }
}

async function slugOf(
  app: HerokuApp,
  { slug: built, release }: Build,
  { commit, variant }: BuildRecipe,
  tools: Tools
): Promise<BuiltSlug | undefined> {
  const slug = built ? await app.slug(built.id) : undefined
  if (!slug || !release) return undefined
  const size = slug.size ?? (await storedSize(slug.blob.url, tools))
  if (size === undefined) {
    throw new UserError(
      `Heroku does not say how large the slug of ${app.name} is, so it cannot be held against the limit`,
      'Run the job again.'
    )
  }
  const processTypes = slug.process_types ?? {}
  return { id: slug.id, commit: slug.commit ?? commit, size, variant, processTypes, releaseId: release.id }
}
