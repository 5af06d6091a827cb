import { type NetTools } from './deadline.ts'

interface Lost<Found> {
  /** Whether the write may have been carried out, though it failed with this error. */
  readonly isLost: (error: unknown) => boolean
  /** Looks for what was written; undefined if it is not there. */
  readonly find: () => Promise<Found | undefined>
  /** Milliseconds before each look: the write may still be on its way. */
  readonly looks: readonly number[]
  /** What to do if nothing is found; without it, the write's error is thrown. */
  readonly otherwise?: () => Promise<Found>
}

/** Sends a write once. If its answer is lost, looks whether it happened, and resolves with what it finds. */
export async function writeOnce<Found>(
  { clock, signal }: NetTools,
  write: () => Promise<Found>,
  { isLost, find, looks, otherwise }: Lost<Found>
): Promise<Found> {
  try {
    return await write()
  } catch (error) {
    if (!isLost(error)) throw error
    for (const wait of looks) {
      await clock.sleep(wait, signal)
      const found = await find()
      if (found !== undefined) return found
    }
    if (otherwise === undefined) throw error
    return otherwise()
  }
}
