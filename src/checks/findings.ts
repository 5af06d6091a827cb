import { causeOf } from './causes.ts'
import { type Finding, type Level } from './check.ts'
import { CouldNotLook, reasonOf } from './could-not-look.ts'

/** From the best to the worst. */
const ORDER: readonly Level[] = ['ok', 'unknown', 'warn', 'fail']

/** The level of the worst finding; undefined without any. */
export function worst(findings: readonly Finding[]): Level | undefined {
  return findings.map(({ level }) => level).sort((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a))[0]
}

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
  const text = `It could not look: ${reasonOf(error)}`
  const remedy = error instanceof CouldNotLook ? error.remedy : undefined
  return { level: 'unknown', about, text, remedy, cause: causeOf(error) }
}
