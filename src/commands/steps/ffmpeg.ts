import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type BuiltApp, type Workshop } from '../../buildpacks/index.ts'
import { type Config } from '../../config/index.ts'
import { displayPath, type BytePath, type Runtime } from '../../runtime/index.ts'
import {
  aptfileWithoutFfmpeg,
  checkFfmpeg,
  FFMPEG_BUILDPACK,
  ffmpegPrograms,
  findOnPath,
  packageFiles,
  slugFiles,
  trim,
  type FfmpegCheck,
  type FfmpegVariants,
  type OtherBuilds,
  type SeenFfmpeg,
  type TrimRule
} from '../../slug/index.ts'
import { listed, TAKE_IT_OUT } from './committed-ffmpeg.ts'
import { type Recipe } from './recipe.ts'
import { writeSource, type Source } from './source.ts'

/** What was found out about ffmpeg in a built tree. */
export interface FfmpegTrial {
  /** What a dyno runs by its name. */
  readonly onPath: ReadonlySet<BytePath>
  /** Absent if there is none to try, or none is wanted. */
  readonly check?: FfmpegCheck
}

/**
 * Looks for executables called ffmpeg in the built tree, and tries as a dyno what Mastodon would run. May write a script
 * that mends the library path into the tree.
 */
export async function tryFfmpeg(
  { ffmpeg: choice }: Config,
  { stack }: Recipe,
  { workshop, app, applied }: { workshop: Workshop; app: BuiltApp; applied: readonly TrimRule[] },
  { log, signal }: Pick<Runtime, 'log' | 'signal'>
): Promise<FfmpegTrial> {
  const { files } = slugFiles(app.entries, app.root, app.layerOf)
  const programs = ffmpegPrograms(trim(files, applied).kept)
  if (programs.length === 0) {
    log.info('The built tree has no executable called ffmpeg')
    return { onPath: new Set() }
  }
  const place = await workshop.openDyno(app)
  try {
    const options = { place, root: app.root, entries: app.entries, stack, signal }
    const onPath = await findOnPath(options)
    for (const program of programs.slice(0, 20)) {
      const where = onPath.has(program.path) ? 'on the PATH' : 'not on the PATH'
      log.info(`${displayPath(program.path)} of ${app.layers[program.layer]!.name}, ${where}`)
    }
    const isOfPackage = packageFiles(files)
    const isWanted =
      choice !== 'without' && programs.some(program => onPath.has(program.path) || !isOfPackage(program.path))
    if (!isWanted) return { onPath }
    const check = await checkFfmpeg(options)
    log.info(
      check.works
        ? `It works, and made an mp4 of an animated GIF: ${check.version}`
        : (check.problem ?? 'It does not work')
    )
    if (check.mended.length > 0) log.info(`Put on the library path: ${check.mended.join(', ')}`)
    return { onPath, check }
  } finally {
    await place.close()
  }
}

/** The builds that the slug without ffmpeg may need. */
export function otherBuilds(
  source: Source,
  { buildpacks, aptfile }: Recipe,
  workshop: Workshop,
  { run, log }: Pick<Runtime, 'run' | 'log'>
): OtherBuilds {
  const fill = async (folder: string): Promise<void> => {
    await writeSource(source, folder, run)
    if (aptfile !== undefined) await writeFile(path.join(folder, 'Aptfile'), aptfileWithoutFfmpeg(aptfile))
  }
  return {
    aptAgain: apt => workshop.build('apt-again', [buildpacks[apt]!], fill),
    buildAgain: (without, why) => {
      log.info(`The slug without ffmpeg is built from the start: ${why}`)
      return workshop.build(
        'built-again',
        buildpacks.filter((_, i) => !without.includes(i)),
        fill
      )
    }
  }
}

/** Names of the steps whose ffmpeg is in the slug with it. */
export function providerNames({ with: files, programs, layerNames }: FfmpegVariants): string[] {
  if (!files) return []
  return [...new Set(programs.filter(isSlugs).map(({ layer }) => layerNames[layer] ?? 'unknown'))]
}

function isSlugs({ onPath, inPackage }: SeenFfmpeg): boolean {
  return onPath || !inPackage
}

/** What should be known if the tree is not what names or the config said. */
export function ffmpegWarnings(
  { ffmpeg: choice }: Config,
  { guess, buildpacks, addsFfmpeg }: Recipe,
  variants: FfmpegVariants,
  check: FfmpegCheck | undefined
): string[] {
  const warnings: string[] = []
  const { programs } = variants
  if (guess && !variants.with) {
    const names = [...guess.buildpacks, ...(guess.apt === undefined ? [] : [guess.apt])].map(i => buildpacks[i]!.name)
    warnings.push(`ffmpeg was expected from ${listed(names)}, and no slug of this build has an executable of that name`)
  }
  const others = programs.filter(({ layer, onPath }) => onPath && buildpacks[layer - 1]?.reference !== FFMPEG_BUILDPACK)
  if (addsFfmpeg && others.length > 0) {
    warnings.push(
      `${FFMPEG_BUILDPACK} was added, since no name says that anything brings ffmpeg, and the slug has another one on its PATH: ${placesOf(variants, others)}`
    )
  }
  if (choice === 'auto' && !variants.without) {
    warnings.push(
      `ffmpeg cannot be taken out, so there is only the slug with it: ${stuckPlaces(variants)}. ${TAKE_IT_OUT}`
    )
    if (check && !check.works)
      warnings.push(`ffmpeg of this slug does not work: ${check.problem ?? 'for an unknown reason'}`)
  }
  return warnings
}

/** Where the programs lie that the slug without ffmpeg would still have. */
export function stuckPlaces(variants: FfmpegVariants): string {
  const stuck = variants.programs.filter(program => program.stays && isSlugs(program))
  return placesOf(variants, stuck.length > 0 ? stuck : variants.programs)
}

function placesOf({ layerNames }: FfmpegVariants, programs: FfmpegVariants['programs']): string {
  return listed(programs.map(program => `${displayPath(program.path)} (${layerNames[program.layer]})`))
}
