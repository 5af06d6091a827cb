/** The real things of `Runtime`. */
import { setTimeout as wait } from 'node:timers/promises'
import { CancelledError, type Clock } from './index.ts'

export { createHttp } from './http.ts'
export { runCommand } from './run-command.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (milliseconds, signal) => {
    await wait(milliseconds, undefined, { signal }).catch(() => {
      throw new CancelledError('Waiting')
    })
  },
  after: (milliseconds, work) => {
    const timer = setTimeout(work, milliseconds)
    return () => clearTimeout(timer)
  }
}
