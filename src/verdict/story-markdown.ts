import { duration } from '../runtime/index.ts'
import { cell, prose, table } from './markdown.ts'
import { type Story } from './story.ts'

export interface SummaryFacts {
  /** `Deploy of my-mastodon`. */
  readonly title: string
  readonly outcome: string
  readonly links: Readonly<Record<string, string>>
  /** Takes out what nobody may see: the lines of dynos may hold anything. */
  readonly redact: (text: string) => string
}

/** The story as Markdown for the job's summary: outcome first, then each step with its time and what came of it. */
export function storyMarkdown(story: Story, { title, outcome, links, redact }: SummaryFacts): string {
  const rows = story.steps.map(({ name, at, took, failed, notes }) => [
    failed ? 'failed' : 'done',
    prose(redact(name)),
    duration(at),
    duration(took),
    notes.map(note => cell(redact(note))).join('<br>')
  ])
  const list = Object.entries(links).map(([name, url]) => `[${prose(redact(name))}](${url})`)
  return [
    `## ${prose(redact(title))}`,
    `**${prose(redact(outcome))}** (${duration(story.elapsed)})`,
    table(['State', 'Step', 'Started after', 'Took', 'Notes'], rows, 'llrrl'),
    ...(list.length > 0 ? [list.join(' · ')] : [])
  ]
    .join('\n\n')
    .concat('\n')
}
