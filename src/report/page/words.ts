import { signedSize } from '../../runtime/figures.ts'
import { judgeSize, roomText, sizeOfLimit } from '../../verdict/size.ts'
import { type PageData, type PageVariant } from './data.ts'

/** Words and figures of the page, for its HTML and for its script. */
export { signedSize, numberText, shareText, sizeText } from '../../runtime/figures.ts'

/** A name of others as it may be shown: invisible characters, and those that change the direction of text, become numbers. */
export function shown(name: string): string {
  return name.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    character => `\\u{${character.codePointAt(0)!.toString(16)}}`
  )
}

/** The first digits of a commit. */
export function short(commit: string): string {
  return commit.slice(0, 7)
}

/** Whether a variant may be shipped. */
export function isGood({ limit }: Pick<PageData, 'limit'>, { compressed, problem }: PageVariant): boolean {
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
