import { type PlannedUpgrade, type Result } from '../../checks/index.ts'
import { LONGEST_BODY } from '../../github/index.ts'
import { code, details, escape, makeUpgrade, upgradeMarkdown } from '../../report/index.ts'

/** Names of files that are told. */
const MOST = 10

/** Each upgrade plan among the findings, folded; with figures and names alone where it is too long. */
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
    contested.length === 0
      ? ''
      : `Your fork and this version have both changed ${names(contested)}: a merge may stop there.`
  ]
  const whole = [about.filter(Boolean).join(' '), upgradeMarkdown(upgrade, true)].join('\n\n')
  return details(title, whole.length <= LONGEST_BODY ? whole : upgradeMarkdown(upgrade, false))
}

function names(files: readonly string[]): string {
  const left = files.length - MOST
  return files.slice(0, MOST).map(code).join(', ') + (left > 0 ? ` and ${left} more` : '')
}
