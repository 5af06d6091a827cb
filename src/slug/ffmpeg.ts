import { posix } from 'node:path'
import {
  asksForFfmpeg,
  buildpackName,
  isAptBuildpack,
  packageOfDeb,
  parseAptfile,
  plainName,
  withoutAptEntries,
  type AptAddress,
  type AptPackage,
  type BuiltApp
} from '../buildpacks/index.ts'
import { readTreeFile, UserError, type BytePath, type TreeEntry } from '../runtime/index.ts'
import { ffmpegPrograms, isExecutable, packageFiles } from './ffmpeg-tree.ts'
import { inPackOrder, slugFiles, type SlugFile } from './files.ts'

/** The steps of a build that bring ffmpeg, as indexes into the list of buildpacks. */
export interface FfmpegProvider {
  /** Buildpacks that bring only ffmpeg. */
  readonly buildpacks: readonly number[]
  /** The apt buildpack, if the Aptfile asks for ffmpeg (Mastodon 1.4 to 4.2). */
  readonly apt?: number
}

/** Added if ffmpeg is asked for and nothing seems to bring it. Mastodon's app.json has it since 4.3 (mastodon/mastodon#31135). */
export const FFMPEG_BUILDPACK = 'https://github.com/heroku/heroku-buildpack-activestorage-preview'

/**
 * What will bring ffmpeg, judged by the names of the buildpacks and by the Aptfile; undefined if nothing will. It is a
 * guess: the built tree shows what is so (`waysOut`).
 * @param references buildpacks as the config or app.json names them
 */
export function guessProvider(references: readonly string[], aptfile: string | undefined): FfmpegProvider | undefined {
  const placesOf = (isIt: (reference: string) => boolean): number[] =>
    references.flatMap((reference, i) => (isIt(reference) ? [i] : []))
  const buildpacks = placesOf(saysFfmpeg)
  const asks = aptfile !== undefined && parseAptfile(aptfile).entries.some(asksForFfmpeg)
  const apt = asks ? placesOf(isAptBuildpack)[0] : undefined
  return buildpacks.length > 0 || apt !== undefined ? { buildpacks, apt } : undefined
}

/** Whether a buildpack's name says that it brings ffmpeg. All that are known bring nothing else. */
function saysFfmpeg(reference: string): boolean {
  return /ffmpeg|activestorage-preview/i.test(buildpackName(reference))
}

/**
 * Packages that Mastodon's Aptfiles had only for ffmpeg: libraries that it needs at run time and that the stacks of that
 * time did not have (mastodon/mastodon: Aptfile).
 */
const FFMPEG_PACKAGES = new Set([
  // ffmpeg's extra codecs
  'libavcodec-extra',
  // 1.4 to 4.2 (#3276)
  'libxdamage1',
  'libxfixes3',
  // 2.5 to 4.0 (#8588, for heroku-18; taken out by #19836)
  'libcairo2',
  'libcroco3',
  'libdatrie1',
  'libgdk-pixbuf2.0-0',
  'libgraphite2-3',
  'libharfbuzz0b',
  'libpango-1.0-0',
  'libpangocairo-1.0-0',
  'libpangoft2-1.0-0',
  'libpixman-1-0',
  'librsvg2-2',
  'libthai-data',
  'libthai0',
  'libxcb-render0',
  'libxcb-shm0',
  'libxrender1',
  // 4.2 (#24866), and the packages behind it
  'libopenblas0-pthread',
  'libblas3',
  'liblapack3'
])
/** 2.5 to 4.0: `libvpx5`, then `libvpx[5-9]` (#8588, #15591). */
const LIBVPX = /^libvpx(?:\d+|\[\d-\d\])$/

/** The text of an Aptfile without what is there for ffmpeg; unchanged if it does not ask for ffmpeg. */
export function aptfileWithoutFfmpeg(aptfile: string): string {
  const { entries } = parseAptfile(aptfile)
  return entries.some(asksForFfmpeg) ? withoutAptEntries(aptfile, isForFfmpeg) : aptfile
}

function isForFfmpeg(entry: AptPackage | AptAddress): boolean {
  if (asksForFfmpeg(entry)) return true
  const name = entry.kind === 'package' ? plainName(entry.name) : packageOfDeb(entry.url)
  return FFMPEG_PACKAGES.has(name) || LIBVPX.test(name)
}

/** How the slug without ffmpeg was made (`derivation` in `report.json`). */
export type Derivation = 'subtracted' | 'apt-again' | 'built-again' | 'programs'

/** An executable called ffmpeg in the built tree. */
interface FfmpegProgram {
  readonly path: BytePath
  /** Index of the layer that wrote it. */
  readonly layer: number
  /** How it is left out of the slug without ffmpeg. */
  readonly way: Way
}

/**
 * `layer`: with its whole layer, since its buildpack brought only ffmpeg. `apt`: by running the apt step again without it.
 * `program`: only ffmpeg and its sister programs, since their buildpack brought more. `stays`: not at all.
 */
type Way = 'layer' | 'apt' | 'program' | 'stays'

/** ffmpeg's own programs. */
const OWN = /^(?:ffmpeg|ffprobe|ffplay|qt-faststart)$/

/**
 * Decides for each executable called ffmpeg how it can be left out, and which buildpacks must go or run again for it. A
 * step whose ffmpeg a later step overwrote counts, too.
 */
export function waysOut(
  { layers, mixed }: Pick<BuiltApp, 'layers' | 'mixed'>,
  files: readonly SlugFile[],
  aptfile: string | undefined
): { programs: FfmpegProgram[]; provider: FfmpegProvider } {
  const asks = aptfile !== undefined && parseAptfile(aptfile).entries.some(asksForFfmpeg)
  const isOfPackage = packageFiles(files)
  const wayOfLayer = layers.map(({ buildpack }, layer): Way => {
    // The commit itself: it is the fork's own.
    if (!buildpack) return 'stays'
    if (readsAptfile(buildpack.folder)) return asks ? 'apt' : 'stays'
    return bringsOnlyFfmpeg(buildpack.reference, layer, files) ? 'layer' : 'program'
  })
  const programs = ffmpegPrograms(files).map(({ path, layer }): FfmpegProgram => {
    return { path, layer, way: isOfPackage(path) ? 'stays' : wayOfLayer[layer]! }
  })
  const free = new Set(programs.filter(({ path }) => !isOfPackage(path)).map(({ path }) => path))
  const writers = new Set([
    ...programs.filter(({ path }) => free.has(path)).map(({ layer }) => layer),
    ...mixed.filter(({ path }) => free.has(path)).flatMap(({ from, by }) => [from, by])
  ])
  const placesOf = (way: Way): number[] =>
    [...writers]
      .filter(layer => wayOfLayer[layer] === way)
      .map(layer => layer - 1)
      .toSorted((a, b) => a - b)
  return { programs, provider: { buildpacks: placesOf('layer'), apt: placesOf('apt')[0] } }
}

/** Whether a buildpack's scripts name the Aptfile, whatever the buildpack is called. */
function readsAptfile(folder: string): boolean {
  return ['bin/detect', 'bin/compile'].some(script => /\bAptfile\b/.test(scriptOf(folder, script)))
}

/** The text of a script; empty if it is missing, or too large to be one. */
function scriptOf(folder: string, script: string): string {
  try {
    return readTreeFile(folder, script) ?? ''
  } catch (error) {
    if (error instanceof UserError) return ''
    throw error
  }
}

/** Whether its name says ffmpeg, and it brought no other program. */
function bringsOnlyFfmpeg(reference: string, layer: number, files: readonly SlugFile[]): boolean {
  const isOther = (file: SlugFile): boolean =>
    file.layer === layer &&
    isExecutable(file) &&
    !OWN.test(posix.basename(file.path)) &&
    !/^\.profile\.d\/|\.so(?:\.|$)/.test(file.path)
  return saysFfmpeg(reference) && !files.some(isOther)
}

/** The files without ffmpeg of these layers, and without ffmpeg's own programs in the same folder. */
export function withoutPrograms(files: readonly SlugFile[], layers: ReadonlySet<number>): SlugFile[] {
  const placeOf = (file: SlugFile): string => `${file.layer} ${posix.dirname(file.path)}`
  const isOfPackage = packageFiles(files)
  const isTheirs = (file: SlugFile): boolean => layers.has(file.layer) && !isOfPackage(file.path)
  const places = new Set(ffmpegPrograms(files).filter(isTheirs).map(placeOf))
  const goes = (file: SlugFile): boolean =>
    file.kind !== 'directory' && OWN.test(posix.basename(file.path)) && places.has(placeOf(file))
  return files.filter(file => !goes(file))
}

/**
 * Why the provider's files cannot simply be taken out of the built tree: another step overwrote one of them, or it
 * overwrote one of another step. Undefined if they can.
 */
export function whyNotSubtract(app: BuiltApp, provider: FfmpegProvider): string | undefined {
  const isProvider = providerLayers(provider)
  const mix = app.mixed.find(({ from, by }) => isProvider.has(from) !== isProvider.has(by))
  if (!mix) return undefined
  const [by, from] = [app.layers[mix.by]?.name, app.layers[mix.from]?.name]
  return `${by} wrote over a file of ${from}`
}

/** Layer 0 is the source, so a buildpack's layer is its place in the list plus one. */
function providerLayers({ buildpacks, apt }: FfmpegProvider): Set<number> {
  return new Set([...buildpacks, ...(apt === undefined ? [] : [apt])].map(place => place + 1))
}

/** The tree of a second run of the apt step, without ffmpeg. */
interface AptAgain {
  readonly root: string
  readonly entries: readonly TreeEntry[]
  /** Whether the apt step wrote the name. The source's Aptfile counts: it is another one. */
  wrote(path: BytePath): boolean
}

/** The slug's files without those of the provider. `aptAgain` is needed if the provider has an apt step. */
export function withoutProvider(files: readonly SlugFile[], provider: FfmpegProvider, aptAgain?: AptAgain): SlugFile[] {
  const isProvider = providerLayers(provider)
  const stays = (file: SlugFile): boolean => !isProvider.has(file.layer) && !(aptAgain && file.path === 'Aptfile')
  const kept = new Set(files.filter(stays))
  const needed = foldersOf(kept)
  // A folder that the provider made stays if others put something into it, such as `.profile.d`.
  const rest = files.flatMap(file => {
    if (kept.has(file)) return [file]
    const layer = file.kind === 'directory' ? needed.get(file.path) : undefined
    return layer === undefined ? [] : [{ ...file, layer }]
  })
  if (!aptAgain) return rest
  const taken = new Set(rest.map(({ path }) => path))
  const layer = provider.apt! + 1
  const again = slugFiles(
    aptAgain.entries.filter(({ path }) => aptAgain.wrote(path) && !taken.has(path)),
    aptAgain.root,
    path => (path === 'Aptfile' ? 0 : layer)
  )
  return inPackOrder([...rest, ...again.files])
}

/** All folders above these files, each with the layer of the first file that needs it. */
function foldersOf(files: Iterable<SlugFile>): Map<BytePath, number> {
  const folders = new Map<BytePath, number>()
  for (const { path, layer } of files) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) {
      const folder = path.slice(0, at) as BytePath
      if (folders.has(folder)) break
      folders.set(folder, layer)
    }
  }
  return folders
}
