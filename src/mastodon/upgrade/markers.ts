import { type Marker } from '../migrations.ts'

/** Reasons of `src/mastodon/migrations.ts` that weigh less than the others. */
export const OUTSIDE = 'runs outside a transaction'
export const INDEX = 'builds or drops an index while writes go on'

/** Duplicates that are deleted and rows that are filled in are not missed by the code that still serves. */
export function takesAway({ why }: Marker): boolean {
  return !['deletes rows', 'rewrites rows'].includes(why)
}

/** The line that says most of a migration; undefined where there is none but that it runs outside a transaction. */
export function heaviest(markers: readonly Marker[]): Marker | undefined {
  const heavy = markers.filter(({ why }) => why !== OUTSIDE && why !== INDEX)
  return heavy.find(takesAway) ?? heavy[0] ?? markers.find(({ why }) => why === INDEX)
}

/** From what keeps a release waiting longest to what is over soon. */
const BY_LENGTH = [
  'its authors warn that it takes long',
  'walks over rows',
  'computes a materialized view',
  'rewrites rows'
]

/** Higher for what takes longer. */
export function lengthOf(markers: readonly Marker[]): number {
  const ranks = markers.flatMap(({ why }) =>
    BY_LENGTH.includes(why) ? [BY_LENGTH.length - BY_LENGTH.indexOf(why)] : []
  )
  return Math.max(0, ...ranks)
}
