/** A day of the calendar, UTC: `2027-04-30`. */
export type Day = `${number}-${number}-${number}`

/** Where a fact of the outside world comes from: without it an entry of these tables does not compile. */
export interface Sourced {
  /** An article (`Dev Center: stack`), or `repo:path`. */
  readonly source: string
  /** The day on which it was looked up there. */
  readonly seen: Day
}

/** How much longer something gets updates. */
export interface Life {
  /** `ends-soon`: within `SOON` days. */
  readonly state: 'supported' | 'ends-soon' | 'ended'
  /** The last day with updates. */
  readonly ends: Day
  /** Whole days until then; 0 on the day itself, negative afterwards. */
  readonly days: number
}

const DAY = 86_400_000
/** A new stack wants every native gem built and tried anew: half a year is not too long for that. */
const SOON = 180

/** @param now milliseconds since 1970 */
export function lifeUntil(ends: Day, now: number): Life {
  const days = Math.ceil((Date.parse(ends) - now) / DAY) || 0
  if (days < 0) return { state: 'ended', ends, days }
  return { state: days > SOON ? 'supported' : 'ends-soon', ends, days }
}

/** `ends on 2027-04-30`, `ended on 2027-04-30`. */
export function lifeInWords({ state, ends }: Life): string {
  return `${state === 'ended' ? 'ended' : 'ends'} on ${ends}`
}
