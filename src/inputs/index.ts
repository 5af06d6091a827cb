/** Every input and output once: from the tables come types, reading, flags, help, action.yml and README's tables. */
export { commandRow, COMMANDS, type CommandName, type ReaderName } from './commands.ts'
export type { WorkflowRunEvent } from './event.ts'
export { readJob, readMachine, type GithubJob, type Machine } from './job.ts'
export { appName, flag, text, type Kind } from './kinds.ts'
export { OUTPUT_GROUPS, type JobResults } from './outputs.ts'
export {
  commandNamed,
  InputError,
  readCommand,
  readInputs,
  readText,
  secretsHeld,
  secretsOf,
  type InputSource
} from './read.ts'
export {
  INPUT_GROUPS,
  INPUT_NAMES,
  INPUTS,
  inputsReadBy,
  type InputRow,
  type Inputs,
  type InputsOf,
  type Slice
} from './table.ts'
