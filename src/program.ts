/** All that is run, as one bundle. The two entry points, `main.ts` and `cli/main.ts`, load it when they need it. */
import { actionLog, failStep, jobResults, stepInputs } from './action/index.ts'
import { findCommand } from './commands/index.ts'
import { withRuntime } from './runtime/real.ts'

export { runInit } from './cli/init.ts'
export { runCommand } from './cli/run.ts'

/**
 * Runs the step of a workflow: reads its inputs, runs the command, and is the one exit for errors.
 * @param dist the folder of the bundles
 */
export async function runStep(dist: URL): Promise<void> {
  const cancel = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancel.abort())
  try {
    const inputs = stepInputs()
    const command = findCommand(inputs.command)
    await withRuntime({ log: actionLog(), signal: cancel.signal, dist }, runtime =>
      command({ inputs, results: jobResults(), runtime })
    )
  } catch (error) {
    failStep(error)
  }
}
