import { compareVersions, seriesBetween, seriesOf } from '../versions.ts'
import { type UpgradeFacts } from './facts.ts'
import { finding, type Finding } from './findings.ts'
import { type UpgradeTree } from './tree.ts'

/** The version of what runs now against that of the tree. */
export function checkVersions({ tree, from, live }: UpgradeFacts): Finding[] {
  const found: Finding[] = []
  if (tree.version === undefined) {
    found.push(
      finding(
        'not-mastodon',
        'The tree has no lib/mastodon/version.rb, so what is known by version is not looked at',
        'None is needed where it is older than Mastodon 1.2, or no Mastodon.'
      )
    )
  }
  if (!from && live?.runs) {
    const runs =
      live.commit === undefined
        ? 'Which commit runs now is not known'
        : `The commit that runs now, ${live.commit.slice(0, 8)}, is not in this checkout`
    found.push(
      finding(
        'base-unknown',
        `${runs}, so what is pending is not known, and this deploy could not be rolled back`,
        'Check out with `fetch-depth: 0`.'
      )
    )
  }
  const before = from && versionOf(from)
  if (before === undefined || tree.version === undefined) return found
  return [...found, ...compared(before, tree.version, live?.app)]
}

function compared(before: string, after: string, app: string | undefined): Finding[] {
  if (compareVersions(after, before) < 0) {
    return seriesOf(after) === seriesOf(before)
      ? [finding('older-patch', `${after} is older than ${before}, which runs now`, 'Look whether that is meant.')]
      : [
          finding(
            'downgrade',
            `${after} is older than ${before}, which runs now: its code does not know the database`,
            `\`command: rollback\`${app === undefined ? '' : ` of ${app}`} looks whether going back is possible.`
          )
        ]
  }
  const skipped = seriesBetween(before, after)
  if (skipped.length === 0) return []
  const which =
    skipped.length > 6 ? `${skipped[0]} to ${skipped.at(-1)} (${skipped.length} series)` : skipped.join(', ')
  return [
    finding(
      'skipped-minor',
      `From ${shownVersion(before)} to ${after} the series ${which} ${skipped.length === 1 ? 'is' : 'are'} skipped; Mastodon wants at least one release of each to be deployed`,
      `Deploy the newest release of ${skipped.length > 6 ? 'each series' : skipped.join(', then of ')} first.`
    )
  ]
}

/** The first version that tells itself is 1.2 (mastodon/mastodon#2181). */
const BEFORE_1_2 = '1.1.0'

/** The version of a tree; one that is there and does not tell is taken for one before 1.2. */
export function versionOf({ version, migrations }: UpgradeTree): string | undefined {
  return version ?? (migrations.length > 0 ? BEFORE_1_2 : undefined)
}

export function shownVersion(version: string): string {
  return version === BEFORE_1_2 ? 'a version before 1.2' : version
}
