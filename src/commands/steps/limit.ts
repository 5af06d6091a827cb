import { type Inputs } from '../../config/index.ts'

/** Whether a slug over the limit is told and no more. A deploy never sends one, whatever its `fail-on`. */
export function onlyTold({ command, failOn }: Inputs): boolean {
  return command === 'build' && failOn === 'never'
}

/**
 * What to do about a slug over its limit.
 * @param hint how to get under the limit, as a sentence
 */
export function underTheLimit({ command, failOn }: Inputs, hint: string): string {
  const ignored =
    command !== 'build' && failOn === 'never' ? ' `fail-on: never` counts for `command: build` alone.' : ''
  return `${hint} If it is to be that large, raise \`slug-limit\`.${ignored}`
}
