import { duration } from '../runtime/index.ts'
import { cell, prose, table } from './markdown.ts'
import { type Verdict } from './verdict.ts'

export interface SummaryFacts {
  /** `Deploy of my-mastodon`. */
  readonly title: string
  /** Pages that have more, by name. */
  readonly links: Readonly<Record<string, string>>
  /** Takes out what nobody may see: the lines of dynos may hold anything. */
  readonly redact: (text: string) => string
}

/** A verdict as Markdown for the job's summary: what happened, what to do, then each step with its time and what came of it. */
export function verdictMarkdown(verdict: Verdict, { title, links, redact }: SummaryFacts): string {
  const { evidence, next } = verdict
  const rows = evidence.map(({ name, at, took, failed, notes }) => [
    failed ? 'failed' : 'done',
    prose(redact(name)),
    duration(at),
    duration(took),
    notes.map(note => cell(redact(note))).join('<br>')
  ])
  const whole = Math.max(0, ...evidence.map(({ at, took }) => at + took))
  const list = Object.entries(links).map(([name, url]) => `[${prose(redact(name))}](${url})`)
  return [
    `## ${prose(redact(title))}`,
    `**${WORDS[verdict.outcome]}${prose(redact(verdict.headline))}** (${duration(whole)})`,
    ...next.map(step => prose(redact(step))),
    ...(rows.length > 0 ? [table(['State', 'Step', 'Started after', 'Took', 'Notes'], rows, 'llrrl')] : []),
    ...(list.length > 0 ? [list.join(' · ')] : [])
  ]
    .join('\n\n')
    .concat('\n')
}

/** What stands before the headline of an end that is not as asked. */
const WORDS: Readonly<Record<Verdict['outcome'], string>> = {
  done: '',
  'nothing-to-do': '',
  found: '',
  refused: 'Refused: ',
  failed: 'Failed: ',
  unverified: 'Live, but not proved healthy: ',
  'rolled-back': 'Rolled back: ',
  cancelled: 'Cancelled: '
}
