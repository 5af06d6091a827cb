import { tellMaintenance } from '../deploy/index.ts'
import { type InputsOf } from '../inputs/index.ts'
import { UserError } from '../runtime/index.ts'
import { type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { runDueTasks } from './steps/due-tasks.ts'
import { herokuOf, requireApp } from './steps/heroku.ts'
import { requireSuccess, runTask } from './steps/run-task.ts'
import { readConfig } from './steps/source.ts'
import { withStory } from './steps/with-story.ts'

/**
 * Runs one command in a one-off dyno, its output in the log; without one, the config's tasks that are due. Fails if a
 * command does, or if that is not known.
 */
export async function run(inputs: InputsOf<'run'>, { runtime, results, story, job }: CommandTools): Promise<Ending> {
  const { run: command, dynoSize: size, timeout: limit, plan } = inputs
  const { app: main, schedule } = readConfig(inputs, { app: inputs.app })
  const name = requireApp(main)
  if (command === undefined && schedule?.with !== 'github-actions') throw nothingToRun(schedule?.with)
  const access = herokuOf(inputs, 'run')
  return withStory(`Run on ${name}`, access, { runtime, results, story }, async ({ app, tools, mask }) => {
    await tools.story.step('Config', async () => {
      mask(await app(name).configVars())
      tellMaintenance(await app(name).info(), tools)
    })
    if (command === undefined) return runDueTasks(inputs, app(name), schedule!, job, runtime, tools)
    if (plan) return { outcome: 'nothing-to-do', headline: `Plan: ${command} would run on ${name}; nothing was run` }
    return tools.story.step('Command', async () => {
      const task = { command, size, limit }
      const outcome = requireSuccess(await runTask(app(name), task, tools), task, app(name))
      tools.story.note(outcome)
      return outcome
    })
  })
}

function nothingToRun(scheduler: string | undefined): UserError {
  return new UserError(
    scheduler === undefined
      ? 'There is nothing to run: neither the input `run` nor `schedule:` in the config is there'
      : `There is nothing to run: the tasks of the config are run by ${scheduler}, not by a workflow`,
    'Give the input `run`, such as `run: bin/tootctl media remove`; or choose `with: github-actions` for the tasks of the config.'
  )
}
