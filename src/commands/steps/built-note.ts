import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, mkdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as v from 'valibot'
import { type Machine } from '../../inputs/index.ts'
import { errorCode, errorText, writeWhole, type Log } from '../../runtime/index.ts'
import { differences, type Fingerprint } from './fingerprint.ts'
import { requireFit, type Gate } from './size-gate.ts'
import { type BuiltSlugs } from './slugs.ts'

const slug = { file: v.string(), sha256: v.string(), processTypes: v.record(v.string(), v.string()) }
const note = v.object({
  fingerprint: v.object({ whole: v.string(), parts: v.record(v.string(), v.string()) }),
  web: v.object({ ...slug, variant: v.picklist(['with', 'without']) }),
  streaming: v.optional(v.object({ ...slug, bytes: v.number() }))
})
type Note = v.InferOutput<typeof note>

/** Where notes of slugs may lie. */
export type NoteFolders = Pick<Machine, 'jobFolder' | 'userFolder'>

/** Where a build leaves a note of what it built, and how the log calls that. */
interface Place {
  readonly folder: string
  readonly file: string
  readonly build: string
  readonly taken: string
  readonly nothing: string
}

/**
 * The job's own temporary folder; on the terminal a folder of the user's, with one note for each output folder. Never the
 * output folder itself: it lies in the checkout, so a commit could bring a slug together with a note about it. And an
 * artifact, which may come from anywhere, is never taken for this job's work. Undefined if nothing is noted here.
 */
function placeOf({ jobFolder, userFolder }: NoteFolders, outputDir: string): Place | undefined {
  const name = 'mastodon-on-heroku-built'
  if (jobFolder !== undefined) {
    const file = path.join(jobFolder, `${name}.json`)
    const words = { taken: 'This job built it already', nothing: 'This job has built no slug before' }
    return { folder: jobFolder, file, build: 'this job’s build', ...words }
  }
  if (userFolder === undefined) return undefined
  const digest = createHash('sha256').update(path.resolve(outputDir)).digest('hex').slice(0, 32)
  return {
    folder: userFolder,
    file: path.join(userFolder, `${name}-${digest}.json`),
    build: `the last build into ${outputDir}`,
    taken: `The last build into ${outputDir} built it already`,
    nothing: `Nothing is known of a build into ${outputDir}`
  }
}

/** Writes the note. If it cannot be written that is a warning: what comes after builds again. */
export async function noteBuilt(
  folders: NoteFolders,
  outputDir: string,
  fingerprint: Fingerprint,
  slugs: BuiltSlugs,
  log: Log
): Promise<void> {
  const place = placeOf(folders, outputDir)
  if (!place) return
  try {
    await mkdir(place.folder, { recursive: true, mode: 0o700 })
    await writeWhole(place.file, JSON.stringify({ fingerprint, ...slugs }), 0o600)
  } catch (error) {
    const why = errorCode(error) ?? errorText(error)
    log.warning(`A rehearsal or deploy will build again: ${place.file} could not be written (${why})`)
  }
}

/**
 * The slugs that were built of the same before, if their files are still the ones that were written; the log says that, or
 * why not. Throws a `GateError` if one is over the limit (bytes): the build may have let it pass.
 */
export async function builtBefore(
  folders: NoteFolders,
  outputDir: string,
  fingerprint: Fingerprint,
  limit: number,
  gate: Gate,
  log: Log
): Promise<BuiltSlugs | undefined> {
  const place = placeOf(folders, outputDir)
  if (!place) return undefined
  const found = await slugsOf(place, fingerprint)
  if ('because' in found) {
    log.info(`${found.because}, so the slug is built now`)
    return undefined
  }
  const { web, streaming } = found
  log.info(`${place.taken}: ${web.file}`)
  for (const [name, made] of Object.entries({ slug: web, 'streaming slug': streaming })) {
    const bytes = made ? (await stat(made.file)).size : 0
    requireFit(name, bytes, limit, gate, 'The report of the build lists the ways back under it, the cheapest first.')
  }
  return { web, streaming }
}

/** What a note names, if it is of the same fingerprint and of these very bytes, or why it is not taken. */
async function slugsOf(place: Place, fingerprint: Fingerprint): Promise<BuiltSlugs | { readonly because: string }> {
  const read = await readNote(place)
  if ('because' in read) return read
  const { whole, parts } = read.fingerprint
  if (whole !== fingerprint.whole) {
    const names = differences(parts, fingerprint.parts)
    return { because: `What ${place.build} made is of something else (${names.join(', ')})` }
  }
  for (const { file, sha256 } of read.streaming ? [read.web, read.streaming] : [read.web])
    if ((await sha256Of(file)) !== sha256) return { because: `${file} is not what ${place.build} wrote` }
  return { web: read.web, streaming: read.streaming }
}

/** A note counts only if it is this user's, and closed to all others: git gives no file of a commit such a mode by itself. */
async function readNote({ file, build, nothing }: Place): Promise<Note | { readonly because: string }> {
  const status = await lstat(file).catch(() => undefined)
  if (!status) return { because: nothing }
  const own = status.isFile() && status.uid === process.getuid?.() && (status.mode & 0o077) === 0
  if (!own) return { because: `${file} is no file of this user alone` }
  const text = await readFile(file, 'utf8').catch(() => '')
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), note), text)
  return success ? output : { because: `The note of ${build} cannot be read (${file})` }
}

async function sha256Of(file: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(file), hash)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}
