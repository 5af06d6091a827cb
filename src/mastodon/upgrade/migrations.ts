import { type Marker, type Migration } from '../migrations.ts'
import { type UpgradeFacts } from './facts.ts'
import { finding, type Finding } from './findings.ts'
import { heaviest, INDEX, lengthOf, OUTSIDE, takesAway } from './markers.ts'
import { notable, pendingOf, wayBack, type Pending } from './pending.ts'

/** What the pending migrations do to the site while and after they run. */
export function checkMigrations(facts: UpgradeFacts): Finding[] {
  const pending = pendingOf(facts)
  if (pending.basis === 'empty') return []
  return [...breakpoint(facts, pending), ...whileTheyRun(facts, pending), ...afterwards(facts, pending)]
}

function breakpoint({ tree, strategy, live }: UpgradeFacts, { newestApplied, migrations }: Pending): Finding[] {
  const { schema, version } = tree.breakpoints
  if (strategy !== 'zero-downtime' || schema === undefined || newestApplied === undefined) return []
  if (newestApplied >= schema || migrations.length === 0) return []
  const first =
    version === undefined ? 'a version between' : `the newest ${version.split('.').slice(0, 2).join('.')} release`
  return [
    finding(
      'zero-downtime-breakpoint',
      `The database is at ${newestApplied}, and this version migrates in two phases from ${schema} on${version === undefined ? '' : ` (Mastodon ${version})`}: the release phase would stop`,
      `Deploy ${first} first. Or set \`migrations: maintenance\` for this one deploy: the site is off while everything is migrated; make a backup before (\`heroku pg:backups:capture --app ${live?.app ?? 'APP'}\`).`
    )
  ]
}

function whileTheyRun({ strategy }: UpgradeFacts, { migrations }: Pending): Finding[] {
  // In maintenance mode both phases run at once, and nobody is served meanwhile.
  const first = migrations.filter(({ phase }) => phase === 'pre' || strategy === 'maintenance')
  const later = migrations.filter(migration => !first.includes(migration))
  const taking = strategy === 'zero-downtime' ? first.filter(({ destructive }) => destructive.some(takesAway)) : []
  const found: Finding[] = []
  if (first.some(isLong)) {
    found.push(
      finding(
        'long-before-release',
        `The release phase may take long: ${longOnes(first)}`,
        'Deploy when few people are on the site; a release phase may take an hour. With a copy of the database (`heroku pg:copy`) it can be timed on another app.'
      )
    )
  }
  if (taking.length > 0) {
    found.push(
      finding(
        'destructive-before-release',
        `${count(taking, 'migration')} of the release phase ${taking.length === 1 ? 'takes' : 'take'} away what the code that still serves may ask for: ${list(taking, 'destructive')}`,
        'Where errors of some minutes are worse than a page that says so, set `migrations: maintenance` for this deploy.'
      )
    )
  }
  if (later.some(isLong)) {
    found.push(
      finding(
        'long-after-release',
        `The post-deployment migrations may take long, while the new code serves: ${longOnes(later)}`,
        'Leave the job its time (`timeout`); one that was killed is run again.'
      )
    )
  }
  return found
}

function afterwards(facts: UpgradeFacts, pending: Pending): Finding[] {
  const { live } = facts
  const found: Finding[] = []
  if (wayBack(facts, pending) === 'unsafe') {
    const because = pending.migrations.filter(({ destructive }) => destructive.length > 0)
    found.push(
      finding(
        'no-way-back',
        `The code of now cannot run on the database after this upgrade, so a rollback will be refused: ${list(because, 'destructive')}`,
        `Make a backup before: \`heroku pg:backups:capture --app ${live?.app ?? 'APP'}\`. Afterwards mend what is wrong and deploy forward.`
      )
    )
  }
  if (pending.unknown.length > 0) {
    const { unknown } = pending
    found.push(
      finding(
        'unknown-migrations',
        `The database has ${unknown.length} migrations that this tree does not have: ${unknown.slice(0, MOST_NAMED).join(', ')}${unknown.length > MOST_NAMED ? ' …' : ''}`,
        'Nothing is to be done where a fork dropped them long ago, or squashed them. Else this may be the wrong commit.'
      )
    )
  }
  return found
}

function isLong({ long }: Migration): boolean {
  return heaviest(long) !== undefined
}

/** Those that walk over rows by name; those that only see to an index by their number. */
function longOnes(migrations: readonly Migration[]): string {
  const long = migrations.filter(isLong)
  const heavy = long.filter(({ long }) => long.some(({ why }) => ![OUTSIDE, INDEX].includes(why)))
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

/** Known in words first, then what takes something away. */
function weight(migration: Migration): number {
  return notable(migration) !== undefined ? 2 : migration.destructive.some(takesAway) ? 1 : 0
}

function at(marker: Marker | undefined): string {
  return marker === undefined ? '' : ` (line ${marker.line}: ${marker.text})`
}

function count(list: readonly unknown[], what: string): string {
  return `${list.length} ${what}${list.length === 1 ? '' : 's'}`
}
