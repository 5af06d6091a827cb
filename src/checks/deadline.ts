/** Milliseconds. One target that hangs must not keep a night's checks for more than half a minute. */
export const DEADLINE = 25_000
