import { writeOnce, type NetTools } from '../net/index.ts'
import { mayHaveHappened } from './errors.ts'

/** Milliseconds before each look for a write whose answer was lost. */
const LOOKS = [0, 2_000, 5_000, 10_000]

/** Sends a write to Heroku. If its answer is lost, looks several times whether it happened; rejects if it is not found. */
export function written<Found>(
  tools: NetTools,
  write: () => Promise<Found>,
  find: () => Promise<Found | undefined>
): Promise<Found> {
  return writeOnce(tools, write, { isLost: mayHaveHappened, find, looks: LOOKS })
}
