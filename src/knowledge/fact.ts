/** A day of the calendar, UTC: `2027-04-30`. */
export type Day = `${number}-${number}-${number}`

/** The source of a fact of the outside world: a table's entry without it does not compile. */
export interface Sourced {
  /** An article (`Dev Center: stack`), or `repo:path`. */
  readonly source: string
  /** The day on which it was looked up. */
  readonly seen: Day
}

/** How much longer something gets updates. */
export interface Life {
  /** `ends-soon`: within `SOON` days. */
  readonly state: 'supported' | 'ends-soon' | 'ended'
  /** The last day with updates. */
  readonly ends: Day
  /** Whole days until then; 0 on that day, negative afterwards. */
  readonly days: number
}

const DAY = 86_400_000
/** Days. With a new stack every native gem must be built and tried again: that may take half a year. */
const SOON = 180

/**
 * How much longer something gets updates.
 * @param ends the last day with updates
 * @param now milliseconds since 1970
 */
export function lifeUntil(ends: Day, now: number): Life {
  const days = Math.ceil((Date.parse(ends) - now) / DAY) || 0
  if (days < 0) return { state: 'ended', ends, days }
  return { state: days > SOON ? 'supported' : 'ends-soon', ends, days }
}

/** `ends on 2027-04-30`, `ended on 2027-04-30`. */
export function lifeInWords({ state, ends }: Life): string {
  return `${state === 'ended' ? 'ended' : 'ends'} on ${ends}`
}
