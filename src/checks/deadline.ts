/** Milliseconds. One target that hangs must not keep a night's checks for more than half a minute. */
export const DEADLINE = 25_000
/** Milliseconds for the same, what was waited for before the checks began among them. */
export const ALL_WITHIN = 27_000
