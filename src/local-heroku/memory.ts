/**
 * Bytes of memory that processes have together, by their `/proc/PID/smaps_rollup`: what some share counts once, as in the
 * figures of Heroku, which are of the whole dyno (Dev Center: log-runtime-metrics). Undefined if there is no figure.
 */
export function memoryOf(rollups: string): number | undefined {
  const kilobytes = [...rollups.matchAll(/^Pss:\s{1,20}(\d{1,12}) kB$/gm)].map(([, size]) => Number(size))
  return kilobytes.length === 0 ? undefined : kilobytes.reduce((sum, of) => sum + of, 0) * 1024
}
