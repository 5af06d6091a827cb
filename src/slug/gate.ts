import { megabytes } from '../runtime/index.ts'

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

export interface Verdict {
  /** The variant that is the slug. */
  readonly chosen: FfmpegVariant
  readonly bytes: number
  readonly limit: number
  readonly withinLimit: boolean
  /** Bytes left below the limit; negative when over it. */
  readonly headroom: number
}

/** Compressed bytes of the slugs that there are: one of the two may be absent, whatever is asked for. */
export interface VariantSizes {
  /** Absent if nothing in the built tree is an ffmpeg. */
  readonly with?: number
  /** Absent if ffmpeg cannot be taken out. */
  readonly without?: number
}

/**
 * Picks the variant and compares it with the limit (bytes; a slug of exactly the limit is within it). If there is only
 * one, that is the one: whether it is what was asked for is for the caller to say.
 * @param ffmpegWorks whether ffmpeg of the slug with it was run and did its work; `auto` goes without one that does not
 */
export function gate(choice: FfmpegChoice, sizes: VariantSizes, limit: number, ffmpegWorks = true): Verdict {
  const isWanted = (size: number): boolean => choice === 'with' || (choice === 'auto' && ffmpegWorks && size <= limit)
  const takesFfmpeg = sizes.with !== undefined && (sizes.without === undefined || isWanted(sizes.with))
  const bytes = takesFfmpeg ? sizes.with : sizes.without
  if (bytes === undefined) throw new Error('there is no slug to choose from')
  return {
    chosen: takesFfmpeg ? 'with' : 'without',
    bytes,
    limit,
    withinLimit: bytes <= limit,
    headroom: limit - bytes
  }
}

/** What Heroku would say of a slug of this size, and of such a limit. */
export function sizeWarnings({ bytes, limit }: Verdict): string[] {
  const warnings: string[] = []
  const [warnsAt, stopsAt] = [megabytes(HEROKU_WARNS_AT), megabytes(HEROKU_STOPS_AT)]
  if (bytes > HEROKU_STOPS_AT) warnings.push(`The slug is larger than ${stopsAt}, where Heroku stops`)
  else if (bytes > HEROKU_WARNS_AT)
    warnings.push(`Heroku warns of slugs over ${warnsAt}: dynos may take longer to boot`)
  if (limit > HEROKU_STOPS_AT) warnings.push(`The limit is above ${stopsAt}, where Heroku stops`)
  return warnings
}
