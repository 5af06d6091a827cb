import { type Marker, type Migration } from '../migrations.ts'
import { type UpgradeFacts } from './facts.ts'
import { heaviest, INDEX, lengthOf, OUTSIDE, takesAway } from './markers.ts'
import { notable, pendingOf, wayBack, type Pending } from './pending.ts'
import { rule, seenIf } from './rule.ts'

/** A migration for the examples in the docs. */
const EXAMPLE = '20260702144128 migrate_local_account_keypairs'

/** What the pending migrations do to the site while and after they run. */
export const MIGRATION_RULES = [
  rule({
    name: 'zero-downtime-breakpoint',
    level: 'block',
    holds: (facts: UpgradeFacts) => {
      const { schema, version } = facts.tree.breakpoints
      const { newestApplied, migrations } = pending(facts)
      if (facts.strategy !== 'zero-downtime' || schema === undefined || newestApplied === undefined) return []
      return seenIf(newestApplied < schema && migrations.length > 0, {
        newestApplied,
        schema,
        version,
        app: appOf(facts)
      })
    },
    say: ({ newestApplied, schema, version, app }) => {
      const first =
        version === undefined ? 'a version between' : `the newest ${version.split('.').slice(0, 2).join('.')} release`
      return {
        reason: `The database is at ${newestApplied}, and this version migrates in two phases from ${schema} on${version === undefined ? '' : ` (Mastodon ${version})`}: the release phase would stop`,
        remedy: `Deploy ${first} first. Or set \`migrations: maintenance\` for this one deploy: the site is off while everything is migrated; make a backup before (\`heroku pg:backups:capture --app ${app}\`).`
      }
    },
    examples: [{ newestApplied: '20230101000000', schema: '20241007071624', version: '4.3.0', app: 'APP' }]
  }),
  rule({
    name: 'long-before-release',
    level: 'warn',
    holds: (facts: UpgradeFacts) => {
      const { first } = phases(facts)
      return seenIf(first.some(isLong), { which: longOnes(first), app: appOf(facts) })
    },
    say: ({ which, app }) => ({
      reason: `The release phase may take long: ${which}`,
      remedy: `Deploy when few people are on the site; a release phase may take an hour. With a copy of the database (\`heroku pg:copy ${app}::DATABASE_URL DATABASE_URL --app OTHER\`) it can be timed on another app.`
    }),
    examples: [{ which: `${EXAMPLE} walks over rows`, app: 'APP' }]
  }),
  rule({
    name: 'destructive-before-release',
    level: 'warn',
    holds: (facts: UpgradeFacts) => {
      const { first } = phases(facts)
      const taking =
        facts.strategy === 'zero-downtime' ? first.filter(({ destructive }) => destructive.some(takesAway)) : []
      return seenIf(taking.length > 0, { number: taking.length, which: list(taking, 'destructive') })
    },
    say: ({ number, which }) => ({
      reason: `${number === 1 ? '1 migration of the release phase takes' : `${number} migrations of the release phase take`} away what the code that still serves may ask for: ${which}`,
      remedy:
        'If errors of some minutes are worse than a page that says so, set `migrations: maintenance` for this deploy.'
    }),
    examples: [{ number: 1, which: '20260101000000 remove_key removes a column' }]
  }),
  rule({
    name: 'long-after-release',
    level: 'note',
    holds: (facts: UpgradeFacts) => {
      const { later } = phases(facts)
      return seenIf(later.some(isLong), { which: longOnes(later) })
    },
    say: ({ which }) => ({
      reason: `The post-deployment migrations may take long, while the new code serves: ${which}`,
      remedy: 'Leave the job its time (`timeout`); one that was killed is run again.'
    }),
    examples: [{ which: `${EXAMPLE} walks over rows` }]
  }),
  rule({
    name: 'no-way-back',
    level: 'warn',
    holds: (facts: UpgradeFacts) => {
      const all = pending(facts)
      const because = all.migrations.filter(({ destructive }) => destructive.length > 0)
      return seenIf(wayBack(facts, all) === 'unsafe', { which: list(because, 'destructive'), app: appOf(facts) })
    },
    say: ({ which, app }) => ({
      reason: `The code of now cannot run on the database after this upgrade, so a rollback will be refused: ${which}`,
      remedy: `Make a backup before: \`heroku pg:backups:capture --app ${app}\`. Afterwards mend what is wrong and deploy forward.`
    }),
    examples: [{ which: `${EXAMPLE} moves every account's keys`, app: 'APP' }]
  }),
  rule({
    name: 'unknown-migrations',
    level: 'note',
    holds: (facts: UpgradeFacts) => {
      const { unknown } = pending(facts)
      return seenIf(unknown.length > 0, { unknown })
    },
    say: ({ unknown }) => ({
      reason: `The database has ${unknown.length} migrations that this tree does not have: ${unknown.slice(0, MOST_NAMED).join(', ')}${unknown.length > MOST_NAMED ? ' …' : ''}`,
      remedy:
        'Nothing is to be done if a fork dropped them long ago, or squashed them. Else this may be the wrong commit.'
    }),
    examples: [{ unknown: ['20250101000000', '20250102000000'] as readonly string[] }]
  })
]

function appOf({ live }: Pick<UpgradeFacts, 'live'>): string {
  return live?.app ?? 'APP'
}

/** The pending migrations; none on an empty database, whose schema is loaded. */
function pending(facts: UpgradeFacts): Pending {
  const all = pendingOf(facts)
  return all.basis === 'empty' ? { ...all, migrations: [] } : all
}

/** The pending migrations by phase. With `maintenance` all of them run in the first. */
function phases(facts: UpgradeFacts): Record<'first' | 'later', readonly Migration[]> {
  const { migrations } = pending(facts)
  const isFirst = ({ phase }: Migration): boolean => phase === 'pre' || facts.strategy === 'maintenance'
  return { first: migrations.filter(isFirst), later: migrations.filter(migration => !isFirst(migration)) }
}

function isLong({ long }: Migration): boolean {
  return heaviest(long) !== undefined
}

/** Names the migrations that walk over rows, and counts those that only build or drop an index. */
function longOnes(migrations: readonly Migration[]): string {
  const long = migrations.filter(isLong)
  const heavy = long.filter(migration => migration.long.some(({ why }) => ![OUTSIDE, INDEX].includes(why)))
  const indexes = long.length - heavy.length
  return [
    ...(heavy.length > 0 ? [list(heavy, 'long')] : []),
    ...(indexes > 0
      ? [`${indexes} ${indexes === 1 ? 'builds or drops' : 'build or drop'} an index while writes go on`]
      : [])
  ].join('; ')
}

const MOST_NAMED = 4

/** Names the first ones, each with the line that makes it so. */
function list(migrations: readonly Migration[], of: 'long' | 'destructive'): string {
  const weigh = of === 'long' ? ({ long }: Migration): number => lengthOf(long) : weight
  const byWeight = [...migrations].sort((one, other) => weigh(other) - weigh(one))
  const named = byWeight.slice(0, MOST_NAMED).map(migration => {
    const marker = heaviest(migration[of])
    const what = notable(migration) ?? marker?.why
    return `${migration.version} ${migration.name}${what === undefined ? '' : ` ${what}`}${at(marker)}`
  })
  const more = migrations.length - named.length
  return `${named.join('; ')}${more > 0 ? `; and ${more} more` : ''}`
}

/** First what is known in words, then what takes something away. */
function weight(migration: Migration): number {
  if (notable(migration) !== undefined) return 2
  return migration.destructive.some(takesAway) ? 1 : 0
}

function at(marker: Marker | undefined): string {
  return marker === undefined ? '' : ` (line ${marker.line}: ${marker.text})`
}
