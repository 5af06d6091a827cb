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

/** Compressed bytes. There is no slug with ffmpeg where nothing in the build brings it. */
export interface VariantSizes {
  readonly with?: number
  readonly without: number
}

/** Picks the variant and compares it with the limit (bytes; a slug of exactly the limit is within it). */
export function gate(choice: FfmpegChoice, sizes: VariantSizes, limit: number): Verdict {
  const withFits = sizes.with !== undefined && sizes.with <= limit
  const takesFfmpeg = sizes.with !== undefined && (choice === 'with' || (choice === 'auto' && withFits))
  const bytes = takesFfmpeg ? sizes.with : sizes.without
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
