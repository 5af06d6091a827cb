import { duration } from '../runtime/index.ts'
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
  const cell = (text: string): string => escaped(redact(text))
  const rows = story.steps.map(
    ({ name, at, took, failed, notes }) =>
      `| ${failed ? 'failed' : 'done'} | ${cell(name)} | ${duration(at)} | ${duration(took)} | ${notes.map(cell).join('<br>')} |`
  )
  const list = Object.entries(links).map(([name, url]) => `[${cell(name)}](${url})`)
  return [
    `## ${cell(title)}`,
    '',
    `**${cell(outcome)}** (${duration(story.elapsed)})`,
    '',
    '| State | Step | Started after | Took | Notes |',
    '| --- | --- | ---: | ---: | --- |',
    ...rows,
    '',
    ...(list.length > 0 ? [list.join(' · '), ''] : [])
  ].join('\n')
}

/** Text of others, such as a dyno's last lines, can make no markup and no mention. */
export function escaped(text: string): string {
  return text
    .slice(0, 1_500)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_{}[\]()#!|@~]/g, character => `&#${character.charCodeAt(0)};`)
    .replace(/\r?\n/g, '<br>')
    .replace(/\p{Cc}/gu, ' ')
}
