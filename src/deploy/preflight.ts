import {
  ConfigView,
  lostTypes,
  upgradeHeadline,
  type PlanFinding,
  type LiveAddon,
  type LiveFacts,
  type UpgradePlan
} from '../mastodon/index.ts'
import { UserError } from '../runtime/index.ts'
import { STREAMING_PROCESS_TYPES } from '../slug/index.ts'
import { provisionedFormation, type Wishes } from './lacking.ts'
import { streamingLacks } from './streaming.ts'
import { type PlanTarget } from './target.ts'

/**
 * What an upgrade plan may know of the app: names of config vars, the few values that checks ask for, and what runs.
 * @param streaming the streaming app, if there is one; without its formation no dynos of it are held against its slug
 * @param addons absent if they could not be read
 * @param wishes of a job that provisions the app: the dynos are those that it will run then
 */
export function liveFacts(
  target: PlanTarget,
  streaming:
    (Pick<PlanTarget, 'app' | 'config'> & Partial<Pick<PlanTarget, 'formation' | 'current' | 'info'>>) | undefined,
  addons: readonly LiveAddon[] | undefined,
  wishes?: Wishes
): LiveFacts {
  const { app, info, stack, config, formation, current, currentSlug } = target
  return {
    app: app.name,
    stack,
    config: new ConfigView(config),
    addons,
    formation: wishes ? provisionedFormation(formation, wishes.appJson) : formation,
    runs: Boolean(current?.slug),
    maintenance: info.maintenance,
    commit: currentSlug?.commit || undefined,
    streaming: streaming && {
      app: streaming.app.name,
      config: new ConfigView(streaming.config),
      lost: lostTypes(streaming.formation ?? [], Object.keys(STREAMING_PROCESS_TYPES)),
      formation: streaming.formation,
      runs: Boolean(streaming.current?.slug),
      maintenance: streaming.info?.maintenance,
      ...streamingLacks(target, streaming)
    }
  }
}

/** Where a plan is told: the story of a deploy, or the log. */
export interface Teller {
  note(text: string): void
  warn(text: string): void
}

/** Tells a plan in words; what blocks is for `refuse` to say. */
export function tellPlan(plan: UpgradePlan, teller: Teller): void {
  const { from, to, findings, steps } = plan
  const versions = from !== undefined && to !== undefined && from !== to ? ` from ${from} to ${to}` : ''
  teller.note(`This upgrade${versions}: ${upgradeHeadline(plan)}`)
  for (const { when, version, text, command } of steps) {
    teller.note(`By hand ${when} it, since ${version}: ${text}${command === undefined ? '' : `: \`${command}\``}`)
  }
  for (const finding of findings) {
    if (finding.level === 'warn') teller.warn(sentence(finding))
    if (finding.level === 'note') teller.note(sentence(finding))
  }
}

/** What blocks, as one error; undefined if nothing does. */
export function blockersOf(findings: readonly PlanFinding[]): UserError | undefined {
  const blocking = findings.filter(({ level }) => level === 'block')
  if (blocking.length === 0) return undefined
  return new UserError(
    blocking.map(({ reason, name }) => `${reason} (${name})`).join('; '),
    [...new Set(blocking.map(({ remedy }) => remedy))].join(' ')
  )
}

/** Throws what blocks, if anything does. */
export function refuse(findings: readonly PlanFinding[]): void {
  const blockers = blockersOf(findings)
  if (blockers) throw blockers
}

function sentence({ reason, remedy, name }: PlanFinding): string {
  return `${reason}. ${remedy} (${name})`
}
