/** Writes the tables of inputs and outputs in the README from action.yml; with `--check` it only compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'

interface Described {
  readonly description: string
  readonly default?: string
}

const BUILD_INPUTS = [
  'command',
  'config',
  'path',
  'ref',
  'app',
  'streaming-app',
  'ffmpeg',
  'slug-limit',
  'build-in',
  'build-image',
  'run-image'
]
const MORE_INPUTS = ['build-network', 'build-timeout', 'cache', 'output-dir', 'fail-on', 'buildpack-registry-url']
const BUILD_OUTPUTS = [
  'slug-path',
  'slug-sha256',
  'slug-size',
  'slug-size-with-ffmpeg',
  'slug-size-without-ffmpeg',
  'slug-limit',
  'within-limit',
  'ffmpeg',
  'report-path'
]

const project = path.join(import.meta.dirname, '..')
const readme = path.join(project, 'README.md')

/** The README with its tables as action.yml says. */
export function withTables(text: string): string {
  const action = parse(readFileSync(path.join(project, 'action.yml'), 'utf8')) as Record<
    'inputs' | 'outputs',
    Record<string, Described>
  >
  const rows = (of: Record<string, Described>, names: string[]): string =>
    names.map(name => `| \`${name}\` | ${of[name]!.description} |`).join('\n')
  const tables = `### Inputs of \`build\`

| input | what |
| --- | --- |
${rows(action.inputs, [...BUILD_INPUTS, ...MORE_INPUTS])}

### Outputs of \`build\`

| output | what |
| --- | --- |
${rows(action.outputs, BUILD_OUTPUTS)}
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
