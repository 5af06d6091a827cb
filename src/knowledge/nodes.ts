import { lifeUntil, type Day, type Life, type Sourced } from './fact.ts'

interface Line extends Sourced {
  /** The last day with security updates. */
  readonly ends: Day
}

const SCHEDULE = { source: 'nodejs/Release:schedule.json', seen: '2026-11-29' } as const

/** By major version, the oldest first. All that are older have ended. */
const LINES: ReadonlyMap<number, Line> = new Map<number, Line>([
  [18, { ends: '2025-04-30', ...SCHEDULE }],
  [20, { ends: '2026-04-30', ...SCHEDULE }],
  [21, { ends: '2024-06-01', ...SCHEDULE }],
  [22, { ends: '2027-04-30', ...SCHEDULE }],
  [23, { ends: '2025-06-01', ...SCHEDULE }],
  [24, { ends: '2028-04-30', ...SCHEDULE }]
])

/** The known major versions of Node, the oldest first. */
export const NODE_MAJORS: readonly number[] = [...LINES.keys()]

/**
 * How much longer a major version of Node gets updates; undefined if it is not known here.
 * @param now milliseconds since 1970
 */
export function nodeLife(major: number, now: number): Life | undefined {
  const known = LINES.get(major)
  return known && lifeUntil(known.ends, now)
}
