import type { BuiltApp } from '../buildpacks/index.ts'
import { displayPath, VERSION } from '../runtime/index.ts'
import type { FfmpegCheck, FfmpegChoice, FfmpegVariants, Weighed } from '../slug/index.ts'
import { judgeSize } from '../verdict/index.ts'
import { SCHEMA_VERSION, type Report, type ReportVariant } from './data.ts'
import { fileTable } from './files.ts'
import { type Upgrade } from './upgrade.ts'

/** What a build knows at its end. */
interface BuildFacts {
  /** Milliseconds since 1970. */
  readonly createdAt: number
  readonly commit: { sha: string; ref: string; committedAt: number }
  readonly mastodonVersion?: string
  readonly source: { files: number; raw: number; ignored: number }
  readonly stack: string
  readonly place: { kind: 'container' | 'host'; buildImage: string; runImage: string }
  readonly choice: FfmpegChoice
  readonly providers: readonly string[]
  readonly check?: FfmpegCheck
  /** Paths of ffmpeg that cannot be taken out, for people. */
  readonly stuck: string
  readonly variants: FfmpegVariants
  readonly weighed: Weighed
  /** Bytes. */
  readonly limit: number
  readonly streaming?: { compressed: number; raw: number; files: number; sha256: string }
  readonly dependencies: Record<'gems' | 'packages', readonly (readonly [name: string, version: string])[]>
  readonly heroku: { warnsAt: number; stopsAt: number }
  /** Whether the rules were applied; else they were only measured. */
  readonly trimmed: boolean
  /** What `safe` left in, and why. */
  readonly leftIn: readonly { readonly name: string; readonly why: string }[]
  readonly app: Pick<BuiltApp, 'layers' | 'processTypes'>
  readonly redisTls: 'verify' | 'no-verify'
  readonly upgrade?: Upgrade
  readonly warnings: readonly string[]
}

/** The report of a build. */
export function makeReport(facts: BuildFacts): Report {
  const { commit, place, weighed, check, choice, app, limit } = facts
  const { chosen, savings, possible, before, after } = weighed
  const hasWith = weighed.slugs.some(({ name }) => name === 'with')
  return {
    schema: SCHEMA_VERSION,
    tool: { name: 'mastodon-on-heroku', version: VERSION },
    createdAt: new Date(facts.createdAt).toISOString(),
    source: {
      commit: commit.sha,
      ref: commit.ref,
      committedAt: new Date(commit.committedAt).toISOString(),
      mastodonVersion: facts.mastodonVersion,
      ...facts.source
    },
    stack: facts.stack,
    place: place.kind === 'container' ? place : { kind: place.kind },
    verdict: {
      chosen: chosen.variant,
      compressed: chosen.bytes,
      limit,
      withinLimit: judgeSize(chosen.bytes, limit).fits,
      problem: problemOf(facts)
    },
    heroku: facts.heroku,
    ffmpeg: {
      choice,
      providers: [...facts.providers],
      givenUp: choice === 'auto' && hasWith && chosen.variant === 'without',
      check: check && { ...check, encoders: [...check.encoders], mended: [...check.mended] },
      programs: facts.variants.programs.slice(0, MOST_PROGRAMS).map(({ path, layer, ...rest }) => ({
        path: displayPath(path).slice(-LONGEST_PATH),
        layer: facts.variants.layerNames[layer] ?? 'unknown',
        ...rest
      }))
    },
    variants: weighed.slugs.map(slug => reportVariant(slug, facts.variants)),
    streaming: facts.streaming,
    layers: app.layers.map(({ name, buildpack, milliseconds }) => ({
      name,
      buildpack: buildpack && {
        reference: buildpack.reference,
        kind: buildpack.kind,
        sha256: buildpack.sha256,
        version: buildpack.version
      },
      milliseconds
    })),
    files: fileTable(weighed.slugs, facts.variants.layerNames),
    dependencies: {
      gems: facts.dependencies.gems.map(([name, version]) => [name, version]),
      packages: facts.dependencies.packages.map(([name, version]) => [name, version])
    },
    redisTls: facts.redisTls === 'no-verify' ? 'no-verify' : undefined,
    processTypes: { ...app.processTypes },
    trim: {
      applied: facts.trimmed,
      rules: savings.map(({ rule: { name, why }, files, raw, saves }) => ({ name, why, files, raw, saves })),
      possible: possible.map(({ rule: { name, why, setting }, files, raw, saves }) => ({
        name,
        why,
        setting,
        files,
        raw,
        saves
      })),
      leftIn: [...facts.leftIn],
      before,
      after
    },
    ...(facts.upgrade && { upgrade: facts.upgrade }),
    warnings: [...facts.warnings],
    history: []
  }
}

const MOST_PROGRAMS = 50
const LONGEST_PATH = 2_000

/** Why the chosen slug is not the one that was asked for; undefined if it is. `auto` takes either. */
function problemOf({ choice, check, stuck, weighed: { chosen } }: BuildFacts): string | undefined {
  if (choice === 'without' && chosen.variant === 'with') return `ffmpeg is in it and cannot be taken out: ${stuck}`
  if (choice === 'with' && chosen.variant === 'without') return 'the built tree has no executable called ffmpeg'
  if (choice === 'with' && check && !check.works) return check.problem ?? 'ffmpeg does not work'
  return undefined
}

function reportVariant(
  { name, sha256, measured }: Weighed['slugs'][number],
  { derivation, layerNames }: FfmpegVariants
): ReportVariant {
  const { total, layers } = measured
  return {
    name,
    derivation: name === 'with' ? 'built' : derivation,
    sha256,
    ...total,
    layers: [...layers]
      .sort(([a], [b]) => archiveLast(a) - archiveLast(b))
      .map(([layer, weight]) => ({ name: layer < 0 ? 'archive' : (layerNames[layer] ?? 'unknown'), ...weight }))
  }
}

function archiveLast(layer: number): number {
  return layer < 0 ? Number.MAX_SAFE_INTEGER : layer
}

/** The text of `report.json`, with one line for each of some 60,000 files. */
export function reportJson(report: Report): string {
  const { layers, folders, entries } = report.files
  const rows = (list: readonly unknown[]): string => `[\n${list.map(row => JSON.stringify(row)).join(',\n')}\n]`
  const files = `{"layers": ${JSON.stringify(layers)}, "folders": ${rows(folders)}, "entries": ${rows(entries)}}`
  const parts = Object.entries(report)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `"${name}": ${name === 'files' ? files : JSON.stringify(value, undefined, 1)}`)
  return `{\n${parts.join(',\n')}\n}\n`
}
