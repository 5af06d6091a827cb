import { upgradeHeadline, type PlanFinding } from '../../mastodon/index.ts'
import { within } from '../../net/index.ts'
import { counted, errorText } from '../../runtime/index.ts'
import { type Finding, type World } from '../check.ts'
import { type PlannedUpgrade } from '../job-facts.ts'
import { brief } from '../probes/network.ts'

/** Milliseconds for a plan: git fetches two trees for it, and Heroku is asked for a Ruby. */
const PLANNED_WITHIN = 15_000
/** Milliseconds of the check's time that are kept to tell what is known without a plan. */
const REST = 1_000
/** Findings that are told here; all are in the plan. */
const MOST = 6
/** Characters of a finding. */
const LONGEST = 200

/** What an upgrade brings and what stops it; or why no plan could be made. */
export async function planned(
  from: string,
  to: string,
  world: World
): Promise<Pick<Finding, 'more' | 'remedy' | 'upgrade'>> {
  const { clock, until } = world
  try {
    const limit = Math.max(0, Math.min(PLANNED_WITHIN, until - clock.now() - REST))
    const upgrade = await within(world, limit, 'it was not done', signal => world.job.upgrade(from, to, signal))
    const isStopped = upgrade.plan.findings.some(({ level }) => level === 'block')
    return {
      more: inShort(upgrade),
      remedy: `Read the release notes, and the plan in the summary of the run; ${isStopped ? 'put right what stops it, then' : 'then'} merge \`v${to}\` and deploy`,
      upgrade
    }
  } catch (error) {
    if (world.signal.aborted) throw error
    return {
      more: [`No upgrade plan could be made: ${brief(errorText(error))}`],
      remedy: `Read the release notes; \`command: plan\` with \`ref: v${to}\` tells the migrations and what else it needs`
    }
  }
}

/**
 * A plan in a few sentences. Warnings that hold without the upgrade are only named. The same plan always gives the same
 * sentences in the same order, for they stay in the issue over nights.
 */
function inShort({ plan, already, isAppAsked }: PlannedUpgrade): string[] {
  const { basis, steps } = plan
  const migrations = [...plan.migrations].sort((one, other) => compare(one.version, other.version))
  const byHand = steps.length === 0 ? '' : `; ${counted(steps.length, 'step')} by hand`
  const isOld = ({ name, reason }: PlanFinding): boolean =>
    already.some(found => found.name === name && found.reason === reason)
  const warnings = plan.findings.filter(({ level }) => level === 'warn')
  const old = [...new Set(warnings.filter(isOld).map(({ name }) => name))].sort(compare)
  const told = [
    ...plan.findings
      .filter(({ level }) => level === 'block')
      .map(line('Stops it'))
      .sort(compare),
    ...warnings
      .filter(finding => !isOld(finding))
      .map(line('Warning'))
      .sort(compare)
  ]
  const left = told.length - MOST
  return [
    `The upgrade: ${upgradeHeadline({ basis, migrations })}${byHand}`,
    ...told.slice(0, MOST),
    ...(left > 0 ? [`${left} more in the plan`] : []),
    ...(told.length === 0 ? ['Nothing stands against it'] : []),
    ...(isAppAsked ? [] : ['Heroku did not tell enough of the app: this is what the trees alone can tell']),
    ...(old.length === 0 ? [] : [`Warnings that have nothing to do with it: ${old.join(', ')}`])
  ]
}

function line(word: string): (finding: PlanFinding) => string {
  return ({ name, reason }) => `${word}: ${brief(reason, LONGEST)} (${name})`
}

function compare(one: string, other: string): number {
  if (one === other) return 0
  return one < other ? -1 : 1
}
