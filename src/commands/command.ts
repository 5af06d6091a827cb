import { type CommandName, type GithubJob, type InputsOf, type JobResults, type Machine } from '../inputs/index.ts'
import { type Runtime } from '../runtime/index.ts'
import { type Ending, type Story } from '../verdict/index.ts'

/** What every command is handed beside its inputs. It hands on to its steps what each of them uses. */
export interface CommandTools {
  readonly runtime: Runtime
  /** What is done and seen, for the verdict. */
  readonly story: Story
  readonly results: JobResults
  readonly job: GithubJob
  readonly machine: Machine
}

/** A command takes its own inputs and no others, and returns how it ended. An error ends it too; a `UserError` says what to do. */
export type Command<Name extends CommandName> = (inputs: InputsOf<Name>, tools: CommandTools) => Promise<Ending>
