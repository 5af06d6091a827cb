import { parseArgs } from 'node:util'
import { didYouMean, shown } from '../config/index.ts'
import {
  commandNamed,
  commandRow,
  COMMANDS,
  flag,
  INPUTS,
  readText,
  type InputSource,
  type ReaderName
} from '../inputs/index.ts'
import { shellWord, UserError } from '../runtime/index.ts'
import { COMMON, type Flag } from './flags.ts'

/** The command line is not one of this program: exit code 2. */
export class UsageError extends UserError {}

export interface CommandLine {
  /** Undefined if only help or the version is asked for. */
  readonly command?: ReaderName
  /** Inputs, and the flags that are no inputs; read and checked when they are needed. */
  readonly source: InputSource
  readonly help: boolean
  readonly version: boolean
  readonly json: boolean
  readonly full: boolean
}

/**
 * Reads the command line.
 * @param flags of each command that exists
 * @throws UsageError that says what is meant, if that can be guessed
 */
export function readCommandLine(argv: readonly string[], flags: ReadonlyMap<ReaderName, readonly Flag[]>): CommandLine {
  const every = new Map([...flags.values(), COMMON].flat().map(one => [one.name, one]))
  const isSwitch = (name: string): boolean => every.get(name)?.kind.placeholder === undefined
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
    values.set(name, isSwitch(name) ? (token.value ?? 'true') : textValue(rawName, token))
  }
  if (words[1] !== undefined) {
    throw new UsageError(
      `${shown(words[1])} is one word too many behind ${command}`,
      `Flags begin with --, values with blanks stand in quotes. Run \`mastodon-on-heroku ${command} --help\` for its flags.`
    )
  }
  if (behind.length > 0) addRest(behind, command, values)
  const source: InputSource = { text: name => values.get(name) ?? '', called: name => `--${name}` }
  const on = (name: string): boolean => readText(source, name, flag) ?? false
  return { command, source, help: asksHelp || on('help'), version: on('version'), json: on('json'), full: on('full') }
}

function commandOf(word: string | undefined, commands: readonly ReaderName[]): ReaderName | undefined {
  if (word === undefined) return undefined
  if (Object.hasOwn(COMMANDS, word) && !commands.includes(word as ReaderName)) {
    throw new UsageError(
      `\`${word}\` goes with a pull request of a workflow`,
      'Use it there (docs/size-report.md of mastodon-on-heroku), or take `comment-body` of `build --json` and post it yourself.'
    )
  }
  return commandNamed(word, commands)
}

function unknownFlag(
  rawName: string,
  command: string | undefined,
  known: readonly string[],
  existsElsewhere: boolean
): UsageError {
  const name = rawName.replace(/^-+/, '')
  const key = Object.hasOwn(INPUTS, name) ? INPUTS[name as keyof typeof INPUTS].secret : undefined
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
    known.map(other => `--${other}`)
  )
  return new UsageError(`There is no flag ${shown(rawName)}${near}`, seeHelp)
}

function textValue(rawName: string, { value, inlineValue }: { value?: string; inlineValue?: boolean }): string {
  if (value === undefined || (!inlineValue && value.startsWith('-'))) {
    throw new UsageError(
      `${rawName} needs a value`,
      `Write ${rawName} VALUE; if it begins with a dash, ${rawName}=VALUE.`
    )
  }
  return value
}

/** `run -- bin/tootctl media remove`: one word is the shell's, several are words of one command. */
function addRest(words: readonly string[], command: ReaderName | undefined, values: Map<string, string>): void {
  const rest = command && commandRow(command).rest
  if (rest === undefined)
    throw new UsageError(`Nothing may follow "--" here`, 'It is for `run`: `run -- bin/tootctl version`.')
  if (values.has(rest)) throw new UsageError('What to run is given twice', `Give it with --${rest}, or behind \`--\`.`)
  values.set(rest, words.length === 1 ? words[0]! : words.map(shellWord).join(' '))
}
