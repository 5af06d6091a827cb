import { actionLog, failStep, jobResults, stepInputs } from './action/index.ts'
import { findCommand } from './commands/index.ts'
import { withRuntime } from './runtime/real.ts'

/** Where this file is. (A variable, so that the bundler leaves the URL alone.) */
const here = import.meta.url

/** Reads the inputs, runs the command, and is the one exit for errors. */
async function main(): Promise<void> {
  const cancel = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancel.abort())
  try {
    const inputs = stepInputs()
    const command = findCommand(inputs.command)
    await withRuntime({ log: actionLog(), signal: cancel.signal, dist: new URL('./', here) }, runtime =>
      command({ inputs, results: jobResults(), runtime })
    )
  } catch (error) {
    failStep(error)
  }
}

await main()
// A server that has not answered yet would keep the process; what was to be cleared away is gone by now.
if (process.exitCode !== undefined && process.exitCode !== 0) process.exit()
