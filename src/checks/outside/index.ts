import { type Check } from '../check.ts'

/** Those that look from outside, as a visitor or another server does. */
export const OUTSIDE: readonly Check[] = []
