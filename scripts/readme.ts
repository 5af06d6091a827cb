/** Writes the tables of inputs and outputs in the README from action.yml; with `--check` it only compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'

interface Described {
  readonly description: string
  readonly default?: string
}

const project = path.join(import.meta.dirname, '..')
const readme = path.join(project, 'README.md')

/** Each input and output, below what it is for: a comment in action.yml that stands before it. */
function groups(text: string, section: 'inputs' | 'outputs'): [title: string, names: string[]][] {
  const [, block = ''] = new RegExp(`^${section}:\\n((?: .*\\n)*)`, 'm').exec(text) ?? []
  const [before, ...parts] = block.split(/^ {2}# /m)
  if (before !== '') throw new Error(`action.yml: what is the first of its ${section} for?`)
  return parts.map(group => {
    const [title = '', ...lines] = group.split('\n')
    return [title, lines.flatMap(line => /^ {2}([a-z0-9-]+):$/.exec(line)?.[1] ?? [])]
  })
}

/** The README with its tables as action.yml says. */
export function withTables(text: string): string {
  const file = readFileSync(path.join(project, 'action.yml'), 'utf8')
  const action = parse(file) as Record<'inputs' | 'outputs', Record<string, Described>>
  const table = (section: 'inputs' | 'outputs'): string =>
    groups(file, section)
      .map(([title, names]) =>
        [`| **${title}** | |`, ...names.map(name => `| \`${name}\` | ${action[section][name]!.description} |`)].join(
          '\n'
        )
      )
      .join('\n')
  const tables = `### Inputs

| input | what |
| --- | --- |
${table('inputs')}

### Outputs

| output | what |
| --- | --- |
${table('outputs')}
`
  return text.replace(
    /(<!-- inputs and outputs[^\n]*-->\n)[^]*(<!-- end -->)/,
    (_, start: string, end: string) => start + tables + end
  )
}

if (process.argv[1] === import.meta.filename) {
  const text = readFileSync(readme, 'utf8')
  if (process.argv.includes('--check')) process.exitCode = withTables(text) === text ? 0 : 1
  else writeFileSync(readme, withTables(text))
}
