import { compareVersions, seriesBetween, seriesOf } from '../versions.ts'
import { type UpgradeFacts } from './facts.ts'
import { rule, seenIf } from './rule.ts'
import { type UpgradeTree } from './tree.ts'

type Facts = Pick<UpgradeFacts, 'tree' | 'from' | 'live'>

/** The version that runs now, compared with the tree's. */
export const VERSION_RULES = [
  rule({
    name: 'not-mastodon',
    level: 'note',
    holds: ({ tree }: Pick<Facts, 'tree'>) => seenIf(tree.version === undefined, {}),
    say: () => ({
      reason: 'The tree has no lib/mastodon/version.rb, so what is known by version is not looked at',
      remedy: 'None is needed if it is older than Mastodon 1.2, or no Mastodon.'
    }),
    examples: [{}]
  }),
  rule({
    name: 'base-unknown',
    level: 'warn',
    holds: ({ from, live }: Pick<Facts, 'from' | 'live'>) =>
      seenIf(!from && live?.runs === true, { commit: live?.commit }),
    say: ({ commit }) => ({
      reason: `${commit === undefined ? 'Which commit runs now is not known' : `The commit that runs now, ${commit.slice(0, 8)}, is not in this checkout`}, so what is pending is not known, and this deploy could not be rolled back`,
      remedy: 'Check out with `fetch-depth: 0`.'
    }),
    examples: [{ commit: '1a2b3c4d' }]
  }),
  rule({
    name: 'downgrade',
    level: 'block',
    holds: (facts: Facts) =>
      stepsBack(facts)
        .filter(({ before, after }) => seriesOf(after) !== seriesOf(before))
        .map(versions => ({ ...versions, app: facts.live?.app })),
    say: ({ before, after, app }) => ({
      reason: `${after} is older than ${before}, which runs now: its code does not know the database`,
      remedy: `\`command: rollback\`${app === undefined ? '' : ` of ${app}`} looks whether going back is possible.`
    }),
    examples: [{ before: '4.7.0', after: '4.6.5', app: 'APP' }]
  }),
  rule({
    name: 'older-patch',
    level: 'warn',
    holds: (facts: Facts) => stepsBack(facts).filter(({ before, after }) => seriesOf(after) === seriesOf(before)),
    say: ({ before, after }) => ({
      reason: `${after} is older than ${before}, which runs now`,
      remedy: 'Look whether that is meant.'
    }),
    examples: [{ before: '4.7.6', after: '4.7.1' }]
  }),
  rule({
    name: 'skipped-minor',
    level: 'warn',
    holds: (facts: Facts) =>
      known(facts).flatMap(({ before, after }) => {
        const skipped = compareVersions(after, before) < 0 ? [] : seriesBetween(before, after)
        return seenIf(skipped.length > 0, { before, after, skipped })
      }),
    say: ({ before, after, skipped }) => {
      const isLong = skipped.length > 6
      const which = isLong ? `${skipped[0]} to ${skipped.at(-1)} (${skipped.length} series)` : skipped.join(', ')
      return {
        reason: `From ${shownVersion(before)} to ${after} the series ${which} ${skipped.length === 1 ? 'is' : 'are'} skipped; Mastodon wants at least one release of each to be deployed`,
        remedy: `Deploy the newest release of ${isLong ? 'each series' : skipped.join(', then of ')} first.`
      }
    },
    examples: [{ before: '4.4.2', after: '4.7.0', skipped: ['4.5', '4.6'] }]
  })
]

/** Both versions, if both are known. */
function known({ tree, from }: Facts): { readonly before: string; readonly after: string }[] {
  const before = from && versionOf(from)
  return before === undefined || tree.version === undefined ? [] : [{ before, after: tree.version }]
}

function stepsBack(facts: Facts): ReturnType<typeof known> {
  return known(facts).filter(({ before, after }) => compareVersions(after, before) < 0)
}

/** Stands for all versions before 1.2, which do not tell their version (mastodon/mastodon#2181). */
const BEFORE_1_2 = '1.1.0'

/** The version of a tree; one with migrations that tells none counts as before 1.2. */
export function versionOf({ version, migrations }: UpgradeTree): string | undefined {
  return version ?? (migrations.length > 0 ? BEFORE_1_2 : undefined)
}

/** A version for people. */
export function shownVersion(version: string): string {
  return version === BEFORE_1_2 ? 'a version before 1.2' : version
}
