import { LIMITS } from '../knowledge/index.ts'
import { sizeText } from '../runtime/index.ts'

/** What the config or the input asks for. */
export type FfmpegChoice = 'with' | 'without' | 'auto'
export type FfmpegVariant = 'with' | 'without'

/** The variant that is the slug. */
export interface ChosenSlug {
  readonly variant: FfmpegVariant
  /** Compressed. */
  readonly bytes: number
}

/** Compressed bytes of the slugs that there are: one of the two may be absent, whatever is asked for. */
interface VariantSizes {
  /** Absent if nothing in the built tree is an ffmpeg. */
  readonly with?: number
  /** Absent if ffmpeg cannot be taken out. */
  readonly without?: number
}

/**
 * Picks the variant. If there is only one, that is the one: whether it is what was asked for, and fits, is for the caller
 * to say.
 * @param fits whether so many bytes are within the limit
 * @param ffmpegWorks whether ffmpeg of the slug with it was run and did its work; `auto` goes without one that does not
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

/** What Heroku would say of a slug of this size, and of such a limit; both in bytes. */
export function sizeWarnings(bytes: number, limit: number): string[] {
  const warnings: string[] = []
  const [warnsAt, stopsAt] = [sizeText(LIMITS.slugWarns), sizeText(LIMITS.slugStops)]
  if (bytes > LIMITS.slugStops) warnings.push(`The slug is larger than ${stopsAt}, where Heroku stops`)
  else if (bytes > LIMITS.slugWarns)
    warnings.push(`Heroku warns of slugs over ${warnsAt}: dynos may take longer to boot`)
  if (limit > LIMITS.slugStops) warnings.push(`The limit is above ${stopsAt}, where Heroku stops`)
  return warnings
}
