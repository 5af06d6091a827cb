import { type PlannedUpgrade, type Result } from '../../checks/index.ts'
import { makeUpgrade, upgradeMarkdown } from '../../report/index.ts'
import { code, details, escape } from '../../verdict/index.ts'

/** Names of files that are told. */
const MOST = 10
/** Characters of a plan; a summary takes 1 MiB in all (docs.github.com: workflow commands, job summaries). */
const LONGEST = 200_000

/** Each upgrade plan among the findings, folded; with figures and names alone if it is too long. */
export function plansMarkdown(results: readonly Result[], app: string): string {
  return results
    .flatMap(({ findings }) => findings.flatMap(({ upgrade }) => (upgrade ? [planMarkdown(upgrade, app)] : [])))
    .join('\n\n')
}

function planMarkdown(planned: PlannedUpgrade, app: string): string {
  const { plan, from, isAppAsked, contested } = planned
  const upgrade = makeUpgrade(plan, from.isReleased ? { kind: 'release', commit: from.commit, name: app } : undefined)
  const title = `The upgrade plan: from ${escape(plan.from ?? 'what runs')} to ${escape(plan.to ?? 'a version that does not say which')}`
  const about = [
    'It is of your fork with this version merged, file by file.',
    from.isReleased
      ? ''
      : `The checkout does not have the commit that runs: what is compared is the checked-out \`${from.commit.slice(0, 8)}\`, of the same version.`,
    isAppAsked ? '' : 'Heroku did not tell enough of the app: this is what the trees alone can tell.',
    conflicts(contested)
  ]
  const whole = upgradeMarkdown(upgrade, true)
  const told = whole.length <= LONGEST ? whole : upgradeMarkdown(upgrade, false)
  return details(title, [about.filter(Boolean).join(' '), told].join('\n\n'))
}

function conflicts(contested: PlannedUpgrade['contested']): string {
  if (contested === undefined)
    return 'Mastodon has no tag of what runs: where both have a file of a name, this version’s was taken, and where a merge may stop is not known.'
  return contested.length === 0
    ? ''
    : `Your fork and this version have both changed ${names(contested)}: a merge may stop there.`
}

function names(files: readonly string[]): string {
  const left = files.length - MOST
  return files.slice(0, MOST).map(code).join(', ') + (left > 0 ? ` and ${left} more` : '')
}
