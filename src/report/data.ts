import * as v from 'valibot'
import { UserError } from '../runtime/index.ts'

/**
 * `report.json`: what a build found out. It is the only thing that crosses a trust boundary (a pull request's job writes
 * it, a job with write access reads it), so reading it is strict: nothing unknown, every number and text within bounds.
 * All sizes are bytes.
 */
export const SCHEMA_VERSION = 1

const text = (most: number) => v.pipe(v.string(), v.maxLength(most))
const bytes = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER))
const count = bytes
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
/** A path for people: no control character, `\xNN` for what is not UTF-8. */
const shownPath = v.pipe(text(20_000), v.regex(/^[^\p{Cc}]*$/u))
const list = <const Item extends v.GenericSchema>(item: Item, most: number) => v.pipe(v.array(item), v.maxLength(most))

const weight = { compressed: bytes, raw: bytes, files: count }

const variant = v.strictObject({
  name: v.picklist(['with', 'without']),
  ...weight,
  /** How it came about: the built tree as it is, files taken out, or a step run again. */
  derivation: v.picklist(['built', 'subtracted', 'apt-again', 'built-again']),
  sha256: v.optional(sha256),
  /** By layer, as in `layers`; the archive's own frame is under the name `archive`. The parts add up to the whole. */
  layers: list(v.strictObject({ name: text(300), ...weight }), 100),
  /** Folders with all below them, largest first, down to a thousandth of the slug. */
  directories: list(v.strictObject({ path: shownPath, ...weight }), 5_000),
  /** The largest files. `shared`: it lies in a compressed block with others, and has its share by raw bytes. */
  largestFiles: list(v.strictObject({ path: shownPath, compressed: bytes, raw: bytes, shared: v.boolean() }), 200)
})

const layer = v.strictObject({
  name: text(300),
  /** Missing for the source. */
  buildpack: v.optional(
    v.strictObject({
      reference: text(2_000),
      kind: v.picklist(['registry', 'tarball', 'git', 'folder']),
      sha256,
      /** The commit, where it came by git. */
      version: v.optional(text(200))
    })
  ),
  milliseconds: count
})

const ffmpegCheck = v.strictObject({
  works: v.boolean(),
  version: v.optional(text(500)),
  encoders: list(text(50), 50),
  /** Folders that had to be put on the library path before it started. */
  mended: list(shownPath, 100),
  problem: v.optional(text(2_000))
})

const trimRule = v.strictObject({
  name: text(100),
  why: text(1_000),
  files: count,
  raw: bytes,
  /** Measured: the slug packed with and without them. */
  saves: v.pipe(v.number(), v.integer())
})

export const reportSchema = v.strictObject({
  schema: v.literal(SCHEMA_VERSION),
  tool: v.strictObject({ name: v.literal('mastodon-on-heroku'), version: text(50) }),
  createdAt: v.pipe(v.string(), v.isoTimestamp()),
  source: v.strictObject({
    commit: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)),
    ref: text(1_000),
    committedAt: v.pipe(v.string(), v.isoTimestamp()),
    mastodonVersion: v.optional(text(100)),
    files: count,
    raw: bytes,
    /** Names that `.slugignore` took out before the buildpacks. */
    ignored: count
  }),
  stack: text(50),
  place: v.strictObject({
    kind: v.picklist(['container', 'host']),
    buildImage: v.optional(text(300)),
    runImage: v.optional(text(300))
  }),
  verdict: v.strictObject({
    chosen: v.picklist(['with', 'without']),
    compressed: bytes,
    limit: bytes,
    withinLimit: v.boolean(),
    /** Why the slug is no good although its size may be: ffmpeg was asked for and does not start. */
    problem: v.optional(text(2_000))
  }),
  heroku: v.strictObject({ warnsAt: bytes, stopsAt: bytes }),
  ffmpeg: v.strictObject({
    choice: v.picklist(['with', 'without', 'auto']),
    /** The buildpacks that bring it, or the Aptfile. */
    providers: list(text(2_000), 20),
    /** `auto` had one and left it out, because of its size or because it does not start. */
    givenUp: v.boolean(),
    check: v.optional(ffmpegCheck)
  }),
  variants: list(variant, 2),
  layers: list(layer, 100),
  processTypes: v.record(v.pipe(v.string(), v.regex(/^[-\w]{1,128}$/)), text(10_000)),
  trim: v.strictObject({
    applied: v.boolean(),
    rules: list(trimRule, 100),
    /** All rules together, on the chosen variant: its size before and after. */
    before: bytes,
    after: bytes
  }),
  warnings: list(text(5_000), 200)
})

export type Report = v.InferOutput<typeof reportSchema>
export type ReportVariant = Report['variants'][number]

/** Largest `report.json` that is read, in bytes. */
export const LARGEST_REPORT = 5_000_000

/** The report in a `report.json`. Throws a `UserError` that names the first thing that is not as it must be. */
export function parseReport(json: string): Report {
  const next = 'Use the report.json of a build by this version of mastodon-on-heroku, unchanged.'
  if (json.length > LARGEST_REPORT) throw new UserError(`The report is larger than ${LARGEST_REPORT / 1e6} MB`, next)
  let data: unknown
  try {
    data = JSON.parse(json)
  } catch (error) {
    throw new UserError('The report is not JSON', next, { cause: error })
  }
  const version = (data as { schema?: unknown } | null)?.schema
  if (typeof version === 'number' && version !== SCHEMA_VERSION) {
    throw new UserError(`The report has schema version ${version}; this version reads ${SCHEMA_VERSION}`, next)
  }
  const result = v.safeParse(reportSchema, data)
  if (result.success) return result.output
  const issue = result.issues[0]
  throw new UserError(
    `The report is not valid at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message.slice(0, 300)}`,
    next
  )
}
