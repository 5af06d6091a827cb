/**
 * What a tree's migrations do to a live instance, read from their text. No Ruby is run: the files may come from a pull
 * request. If a text is unclear, there is rather a marker too many than one too few.
 *
 * Two phases, as in mastodon/mastodon:lib/mastodon/database.rb: `db/migrate` runs before the new code serves,
 * `db/post_migrate` after no older code is left.
 */
import { forwardOnly } from './migration-direction.ts'
import { DESTRUCTIVE, findIrreversible, findMarkers, LONG, type Marker } from './migration-markers.ts'
import { splitRuby } from './ruby-text.ts'

export { type Marker } from './migration-markers.ts'

export interface Migration {
  /** 14 digits, as in `schema_migrations`. */
  readonly version: string
  /** `migrate_local_account_keypairs` */
  readonly name: string
  readonly phase: 'pre' | 'post'
  readonly long: Marker[]
  readonly destructive: Marker[]
  /** The line that keeps it from being reversed: that raises, or does nothing. */
  readonly irreversible?: Marker
}

/** Rails also reads folders below the migration path (rails/rails: MigrationContext#migration_files). */
const MIGRATION_PATH = /^db\/(migrate|post_migrate)\/(?:.+\/)?(\d{14})_([a-z0-9_]+)\.rb$/

/** Characters. Mastodon's longest has 7,000. A longer one is hostile: it is not read, and counts as the worst. */
const LONGEST = 200_000

/** Reads the migrations among files (paths relative to the tree's root), oldest first. Other files are left out. */
export function readMigrations(files: readonly { path: string; text: string }[]): Migration[] {
  return files
    .flatMap(file => readMigration(file.path, file.text))
    .sort((one, other) => Number(one.version) - Number(other.version))
}

function readMigration(path: string, text: string): Migration[] {
  const [, folder, version, name] = MIGRATION_PATH.exec(path) ?? []
  if (version === undefined || name === undefined) return []
  const phase = folder === 'post_migrate' ? 'post' : 'pre'
  if (text.length > LONGEST) {
    const unread = { line: 1, text: `${text.length} characters`, why: 'is too long to be read' }
    return [{ version, name, phase, long: [unread], destructive: [unread] }]
  }
  const ruby = splitRuby(text)
  const forward = forwardOnly(ruby)
  const irreversible = findIrreversible(ruby, text)
  return [
    {
      version,
      name,
      phase,
      long: findMarkers(LONG, forward, text),
      destructive: findMarkers(DESTRUCTIVE, forward, text),
      ...(irreversible && { irreversible })
    }
  ]
}

type RollbackVerdict =
  | {
      safe: true
      /** Applied versions that the old tree does not know, and can live with. */
      unknown: string[]
    }
  | {
      safe: false
      /** Applied, unknown to the old tree, and destructive. */
      because: Migration[]
      /** Applied, unknown to the old tree, and without a file to judge by. */
      unreadable: string[]
    }

/**
 * Whether older code can run on the database as it is now. A rollback runs no `down`, so a destructive migration counts
 * even if it is reversible: after 4.7's `migrate_local_account_keypairs` older code finds no keys
 * (mastodon/mastodon:db/post_migrate).
 * @param state.applied the versions in `schema_migrations`
 * @param state.oldVersions those of the old tree's migrations, of both phases, and those that it has been seen to run with
 * @param state.migrations those of every newer tree at hand
 */
export function rollbackVerdict(state: {
  applied: Iterable<string>
  oldVersions: ReadonlySet<string>
  migrations: Migration[]
}): RollbackVerdict {
  const unknown = [...new Set(state.applied)].filter(version => !state.oldVersions.has(version)).sort()
  const isUnknown = new Set(unknown)
  const because = state.migrations.filter(one => isUnknown.has(one.version) && one.destructive.length > 0)
  const readable = new Set(state.migrations.map(one => one.version))
  const unreadable = unknown.filter(version => !readable.has(version))
  return because.length > 0 || unreadable.length > 0 ? { safe: false, because, unreadable } : { safe: true, unknown }
}

export interface Breakpoints {
  /** The oldest Postgres that it takes, as `server_version_num`: 140000 is 14.0. */
  readonly postgres?: number
  /** The oldest schema version (14 digits) that can be migrated in two phases. */
  readonly schema?: string
  /** The version of Mastodon that has that schema, if the message names one: 4.3.0. */
  readonly version?: string
}

/** Reads the limits at which `db:pre_migration_check` stops (mastodon/mastodon:lib/tasks/db.rake). */
export function breakpoints(dbRakeText: string): Breakpoints {
  const { code } = splitRuby(dbRakeText)
  const postgres = /\bpg_version\s*<\s*(\d[\d_]{0,19})/.exec(code)?.[1]
  const schema = /\bschema_version\s*<\s*(\d{4}_?\d{2}_?\d{2}_?\d{6})\b/.exec(code)?.[1]
  const version = schema === undefined ? undefined : /\bearlier than (\d+\.\d+\.\d+)/.exec(dbRakeText)?.[1]
  return {
    ...(postgres !== undefined && { postgres: Number(postgres.replaceAll('_', '')) }),
    ...(schema !== undefined && { schema: schema.replaceAll('_', '') }),
    ...(version !== undefined && { version })
  }
}
