/** The real things of `Runtime`. */
import type { Clock } from './index.ts'

export { createHttp } from './http.ts'
export { runCommand } from './run-command.ts'

export const systemClock: Clock = { now: () => Date.now() }
