import { type Check } from '../check.ts'
import { worker } from './worker.ts'

/** Those that look through Heroku and through one one-off dyno. */
export const INSIDE: readonly Check[] = [worker]
