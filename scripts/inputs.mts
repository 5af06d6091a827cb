/**
 * Writes what the tables of `src/inputs/` say of inputs and outputs into action.yml, action-types.yml and README.md:
 * `npm run inputs`; with `--check` it only compares.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'
import { INPUT_GROUPS, OUTPUT_GROUPS } from '../src/inputs/index.ts'

const project = path.join(import.meta.dirname, '..')

type Groups<Row> = Readonly<Record<string, Readonly<Record<string, Row>>>>

const each = <Row,>(groups: Groups<Row>, write: (name: string, row: Row) => string): string =>
  Object.values(groups)
    .flatMap(group => Object.entries(group).map(([name, row]) => write(name, row)))
    .join('')

const titled = <Row,>(
  groups: Groups<Row>,
  title: (text: string) => string,
  write: (name: string, row: Row) => string
) =>
  Object.entries(groups)
    .map(([group, rows]) => title(group) + each({ [group]: rows }, write))
    .join('')

const scalar = (text: string): string => stringify(text, { singleQuote: true, lineWidth: 0 }).trimEnd()

/** A block of action.yml. */
const described = <Row extends { about: string; default?: string }>(groups: Groups<Row>): string =>
  titled(
    groups,
    title => `  # ${title}\n`,
    (name, { about, default: otherwise }) =>
      `  ${name}:\n    description: ${scalar(about)}\n${otherwise === undefined ? '' : `    default: ${scalar(otherwise)}\n`}`
  )

const typed = (name: string, type: string, words: readonly string[] = []): string => {
  const values = words.map(word => `      - ${word}\n`).join('')
  return `  ${name}:\n    type: ${type}\n${values && `    allowed-values:\n${values}`}`
}

const table = <Row extends { about: string; default?: string }>(groups: Groups<Row>): string =>
  titled(
    groups,
    title => `| **${title}** | |\n`,
    (name, { about, default: otherwise }) =>
      `| \`${name}\` | ${about}${otherwise === undefined || otherwise === 'false' ? '' : ` Default: \`${otherwise}\``} |\n`
  )

/** Each file, and how its text is made to say what the tables say. */
export const FILES: Readonly<Record<string, (text: string) => string>> = {
  'action.yml': text =>
    text.replace(
      /^inputs:\n[^]*(?=^runs:$)/m,
      () => `inputs:\n${described(INPUT_GROUPS)}\noutputs:\n${described(OUTPUT_GROUPS)}\n`
    ),
  'action-types.yml': text =>
    text.replace(
      /^inputs:\n[^]*/m,
      () =>
        `inputs:\n${each(INPUT_GROUPS, (name, { kind }) => typed(name, kind.type, kind.words))}\n` +
        `outputs:\n${each(OUTPUT_GROUPS, (name, { type, words }) => typed(name, type, words))}`
    ),
  'README.md': text =>
    text.replace(
      /(<!-- inputs and outputs[^\n]*-->\n)[^]*(<!-- end -->)/,
      (_, start: string, end: string) =>
        `${start}### Inputs\n\n| input | what |\n| --- | --- |\n${table(INPUT_GROUPS)}\n### Outputs\n\n| output | what |\n| --- | --- |\n${table(OUTPUT_GROUPS)}${end}`
    )
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, write] of Object.entries(FILES)) {
    const file = path.join(project, name)
    const text = readFileSync(file, 'utf8')
    if (write(text) === text) continue
    if (process.argv.includes('--check')) {
      console.error(`${name} is not what src/inputs says: run "npm run inputs"`)
      process.exitCode = 1
    } else writeFileSync(file, write(text))
  }
}
