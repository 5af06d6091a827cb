import { type Clock } from '../runtime/index.ts'
import { mayHaveHappened } from './errors.ts'

export interface Patience {
  readonly clock: Clock
  readonly signal?: AbortSignal
}

/** Milliseconds between looks for a write whose answer was lost: it may still be on its way. */
const LOOKS = [0, 2_000, 5_000, 10_000]

/**
 * Looks, some times, whether a write happened that failed with `error`. Rejects with `error` where it surely did not, or
 * nothing is found.
 */
export async function lookForLost<Found>(
  error: unknown,
  find: () => Promise<Found | undefined>,
  { clock, signal }: Patience
): Promise<Found> {
  if (!mayHaveHappened(error)) throw error
  for (const wait of LOOKS) {
    await clock.sleep(wait, signal)
    const found = await find()
    if (found !== undefined) return found
  }
  throw error
}
