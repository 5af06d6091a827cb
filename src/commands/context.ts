import type { Inputs, JobResults } from '../config/index.ts'
import type { Runtime } from '../runtime/index.ts'

/** All that a command is given. It throws to fail; a `UserError` tells what to do. */
export interface Context {
  readonly inputs: Inputs
  readonly results: JobResults
  readonly runtime: Runtime
}

export type Command = (context: Context) => Promise<void>
