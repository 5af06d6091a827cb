import { type Tools } from '../../deploy/index.ts'
import { type HerokuApp, type HerokuClient } from '../../heroku/index.ts'
import { type JobResults } from '../../inputs/index.ts'
import { errorText, type Runtime } from '../../runtime/index.ts'
import { Story, storyMarkdown } from '../../verdict/index.ts'
import { checkKey, connect, masker, type HerokuAccess } from './heroku.ts'

export interface Stage {
  readonly tools: Tools
  readonly mask: (config: Readonly<Record<string, string>>) => void
  readonly app: (name: string) => HerokuApp
  readonly client: HerokuClient
}

/** Connects to Heroku, does the work, and tells its story in the summary, however it ends. `work` says what came of it. */
export async function withStory(
  title: string,
  access: HerokuAccess,
  { results, runtime }: { readonly results: JobResults; readonly runtime: Runtime },
  work: (stage: Stage) => Promise<string>
): Promise<void> {
  const story = new Story(runtime.log, runtime.clock)
  const connection = connect(access, story, runtime)
  const tell = (outcome: string): Promise<void> =>
    results.summary(storyMarkdown(story, { title, outcome, links: {}, redact: results.redact }))
  try {
    await story.step('Key', () => checkKey(connection))
    const { client, tools } = connection
    const outcome = await work({ tools, client, mask: masker(results), app: name => connection.app(name) })
    runtime.log.info(outcome)
    await tell(outcome)
  } catch (error) {
    await tell(`Failed: ${errorText(error).split('\n')[0] ?? ''}`)
    throw error
  }
}
