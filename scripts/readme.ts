/** Writes the tables of inputs and outputs in the README from action.yml; with `--check` it only compares. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'

interface Described {
  readonly description: string
  readonly default?: string
}

/** Inputs and outputs of what is built so far, as they are told: by what they are for. */
const INPUTS: Record<string, readonly string[]> = {
  'What to do': ['command', 'config', 'path', 'ref', 'app', 'streaming-app', 'staging-app', 'environment'],
  Keys: ['heroku-api-key', 'github-token', 'mastodon-token'],
  Build: [
    'builder',
    'ffmpeg',
    'slug-limit',
    'build-in',
    'build-image',
    'run-image',
    'build-network',
    'build-timeout',
    'cache',
    'output-dir',
    'fail-on',
    'max-growth'
  ],
  Report: ['report', 'baseline', 'artifact-name', 'comment-threshold'],
  Deploy: ['provision', 'streaming-setup', 'plan', 'phase', 'run', 'dyno-size', 'timeout', 'prune'],
  'For tests and proxies': ['heroku-api-url', 'heroku-data-url', 'heroku-scheduler-url', 'buildpack-registry-url']
}
const OUTPUTS: Record<string, readonly string[]> = {
  Build: [
    'slug-path',
    'slug-sha256',
    'slug-size',
    'slug-size-with-ffmpeg',
    'slug-size-without-ffmpeg',
    'slug-size-streaming',
    'slug-limit',
    'within-limit',
    'ffmpeg',
    'report-path',
    'report-page-path'
  ],
  Report: ['comment-body', 'comment-url'],
  Deploy: ['release-version', 'previous-release-version', 'release-url', 'migrations-run', 'healthy', 'rolled-back'],
  Checks: ['checks-failed', 'issue-url']
}

const project = path.join(import.meta.dirname, '..')
const readme = path.join(project, 'README.md')

/** The README with its tables as action.yml says. */
export function withTables(text: string): string {
  const action = parse(readFileSync(path.join(project, 'action.yml'), 'utf8')) as Record<
    'inputs' | 'outputs',
    Record<string, Described>
  >
  const table = (of: Record<string, Described>, groups: typeof INPUTS): string =>
    Object.entries(groups)
      .map(([title, names]) =>
        [`| **${title}** | |`, ...names.map(name => `| \`${name}\` | ${of[name]!.description} |`)].join('\n')
      )
      .join('\n')
  const tables = `### Inputs

| input | what |
| --- | --- |
${table(action.inputs, INPUTS)}

### Outputs

| output | what |
| --- | --- |
${table(action.outputs, OUTPUTS)}
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
