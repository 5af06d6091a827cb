import { type DescribedInput } from './action-file.ts'
import { COMMANDS, KEYS } from './commands.ts'

export interface Flag {
  readonly name: string
  /** What stands for its value; undefined where it needs none. */
  readonly value?: string
  readonly about: string
}

/** Flags of every command. */
export const COMMON: readonly Flag[] = [
  { name: 'json', about: 'Print the outputs as one JSON object on stdout, and all else on stderr.' },
  { name: 'full', about: 'Show the parts of the summary that a page would fold, too.' },
  { name: 'help', about: 'This text; also -h.' },
  { name: 'version', about: 'The version.' }
]

/** `init` is a command of the terminal alone: these are no inputs. */
const OF_INIT: readonly Flag[] = [
  {
    name: 'action',
    value: 'OWNER/NAME@SHA',
    about: 'The action that the workflows use. Default: the release that this program is of.'
  },
  { name: 'with-tasks', about: 'Write heroku-tasks.yml, too: GitHub runs the scheduled tasks, and no add-on does.' },
  { name: 'dry-run', about: 'Show what would be written, and write nothing.' }
]

export function commandNames(): string[] {
  return Object.keys(COMMANDS)
}

/** The flags of a command: its inputs, as action.yml describes them, but the keys. */
export function flagsOf(command: string, inputs: ReadonlyMap<string, DescribedInput>): readonly Flag[] {
  const names = COMMANDS[command]!.inputs.filter(name => !Object.hasOwn(KEYS, name))
  const flags = names.map(name => {
    const { description, default: otherwise, isFlag } = inputs.get(name)!
    return {
      name,
      value: isFlag ? undefined : placeholder(name),
      about: otherwise === undefined || isFlag ? description : `${description} Default: ${otherwise}`
    }
  })
  return command === 'init' ? [...flags, ...OF_INIT] : flags
}

function placeholder(name: string): string {
  if (name.endsWith('url')) return 'URL'
  if (/(?:path|dir|config|report|cache|baseline)$/.test(name)) return 'PATH'
  if (name === 'run') return 'COMMAND'
  return name.endsWith('timeout') ? 'MINUTES' : name.replace(/^.*-/, '').toUpperCase()
}
