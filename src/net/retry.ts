import { type NetTools } from './deadline.ts'

/** Milliseconds of the longest wait, even if a server asks for more. */
const LONGEST_WAIT = 60_000

interface Retries {
  /** Milliseconds before each further attempt; one entry for each. */
  readonly waits: readonly number[]
  /**
   * Whether the work may be done again after this error; or the milliseconds for which the server asks. For a write,
   * true only if the answer proves that it was not carried out.
   */
  readonly again: (error: unknown) => boolean | number
  /** From 0 to 1: adds up to a quarter to each wait, so that many clients do not come at once. */
  readonly random?: () => number
}

/**
 * Does the work, and again if it failed, `again` agrees, and waits are left. Rejects with the last error, or with a
 * `CancelledError` if the signal is aborted while it waits. Our own: p-retry waits by Node's timers, not by our clock.
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

/** The waits (milliseconds) for a number of attempts in all: 1 s, then twice as long each time. */
export function backOff(attempts: number): number[] {
  return Array.from({ length: attempts - 1 }, (_, index) => 1_000 * 2 ** index)
}
