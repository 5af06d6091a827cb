import { type Inputs } from '../../inputs/index.ts'

/** What stops a slug. */
export interface Gate {
  readonly failOn: Inputs['failOn']
  /** `fail-on: never` lets a slug over the limit pass: in a build, which sends nothing. */
  readonly mayLetPass: boolean
}

/** Whether a slug over the limit is told and no more. */
export function onlyTold({ failOn, mayLetPass }: Gate): boolean {
  return mayLetPass && failOn === 'never'
}

/**
 * What to do about a slug over its limit.
 * @param hint how to get under the limit, as a sentence
 */
export function underTheLimit({ failOn, mayLetPass }: Gate, hint: string): string {
  const ignored = !mayLetPass && failOn === 'never' ? ' `fail-on: never` counts for `command: build` alone.' : ''
  return `${hint} If it is to be that large, raise \`slug-limit\`.${ignored}`
}
