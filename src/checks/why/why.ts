import { LIMITS } from '../../knowledge/index.ts'
import { dayText, roughDuration } from '../../runtime/index.ts'
import { changeText, clockText, type Naming } from './changes.ts'
import { caseOf, CAUSE_RULES, type Case } from './rules.ts'
import { type Sighting } from './seen.ts'
import { symptomsOf, type Symptom } from './symptoms.ts'

/** Why an instance is down or wrong: the first line of all that is told. */
export interface Why {
  /** What is seen, since when, what speaks for which cause. Without a full stop. Hostile text of others may be in it. */
  readonly headline: string
  /** What to do, a sentence each. */
  readonly next: readonly string[]
  /** Name of the rule that fits; undefined if nothing does. */
  readonly rule: string | undefined
}

/**
 * Why an instance is down or wrong, by what is seen and what was changed; undefined if nothing is. Pure. It tells of the
 * worst symptom, with the first rule that fits it, or says that nothing fits and what was changed last.
 * @param naming whether an author's address may stand where this is told
 */
export function whyOf(seen: Sighting, naming: Naming): Why | undefined {
  for (const symptom of symptomsOf(seen, naming)) {
    const why = whyOfSymptom(caseOf(seen, symptom, naming))
    if (why.rule !== undefined || !symptom.isSetting) return why
  }
  return undefined
}

function whyOfSymptom(of: Case): Why {
  const { seen, symptom } = of
  for (const { name, ills, fits } of CAUSE_RULES) {
    const fit = ills.includes(symptom.ill) ? fits(of) : undefined
    if (!fit) continue
    const cause = `${fit.isSeen ? 'Cause' : 'Most likely cause'}: ${fit.cause}`
    return { headline: sentence(seen, symptom, fit.evidence, cause), next: fit.next, rule: name }
  }
  const own = symptom.remedy === undefined ? [] : [`${symptom.remedy.replace(/\.$/, '')}.`]
  const next = [...own, `What the log still tells: \`heroku logs --num ${LIMITS.logLines} --app ${seen.app}\`.`]
  return {
    headline: sentence(seen, symptom, nothing(of), 'Nothing that is known fits as its cause'),
    next,
    rule: undefined
  }
}

/** `my-app is down since 03:12:40 UTC: evidence; evidence. Most likely cause: that deploy`. */
function sentence(
  { now }: Sighting,
  { text, detail, began }: Symptom,
  evidence: readonly string[],
  cause: string
): string {
  const what = began ? `${text} ${sinceText(began, now)}` : text
  const isTold = began === undefined || evidence.some(one => one.startsWith(began.text))
  const said = [...(isTold ? [] : [`${began.text} then`]), ...(detail === undefined ? [] : [detail]), ...evidence]
  return `${[what, [...new Set(said)].join('; ')].filter(Boolean).join(': ')}. ${cause}`
}

function sinceText({ at, isFirst }: NonNullable<Symptom['began']>, now: number): string {
  const day = dayText(at) === dayText(now) ? '' : `${dayText(at)} `
  return `${isFirst ? 'since' : 'at least since'} ${day}${clockText(at)} UTC`
}

/** What was looked at in vain. */
function nothing({ seen, symptom: { began }, changes, naming }: Case): string[] {
  const [last] = changes.filter(({ at }) => began === undefined || at <= began.at)
  if (seen.releases === undefined) return ['what was changed last is not known']
  if (!last) return ['no change before it is known']
  const before = roughDuration(((began?.at ?? seen.now) - last.at) / 1_000)
  return [`the last change, ${changeText(last, naming)}, was ${before} ${began ? 'before' : 'ago'}`]
}
