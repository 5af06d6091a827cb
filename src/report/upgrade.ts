import * as v from 'valibot'
import { FINDINGS, type FindingName, type UpgradePlan } from '../mastodon/index.ts'

/**
 * The upgrade plan of a tree, as it is in a report. It may come from anybody's pull request, so every text is bounded and
 * has no control character.
 */

const line = (most: number) => v.pipe(v.string(), v.maxLength(most), v.regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u))
const version = v.pipe(v.string(), v.regex(/^\d{1,3}\.\d{1,3}\.\d{1,3}(-[\w.]{1,20})?$|^a version before 1\.2$/))
/** At most so many items. */
export const list = <const Item extends v.GenericSchema>(item: Item, most: number) =>
  v.pipe(v.array(item), v.maxLength(most))

/** A full hash, SHA-1 or SHA-256. */
export const commitHash = v.pipe(v.string(), v.regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/))

const marker = v.strictObject({
  line: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1e7)),
  text: line(200),
  why: line(100)
})

const migration = v.strictObject({
  version: v.pipe(v.string(), v.regex(/^\d{14}$/)),
  name: v.pipe(v.string(), v.regex(/^[a-z0-9_]{1,200}$/)),
  phase: v.picklist(['pre', 'post']),
  /** What it does, if there are words for it. */
  does: v.optional(line(100)),
  /** The line that takes longest, and the one that deletes or rewrites most. */
  long: v.optional(marker),
  destructive: v.optional(marker),
  /** What keeps it from being reversed. */
  irreversible: v.optional(marker)
})

const MOST_MIGRATIONS = 3_000
const MOST_FINDINGS = 100
const LONGEST = 2_000

export const upgradeSchema = v.strictObject({
  /** What it was compared with: where a pull request left its branch, the tag before, the commit before, or what runs. */
  base: v.optional(
    v.strictObject({
      kind: v.picklist(['merge-base', 'tag', 'parent', 'release']),
      commit: commitHash,
      name: line(300)
    })
  ),
  from: v.optional(version),
  to: v.optional(version),
  basis: v.picklist(['database', 'tree', 'empty', 'unknown']),
  migrations: list(migration, MOST_MIGRATIONS),
  streaming: v.picklist(['yes', 'no', 'unknown']),
  rollback: v.picklist(['safe', 'unsafe', 'unknown']),
  steps: list(
    v.strictObject({
      version,
      when: v.picklist(['before', 'after']),
      text: line(LONGEST),
      command: v.optional(line(LONGEST))
    }),
    MOST_FINDINGS
  ),
  findings: list(
    v.strictObject({
      name: v.picklist(FINDINGS.map(({ name }): FindingName => name)),
      level: v.picklist(['block', 'warn', 'note']),
      reason: line(LONGEST),
      remedy: line(LONGEST)
    }),
    MOST_FINDINGS
  )
})
/** An upgrade plan in a report. */
export type Upgrade = v.InferOutput<typeof upgradeSchema>

/** An upgrade plan as it goes into a report: too long texts, which a hostile tree may make, are cut. */
export function makeUpgrade(plan: UpgradePlan, base: Upgrade['base']): Upgrade {
  const { from, to, basis, migrations, streaming, rollback, steps, findings } = plan
  return {
    ...(base && { base: { ...base, name: plain(base.name, 300) } }),
    ...(v.is(version, from) && { from }),
    ...(v.is(version, to) && { to }),
    basis,
    migrations: migrations.slice(0, MOST_MIGRATIONS).map(({ name, long, destructive, irreversible, ...rest }) => ({
      ...rest,
      name: name.slice(0, 200),
      ...(long && { long: cut(long) }),
      ...(destructive && { destructive: cut(destructive) }),
      ...(irreversible && { irreversible: cut(irreversible) })
    })),
    streaming,
    rollback,
    steps: steps.map(step => ({ ...step })),
    findings: findings.slice(0, MOST_FINDINGS).map(({ name, level, reason, remedy }) => ({
      name,
      level,
      reason: plain(reason, LONGEST),
      remedy: plain(remedy, LONGEST)
    }))
  }
}

function cut({ text, ...rest }: v.InferOutput<typeof marker>): v.InferOutput<typeof marker> {
  return { ...rest, text: plain(text, 200) }
}

function plain(text: string, most: number): string {
  const one = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
  return one.length <= most ? one : `${one.slice(0, most - 1)}…`
}
