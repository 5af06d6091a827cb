import { errorText, shortened } from '../runtime/index.ts'

/** What may be behind findings of several checks: those with the same `id` become one finding (`one-cause.ts`). */
export interface Cause {
  readonly id: string
  /** Under this name it is told if all checks could only not look: kebab-case and stable. */
  readonly name: string
  /** For people. */
  readonly title: string
  /** As the text of a finding, and so is the remedy. */
  readonly text: string
  readonly remedy?: string
}

/** A check could not look, and something can be done about it, or other checks could not look either. */
export class CouldNotLook extends Error {
  readonly remedy: string | undefined
  /** What is behind it, if that stops other checks, too. */
  readonly shared: Cause | undefined

  constructor(message: string, remedy: string | undefined, shared?: Cause) {
    super(message)
    this.remedy = remedy
    this.shared = shared
  }
}

/** An error's first line, cut, without its full stop: whoever tells a finding puts that. */
export function reasonOf(error: unknown): string {
  return shortened(errorText(error).split('\n')[0] ?? '', 500).replace(/\.$/, '')
}
