import { type NetTools } from './deadline.ts'

export interface Lost<Found> {
  /** Whether the write may have been carried out though it failed with this error. */
  readonly isLost: (error: unknown) => boolean
  /** Looks whether it was; undefined if nothing is there. */
  readonly find: () => Promise<Found | undefined>
  /** Milliseconds before each look: the write may still be on its way. */
  readonly looks: readonly number[]
  /** What to do if nothing is found; without it the error of the write stays. */
  readonly otherwise?: () => Promise<Found>
}

/** Sends a write once. If its answer is lost, looks whether it happened; resolves with what is found then. */
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
