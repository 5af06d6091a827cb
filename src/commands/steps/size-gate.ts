import { GateError } from '../../deploy/index.ts'
import { type Inputs } from '../../inputs/index.ts'
import { judgeSize, overLimitText } from '../../verdict/index.ts'

/** What stops a slug. */
export interface Gate {
  readonly failOn: Inputs['failOn']
  /** `fail-on: never` lets a slug over the limit pass: in a build, which sends nothing. */
  readonly mayLetPass: boolean
}

/**
 * The one place that refuses a slug for its size. Throws a `GateError` if it is over the limit.
 * @param slug what it is called: `slug`, `streaming slug`
 * @param bytes its compressed size
 * @param limit in bytes
 * @param hint how to get under the limit, as a sentence
 */
export function requireFit(
  slug: string,
  bytes: number,
  limit: number,
  { failOn, mayLetPass }: Gate,
  hint: string
): void {
  const judged = judgeSize(bytes, limit)
  if (judged.fits || (mayLetPass && failOn === 'never')) return
  const ignored = failOn === 'never' ? ' `fail-on: never` counts for `command: build` alone.' : ''
  throw new GateError(overLimitText(slug, judged), `${hint} If it is to be that large, raise \`slug-limit\`.${ignored}`)
}
