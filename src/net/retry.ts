import { type NetTools } from './deadline.ts'

/** Milliseconds of the longest wait, even if a server asks for more. */
const LONGEST_WAIT = 60_000

interface Retries {
  /** Milliseconds before each further attempt; one entry for each. May be endless if there is an `until`. */
  readonly waits: Iterable<number>
  /**
   * Whether the work may be done again after this error; or the milliseconds for which the server asks. For a write,
   * true only if the answer proves that it was not carried out.
   */
  readonly again: (error: unknown) => boolean | number
  /** Milliseconds since 1970; asked after each error. A wait that would end later is not begun. */
  readonly until?: () => number
  /** Called before each wait, with the error that made it. */
  readonly told?: (error: unknown, pause: number) => void
  /** From 0 to 1: adds up to a quarter to each wait, so that many clients do not come at once. */
  readonly random?: () => number
}

/**
 * Does the work, and again if it failed, `again` agrees, and waits are left. Rejects with the last error, or with a
 * `CancelledError` if the signal is aborted while it waits. Our own: p-retry waits by Node's timers, not by our clock.
 */
export async function retry<Answer>(
  { clock, signal }: NetTools,
  { waits, again, until = () => Infinity, told = () => {}, random = Math.random }: Retries,
  work: () => Promise<Answer>
): Promise<Answer> {
  for (const wait of waits) {
    try {
      return await work()
    } catch (error) {
      if (signal?.aborted) throw error
      const asked = again(error)
      if (asked === false) throw error
      const pause = Math.min(asked === true ? wait : asked, LONGEST_WAIT) * (1 + random() / 4)
      if (clock.now() + pause > until()) throw error
      told(error, pause)
      await clock.sleep(pause, signal)
    }
  }
  return work()
}

/** The waits (milliseconds) for a number of attempts in all, or without end: 1 s, then twice as long each time, up to 30 s. */
export function* backOff(attempts = Infinity): Generator<number> {
  for (let index = 0; index < attempts - 1; index++) yield Math.min(1_000 * 2 ** index, 30_000)
}
