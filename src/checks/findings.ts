import { errorText, shortened } from '../runtime/index.ts'
import { type Finding, type Level } from './check.ts'
import { CouldNotLook } from './could-not-look.ts'

/** How full something is: a warning from 80 % on, a failure from 95 % on. */
export function fullness(used: number, limit: number): Level {
  const share = used / limit
  if (share >= 0.95) return 'fail'
  return share >= 0.8 ? 'warn' : 'ok'
}

/** Looks at one part of a check. If that fails, this part is `unknown`, and the others still count. */
export async function lookAtPart(about: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look()
  } catch (error) {
    return [couldNotLook(error, about)]
  }
}

/** The finding of a check, or of its part `about`, that could not look: `unknown`, with the error as the reason. */
export function couldNotLook(error: unknown, about?: string): Finding {
  // Whoever tells a finding puts the full stop.
  const why = shortened(errorText(error).split('\n')[0] ?? '', 500).replace(/\.$/, '')
  const text = `It could not look: ${why}`
  return { level: 'unknown', about, text, ...(error instanceof CouldNotLook ? { remedy: error.remedy } : {}) }
}
