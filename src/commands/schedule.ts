import type { Context } from './context.ts'
import { requireApp } from './steps/heroku.ts'
import { openTasks, syncTasks } from './steps/schedule.ts'
import { readConfig } from './steps/source.ts'
import { withStory } from './steps/with-story.ts'

/** Makes the app's scheduled tasks equal to the config's; `plan` shows the difference only. */
export async function schedule(context: Context): Promise<void> {
  const { app: main, schedule } = readConfig(context)
  const name = requireApp(main)
  await withStory(context, `Scheduled tasks of ${name}`, async ({ app, tools, mask }) => {
    if (!schedule) {
      return `The config has no \`schedule:\`, so the scheduled tasks of ${name} are left alone`
    }
    const tasks = await tools.story.step('Config', () => openTasks(context, app(name), schedule, mask, tools))
    return tools.story.step('Tasks', () => syncTasks(context, app(name), tasks, tools))
  })
}
