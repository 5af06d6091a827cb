import { type Finding, type Level, type Night, type Problem, type Result, type Why } from '../../checks/index.ts'
import { counted } from '../../runtime/index.ts'
import { code, details, escape, linked, oneLine, prose, table } from '../../verdict/index.ts'
import { plansMarkdown } from './check-plan.ts'
import { whyMarkdown } from './check-why.ts'

export interface CheckFacts {
  readonly app: string
  readonly issueUrl?: string
  /** Why the instance is down or wrong, if it is. */
  readonly why?: Why
  readonly runUrl?: string
}

/** `fail  worker: No worker dyno …`: a line of the log for each finding, and below it what belongs to it. */
export function resultLine({ check, findings, under }: Result): string[] {
  if (findings.length === 0 && !under) return [`-        ${check.name}: nothing to look at`]
  return findings.flatMap(({ level, text, more = [] }) => [
    `${level.padEnd(8)} ${check.name}: ${oneLine(text)}`,
    ...more.map(line => `${' '.repeat(11)}${oneLine(line)}`)
  ])
}

const ORDER: readonly Level[] = ['fail', 'warn', 'unknown', 'ok']

/** All findings, the worst first, and the whole of what is told in short. */
export function summaryMarkdown(results: readonly Result[], { app, issueUrl, runUrl, why }: CheckFacts): string {
  const all = results.flatMap(({ check, findings }) => findings.map(finding => ({ check, finding })))
  const rows = (levels: readonly Level[]): string[][] =>
    ORDER.filter(level => levels.includes(level)).flatMap(level =>
      all
        .filter(({ finding }) => finding.level === level)
        .map(({ check, finding }) => [level, prose(check.title), escape(finding.figure ?? ''), told(finding)])
    )
  const listed = (levels: readonly Level[]): string => table(['Level', 'Check', 'Figure', 'What'], rows(levels), 'llrl')
  const none = results.filter(({ level, under }) => level === undefined && !under).map(({ check }) => code(check.name))
  const bad = rows(['fail', 'warn', 'unknown'])
  const good = rows(['ok'])
  const links = [issueUrl && `[The issue](${issueUrl})`, runUrl && `[This run](${runUrl})`].filter(Boolean)
  return [
    why ? whyMarkdown(why) : '',
    `## Nightly checks of ${escape(app)}: ${resultsHeadline(results)}`,
    bad.length > 0 ? listed(['fail', 'warn', 'unknown']) : '',
    good.length > 0
      ? details(`${good.length} of ${good.length + bad.length} are well`, listed(['ok']), bad.length === 0)
      : '',
    plansMarkdown(results, app),
    none.length > 0 ? `Nothing to look at in this app: ${none.join(', ')}.` : '',
    links.join(' · ')
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n')
}

/** `2 fail, 1 warns`; how many checks came out how. */
export function resultsHeadline(results: readonly Result[]): string {
  const count = (wanted: Level): number => results.filter(({ level }) => level === wanted).length
  const parts = [
    [count('fail'), 'fail', 'fails'],
    [count('warn'), 'warn', 'warns'],
    [count('unknown'), 'could not look', 'could not look']
  ] as const
  const said = parts.flatMap(([number, many, one]) => (number === 0 ? [] : [`${number} ${number === 1 ? one : many}`]))
  if (said.length === 0) return 'all is well'
  return [said.join(', '), ...causesText(results)].join('; ')
}

/** `1 cause is behind 14 checks`. Each cause counts once among the others. */
function causesText(results: readonly Result[]): string[] {
  const causes = results.flatMap(({ findings }) => findings.flatMap(({ affects }) => (affects ? [affects] : [])))
  if (causes.length === 0) return []
  const checks = new Set(causes.flat()).size
  return [`${counted(causes.length, 'cause is', 'causes are')} behind ${counted(checks, 'check')}`]
}

/** `my-mastodon: 2 failures, 1 warning`. */
export function issueTitle({ problems, held }: Night, app: string): string {
  const count = (level: string): number => [...problems, ...held].filter(problem => problem.level === level).length
  const parts = [
    [count('fail'), 'failure'],
    [count('warn'), 'warning']
  ] as const
  const said = parts.flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}${number === 1 ? '' : 's'}`]))
  return `${app}: ${said.length === 0 ? 'all is well' : said.join(', ')}`
}

/** The issue as of one night: what is wrong and since when, what could not be looked at, what is gone. */
export function issueMarkdown(
  night: Night,
  results: readonly Result[],
  { app, runUrl, why }: CheckFacts,
  most: number
): string {
  const { problems, held, gone, date } = night
  const run = runUrl ? ` ([run](${runUrl}))` : ''
  const unknown = results.flatMap(({ check, findings }) =>
    findings.filter(({ level }) => level === 'unknown').map(finding => `- ${prose(check.title)}: ${told(finding)}`)
  )
  const first = why ? `${whyMarkdown(why)}\n\n` : ''
  const head = `${first}Nightly checks of ${code(app)}, as of ${date}${run}. This text is kept up to date; the issue closes by itself.`
  const sections = [
    ...problems.map(problemMarkdown),
    section(
      'Could not be looked at tonight, so still open',
      held.map(
        ({ title, since, level }) => `- ${prose(title)}: ${level === 'fail' ? 'failed' : 'warned'} since ${since}`
      )
    ),
    section(
      'Gone',
      gone.map(({ title, since, until }) => `- ${prose(title)}: since ${since}, gone on ${until}`)
    ),
    unknown.length > 0 ? details(`${unknown.length} could not look`, unknown.join('\n')) : ''
  ].filter(Boolean)
  return within(most, head, sections)
}

/** What a note tells those who follow the issue: why, what is new and what is worse. */
export function newsMarkdown(news: readonly Problem[], why?: Why): string {
  return [...(why ? [whyMarkdown(why)] : []), ...news.map(problemMarkdown)].join('\n\n')
}

function problemMarkdown({ title, level, finding, since, news }: Problem): string {
  const word = level === 'fail' ? 'Fails' : 'Warns'
  const marks = { new: 'new', worse: `worse, since ${since}` }
  const mark = news === undefined ? `since ${since}` : marks[news]
  const { text, more = [], remedy, link } = finding
  const parts = [
    `### ${word}: ${prose(title)} (${mark})`,
    `${prose(text)}.`,
    more.map(line => `- ${prose(line)}`).join('\n'),
    remedy === undefined ? '' : `**To do:** ${prose(remedy)}`,
    link ? linked(link) : ''
  ]
  return parts.filter(Boolean).join('\n\n')
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `### ${title}\n\n${lines.join('\n')}`
}

/** As many sections as fit. */
function within(most: number, head: string, sections: readonly string[]): string {
  const cut = '\n\nThere is more in the summary of the run.'
  let text = head
  for (const next of sections) {
    if (text.length + next.length + cut.length + 2 > most) return text + cut
    text += `\n\n${next}`
  }
  return text
}

/** What a finding says, in a table's cell. */
function told({ level, text, more = [], remedy, link }: Finding): string {
  const parts = [
    `${prose(text)}.`,
    ...more.map(line => `– ${prose(line)}`),
    level !== 'ok' && remedy ? `**To do:** ${prose(remedy)}` : '',
    link ? linked(link) : ''
  ]
  return parts.filter(Boolean).join('<br>')
}
