import { tellMaintenance } from '../deploy/index.ts'
import { SCHEDULERS } from '../heroku/index.ts'
import { type InputsOf } from '../inputs/index.ts'
import { type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { herokuOf, requireApp } from './steps/heroku.ts'
import { openTasks, showRecorded, syncTasks, tellStarters } from './steps/schedule.ts'
import { readConfig } from './steps/source.ts'
import { withStory } from './steps/with-story.ts'

/** Makes the app's scheduled tasks equal to the config's; `plan` shows the difference only. */
export async function schedule(
  inputs: InputsOf<'schedule'>,
  { runtime, results, story, job }: CommandTools
): Promise<Ending> {
  const { app: main, schedule: wanted } = readConfig(inputs, { app: inputs.app })
  const name = requireApp(main)
  const access = herokuOf(inputs, 'schedule')
  return withStory(`Scheduled tasks of ${name}`, access, { runtime, results, story }, async ({ app, tools }) => {
    tellMaintenance(await app(name).info(), tools)
    if (!wanted || wanted.tasks.length === 0) tellStarters(inputs.path, runtime.log)
    if (!wanted) {
      const headline = `The config has no \`schedule:\`, so the scheduled tasks of ${name} are left alone`
      return { outcome: 'nothing-to-do', headline }
    }
    if (!SCHEDULERS[wanted.with].open) {
      return tools.story.step('Tasks', () => showRecorded(inputs, name, wanted, job, runtime, tools, results))
    }
    const tasks = await tools.story.step('Config', () =>
      openTasks(inputs, app(name), access.key, wanted, tools, results)
    )
    return tools.story.step('Tasks', () => syncTasks(inputs, name, tasks, tools, results))
  })
}
