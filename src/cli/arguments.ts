import { parseArgs } from 'node:util'
import { didYouMean } from '../config/index.ts'
import { shellWord, UserError } from '../runtime/index.ts'
import { KEYS } from './commands.ts'
import { COMMON, type Flag } from './flags.ts'

/** The command line is not one of this program: exit code 2. */
export class UsageError extends UserError {}

export interface CommandLine {
  /** A command that exists; undefined where only help or the version is asked for. */
  readonly command?: string
  /** Inputs by name, and the flags that are no inputs. */
  readonly values: ReadonlyMap<string, string>
  readonly help: boolean
  readonly version: boolean
  readonly json: boolean
  readonly full: boolean
}

/**
 * Reads the command line.
 * @param flags of each command that exists
 * @throws UsageError that says what is meant, where that can be guessed
 */
export function readCommandLine(argv: readonly string[], flags: ReadonlyMap<string, readonly Flag[]>): CommandLine {
  const every = new Map([...flags.values(), COMMON].flat().map(flag => [flag.name, flag]))
  const isSwitch = (name: string): boolean => every.get(name)?.value === undefined
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(
      [...every.keys()].map(name => [
        name,
        { type: isSwitch(name) ? 'boolean' : 'string', ...(name === 'help' ? { short: 'h' } : {}) } as const
      ])
    ),
    strict: false,
    allowPositionals: true,
    tokens: true
  })
  const end = tokens.find(({ kind }) => kind === 'option-terminator')?.index ?? Infinity
  const words = tokens.flatMap(token => (token.kind === 'positional' && token.index < end ? [token.value] : []))
  const behind = tokens.flatMap(token => (token.kind === 'positional' && token.index > end ? [token.value] : []))
  const asksHelp = words[0] === 'help'
  if (asksHelp) words.shift()
  const command = commandOf(words[0], [...flags.keys()])
  const known = new Set([...COMMON, ...(command === undefined ? [] : flags.get(command)!)].map(({ name }) => name))
  const values = new Map<string, string>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName } = token
    if (!known.has(name)) throw unknownFlag(rawName, command, [...known], every.has(name))
    if (values.has(name)) throw new UsageError(`${rawName} is given twice`, 'Give it once.')
    values.set(name, isSwitch(name) ? switchValue(rawName, token.value) : textValue(rawName, token))
  }
  if (words[1] !== undefined) {
    throw new UsageError(
      `${quoted(words[1])} is one word too many behind ${command}`,
      `Flags begin with --, values with blanks stand in quotes. Run \`mastodon-on-heroku ${command} --help\` for its flags.`
    )
  }
  if (behind.length > 0) values.set('run', behindDashes(behind, command, values))
  const on = (name: string): boolean => values.get(name) === 'true'
  return { command, values, help: asksHelp || on('help'), version: on('version'), json: on('json'), full: on('full') }
}

function commandOf(word: string | undefined, commands: readonly string[]): string | undefined {
  if (word === undefined) return undefined
  const seeHelp = 'Run `mastodon-on-heroku --help` for all of them.'
  if (word === 'comment') {
    throw new UsageError(
      '`comment` goes with a pull request of a workflow',
      'Use it there (docs/size-report.md of mastodon-on-heroku), or take `comment-body` of `build --json` and post it yourself.'
    )
  }
  if (!commands.includes(word))
    throw new UsageError(`There is no command ${quoted(word)}${didYouMean(word, commands)}`, seeHelp)
  return word
}

function unknownFlag(
  rawName: string,
  command: string | undefined,
  known: readonly string[],
  existsElsewhere: boolean
): UsageError {
  const name = rawName.replace(/^-+/, '')
  const key = Object.hasOwn(KEYS, name) ? KEYS[name] : undefined
  if (key) {
    return new UsageError(
      `${rawName} is not taken: what stands on a command line, other users of this machine and the shell’s history see`,
      `Put the key into the environment instead: \`read -rs ${key.variables[0]} && export ${key.variables[0]}\`.`
    )
  }
  const of = command === undefined ? '--help' : `${command} --help`
  const seeHelp = `Run \`mastodon-on-heroku ${of}\` for the flags.`
  if (existsElsewhere) {
    const problem =
      command === undefined ? `${rawName} goes with a command` : `${rawName} has no effect with ${command}`
    return new UsageError(problem, seeHelp)
  }
  const near = didYouMean(
    rawName,
    known.map(flag => `--${flag}`)
  )
  return new UsageError(`There is no flag ${quoted(rawName)}${near}`, seeHelp)
}

function switchValue(rawName: string, value: string | undefined): string {
  if (value === undefined || value === 'true' || value === 'false') return value ?? 'true'
  throw new UsageError(`${rawName} is on or off, not ${quoted(value)}`, `Write ${rawName}, or ${rawName}=false.`)
}

function textValue(rawName: string, { value, inlineValue }: { value?: string; inlineValue?: boolean }): string {
  if (value === undefined || (!inlineValue && value.startsWith('-'))) {
    throw new UsageError(
      `${rawName} needs a value`,
      `Write ${rawName} VALUE; where it begins with a dash, ${rawName}=VALUE.`
    )
  }
  return value
}

/** `run -- bin/tootctl media remove`: one word is the shell's, several are words of one command. */
function behindDashes(
  words: readonly string[],
  command: string | undefined,
  values: ReadonlyMap<string, string>
): string {
  if (command !== 'run')
    throw new UsageError(`Nothing may follow "--" here`, 'It is for `run`: `run -- bin/tootctl version`.')
  if (values.has('run')) throw new UsageError('What to run is given twice', 'Give it with --run, or behind `--`.')
  if (words.length === 1) return words[0]!
  return words.map(shellWord).join(' ')
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
}
