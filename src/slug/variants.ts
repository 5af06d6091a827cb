import { type BuiltApp } from '../buildpacks/index.ts'
import { walkTree, type BytePath } from '../runtime/index.ts'
import { MEND_FILE } from './ffmpeg-check.ts'
import { whyNotSubtract, withoutProvider, type Derivation, type FfmpegProvider } from './ffmpeg.ts'
import { slugFiles, type SlugFile } from './files.ts'

/** The files of the slug with ffmpeg (where something brings it) and of the one without. */
export interface FfmpegVariants {
  readonly with?: readonly SlugFile[]
  readonly without: readonly SlugFile[]
  /** How the slug without came about. */
  readonly derivation: Derivation | 'built'
  /** Names of the layers, by the files' layer index. */
  readonly layerNames: readonly string[]
  /** Sockets, pipes and devices, which no slug can hold. */
  readonly leftOut: readonly BytePath[]
}

/** Builds that are needed only where taking files out is not enough. */
export interface OtherBuilds {
  /** Runs the apt step again, over the source with the Aptfile of `aptfileWithoutFfmpeg`. */
  aptAgain(): Promise<BuiltApp>
  /** Runs all steps but the provider's again. `why` is for people. */
  buildAgain(why: string): Promise<BuiltApp>
}

/** Both variants of a built app; the one without ffmpeg is derived from it where that gives the same files. */
export async function makeVariants(
  app: BuiltApp,
  provider: FfmpegProvider | undefined,
  other: OtherBuilds
): Promise<FfmpegVariants> {
  const layerNames = [...app.layers.map(({ name }) => name), 'mastodon-on-heroku']
  const own = layerNames.length - 1
  // The tree is walked again: the library path may have been mended since it was built.
  const { files, leftOut } = slugFiles(walkTree(app.root), app.root, path =>
    path === MEND_FILE ? own : app.layerOf(path)
  )
  if (!provider) return { without: files, derivation: 'built', layerNames, leftOut }

  const built = { with: files, layerNames, leftOut }
  const unmended = files.filter(({ layer }) => layer !== own)
  const reason = whyNotSubtract(app, provider)
  if (reason !== undefined) {
    const again = await other.buildAgain(reason)
    const layerOf = (path: BytePath): number => layerNames.indexOf(again.layers[again.layerOf(path)]!.name)
    return { ...built, without: slugFiles(again.entries, again.root, layerOf).files, derivation: 'built-again' }
  }
  if (provider.apt === undefined)
    return { ...built, without: withoutProvider(unmended, provider), derivation: 'subtracted' }
  const { root, entries, layerOf } = await other.aptAgain()
  const wrote = (path: BytePath): boolean => path === 'Aptfile' || layerOf(path) > 0
  return { ...built, without: withoutProvider(unmended, provider, { root, entries, wrote }), derivation: 'apt-again' }
}
