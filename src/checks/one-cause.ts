import { counted } from '../runtime/index.ts'
import { siteDown } from './causes.ts'
import { type Finding, type Result } from './check.ts'
import { worst } from './findings.ts'

/**
 * Makes one finding of all that have the same cause, if it is behind more than one check: it names the cause and the
 * checks. It stands in the place of the first that is wrong by it, whose key it keeps from night to night; if none is
 * wrong, and all could only not look, under a name of its own. Causes come first. Pure.
 */
export function oneCauseEach(found: readonly Result[]): Result[] {
  const results = withDown(found)
  const shared = [...membersOf(results)].filter(([, members]) => new Set(members.map(({ result }) => result)).size > 1)
  const folded = new Set(shared.flatMap(([, members]) => members.map(({ finding }) => finding)))
  const rest = results.map(result => without(result, folded))
  const causes = shared.map(([, members]) => oneFinding(members))
  // A check whose place a cause takes may have found something else, too.
  const placed = new Map<string, { check: Result['check']; findings: Finding[] }>()
  for (const { check, finding } of causes) {
    const there = placed.get(check.name)
    if (there) there.findings.push(finding)
    else placed.set(check.name, { check, findings: [finding] })
  }
  const first = [...placed.values()].map(({ check, findings }) => {
    const own = rest.find(result => result.check.name === check.name)
    const all = [...findings, ...(own?.findings ?? [])]
    return { took: 0, ...own, check, findings: all, level: worst(all) }
  })
  return [...first, ...rest.filter(({ check }) => !placed.has(check.name))]
}

/** Checks that ask the site, which the app's own dynos answer. */
const OF_SITE = ['health', 'instance', 'assets', 'federation', 'gif-upload', 'https']

/** With the cause of what answers 503, if the app as a whole does: in maintenance mode, or without a dyno that answers. */
function withDown(results: readonly Result[]): readonly Result[] {
  const is503 = ({ level, text }: Finding): boolean => level !== 'ok' && /\b503\b/.test(text)
  const health = results.find(({ check }) => check.name === 'health')
  const down = health?.findings.find(
    finding => finding.level === 'fail' && (finding.about === undefined || (finding.about === 'app' && is503(finding)))
  )
  if (!health || !down) return results
  const cause = siteDown(health.check.title, down.text, down.remedy)
  // `dynos` of `health` is what Heroku says of the same web dynos.
  const isOfIt = (one: Finding): boolean =>
    one === down || is503(one) || (one.about === 'dynos' && one.level === 'fail')
  return results.map(result =>
    OF_SITE.includes(result.check.name)
      ? { ...result, findings: result.findings.map(one => (isOfIt(one) ? { ...one, cause } : one)) }
      : result
  )
}

interface Member {
  readonly result: Result
  readonly finding: Finding
}

function membersOf(results: readonly Result[]): Map<string, Member[]> {
  const members = new Map<string, Member[]>()
  for (const result of results)
    for (const finding of result.findings) {
      if (finding.cause === undefined || finding.level === 'ok') continue
      const { id } = finding.cause
      members.set(id, [...(members.get(id) ?? []), { result, finding }])
    }
  return members
}

function without(result: Result, folded: ReadonlySet<Finding>): Result {
  const under = result.findings.filter(finding => folded.has(finding)).map(({ about }) => about)
  if (under.length === 0) return result
  const findings = result.findings.filter(finding => !folded.has(finding))
  return { ...result, findings, level: worst(findings), under }
}

function oneFinding(members: readonly Member[]): { check: Result['check']; finding: Finding } {
  const level = worst(members.map(({ finding }) => finding))!
  const { result, finding: anchor } = members.find(({ finding }) => finding.level === level)!
  const { name, title, text } = anchor.cause!
  const remedy = members.map(({ finding }) => finding.cause?.remedy).find(Boolean)
  const isWrong = level === 'fail' || level === 'warn'
  const affects = [...new Set(members.map(({ result: { check } }) => check.name))]
  const finding: Finding = {
    level,
    about: isWrong ? anchor.about : undefined,
    text,
    more: affected(members, affects, isWrong ? result.check.name : undefined),
    figure: counted(affects.length, 'check'),
    remedy: remedy ?? anchor.remedy,
    link: anchor.link,
    affects
  }
  return { check: isWrong ? result.check : { name, title }, finding }
}

/** What it did to the other checks: a sentence for those that are wrong by it, too, and one for those that could not look. */
function affected(members: readonly Member[], names: readonly string[], told: string | undefined): string[] {
  const wrong = new Set(
    members.filter(({ finding }) => finding.level !== 'unknown').map(({ result: { check } }) => check.name)
  )
  const said = (of: readonly string[], how: (count: string) => string): string[] =>
    of.length === 0 ? [] : [`${how(counted(of.length, 'check'))}: ${of.map(name => `\`${name}\``).join(', ')}`]
  const others = names.filter(name => name !== told)
  return [
    ...said(
      others.filter(name => wrong.has(name)),
      count => `${count} more found the same`
    ),
    ...said(
      others.filter(name => !wrong.has(name)),
      count => `Because of it ${count} could not look`
    )
  ]
}
