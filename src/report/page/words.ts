import { signedSize } from '../../runtime/figures.ts'
import { judgeSize, roomText, sizeOfLimit } from '../../verdict/size.ts'
import { type PageData, type PageVariant } from './data.ts'

/** Words and figures of the page, the same in its plain HTML and in its script. */
export { signedSize, numberText, shareText, sizeText } from '../../runtime/figures.ts'

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
  return judgeSize(compressed, limit).fits && problem === undefined
}

/** The variant's size against the limit and the base, in one sentence. */
export function verdict({ limit, base }: PageData, { compressed, base: before, problem }: PageVariant): string {
  const judged = judgeSize(compressed, limit)
  const parts = [sizeOfLimit(judged)]
  if (base && before !== undefined) {
    parts.push(`${signedSize(compressed - before)} against ${shown(base.ref)} at ${short(base.commit)}`)
  }
  parts.push(roomText(judged))
  const told = parts.join(', ')
  if (!judged.fits) return `Over the limit: ${told}`
  return problem === undefined ? `Within the limit: ${told}` : `Not fit to ship: ${shown(problem)}. Size: ${told}`
}
