import { sizeText } from '../runtime/index.ts'

/** What the config or the input asks for. */
export type FfmpegChoice = 'with' | 'without' | 'auto'
export type FfmpegVariant = 'with' | 'without'

/**
 * Heroku warns from 300 MB on and stopped at 500 MB until March 2026, when it announced 1 GB
 * (heroku/roadmap#196; heroku.com/blog/bigger-slugs-and-greater-build-timeout-flexibility). Whether it counts
 * uploaded slugs is undocumented, so this gate is the only one that can be relied on. Decimal is the stricter reading.
 */
export const HEROKU_WARNS_AT = 300_000_000
export const HEROKU_STOPS_AT = 1_000_000_000

/** The variant that is the slug. */
export interface ChosenSlug {
  readonly variant: FfmpegVariant
  /** Compressed. */
  readonly bytes: number
}

/** Compressed bytes of the slugs that there are: one of the two may be absent, whatever is asked for. */
export interface VariantSizes {
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
  const [warnsAt, stopsAt] = [sizeText(HEROKU_WARNS_AT), sizeText(HEROKU_STOPS_AT)]
  if (bytes > HEROKU_STOPS_AT) warnings.push(`The slug is larger than ${stopsAt}, where Heroku stops`)
  else if (bytes > HEROKU_WARNS_AT)
    warnings.push(`Heroku warns of slugs over ${warnsAt}: dynos may take longer to boot`)
  if (limit > HEROKU_STOPS_AT) warnings.push(`The limit is above ${stopsAt}, where Heroku stops`)
  return warnings
}
