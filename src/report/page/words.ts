import { percent, signed, size } from '../../verdict/figures.ts'
import { type PageData, type PageVariant } from './data.ts'

/** Words and figures of the page, the same in its plain HTML and in its script. */
export { number, percent, signed, size } from '../../verdict/figures.ts'

/** A name of others as it may be shown: what cannot be seen, or turns the line around, stands there as its number. */
export function shown(name: string): string {
  return name.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    character => `\\u{${character.codePointAt(0)!.toString(16)}}`
  )
}

export function short(commit: string): string {
  return commit.slice(0, 7)
}

export function isGood({ limit }: PageData, { compressed, problem }: PageVariant): boolean {
  return compressed <= limit && problem === undefined
}

/** The variant's size against the limit and the base, in one sentence. */
export function verdict({ limit, base }: PageData, { compressed, base: before, problem }: PageVariant): string {
  const left = limit - compressed
  const parts = [`${size(compressed)} of ${size(limit)} (${percent(compressed, limit)})`]
  if (base && before !== undefined) {
    parts.push(`${signed(compressed - before)} against ${shown(base.ref)} at ${short(base.commit)}`)
  }
  parts.push(left >= 0 ? `${size(left)} left` : `${size(-left)} too much`)
  const told = parts.join(', ')
  if (left < 0) return `Over the limit: ${told}`
  return problem === undefined ? `Within the limit: ${told}` : `Not fit to ship: ${shown(problem)}. Size: ${told}`
}
