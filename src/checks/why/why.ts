import { LIMITS } from '../../knowledge/index.ts'
import { dayText, roughDuration } from '../../runtime/index.ts'
import { changeText, clockText, type Naming } from './changes.ts'
import { caseOf, CAUSE_RULES, type Case } from './rules.ts'
import { type Sighting } from './seen.ts'
import { signText, symptomsOf, type Symptom } from './symptoms.ts'

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
 * worst symptom whose cause is seen; else of the worst with a likely one; else of the worst, and says that nothing fits and
 * what was changed last. That nobody reaches the app is told in any case, and with its likely cause if it has one.
 * @param naming whether an author's address may stand where this is told
 */
export function whyOf(seen: Sighting, naming: Naming): Why | undefined {
  const all = symptomsOf(seen, naming)
    .map(symptom => ({ symptom, ...whyOfSymptom(caseOf(seen, symptom, naming)) }))
    .filter(({ symptom, why }) => why.rule !== undefined || !symptom.isSetting)
  const down = all.find(({ symptom }) => symptom.ill === 'web')
  const told = all.find(({ isSeen }) => isSeen) ?? all.find(({ why }) => why.rule !== undefined) ?? all[0]
  if (!told || !down || told.symptom.ill === 'heroku') return told?.why
  if (down.why.rule !== undefined || told === down) return down.why
  const lead = `${sinceText(down.symptom, seen.now)}, and nothing that is known fits as the cause of that`
  return { ...told.why, headline: `${lead}. ${told.why.headline}` }
}

/** What is told of one symptom, and whether its cause is seen as it is. */
function whyOfSymptom(of: Case): { readonly why: Why; readonly isSeen: boolean } {
  const { seen, symptom } = of
  for (const { name, ills, fits } of CAUSE_RULES) {
    const fit = ills.includes(symptom.ill) ? fits(of) : undefined
    if (!fit) continue
    const cause = fit.cause && `${fit.isSeen ? 'Cause' : 'Most likely cause'}: ${fit.cause}`
    const headline = sentence(seen, symptom, fit.evidence, cause)
    return { why: { headline, next: fit.next, rule: name }, isSeen: fit.isSeen ?? false }
  }
  const own = symptom.remedy === undefined ? [] : [`${symptom.remedy.replace(/\.$/, '')}.`]
  const next = [...own, `What the log still tells: \`heroku logs --num ${LIMITS.logLines} --app ${seen.app}\`.`]
  const headline = sentence(seen, symptom, nothing(of), 'Nothing that is known fits as its cause')
  return { why: { headline, next, rule: undefined }, isSeen: false }
}

/** `my-app is down since 03:12:40 UTC: evidence; evidence. Most likely cause: that deploy`. */
function sentence({ now }: Sighting, symptom: Symptom, evidence: readonly string[], cause: string | undefined): string {
  const { detail, began } = symptom
  const isTold = began === undefined || evidence.some(one => one.startsWith(began.text))
  const said = [...(isTold ? [] : [signText(began)]), ...(detail === undefined ? [] : [detail]), ...evidence]
  return `${[sinceText(symptom, now), [...new Set(said)].join('; ')].filter(Boolean).join(': ')}${cause ? `. ${cause}` : ''}`
}

/** What is wrong, and since when, if that is known. */
function sinceText({ text, began }: Symptom, now: number): string {
  if (!began) return text
  const { at, isFirst } = began
  const day = dayText(at) === dayText(now) ? '' : `${dayText(at)} `
  return `${text} ${isFirst ? 'since' : 'at least since'} ${day}${clockText(at)} UTC`
}

/** What was looked at in vain. */
function nothing({ seen, symptom: { began }, changes, naming }: Case): string[] {
  const [last] = changes.filter(({ at }) => began === undefined || at <= began.at)
  if (seen.releases === undefined) return ['what was changed last is not known']
  if (!last) return ['no change before it is known']
  const before = roughDuration(((began?.at ?? seen.now) - last.at) / 1_000)
  return [`the last change, ${changeText(last, naming)}, was ${before} ${began ? 'before' : 'ago'}`]
}
