import { shareText, sizeText } from '../runtime/figures.ts'

/** A slug against its limit. All in bytes. */
export interface JudgedSize {
  readonly bytes: number
  readonly limit: number
  readonly fits: boolean
  /** Below the limit; negative if it is over. */
  readonly left: number
}

/** The one comparison with the limit: a slug of exactly the limit fits. In bytes. */
export function judgeSize(bytes: number, limit: number): JudgedSize {
  return { bytes, limit, fits: bytes <= limit, left: limit - bytes }
}

/** `261.0 MB of 300.0 MB (87.0 %)`. */
export function sizeOfLimit({ bytes, limit }: JudgedSize): string {
  return `${sizeText(bytes)} of ${sizeText(limit)} (${shareText(bytes, limit)})`
}

/** `39.0 MB left`, `12.0 MB too much`. */
export function roomText({ fits, left }: JudgedSize): string {
  return fits ? `${sizeText(left)} left` : `${sizeText(-left)} too much`
}

/** Why a slug is refused: `The streaming slug is over its limit: 310.2 MB of 300.0 MB`. */
export function overLimitText(slug: string, { bytes, limit }: JudgedSize): string {
  return `The ${slug} is over its limit: ${sizeText(bytes)} of ${sizeText(limit)}`
}
