import { counted } from '../../runtime/index.ts'
import { type Marker, type Migration } from '../migrations.ts'
import { type UpgradeFacts } from './facts.ts'
import { FINDINGS, type FindingName } from './findings.ts'
import { heaviest } from './markers.ts'
import { notable, pendingOf, wayBack, type Pending } from './pending.ts'
import { streamingMustRestart } from './restart.ts'
import { type PlanFinding } from './rule.ts'
import { upgradeSteps, type UpgradeStep } from './steps.ts'
import { shownVersion, versionOf } from './versions.ts'

/** What an upgrade does, what stops it, and what is to do by hand. */
export interface UpgradePlan {
  /** The version that runs now, for people; absent if nothing runs, or if it is not known. */
  readonly from?: string
  readonly to?: string
  readonly basis: Pending['basis']
  /** The pending ones, in the order in which they run within their phase. */
  readonly migrations: readonly PlannedMigration[]
  /** Whether the streaming server must be deployed anew. */
  readonly streaming: 'yes' | 'no' | 'unknown'
  /** Whether the code that runs now could run on the database afterwards. */
  readonly rollback: 'safe' | 'unsafe' | 'unknown'
  readonly steps: readonly UpgradeStep[]
  /** Blockers first, then warnings, then notes. */
  readonly findings: readonly PlanFinding<FindingName>[]
}

interface PlannedMigration extends Pick<Migration, 'version' | 'name' | 'phase'> {
  /** What it does, if that is known in words. */
  readonly does?: string
  /** The line that takes longest. */
  readonly long?: Marker
  /** The line that takes away or rewrites most. */
  readonly destructive?: Marker
  /** The line that keeps it from being reversed. */
  readonly irreversible?: Marker
}

const ORDER = ['block', 'warn', 'note']

/** Makes the plan of an upgrade. Pure. */
export function planUpgrade(facts: UpgradeFacts): UpgradePlan {
  const { tree, from } = facts
  const pending = pendingOf(facts)
  const before = from && versionOf(from)
  return {
    ...(before !== undefined && { from: shownVersion(before) }),
    ...(tree.version !== undefined && { to: tree.version }),
    basis: pending.basis,
    migrations: pending.basis === 'empty' ? [] : pending.migrations.map(planned),
    streaming: streamingMustRestart(facts),
    rollback: wayBack(facts, pending),
    steps: upgradeSteps(facts),
    findings: FINDINGS.flatMap(({ look }): PlanFinding<FindingName>[] => look(facts))
      .map(finding => skipped(finding, facts.skip))
      .sort((one, other) => ORDER.indexOf(one.level) - ORDER.indexOf(other.level))
  }
}

function planned(migration: Migration): PlannedMigration {
  const { version, name, phase, long, destructive, irreversible } = migration
  const does = notable(migration)
  const [slow, taking] = [heaviest(long), heaviest(destructive)]
  return {
    version,
    name,
    phase,
    ...(does !== undefined && { does }),
    ...(slow && { long: slow }),
    ...(taking && { destructive: taking }),
    ...(irreversible && { irreversible })
  }
}

/** A finding that `checks.skip` names becomes a note: somebody has looked at it. */
function skipped(finding: PlanFinding<FindingName>, skip: readonly string[]): PlanFinding<FindingName> {
  return finding.level !== 'note' && skip.includes(finding.name) ? { ...finding, level: 'note' } : finding
}

/** One line: `27 migrations, 8 after deployment, one moves every account's keys`. */
export function upgradeHeadline({
  basis,
  migrations
}: {
  readonly basis: UpgradePlan['basis']
  readonly migrations: readonly Pick<PlannedMigration, 'phase' | 'does'>[]
}): string {
  if (basis === 'empty') return 'a first set-up: the schema is loaded and seeded'
  if (basis === 'unknown') return 'which migrations are pending is not known'
  if (migrations.length === 0) return 'no migrations'
  const after = migrations.filter(({ phase }) => phase === 'post').length
  const told = migrations.flatMap(({ does }) => (does === undefined ? [] : [`one ${does}`]))
  return [
    counted(migrations.length, 'migration'),
    after > 0 ? `${after} after deployment` : 'none after deployment',
    ...told
  ].join(', ')
}
