import path from 'node:path'
import { type BuiltApp } from '../../buildpacks/index.ts'
import { type Config } from '../../config/index.ts'
import { type JobResults, type Machine, type Slice } from '../../inputs/index.ts'
import { LIMITS } from '../../knowledge/index.ts'
import { readDependencies, readMastodon, type MastodonTree } from '../../mastodon/index.ts'
import { makeReport, type Report, type Told, type Upgrade } from '../../report/index.ts'
import { displayPath, errorText, type BytePath, type Runtime } from '../../runtime/index.ts'
import {
  globRule,
  isPlugAndPlay,
  nodeUse,
  possibleRules,
  requirePrograms,
  unmatchedGlobs,
  inPackOrder,
  makeVariants,
  Packer,
  safeRules,
  sizeWarnings,
  slugFiles,
  STREAMING_PROCESS_TYPES,
  streamingFiles,
  weigh,
  type FfmpegVariants,
  type WeighOptions
} from '../../slug/index.ts'
import { judgeSize } from '../../verdict/index.ts'
import { ffmpegWarnings, otherBuilds, providerNames, stuckPlaces, tryFfmpeg } from './ffmpeg.ts'
import { type Fingerprint } from './fingerprint.ts'
import { cacheOf, judgeBuildpacks, openWorkshop, type Recipe } from './recipe.ts'
import { tell } from './results.ts'
import { writeSource, type Source } from './source.ts'

export interface BuiltSlugs {
  /** `slug.tgz`, the chosen variant. */
  readonly web: {
    readonly file: string
    readonly sha256: string
    readonly variant: 'with' | 'without'
    readonly processTypes: Readonly<Record<string, string>>
  }
  /** Of `slug-streaming.tgz`, if there is a streaming app. */
  readonly streaming: StreamingSlug | undefined
}

interface StreamingSlug {
  readonly file: string
  readonly sha256: string
  readonly bytes: number
  readonly processTypes: Readonly<Record<string, string>>
}

/** What is built, and how. */
export interface ToBuild {
  readonly config: Config
  readonly source: Source
  readonly recipe: Recipe
  readonly fingerprint: Fingerprint
}

export type SlugInputs = Slice<'outputDir' | 'cache' | 'buildNetwork' | 'buildTimeout'>

/** What is told beside the sizes. */
export interface Telling {
  /** The upgrade plan of the tree. What cannot be planned is no reason not to build. */
  readonly upgrade?: () => Promise<Upgrade>
  /** The report with what is known beside it. */
  readonly around: (report: Report) => Promise<Told> | Told
}

/** Builds the tree, tries its ffmpeg, packs and measures the slugs, and writes them with the report. It judges nothing. */
export async function buildSlugs(
  inputs: SlugInputs,
  { config, source, recipe }: ToBuild,
  telling: Telling,
  machine: Machine,
  runtime: Runtime,
  results: JobResults
): Promise<{ slugs: BuiltSlugs; told: Told }> {
  const { log } = runtime
  judgeBuildpacks(config, source, recipe)
  const slug = path.join(inputs.outputDir, 'slug.tgz')
  const workshop = openWorkshop(inputs, config, source, recipe, machine, runtime)
  const packer = new Packer({
    worker: runtime.packWorker,
    threads: runtime.threads,
    commitTime: source.commit.committedAt,
    blockStore: cacheOf(inputs, machine, 'blocks'),
    signal: runtime.signal
  })
  try {
    const app = await workshop.build('app', recipe.buildpacks, folder => writeSource(source, folder, runtime.run))
    // A buildpack may have moved a folder to the top: what decides about the slug is read of what was built.
    const mastodon = readMastodon(app.root)
    const trimming = chooseTrimming(config, mastodon, app)
    const { limit } = config.slug
    const { applied } = trimming.rules
    const { check, onPath } = await log.group('ffmpeg', () =>
      tryFfmpeg(config, recipe, { workshop, app, applied }, runtime)
    )
    const facts = { aptfile: recipe.aptfile, onPath, applied }
    const variants = await makeVariants(app, facts, otherBuilds(source, recipe, workshop, runtime))
    const weighed = await log.group('Slugs', async () => {
      const started = runtime.clock.now()
      const result = await weigh({
        ...trimming.rules,
        variants,
        packer,
        choice: config.ffmpeg,
        fits: bytes => judgeSize(bytes, limit).fits,
        ffmpegWorks: check?.works ?? true,
        output: slug
      })
      log.info(`Packed and measured in ${((runtime.clock.now() - started) / 1000).toFixed(1)} s`)
      return result
    })
    const warnings = [
      ...source.warnings,
      ...recipe.warnings,
      ...trimming.warnings,
      ...ffmpegWarnings(config, recipe, variants, check),
      ...sizeWarnings(weighed.chosen.bytes, limit),
      ...leftOutWarnings(variants.leftOut)
    ]
    const streaming = await packStreaming(config, variants, packer, inputs.outputDir)
    const report = makeReport({
      limit,
      createdAt: runtime.clock.now(),
      commit: source.commit,
      mastodonVersion: mastodon.version,
      source: { files: source.tree.files, raw: source.tree.bytes, ignored: source.removed.length },
      stack: recipe.stack,
      place: recipe.place,
      choice: config.ffmpeg,
      providers: providerNames(variants),
      check,
      stuck: stuckPlaces(variants),
      variants,
      weighed,
      streaming: streaming && { ...streaming.weight, sha256: streaming.slug.sha256 },
      dependencies: readDependencies(app.root),
      heroku: { warnsAt: LIMITS.slugWarns, stopsAt: LIMITS.slugStops },
      trimmed: config.slug.trim.safe || config.slug.trim.globs.length > 0,
      leftIn: trimming.leftIn,
      app,
      redisTls: config.redisTls,
      upgrade: await planned(telling, runtime),
      warnings
    })
    const told = await telling.around(report)
    await tell(told, inputs.outputDir, runtime, results)
    const { chosen } = report.verdict
    const { sha256 } = report.variants.find(({ name }) => name === chosen)!
    const web = { file: slug, sha256: sha256!, variant: chosen, processTypes: app.processTypes }
    return { slugs: { web, streaming: streaming?.slug }, told }
  } finally {
    await packer.close()
    await workshop.close()
  }
}

async function planned(
  { upgrade }: Telling,
  { log, signal }: Pick<Runtime, 'log' | 'signal'>
): Promise<Upgrade | undefined> {
  try {
    return await upgrade?.()
  } catch (error) {
    if (signal.aborted) throw error
    log.warning(`The upgrade plan could not be made: ${errorText(error)}`)
    return undefined
  }
}

/** The streaming role of the same build: a list of files more. It needs no ffmpeg. */
async function packStreaming(
  config: Config,
  variants: FfmpegVariants,
  packer: Packer,
  outputDir: string
): Promise<{ slug: StreamingSlug; weight: { compressed: number; raw: number; files: number } } | undefined> {
  if (config.streamingApp === undefined) return undefined
  const file = path.join(outputDir, 'slug-streaming.tgz')
  const files = inPackOrder(streamingFiles(variants.without ?? variants.with!))
  const [packed] = await packer.pack([{ files, output: file }])
  const { bytes, rawBytes, sha256 } = packed!
  return {
    slug: { file, sha256: sha256!, bytes, processTypes: STREAMING_PROCESS_TYPES },
    weight: { compressed: bytes, raw: rawBytes, files: files.length }
  }
}

interface Trimming {
  /** Those that are applied, those that are measured if none is, and those that only the owner can choose. */
  readonly rules: Pick<WeighOptions, 'applied' | 'offered' | 'possible'>
  /** What `safe` leaves in this tree although it takes it out of others, and why: for people. */
  readonly leftIn: readonly { readonly name: string; readonly why: string }[]
  readonly warnings: readonly string[]
}

/** Throws a `UserError` if the config's globs take away what a process type is started with. */
function chooseTrimming(
  { schedule, slug, streamingApp }: Config,
  { bundler, rubyNeedsNode }: MastodonTree,
  { builtAt, entries, layerOf, processTypes, root }: BuiltApp
): Trimming {
  const { globs, safe } = slug.trim
  const { files } = slugFiles(entries, root, layerOf)
  requirePrograms(globs, files, processTypes)
  const streaming = streamingApp === undefined ? 'perhaps' : 'no'
  const tasks = schedule?.tasks.map(({ command }) => command)
  const node = nodeUse({ files, processTypes, tasks, bundler, streaming })
  const facts = { streaming, builtAt, rubyNeedsNode, node, plugAndPlay: isPlugAndPlay(files) } as const
  const rules = safeRules(facts)
  const own = globs.length > 0 ? [globRule(globs)] : []
  return {
    rules: { applied: [...(safe ? rules : []), ...own], offered: rules, possible: possibleRules(facts) },
    leftIn: 'keptBecause' in node ? [{ name: 'node-modules', why: node.keptBecause }] : [],
    warnings: unmatchedGlobs(globs, files).map(
      glob => `slug.trim: ${JSON.stringify(glob)} matches nothing in the built app`
    )
  }
}

function leftOutWarnings(leftOut: readonly BytePath[]): string[] {
  const names = leftOut.slice(0, 10).map(displayPath).join(', ')
  return leftOut.length > 0 ? [`A slug holds files, folders and links alone; left out: ${names}`] : []
}
