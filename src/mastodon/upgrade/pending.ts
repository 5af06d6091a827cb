import { rollbackVerdict, type Migration } from '../migrations.ts'
import { type UpgradeFacts } from './facts.ts'

/** The pending migrations, and how they are known. */
export interface Pending {
  /**
   * `database`: those of the tree that are not in `schema_migrations` (as sets, for versions of forks lie between
   * Mastodon's). `tree`: those that the tree before does not have. `empty`: there is no schema yet. `unknown`: there is
   * nothing to compare with.
   */
  readonly basis: 'database' | 'tree' | 'empty' | 'unknown'
  readonly migrations: readonly Migration[]
  /** The newest version that the database has, if that is known. */
  readonly newestApplied: string | undefined
  /** Versions that are applied, and not in this tree. */
  readonly unknown: readonly string[]
}

/** What is pending when the tree is deployed. */
export function pendingOf({ tree, from, live }: UpgradeFacts): Pending {
  if (live?.applied ? live.applied.size === 0 : live?.runs === false) {
    return { basis: 'empty', migrations: tree.migrations, newestApplied: undefined, unknown: [] }
  }
  const applied = live?.applied ?? (from && new Set(from.migrations.map(({ version }) => version)))
  if (!applied) return { basis: 'unknown', migrations: [], newestApplied: undefined, unknown: [] }
  const known = new Set(tree.migrations.map(({ version }) => version))
  return {
    basis: live?.applied ? 'database' : 'tree',
    migrations: tree.migrations.filter(({ version }) => !applied.has(version)),
    newestApplied: [...applied].sort().at(-1),
    unknown: live?.applied ? [...applied].filter(version => !known.has(version)).sort() : []
  }
}

/** Whether the code that runs now can run on the database after the upgrade. */
export function wayBack({ tree, from, live }: UpgradeFacts, pending: Pending): 'safe' | 'unsafe' | 'unknown' {
  if (pending.basis === 'unknown' || pending.basis === 'empty' || !from) return 'unknown'
  const now = [...(live?.applied ?? []), ...from.migrations.map(({ version }) => version)]
  const verdict = rollbackVerdict({
    applied: [...now, ...pending.migrations.map(({ version }) => version)],
    oldVersions: new Set(now),
    migrations: [...tree.migrations]
  })
  return verdict.safe ? 'safe' : 'unsafe'
}

/** What some of Mastodon's migrations do, in words. Of others the plan names the line that matters. */
const NOTABLE: Readonly<Record<string, string>> = {
  '20240307180905': 'encrypts every two-factor secret anew',
  '20260702144128': "moves every account's keys"
}

export function notable({ version }: Pick<Migration, 'version'>): string | undefined {
  return NOTABLE[version]
}
