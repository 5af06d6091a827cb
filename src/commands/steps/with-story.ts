import { type Tools } from '../../deploy/index.ts'
import { type HerokuApp, type HerokuClient } from '../../heroku/index.ts'
import { isGreen, type Ending } from '../../verdict/index.ts'
import { type CommandTools } from '../command.ts'
import { checkKey, connect, masker, type HerokuAccess } from './heroku.ts'

export interface Stage {
  readonly tools: Tools
  readonly mask: (config: Readonly<Record<string, string>>) => void
  readonly app: (name: string) => HerokuApp
  readonly client: HerokuClient
}

/**
 * Connects to Heroku and does the work, whose story becomes the summary however it ends. `work` says what came of it: a
 * sentence, if it is done as asked.
 */
export async function withStory(
  title: string,
  access: HerokuAccess,
  { results, runtime, story }: Pick<CommandTools, 'results' | 'runtime' | 'story'>,
  work: (stage: Stage) => Promise<Ending | string>
): Promise<Ending> {
  story.title = title
  const connection = connect(access, story, runtime)
  await story.step('Key', () => checkKey(connection))
  const { client, tools } = connection
  const ended = await work({ tools, client, mask: masker(results), app: name => connection.app(name) })
  const ending = typeof ended === 'string' ? { headline: ended } : ended
  if (isGreen(ending)) runtime.log.info(ending.headline)
  return ending
}
