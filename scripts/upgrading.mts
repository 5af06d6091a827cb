/** Writes the table of findings in docs/upgrading.md from the rules in the code, in the words in which a plan says them. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { FINDINGS } from '../src/mastodon/index.ts'

const page = path.join(import.meta.dirname, '..', 'docs', 'upgrading.md')
const LEVELS = { block: '**stops it**', warn: 'warning', note: 'note' } as const

/** The page with its table as the code has it. */
export function withFindings(text: string): string {
  const rows = FINDINGS.map(({ name, level, examples }) => {
    const [what, next] = [examples().map(({ reason }) => reason), examples().map(({ remedy }) => remedy)].map(texts =>
      [...new Set(texts)].join('<br>')
    )
    return `| \`${name}\` | ${LEVELS[level]} | ${what} | ${next} |`
  })
  const table = ['| finding | level | what is so | what to do |', '| --- | --- | --- | --- |', ...rows].join('\n')
  return text.replace(
    /(<!-- findings[^\n]*-->\n)[^]*(<!-- end -->)/,
    (_, start: string, end: string) => `${start}\n${table}\n\n${end}`
  )
}

if (process.argv[1] === import.meta.filename) writeFileSync(page, withFindings(readFileSync(page, 'utf8')))
