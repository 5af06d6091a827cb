import {
  commandRow,
  COMMANDS,
  flag,
  INPUTS,
  inputsReadBy,
  text,
  type InputRow,
  type Kind,
  type ReaderName
} from '../inputs/index.ts'

export interface Flag {
  readonly name: string
  readonly kind: Kind<unknown>
  readonly about: string
}

/** Flags of every command. */
export const COMMON: readonly Flag[] = [
  { name: 'json', kind: flag, about: 'Print the outputs as one JSON object on stdout, and all else on stderr.' },
  { name: 'full', kind: flag, about: 'Show the parts of the summary that a page would fold, too.' },
  { name: 'help', kind: flag, about: 'This text; also -h.' },
  { name: 'version', kind: flag, about: 'The version.' }
]

/** Flags that are no inputs, of commands of the terminal alone. */
const OWN: { readonly [Name in ReaderName]?: readonly Flag[] } = {
  init: [
    {
      name: 'action',
      kind: text('OWNER/NAME@SHA'),
      about: 'The action that the workflows use. Default: the release that this program is of.'
    },
    {
      name: 'with-tasks',
      kind: flag,
      about: 'Write heroku-tasks.yml, too: GitHub runs the scheduled tasks, and no add-on does.'
    },
    { name: 'dry-run', kind: flag, about: 'Show what would be written, and write nothing.' }
  ]
}

/** The commands of the terminal. */
export const TERMINAL_COMMANDS = (Object.keys(COMMANDS) as ReaderName[]).filter(
  name => commandRow(name).only !== 'workflow'
)

/** The flags of a command: its inputs but the keys, and its own. */
export function flagsOf(command: ReaderName): readonly Flag[] {
  const inputs = inputsReadBy(command).filter(name => !INPUTS[name].secret)
  return [
    ...inputs.map(name => ({ name, kind: INPUTS[name].kind, about: aboutOf(INPUTS[name]) })),
    ...(OWN[command] ?? [])
  ]
}

function aboutOf({ about, kind, default: otherwise }: InputRow): string {
  return otherwise === undefined || kind.placeholder === undefined ? about : `${about} Default: ${otherwise}`
}

export interface KeyOf {
  /** The input's. */
  readonly name: string
  readonly secret: NonNullable<InputRow['secret']>
}

/** The keys that a command looks for on the terminal. */
export function keysOf(command: ReaderName): readonly KeyOf[] {
  return inputsReadBy(command).flatMap(name => {
    const { secret } = INPUTS[name]
    return secret && !secret.onlyInWorkflow?.includes(command) ? [{ name, secret }] : []
  })
}
