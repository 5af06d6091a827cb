import { type Marker } from '../migrations.ts'

/** Reasons of markers (`src/mastodon/migration-markers.ts`) that weigh less than the others. */
export const OUTSIDE = 'runs outside a transaction'
export const INDEX = 'builds or drops an index while writes go on'

/** Whether the code that still serves may miss something. It does not miss deleted duplicates, or rows that were filled in. */
export function takesAway({ why }: Marker): boolean {
  return !['deletes rows', 'rewrites rows'].includes(why)
}

/** The line that tells most of a migration; undefined if it only runs outside a transaction. */
export function heaviest(markers: readonly Marker[]): Marker | undefined {
  const heavy = markers.filter(({ why }) => why !== OUTSIDE && why !== INDEX)
  return heavy.find(takesAway) ?? heavy[0] ?? markers.find(({ why }) => why === INDEX)
}

/** Reasons, from what takes longest to what is over soon. */
const BY_LENGTH = [
  'its authors warn that it takes long',
  'walks over rows',
  'computes a materialized view',
  'rewrites rows'
]

/** A rank that is higher for what takes longer. */
export function lengthOf(markers: readonly Marker[]): number {
  const ranks = markers.flatMap(({ why }) =>
    BY_LENGTH.includes(why) ? [BY_LENGTH.length - BY_LENGTH.indexOf(why)] : []
  )
  return Math.max(0, ...ranks)
}
