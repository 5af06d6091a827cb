import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline/promises'
import {
  adviceFor,
  CONFIG,
  lacks,
  ours,
  proposeFiles,
  readFork,
  superseded,
  TASKS,
  writeFiles,
  type ForkApps,
  type Fork,
  type ProposedFile
} from '../init/index.ts'
import { appName, flag, readInputs, readText } from '../inputs/index.ts'
import { runCommand } from '../runtime/real.ts'
import { type CommandLine } from './arguments.ts'
import { tellError } from './errors.ts'
import { actionOf } from './package.ts'
import { githubRepository } from './repository.ts'
import { withoutEscapes } from './terminal/escapes.ts'
import { renderMarkdown } from './terminal/markdown.ts'
import { painter, type Paint } from './terminal/style.ts'

interface InitTerminal {
  /** Colours. */
  readonly lively: boolean
  readonly signal: AbortSignal
  /** The folder of the package: package.json and `examples/` lie in it. */
  readonly root: URL
}

/** Sets the fork up that the command line names. Returns the exit code. */
export async function runInit(line: CommandLine, { lively, signal, root }: InitTerminal): Promise<number> {
  const paint = painter(lively)
  const say = (text: string): void => void (line.json ? process.stderr : process.stdout).write(`${text}\n`)
  try {
    const files = await setUp(line, root, signal, paint, say)
    const states = Object.fromEntries(files.map(({ path, state }) => [path, state]))
    if (line.json) process.stdout.write(`${JSON.stringify(states, undefined, 2)}\n`)
    return 0
  } catch (error) {
    if (signal.aborted) return 130
    const told = tellError(error, paint)
    process.stderr.write(`${told.lines.join('\n')}\n`)
    return told.exitCode
  }
}

/** Writes what the fork lacks, or only says what it would write. Then says what is left to do. */
async function setUp(
  { source, full }: CommandLine,
  root: URL,
  signal: AbortSignal,
  paint: Paint,
  say: (text: string) => void
): Promise<ProposedFile[]> {
  const searchPath = process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin'
  const inputs = readInputs('init', source)
  const tasks = readText(source, 'with-tasks', flag) ?? false
  const dryRun = readText(source, 'dry-run', flag) ?? false
  const action = actionOf(source.text('action') || undefined, new URL('package.json', root))
  const fork = await readFork(inputs.path, runCommand, searchPath)
  say(`Mastodon ${withoutEscapes(fork.version)} in ${withoutEscapes(fork.root)}`)
  const examples = examplesIn(new URL('examples/', root))
  const given = { app: inputs.app, streamingApp: inputs.streamingApp }
  const propose = (apps: ForkApps): ProposedFile[] => proposeFiles(fork, examples, { action, tasks, ...apps })
  const apps = needsApps(propose(given)) ? await ask(given, signal) : given
  const files = propose(apps)
  if (!dryRun) writeFiles(fork, files)
  for (const file of files) say(tell(file, dryRun, paint))
  const shown = dryRun && full ? files.filter(({ state }) => state === 'new') : []
  for (const { path: file, text } of shown) say(`\n${paint('bold', file)}\n${text}`)
  for (const line of hints(files, { apps, tasks, dryRun, full, fork })) say(line)
  const repository = await githubRepository(fork.root, 'github.com', runCommand, { PATH: searchPath })
  const advice = adviceFor(fork, { ours: ours(files), repository, app: apps.app, action })
  const shownAdvice = renderMarkdown(advice, { paint, width: process.stdout.columns || 80, full: true })
  say(['', ...shownAdvice.lines].join('\n'))
  return files
}

function examplesIn(folder: URL): Map<string, string> {
  const files = readdirSync(folder).filter(file => file.endsWith('.yml'))
  return new Map(files.sort().map(file => [file, readFileSync(new URL(file, folder), 'utf8')]))
}

/** A config that is there already is not changed, so nothing has to be asked for it. */
function needsApps(files: readonly ProposedFile[]): boolean {
  return files.some(({ path, state }) => path === CONFIG && state === 'new')
}

/** Asks for what was not given, if somebody can answer. An empty answer is none. */
async function ask(given: ForkApps, signal: AbortSignal): Promise<ForkApps> {
  if (given.app !== undefined || !process.stdin.isTTY || !process.stdout.isTTY || process.env['CI']) return given
  const prompt = createInterface({ input: process.stdin, output: process.stdout })
  prompt.on('SIGINT', () => process.kill(process.pid, 'SIGINT'))
  try {
    const answerTo = async (name: string, question: string): Promise<string | undefined> => {
      const answer = await prompt.question(question, { signal })
      return readText({ text: () => answer, called: input => `--${input}` }, name, appName)
    }
    const app = await answerTo('app', 'Heroku app that runs web and worker: ')
    if (app === undefined || given.streamingApp !== undefined) return { ...given, app }
    return { app, streamingApp: await answerTo('streaming-app', 'Heroku app for streaming (empty: none yet): ') }
  } finally {
    prompt.close()
  }
}

function tell({ path, state, with: other }: ProposedFile, dryRun: boolean, paint: Paint): string {
  switch (state) {
    case 'new':
      return `  ${paint('green', dryRun ? 'would write' : 'written')}  ${path}`
    case 'same':
      return `  ${paint('dim', 'unchanged')}  ${path}`
    case 'differs':
      return `  ${paint('yellow', 'left alone')}  ${path}: it is there already, and differs`
    case 'clashes':
      return `  ${paint('yellow', 'left out')}  ${path}: ${withoutEscapes(other ?? '')} has the same \`name:\`; rename that one, and run this again`
  }
}

interface Done {
  readonly apps: ForkApps
  readonly tasks: boolean
  readonly dryRun: boolean
  readonly full: boolean
  readonly fork: Fork
}

function* hints(files: readonly ProposedFile[], { apps, tasks, dryRun, full, fork }: Done): Generator<string> {
  if (dryRun && !full) yield 'Nothing was written. With --full the files are shown.'
  if (!needsApps(files)) yield* lines(lacks(fork, { ...apps, tasks }))
  else if (apps.app === undefined)
    yield `No app is named: ${dryRun ? 'give --app' : `put \`app:\` with its name into ${CONFIG}`}.`
  yield* fork.warnings.map(text => withoutEscapes(text))
  if (needsApps(files) && (fork.stack === undefined || fork.buildpacks.length === 0)) {
    const missing = [fork.stack === undefined ? 'stack' : '', fork.buildpacks.length === 0 ? 'buildpacks' : '']
    const names = missing.filter(Boolean)
    const why = fork.hasAppJson ? `app.json names no ${names.join(' and no ')}` : 'There is no app.json'
    yield `${why}; what ${CONFIG} says of ${names.join(' and ')} is a proposal: compare it with ${names.map(name => `\`heroku ${name}\``).join(' and ')}.`
  }
  const old = superseded(fork, files)
  if (old !== undefined) yield old
  if (!tasks && !fork.workflows.has(TASKS))
    yield `${TASKS} is left out: it is for \`schedule.with: github-actions\`; --with-tasks writes it.`
}

/** What is to be put into a config that stays. */
function lines(missing: readonly string[]): string[] {
  if (missing.length === 0) return []
  return [
    `${CONFIG} stays as it is. Put this into it, in place of what it has there:`,
    ...missing.map(line => `  ${line}`)
  ]
}
