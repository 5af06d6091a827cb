import { displayPath, VERSION, type BytePath } from '../runtime/index.ts'
import type { BuiltApp } from '../buildpacks/index.ts'
import type { FfmpegCheck, FfmpegChoice, FfmpegVariants, Weight, Weighed } from '../slug/index.ts'
import { SCHEMA_VERSION, type Report, type ReportVariant } from './data.ts'

const MOST_DIRECTORIES = 2_000
const LARGEST_FILES = 100

/** What a build knows at its end. */
export interface BuildFacts {
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
  readonly variants: FfmpegVariants
  readonly weighed: Weighed
  readonly heroku: { warnsAt: number; stopsAt: number }
  /** Whether the rules were applied, or only measured. */
  readonly trimmed: boolean
  readonly app: Pick<BuiltApp, 'layers' | 'processTypes'>
  readonly warnings: readonly string[]
}

/** The report of a build. */
export function makeReport(facts: BuildFacts): Report {
  const { commit, place, weighed, check, choice, app } = facts
  const { verdict, savings, before, after } = weighed
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
      chosen: verdict.chosen,
      compressed: verdict.bytes,
      limit: verdict.limit,
      withinLimit: verdict.withinLimit,
      problem:
        verdict.chosen === 'with' && check && !check.works ? (check.problem ?? 'ffmpeg does not work') : undefined
    },
    heroku: facts.heroku,
    ffmpeg: {
      choice,
      providers: [...facts.providers],
      givenUp: choice === 'auto' && hasWith && verdict.chosen === 'without',
      check: check && { ...check, encoders: [...check.encoders], mended: [...check.mended] }
    },
    variants: weighed.slugs.map(slug => reportVariant(slug, facts.variants)),
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
    processTypes: { ...app.processTypes },
    trim: {
      applied: facts.trimmed,
      rules: savings.map(({ rule: { name, why }, files, raw, saves }) => ({ name, why, files, raw, saves })),
      before,
      after
    },
    warnings: [...facts.warnings]
  }
}

function reportVariant(
  { name, sha256, measured }: Weighed['slugs'][number],
  { derivation, layerNames }: FfmpegVariants
): ReportVariant {
  const { total, layers, directories, files } = measured
  const least = total.compressed / 1_000
  return {
    name,
    derivation: name === 'with' ? 'built' : derivation,
    sha256,
    ...total,
    layers: [...layers]
      .sort(([a], [b]) => (a < 0 ? 1 : b < 0 ? -1 : a - b))
      .map(([layer, weight]) => ({ name: layer < 0 ? 'archive' : (layerNames[layer] ?? 'unknown'), ...weight })),
    directories: [...directories]
      .filter(([path, { compressed }]) => compressed >= least || !path.includes('/'))
      .sort(largestFirst)
      .slice(0, MOST_DIRECTORIES)
      .map(([path, weight]) => ({ path: shown(path), ...weight })),
    largestFiles: files
      .slice(0, LARGEST_FILES)
      .map(({ file, compressed, raw, shared }) => ({ path: shown(file.path), compressed, raw, shared }))
  }
}

function largestFirst([pathA, a]: [BytePath, Weight], [pathB, b]: [BytePath, Weight]): number {
  return b.compressed - a.compressed || (pathA < pathB ? -1 : 1)
}

/** A path can be 100 kB long; nobody reads that. */
function shown(path: BytePath): string {
  const text = displayPath(path)
  return text.length > 4_000 ? `${text.slice(0, 4_000)}…` : text
}

/** The report as it is written to `report.json`. */
export function reportJson(report: Report): string {
  return `${JSON.stringify(report, undefined, 1)}\n`
}
