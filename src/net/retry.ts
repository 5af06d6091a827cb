import { type NetTools } from './deadline.ts'

/** The longest time in milliseconds that a server is waited for, whatever it asks for. */
const LONGEST_WAIT = 60_000

export interface Retries {
  /** Milliseconds before each further attempt, so their number is that of the further attempts. */
  readonly waits: readonly number[]
  /**
   * Whether the work may be done again after this error; a number of milliseconds if the server asks for that time. A
   * write only if the answer proves that it was not carried out.
   */
  readonly again: (error: unknown) => boolean | number
  /** 0 to 1, for the jitter: up to a quarter is added to each wait, so that many clients do not come at once. */
  readonly random?: () => number
}

/**
 * Does the work, and does it again as long as `again` agrees and there are waits left. Rejects with the last error, and
 * with a `CancelledError` if the signal is aborted while it waits. Our own, as p-retry waits by Node's timers and not by
 * the clock it is handed.
 */
export async function retry<Answer>(
  { clock, signal }: NetTools,
  { waits, again, random = Math.random }: Retries,
  work: () => Promise<Answer>
): Promise<Answer> {
  for (const wait of waits) {
    try {
      return await work()
    } catch (error) {
      if (signal?.aborted) throw error
      const asked = again(error)
      if (asked === false) throw error
      await clock.sleep(Math.min(asked === true ? wait : asked, LONGEST_WAIT) * (1 + random() / 4), signal)
    }
  }
  return work()
}

/** Waits for so many attempts in all: a second, then twice as long each time. */
export function backOff(attempts: number): number[] {
  return Array.from({ length: attempts - 1 }, (_, index) => 1_000 * 2 ** index)
}
