import { CancelledError, errorText, explainSystem, Unverified, UserError } from '../runtime/index.ts'
import { type Serving, type StepRecord, type Story } from './story.ts'

/**
 * How a command ended.
 * - `done`, `nothing-to-do`: as asked, seen to be so
 * - `refused`: a rule stopped it before anything changed
 * - `failed`: it ended in the middle
 * - `unverified`: the new code is live, and could be proved neither healthy nor at fault; nothing was taken back
 * - `rolled-back`: the new code was at fault, and the old one serves again
 * - `found`: a check, a plan or a size report has something to act on
 * - `cancelled`: stopped by a person
 */
export type Outcome =
  'done' | 'nothing-to-do' | 'refused' | 'failed' | 'unverified' | 'rolled-back' | 'found' | 'cancelled'

/** Something to act on or to know. `fail` is red, `unknown` is what could not be looked at. */
interface VerdictFinding {
  readonly level: 'fail' | 'warn' | 'unknown' | 'note'
  /** The check, the rule or the part that says it: `queues`, `redis-tls-verify`. */
  readonly about: string
  readonly text: string
  /** What to do; commands stand in backticks. */
  readonly remedy?: string
  /** Names of the checks that it is behind, if it is the cause of several. */
  readonly affects?: readonly string[]
}

/** What a command found out. Every surface shows this value; texts of others in it are not escaped yet. */
export interface Verdict {
  readonly outcome: Outcome
  /** What happened, in one sentence, without a full stop. */
  readonly headline: string
  /** What was done and seen, step by step. */
  readonly evidence: readonly StepRecord[]
  /** What to do now, a sentence each; commands stand in backticks. */
  readonly next: readonly string[]
  /** `not known` if it was not seen; absent if the command is not about an app that serves. */
  readonly serving?: Serving | 'not known'
  readonly findings: readonly VerdictFinding[]
  /** By name, as the outputs call them: bytes, counts, versions. */
  readonly figures: Readonly<Record<string, string | number | boolean>>
}

/** What a command says of its end; the rest is known from its story and its outputs. */
export interface Ending {
  /** Absent: `done`. */
  readonly outcome?: Outcome
  readonly headline: string
  readonly next?: readonly string[]
  readonly serving?: Verdict['serving']
  readonly findings?: readonly VerdictFinding[]
  /** What ended it. */
  readonly error?: unknown
}

/** Whether the job is green: exit code 0. */
export function isGreen({ outcome = 'done', findings = [] }: Pick<Ending, 'outcome' | 'findings'>): boolean {
  if (outcome === 'found') return findings.every(({ level }) => level !== 'fail')
  return outcome === 'done' || outcome === 'nothing-to-do'
}

/**
 * How a command ended that threw.
 * @param begun what it had changed by then
 */
export function endingOf(thrown: unknown, begun: readonly string[]): Ending & { readonly outcome: Outcome } {
  const error = explainSystem(thrown)
  const headline = firstLine(error)
  const next = error instanceof UserError ? [error.nextStep] : [OUR_FAULT]
  if (error instanceof CancelledError) {
    const changed = begun.length === 0 ? 'nothing was changed' : `begun was: ${begun.join(', ')}`
    return { outcome: 'cancelled', headline: `${headline}; ${changed}`, next }
  }
  if (error instanceof Unverified) return { outcome: 'unverified', headline, next }
  const isRefusal = error instanceof UserError && !error.isFailure && begun.length === 0
  return { outcome: isRefusal ? 'refused' : 'failed', headline, next }
}

/** What is said of an error that is no `UserError`. */
export const OUR_FAULT = 'This is a fault of mastodon-on-heroku itself. Please report it with the lines above.'

/** Without the output of others that may follow: `… failed. Its last lines:`. */
function firstLine(error: unknown): string {
  const [first = ''] = errorText(error).split('\n')
  return first.replace(/\. [\w’' ]+:$/, '')
}

/** The verdict of a command: how it ended, and what its story and its outputs hold. */
export function verdictOf(ending: Ending, story: Story, figures: Verdict['figures']): Verdict {
  const { outcome = 'done', headline, next = [], findings = [], serving = story.serving } = ending
  return { outcome, headline, evidence: story.steps, next, serving, findings, figures }
}
