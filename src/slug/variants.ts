import { type BuiltApp } from '../buildpacks/index.ts'
import { walkTree, type BytePath } from '../runtime/index.ts'
import { MEND_FILE } from './ffmpeg-check.ts'
import { ffmpegPrograms, packageFiles } from './ffmpeg-tree.ts'
import {
  waysOut,
  whyNotSubtract,
  withoutPrograms,
  withoutProvider,
  type Derivation,
  type FfmpegProvider
} from './ffmpeg.ts'
import { slugFiles, type SlugFile } from './files.ts'
import { trim, type TrimRule } from './trim.ts'

/** The files of each slug; at least one of the two is there. */
export interface FfmpegVariants {
  /** Absent if the built tree has no executable called ffmpeg. */
  readonly with?: readonly SlugFile[]
  /** Absent if ffmpeg cannot be taken out. */
  readonly without?: readonly SlugFile[]
  /** How the slug without ffmpeg was made. */
  readonly derivation: Derivation | 'built'
  /** The executables called ffmpeg in the built tree, without those that trimming takes out. */
  readonly programs: readonly SeenFfmpeg[]
  /** Names of the layers, by the files' layer index. */
  readonly layerNames: readonly string[]
  /** Sockets, pipes and devices, which no slug can hold. */
  readonly leftOut: readonly BytePath[]
}

/** An executable called ffmpeg. */
export interface SeenFfmpeg {
  readonly path: BytePath
  /** Index of the layer that wrote it. */
  readonly layer: number
  /** A dyno runs it by its name. */
  readonly onPath: boolean
  /** It belongs to an npm package, a gem or a committed buildpack, so it counts as the slug's ffmpeg only if it is on the PATH. */
  readonly inPackage: boolean
  /** The slug without ffmpeg has it nevertheless, or would have it. */
  readonly stays: boolean
}

/** What is known of ffmpeg beside the built tree. */
interface FfmpegFacts {
  readonly aptfile: string | undefined
  /** Paths in the tree that a dyno runs by the name ffmpeg. */
  readonly onPath: ReadonlySet<BytePath>
  /** Rules that are applied: an ffmpeg that trimming takes out does not count. */
  readonly applied: readonly TrimRule[]
}

/** Further builds, if taking files out is not enough. Numbers are indexes into the list of buildpacks. */
export interface OtherBuilds {
  /** Runs the apt step again over the source, with the Aptfile of `aptfileWithoutFfmpeg`. */
  aptAgain(apt: number): Promise<BuiltApp>
  /** Runs all other steps again, with the same Aptfile. `why` is for people. */
  buildAgain(without: readonly number[], why: string): Promise<BuiltApp>
}

/** Both variants of a built app. The one without ffmpeg is derived from the same build if that gives the same files. Throws what the builds throw. */
export async function makeVariants(app: BuiltApp, facts: FfmpegFacts, other: OtherBuilds): Promise<FfmpegVariants> {
  const layerNames = [...app.layers.map(({ name }) => name), 'mastodon-on-heroku']
  const own = layerNames.length - 1
  // The tree is walked again: the check of ffmpeg may have written a script into it.
  const { files, leftOut } = slugFiles(walkTree(app.root), app.root, path =>
    path === MEND_FILE ? own : app.layerOf(path)
  )
  const left = (slug: readonly SlugFile[]): readonly SlugFile[] => trim(slug, facts.applied).kept
  const { programs, provider } = waysOut(app, left(files), facts.aptfile)
  const isOfPackage = packageFiles(files)
  const isSlugs = (path: BytePath): boolean => facts.onPath.has(path) || !isOfPackage(path)
  const tell = (rest: ReadonlySet<BytePath>): SeenFfmpeg[] =>
    programs.map(({ path, layer }) => ({
      path,
      layer,
      onPath: facts.onPath.has(path),
      inPackage: isOfPackage(path),
      stays: rest.has(path)
    }))
  const made = { derivation: 'built' as const, layerNames, leftOut }
  const all = new Set(programs.map(({ path }) => path))
  if (![...all].some(isSlugs)) return { ...made, without: files, programs: tell(all) }

  const unmended = files.filter(({ layer }) => layer !== own)
  const derived = await deriveWithout(app, provider, unmended, other)
  const singly = new Set(programs.filter(({ way }) => way === 'program').map(({ layer }) => layer))
  const without = withoutPrograms(derived.files, singly)
  const rest = new Set(ffmpegPrograms(left(without)).map(({ path }) => path))
  // It is the fork's own, or another package of the Aptfile brought it again.
  if ([...rest].some(isSlugs)) return { ...made, with: files, programs: tell(rest) }
  return { ...made, with: files, without, derivation: derived.derivation, programs: tell(rest) }
}

/** The files without what the provider brought. */
async function deriveWithout(
  app: BuiltApp,
  provider: FfmpegProvider,
  files: readonly SlugFile[],
  other: OtherBuilds
): Promise<{ files: readonly SlugFile[]; derivation: Derivation }> {
  const { buildpacks, apt } = provider
  if (buildpacks.length === 0 && apt === undefined) return { files, derivation: 'programs' }
  const reason = whyNotSubtract(app, provider)
  if (reason !== undefined) {
    const again = await other.buildAgain(buildpacks, reason)
    // Two buildpacks may have the same name, so layers are matched by their index.
    const places = app.layers.flatMap((_, i) => (buildpacks.includes(i - 1) ? [] : [i]))
    const layerOf = (path: BytePath): number => places[again.layerOf(path)]!
    return { files: slugFiles(again.entries, again.root, layerOf).files, derivation: 'built-again' }
  }
  if (apt === undefined) return { files: withoutProvider(files, provider), derivation: 'subtracted' }
  const { root, entries, layerOf } = await other.aptAgain(apt)
  const wrote = (path: BytePath): boolean => path === 'Aptfile' || layerOf(path) > 0
  return { files: withoutProvider(files, provider, { root, entries, wrote }), derivation: 'apt-again' }
}
