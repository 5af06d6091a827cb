import { errorText, shortened } from '../runtime/index.ts'
import { type Finding, type Level } from './check.ts'
import { CouldNotLook } from './could-not-look.ts'

/** `83 %`. */
export function percent(part: number, whole: number): string {
  return `${Math.round((100 * part) / whole)} %`
}

/** How full something is: from 80 % on a warning, from 95 % on a failure. */
export function fullness(part: number, whole: number): Level {
  const share = part / whole
  return share >= 0.95 ? 'fail' : share >= 0.8 ? 'warn' : 'ok'
}

/** `45 s`, `12 minutes`, `5 hours`, `3 days`; of seconds. */
export function span(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} minutes`
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} hours`
  return `${Math.round(seconds / 86_400)} days`
}

/** `1 dyno`, `2 dynos`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}

/** One part of a check, which may fail without the others: then it is `unknown`. */
export async function part(about: string, look: () => Promise<readonly Finding[]>): Promise<readonly Finding[]> {
  try {
    return await look()
  } catch (error) {
    return [couldNotLook(error, about)]
  }
}

export function couldNotLook(error: unknown, about?: string): Finding {
  // Whoever tells a finding puts the full stop.
  const why = shortened(errorText(error).split('\n')[0] ?? '', 500).replace(/\.$/, '')
  const text = `It could not look: ${why}`
  return { level: 'unknown', about, text, ...(error instanceof CouldNotLook ? { remedy: error.remedy } : {}) }
}
