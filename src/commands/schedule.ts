import { SCHEDULERS } from '../heroku/index.ts'
import type { Context } from './context.ts'
import { requireApp } from './steps/heroku.ts'
import { openTasks, showRecorded, syncTasks, tellStarters } from './steps/schedule.ts'
import { readConfig } from './steps/source.ts'
import { withStory } from './steps/with-story.ts'

/** Makes the app's scheduled tasks equal to the config's; `plan` shows the difference only. */
export async function schedule(context: Context): Promise<void> {
  const { app: main, schedule } = readConfig(context)
  const name = requireApp(main)
  await withStory(context, `Scheduled tasks of ${name}`, async ({ app, tools, mask }) => {
    if (!schedule || schedule.tasks.length === 0) tellStarters(context)
    if (!schedule) return `The config has no \`schedule:\`, so the scheduled tasks of ${name} are left alone`
    if (!SCHEDULERS[schedule.with].open) {
      return tools.story.step('Tasks', () => showRecorded(context, name, schedule, tools))
    }
    const tasks = await tools.story.step('Config', () => openTasks(context, app(name), schedule, mask, tools))
    return tools.story.step('Tasks', () => syncTasks(context, app(name), tasks, tools))
  })
}
