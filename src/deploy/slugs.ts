import { storedSize, upload, UploadError, type HerokuApp } from '../heroku/index.ts'
import { retry } from '../net/index.ts'
import { CancelledError, sizeText, UserError } from '../runtime/index.ts'
import { type Target } from './target.ts'
import { type Tools } from './tools.ts'

export type Role = 'web' | 'streaming'

/** A slug on this machine, ready to go. */
export interface MadeSlug {
  readonly role: Role
  readonly file: string
  /** Hexadecimal, of the .tgz. */
  readonly sha256: string
  readonly processTypes: Readonly<Record<string, string>>
  readonly commit: string
  readonly stack: string
  /** What it was built from (design, rule 3): the same input gives the same fingerprint. */
  readonly fingerprint: string
  /** For people: `without ffmpeg`. */
  readonly variant: string
}

/** A slug that Heroku holds. */
export interface ShippedSlug {
  readonly id: string
  readonly commit: string
  /** Bytes, if known. */
  readonly size: number | undefined
  readonly variant: string
  readonly processTypes: Readonly<Record<string, string>>
}

/** Milliseconds before each further attempt to upload. */
const UPLOAD_AGAIN = [2_000, 4_000]
/** Slugs of a list of releases that are looked at for one to reuse. */
const LOOK_AT = 5

/** Kept in the slug's `commit_description`, by which it is found again. */
export function slugDescription({
  role,
  fingerprint,
  variant
}: Pick<MadeSlug, 'role' | 'fingerprint' | 'variant'>): string {
  return `mastodon-on-heroku ${fingerprint} ${role}, ${variant}`
}

/** Says what is deployed, and shortens the search for the slug to one look in most cases. */
export function releaseDescription(commit: string, role: Role, fingerprint: string): string {
  return `Deploy ${commit.slice(0, 8)} (${tag(role, fingerprint)})`
}

function tag(role: Role, fingerprint: string): string {
  return `mastodon-on-heroku ${role} ${fingerprint.slice(0, 12)}`
}

/** A slug of the same fingerprint that a release of this app holds and Heroku still has. */
export async function findShipped(
  { app, releases, currentSlug }: Target,
  role: Role,
  fingerprint: string
): Promise<ShippedSlug | undefined> {
  const tagged = releases.filter(({ description }) => description.includes(tag(role, fingerprint)))
  const ids = [...tagged, ...releases].flatMap(({ slug, status }) => (slug && status !== 'expired' ? [slug.id] : []))
  for (const id of [...new Set(ids)].slice(0, LOOK_AT)) {
    const slug = currentSlug?.id === id ? currentSlug : await app.slug(id)
    const prefix = `mastodon-on-heroku ${fingerprint} ${role}, `
    if (slug?.commit_description?.startsWith(prefix)) {
      return {
        id,
        commit: slug.commit ?? '',
        size: slug.size ?? undefined,
        variant: slug.commit_description.slice(prefix.length),
        processTypes: slug.process_types ?? {}
      }
    }
  }
  return undefined
}

/**
 * Makes a slug on Heroku and uploads it. On any failure a new slug is made: a half-uploaded one is never released. What
 * the store has is checked by its ETag, else by its size.
 */
export async function shipSlug(app: HerokuApp, artifact: MadeSlug, tools: Tools): Promise<ShippedSlug> {
  const { story, log, clock, signal } = tools
  const { file, sha256, processTypes, commit, stack, variant } = artifact
  const description = slugDescription(artifact)
  return uploading('A new slug is made and uploaded', tools, async () => {
    const slug = await app.createSlug({ processTypes, sha256, commit, description, stack })
    const progress = (sent: number, total: number): void => log.progress(sent, total)
    const { bytes, proven } = await upload({
      file,
      url: slug.blob.url,
      method: slug.blob.method,
      progress,
      clock,
      signal
    })
    if (!proven) await compareSize(app, slug.id, bytes, tools)
    story.note(`Uploaded ${sizeText(bytes)} to ${app.name} and checked what arrived`)
    return { id: slug.id, commit, size: bytes, variant, processTypes }
  })
}

/** Makes a place and uploads to it; if the upload fails, all of it again. @param again says so */
export function uploading<Place>(
  again: string,
  { story, ...tools }: Tools,
  work: () => Promise<Place>
): Promise<Place> {
  const isUpload = (error: unknown): boolean => {
    if (!(error instanceof UploadError)) return false
    story.warn(`${error.message}. ${again}`)
    return true
  }
  return retry(tools, { waits: UPLOAD_AGAIN, again: isUpload }, work)
}

async function compareSize(app: HerokuApp, id: string, bytes: number, tools: Tools): Promise<void> {
  const slug = await app.slug(id)
  if (!slug) throw new UploadError('Heroku does not know the slug any more')
  let stored: number | undefined
  try {
    stored = await storedSize(slug.blob.url, tools)
  } catch (error) {
    if (error instanceof CancelledError) throw error
  }
  if (stored === undefined) {
    throw new UserError(
      'What arrived at the store could not be checked',
      'Run the job again; the release is not made of a slug that may be broken.'
    )
  }
  if (stored !== bytes) throw new UploadError(`the store has ${stored} of ${bytes} bytes`)
}
