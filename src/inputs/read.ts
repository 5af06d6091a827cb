import { didYouMean, shown } from '../config/index.ts'
import { UserError } from '../runtime/index.ts'
import { COMMAND_NAMES, type CommandName, type ReaderName } from './commands.ts'
import type { Kind } from './kinds.ts'
import { INPUT_NAMES, INPUTS, inputsReadBy, type InputName, type Inputs, type InputsOf } from './table.ts'

/** Where inputs come from. */
export interface InputSource {
  /** The text of an input; empty if it is not given. */
  readonly text: (this: void, name: string) => string
  /** What an input is called there, for messages: `Input app`, `--app`. */
  readonly called: (this: void, name: string) => string
}

/** What was given for an input is wrong. */
export class InputError extends UserError {}

/** The value of one text. Throws an `InputError` that says which input it is. Undefined if nothing is given. */
export function readText<Value>({ text, called }: InputSource, name: string, kind: Kind<Value>): Value | undefined {
  const given = text(name).trim()
  if (given === '') return undefined
  try {
    return kind.read(given)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new InputError(`${called(name)}: ${error.message}`, error.nextStep)
  }
}

/** The command of that name. Throws an `InputError` if there is none. */
export function commandNamed<Name extends string>(word: string, names: readonly Name[]): Name {
  const name = names.find(known => known === word)
  if (name !== undefined) return name
  throw new InputError(
    `There is no command ${shown(word)}${didYouMean(word, names)}`,
    `Commands of this version: ${names.join(', ')}.`
  )
}

/** The command that the inputs name. Throws an `InputError` if there is none of that name. */
export function readCommand({ text }: InputSource): CommandName {
  return commandNamed<CommandName>(text('command').trim() || INPUTS.command.default!, COMMAND_NAMES)
}

/**
 * The inputs that a command reads. All that is given is checked, also what the command does not read.
 * Throws an `InputError` for one that is wrong.
 */
export function readInputs<Reader extends ReaderName>(reader: Reader, source: InputSource): InputsOf<Reader> {
  const all = new Map<InputName, unknown>()
  for (const name of INPUT_NAMES) if (name !== 'command') all.set(name, readInput(source, name))
  const names = inputsReadBy(reader)
  const values = Object.fromEntries(names.map(name => [camel(name), all.get(name)]))
  requireGrowth(values, source)
  return values as InputsOf<Reader>
}

function readInput(source: InputSource, name: InputName): unknown {
  const { kind, default: otherwise } = INPUTS[name]
  return readText(source, name, kind) ?? (otherwise === undefined ? undefined : kind.read(otherwise))
}

function requireGrowth(values: Partial<Inputs>, { called }: InputSource): void {
  if (values.failOn !== 'growth' || !('maxGrowth' in values) || values.maxGrowth !== undefined) return
  throw new InputError(
    `${called('fail-on')}: growth needs to know how much is too much`,
    'Give the input `max-growth`, such as 5MB or 2%.'
  )
}

function camel(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

const SECRETS = INPUT_NAMES.flatMap(name => {
  const { secret } = INPUTS[name]
  return secret ? [{ name, variables: secret.variables }] : []
})

/**
 * What must not be shown of the inputs and the environment: keys and tokens, also in the form in which one travels in a
 * Basic header.
 */
export function secretsOf({ text }: InputSource, env: NodeJS.ProcessEnv): string[] {
  return SECRETS.flatMap(({ name, variables }) => [text(name), ...variables.map(variable => env[variable] ?? '')])
    .filter(secret => secret !== '')
    .flatMap(secret => [secret, Buffer.from(`:${secret}`).toString('base64')])
}

/** Names of the inputs and variables that hold a key or a token. */
export function secretsHeld({ text }: InputSource, env: NodeJS.ProcessEnv): string[] {
  return [
    ...SECRETS.flatMap(({ name }) => (text(name).trim() === '' ? [] : [name])),
    ...SECRETS.flatMap(({ variables }) => variables.filter(variable => (env[variable] ?? '') !== ''))
  ]
}
