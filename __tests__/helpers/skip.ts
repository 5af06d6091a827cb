import { describe } from '@jest/globals'

/** Like `describe`. If there is a reason, the tests are skipped, and their name says why. */
export function describeOrSkip(name: string, reason: string | undefined, tests: () => void): void {
  if (reason === undefined) describe(name, tests)
  else describe.skip(`${name} (skipped: ${reason})`, tests)
}

export const isRoot = process.getuid?.() === 0
