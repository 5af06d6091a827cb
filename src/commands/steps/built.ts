import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import * as v from 'valibot'
import { megabytes, UserError } from '../../runtime/index.ts'
import type { Context } from '../context.ts'
import { underTheLimit } from './limit.ts'
import { type BuiltSlugs } from './slugs.ts'

/** In the job's own temporary folder: an artifact, which may come from anywhere, is never taken for this job's work. */
const NOTE = 'mastodon-on-heroku-built.json'

const slug = { file: v.string(), sha256: v.string(), processTypes: v.record(v.string(), v.string()) }
const note = v.object({
  fingerprint: v.string(),
  web: v.object({ ...slug, variant: v.picklist(['with', 'without']) }),
  streaming: v.optional(v.object({ ...slug, bytes: v.number() }))
})

/** Notes what this job built, for a deploy later in the same job. */
export async function noteBuilt({ inputs }: Context, fingerprint: string, slugs: BuiltSlugs): Promise<void> {
  if (inputs.jobFolder === undefined) return
  await writeFile(path.join(inputs.jobFolder, NOTE), JSON.stringify({ fingerprint, ...slugs }), { mode: 0o600 })
}

/**
 * The slugs that this job built of the same, where their files are still the ones that were written. Throws a `UserError`
 * where one is over the limit (bytes): the build may have let it pass.
 */
export async function builtBefore(
  { inputs, runtime }: Context,
  fingerprint: string,
  limit: number
): Promise<BuiltSlugs | undefined> {
  if (inputs.jobFolder === undefined) return undefined
  const text = await readFile(path.join(inputs.jobFolder, NOTE), 'utf8').catch(() => 'null')
  const { success, output } = v.safeParse(v.pipe(v.string(), v.parseJson(), note), text)
  if (!success || output.fingerprint !== fingerprint) return undefined
  const { web, streaming } = output
  for (const { file, sha256 } of streaming ? [web, streaming] : [web]) {
    if ((await sha256Of(file)) === sha256) continue
    runtime.log.info(`${file} is not what this job's build wrote, so it is built again`)
    return undefined
  }
  runtime.log.info(`This job built it already: ${web.file}`)
  for (const [name, made] of Object.entries({ slug: web, 'streaming slug': streaming })) {
    const bytes = made ? (await stat(made.file)).size : 0
    if (bytes <= limit) continue
    throw new UserError(
      `The ${name} is over its limit: ${megabytes(bytes)} of ${megabytes(limit)}`,
      underTheLimit(inputs, 'The report of the build lists the ways back under it, the cheapest first.')
    )
  }
  return { web, streaming }
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
