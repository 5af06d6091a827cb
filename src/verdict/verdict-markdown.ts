import { duration } from '../runtime/index.ts'
import { cell, prose, table } from './markdown.ts'
import { type Verdict } from './verdict.ts'

export interface SummaryFacts {
  /** `Deploy of my-mastodon`. */
  readonly title: string
  /** Pages that have more, by name. */
  readonly links: Readonly<Record<string, string>>
}

/** A verdict as Markdown for the job's summary: what happened, what to do, then each step with its time and what came of it. */
export function verdictMarkdown(verdict: Verdict, { title, links }: SummaryFacts): string {
  const { evidence, next } = verdict
  const rows = evidence.map(({ name, at, took, failed, notes }) => [
    failed ? 'failed' : 'done',
    prose(name),
    duration(at),
    duration(took),
    notes.map(cell).join('<br>')
  ])
  const whole = Math.max(0, ...evidence.map(({ at, took }) => at + took))
  const list = Object.entries(links).map(([name, url]) => `[${prose(name)}](${url})`)
  return [
    `## ${prose(title)}`,
    `**${WORDS[verdict.outcome]}${prose(verdict.headline)}** (${duration(whole)})`,
    ...next.map(prose),
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
