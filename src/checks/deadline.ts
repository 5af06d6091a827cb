/** Milliseconds for one check. A target that hangs must not hold up the night for more than half a minute. */
export const DEADLINE = 25_000
/** Milliseconds for a check and for all that was waited for before the checks began. */
export const ALL_WITHIN = 27_000
