/** All that is run, as one bundle. The two entry points, `main.ts` and `cli/main.ts`, load it when they need it. */
import { openStep, STEP } from './action/index.ts'
import { runCommand } from './commands/index.ts'
import { readCommand, readInputs, readJob, readMachine } from './inputs/index.ts'
import { withRuntime } from './runtime/real.ts'
import { endingOf } from './verdict/index.ts'

// What the terminal alone needs is in the same file, and runs only when it is called.
export const runInit: typeof import('./cli/init.ts').runInit = async (...given) =>
  (await import(/* webpackMode: "eager" */ './cli/init.ts')).runInit(...given)
export const runHere: typeof import('./cli/run.ts').runHere = async (...given) =>
  (await import(/* webpackMode: "eager" */ './cli/run.ts')).runHere(...given)

/**
 * Runs the step of a workflow: reads its inputs, runs the command, and is the one exit for errors.
 * @param dist the folder of the bundles
 */
export async function runStep(dist: URL): Promise<void> {
  const cancel = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => cancel.abort())
  const step = openStep(process.env)
  try {
    const command = readCommand(STEP)
    const inputs = readInputs(command, STEP)
    const tools = { results: step.results, job: readJob(process.env), machine: readMachine(process.env, step.keys) }
    const ended = await withRuntime({ ...step, signal: cancel.signal, dist }, runtime =>
      runCommand(command, inputs, { ...tools, runtime })
    )
    step.end(ended)
  } catch (error) {
    // It ended before the command began.
    step.results.output('outcome', endingOf(error, []).outcome)
    step.fail(error)
  }
}
