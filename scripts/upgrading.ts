/** Writes the table of findings in docs/upgrading.md from the list in the code. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { FINDINGS } from '../src/mastodon/index.ts'

const page = path.join(import.meta.dirname, '..', 'docs', 'upgrading.md')
const LEVELS = { block: '**stops it**', warn: 'warning', note: 'note' } as const

/** The page with its table as the code has it. */
export function withFindings(text: string): string {
  const rows = Object.entries(FINDINGS).map(
    ([name, { level, why, remedy }]) => `| \`${name}\` | ${LEVELS[level]} | ${why} | ${remedy} |`
  )
  const table = ['| finding | level | what is so | what to do |', '| --- | --- | --- | --- |', ...rows].join('\n')
  return text.replace(
    /(<!-- findings[^\n]*-->\n)[^]*(<!-- end -->)/,
    (_, start: string, end: string) => `${start}\n${table}\n\n${end}`
  )
}

if (process.argv[1] === import.meta.filename) writeFileSync(page, withFindings(readFileSync(page, 'utf8')))
