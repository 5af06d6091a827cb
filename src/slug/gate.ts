import { LIMITS } from '../knowledge/index.ts'
import { sizeText } from '../runtime/index.ts'

/** What the config or the input asks for. */
export type FfmpegChoice = 'with' | 'without' | 'auto'
export type FfmpegVariant = 'with' | 'without'

/** The variant that is shipped. */
export interface ChosenSlug {
  readonly variant: FfmpegVariant
  /** Compressed. */
  readonly bytes: number
}

/** Compressed bytes of each slug. One may be absent, whatever is asked for. */
interface VariantSizes {
  /** Absent if the built tree has no ffmpeg. */
  readonly with?: number
  /** Absent if ffmpeg cannot be taken out. */
  readonly without?: number
}

/**
 * Picks the variant. If there is only one it is that one: the caller says whether it fits and is what was asked for.
 * @param fits whether so many bytes are within the limit
 * @param ffmpegWorks whether ffmpeg was run and worked, or was not run; `auto` leaves out one that does not work
 */
export function chooseVariant(
  choice: FfmpegChoice,
  sizes: VariantSizes,
  fits: (bytes: number) => boolean,
  ffmpegWorks = true
): ChosenSlug {
  const isWanted = (bytes: number): boolean => choice === 'with' || (choice === 'auto' && ffmpegWorks && fits(bytes))
  const takesFfmpeg = sizes.with !== undefined && (sizes.without === undefined || isWanted(sizes.with))
  const bytes = takesFfmpeg ? sizes.with : sizes.without
  if (bytes === undefined) throw new Error('there is no slug to choose from')
  return { variant: takesFfmpeg ? 'with' : 'without', bytes }
}

/** Warnings about a slug's size and about the limit, by what Heroku does; both are bytes. */
export function sizeWarnings(bytes: number, limit: number): string[] {
  const warnings: string[] = []
  const [warnsAt, stopsAt] = [sizeText(LIMITS.slugWarns), sizeText(LIMITS.slugStops)]
  if (bytes > LIMITS.slugStops) warnings.push(`The slug is larger than ${stopsAt}: Heroku takes no larger one`)
  else if (bytes > LIMITS.slugWarns)
    warnings.push(`Heroku warns of slugs over ${warnsAt}: dynos may take longer to boot`)
  if (limit > LIMITS.slugStops) warnings.push(`The limit is above ${stopsAt}: Heroku takes no larger slug`)
  return warnings
}
