import * as v from 'valibot'
import { UserError } from '../runtime/index.ts'
import { judgeSize, type JudgedSize } from '../verdict/index.ts'
import { commitHash, list, upgradeSchema } from './upgrade.ts'

/**
 * `report.json`: what a build found out. It crosses a trust boundary: a pull request's job writes it, a job with write
 * access reads it. So reading is strict: no unknown keys, every number and text within bounds. All sizes are bytes.
 */
export const SCHEMA_VERSION = 1

const text = (most: number) => v.pipe(v.string(), v.maxLength(most))
const bytes = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER))
const count = bytes
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
/** A path for people (`displayPath`): no control character, and none that changes the direction of text. */
const shownPath = v.pipe(text(20_000), v.regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u))
const version = v.pipe(v.string(), v.regex(/^[\w.+-]{1,100}$/))
const stack = v.pipe(v.string(), v.regex(/^[\w-]{1,50}$/))
/** Name of a container image, with its tag or digest. */
const image = v.pipe(v.string(), v.regex(/^[\w./:@-]{1,300}$/))
const time = v.pipe(v.string(), v.isoTimestamp())
const variantName = v.picklist(['with', 'without'])
/** `source`, or a buildpack's name. */
const layerName = v.pipe(shownPath, v.maxLength(300))

const weight = { compressed: bytes, raw: bytes, files: count }

const variant = v.strictObject({
  name: variantName,
  ...weight,
  /** How it was made: the built tree itself, without a step's files or ffmpeg's programs, or with steps run again. */
  derivation: v.picklist(['built', 'subtracted', 'apt-again', 'built-again', 'programs']),
  sha256: v.optional(sha256),
  /** By layer; the archive's own frame is called `archive`. They add up to the whole. */
  layers: list(v.strictObject({ name: layerName, ...weight }), 100)
})

const layer = v.strictObject({
  name: layerName,
  /** Absent for the source. */
  buildpack: v.optional(
    v.strictObject({
      reference: text(2_000),
      kind: v.picklist(['registry', 'tarball', 'git', 'folder']),
      sha256,
      /** The commit, if it came by git. */
      version: v.optional(version)
    })
  ),
  milliseconds: count
})

const ffmpegCheck = v.strictObject({
  works: v.boolean(),
  version: v.optional(text(500)),
  encoders: list(text(50), 50),
  /** Folders that it needed on the library path. */
  mended: list(shownPath, 100),
  problem: v.optional(text(2_000))
})

const ffmpegProgram = v.strictObject({
  path: shownPath,
  layer: layerName,
  /** A dyno runs it by its name. */
  onPath: v.boolean(),
  /** It belongs to an npm package, a gem or a committed buildpack. */
  inPackage: v.boolean(),
  /** The slug without ffmpeg has it nevertheless, or would have it. */
  stays: v.boolean()
})

const trimRule = v.strictObject({
  name: v.pipe(shownPath, v.maxLength(100)),
  why: text(1_000),
  files: count,
  raw: bytes,
  /** Measured by packing the slug with and without these files. */
  saves: v.pipe(v.number(), v.integer())
})

const MOST_ENTRIES = 300_000
const index = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000))
const size = v.nullable(bytes)

/**
 * Index of the folder; name in it ('' for the folder itself); index of the layer; unpacked bytes (of the slug with ffmpeg,
 * if the two differ); compressed bytes in the slug with ffmpeg; in the one without (null: that slug does not have it);
 * and 1 if it shares a compressed block with others, so that its compressed bytes are a share by raw bytes.
 */
const entry = v.strictTuple([index, shownPath, index, bytes, size, size, v.picklist([0, 1])])
type Entry = v.InferOutput<typeof entry>

const dependencies = (names: RegExp) => list(v.strictTuple([v.pipe(v.string(), v.regex(names)), version]), 20_000)

const historyPoint = v.strictObject({
  commit: commitHash,
  at: time,
  mastodonVersion: v.optional(version),
  with: v.optional(bytes),
  without: v.optional(bytes),
  streaming: v.optional(bytes),
  chosen: variantName
})

const reportWith = <const Entries extends v.GenericSchema<Entry[]>>(entries: Entries) =>
  v.strictObject({
    schema: v.literal(SCHEMA_VERSION),
    tool: v.strictObject({ name: v.literal('mastodon-on-heroku'), version }),
    createdAt: time,
    source: v.strictObject({
      commit: commitHash,
      ref: text(1_000),
      committedAt: time,
      mastodonVersion: v.optional(version),
      files: count,
      raw: bytes,
      /** How many names `.slugignore` took out before the buildpacks. */
      ignored: count
    }),
    stack,
    place: v.strictObject({
      kind: v.picklist(['container', 'host']),
      buildImage: v.optional(image),
      runImage: v.optional(image)
    }),
    verdict: v.strictObject({
      chosen: variantName,
      compressed: bytes,
      limit: bytes,
      withinLimit: v.boolean(),
      /** Why the slug must not be shipped, whatever its size: it is not the one asked for, or its ffmpeg does not start. */
      problem: v.optional(text(2_000))
    }),
    heroku: v.strictObject({ warnsAt: bytes, stopsAt: bytes }),
    ffmpeg: v.strictObject({
      choice: v.picklist(['with', 'without', 'auto']),
      /** The buildpacks that brought it, or the Aptfile, or `source`: the commit. */
      providers: list(text(2_000), 20),
      /** `auto` left ffmpeg out, because of the size or because it does not start. */
      givenUp: v.boolean(),
      check: v.optional(ffmpegCheck),
      /** Executables called ffmpeg in the built tree. Older reports do not have it. */
      programs: v.optional(list(ffmpegProgram, 50))
    }),
    variants: list(variant, 2),
    /** The streaming app's slug, if there is such an app. */
    streaming: v.optional(v.strictObject({ ...weight, sha256: v.optional(sha256) })),
    layers: list(layer, 100),
    /** Every name of the slugs, once for both variants: some 60,000, so rows are short. */
    files: v.strictObject({
      /** Names, for the index in an entry. */
      layers: list(layerName, 100),
      /** Whole paths, each after its parent folder's; the first is '', the slug itself. */
      folders: list(shownPath, 200_000),
      entries
    }),
    /** Names and versions in Gemfile.lock and yarn.lock. */
    dependencies: v.strictObject({
      gems: dependencies(/^[A-Za-z0-9][\w.-]{0,99}$/),
      packages: dependencies(/^(?:@[\w.~-]{1,100}\/)?[\w.~-]{1,200}$/)
    }),
    /** The slug accepts any certificate of its Redis (`redis-tls`). */
    redisTls: v.optional(v.literal('no-verify')),
    processTypes: v.record(v.pipe(v.string(), v.regex(/^[-\w]{1,128}$/)), text(10_000)),
    trim: v.strictObject({
      applied: v.boolean(),
      rules: list(trimRule, 100),
      /** What `safe` leaves in although a dyno may not need it; what each would save beyond the rules is measured. */
      possible: v.optional(list(v.strictObject({ ...trimRule.entries, setting: text(1_000) }), 100)),
      /** What `safe` could not judge in this tree. */
      leftIn: v.optional(list(v.strictObject({ name: trimRule.entries.name, why: text(1_000) }), 20)),
      /** All rules together, on the chosen variant: its size before and after. */
      before: bytes,
      after: bytes
    }),
    /** The upgrade plan for this commit, as far as the tree alone shows. */
    upgrade: v.optional(upgradeSchema),
    warnings: list(text(5_000), 200),
    /** Sizes of earlier commits of the base branch, oldest first: each build passes on those of its base. */
    history: list(historyPoint, 200)
  })

/** The schema of `report.json`. */
export const reportSchema = reportWith(list(entry, MOST_ENTRIES))

/** The same, but quick for valid entries: it copies none and does not say what is wrong. */
const quickSchema = reportWith(
  v.custom<Entry[]>(rows => Array.isArray(rows) && rows.length <= MOST_ENTRIES && rows.every(isEntry))
)

function isEntry(row: unknown): boolean {
  if (!Array.isArray(row) || row.length !== 7) return false
  const [folder, name, inLayer, raw, inWith, inWithout, shared] = row as unknown[]
  return (
    isIndex(folder) &&
    v.is(shownPath, name) &&
    isIndex(inLayer) &&
    isBytes(raw) &&
    (inWith === null || isBytes(inWith)) &&
    (inWithout === null || isBytes(inWithout)) &&
    (shared === 0 || shared === 1)
  )
}

function isBytes(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function isIndex(value: unknown): boolean {
  return isBytes(value) && (value as number) <= 1_000_000
}

/** A `report.json` that was checked. */
export type Report = v.InferOutput<typeof reportSchema>
export type ReportVariant = Report['variants'][number]
/** The sizes (bytes) of one commit's slugs. */
export type HistoryPoint = Report['history'][number]

/** Largest `report.json` that is read, in bytes. */
export const LARGEST_REPORT = 25_000_000

/** Reads a `report.json`. Throws a `UserError` that names the first thing wrong with it. */
export function parseReport(json: string): Report {
  const next = 'Use the report.json of a build by this version of mastodon-on-heroku, unchanged.'
  if (json.length > LARGEST_REPORT) throw new UserError(`The report is larger than ${LARGEST_REPORT / 1e6} MB`, next)
  let data: unknown
  try {
    data = JSON.parse(json)
  } catch (error) {
    throw new UserError('The report is not JSON', next, { cause: error })
  }
  const schema = (data as { schema?: unknown } | null)?.schema
  if (typeof schema === 'number' && schema !== SCHEMA_VERSION) {
    throw new UserError(`The report has schema version ${schema}; this version reads ${SCHEMA_VERSION}`, next)
  }
  const report = validated(data, next)
  const contradiction = findContradiction(report)
  if (contradiction !== undefined) throw new UserError(`The report contradicts itself: ${contradiction}`, next)
  return report
}

function validated(data: unknown, next: string): Report {
  const quick = v.safeParse(quickSchema, data, { abortEarly: true })
  if (quick.success) return quick.output
  const result = v.safeParse(reportSchema, data, { abortEarly: true })
  if (!result.success) {
    const [issue] = result.issues
    throw new UserError(
      `The report is not valid at ${v.getDotPath(issue) ?? 'its top'}: ${issue.message.slice(0, 300)}`,
      next
    )
  }
  return result.output
}

/** The same report, judged by other limits (bytes). */
export function judgedBy(report: Report, { limit, ...heroku }: { limit: number } & Report['heroku']): Report {
  const { verdict } = report
  return { ...report, heroku, verdict: { ...verdict, limit, withinLimit: judgeSize(verdict.compressed, limit).fits } }
}

/** The slugs that would be shipped, against the limit: the chosen one, and the streaming app's. */
interface JudgedSizes {
  readonly main: JudgedSize
  readonly streaming?: JudgedSize
  /** Whether both fit. */
  readonly fits: boolean
}

/** Judges the slugs of a report by its limit. */
export function judgedSizes({ verdict, streaming }: Report): JudgedSizes {
  const main = judgeSize(verdict.compressed, verdict.limit)
  if (!streaming) return { main, fits: main.fits }
  const other = judgeSize(streaming.compressed, verdict.limit)
  return { main, streaming: other, fits: main.fits && other.fits }
}

/** Bytes of an archive that belong to no file: its header, its end. */
const LARGEST_FRAME = 10_000

/** Figures that are valid alone may not fit together. */
function findContradiction({ verdict, variants, files }: Report): string | undefined {
  return verdictContradiction(verdict, variants) ?? fileContradiction(files, variants)
}

function verdictContradiction(verdict: Report['verdict'], variants: readonly ReportVariant[]): string | undefined {
  const names = variants.map(({ name }) => name)
  if (new Set(names).size < names.length) return 'a variant is there twice'
  const chosen = variants.find(({ name }) => name === verdict.chosen)
  if (!chosen) return 'the chosen variant is not there'
  if (chosen.compressed !== verdict.compressed) return "the verdict's size is not that of the chosen variant"
  if (verdict.withinLimit !== judgeSize(verdict.compressed, verdict.limit).fits)
    return 'the verdict is not what the limit says'
  return undefined
}

function fileContradiction(files: Report['files'], variants: readonly ReportVariant[]): string | undefined {
  if (files.folders[0] !== '') return 'its first folder is not the slug'
  if (new Set(files.folders).size < files.folders.length) return 'a folder is there twice'
  const sums = { with: 0, without: 0 }
  for (const [folder, , inLayer, , inWith, inWithout] of files.entries) {
    if (folder >= files.folders.length || inLayer >= files.layers.length) return 'a file is nowhere'
    sums.with += inWith ?? 0
    sums.without += inWithout ?? 0
  }
  for (const { name, compressed, layers: parts } of variants) {
    const sum = parts.reduce((all, part) => all + part.compressed, 0)
    if (sum !== compressed) return `the layers ${name} ffmpeg are not the whole of it`
    const frame = compressed - sums[name]
    if (frame < 0 || frame > LARGEST_FRAME) return `the files ${name} ffmpeg are not the whole of it`
  }
  return undefined
}
