import { type Config } from '../../config/index.ts'
import { releaseCommand } from '../../mastodon/index.ts'
import { type Log } from '../../runtime/index.ts'

/**
 * The process types of the web slug: the build's, with a `release` that runs what must run before the new code serves.
 * A fork's own would run both phases at once, so it is replaced; `migrations: off` keeps it.
 */
export function processTypesFor(
  config: Config,
  built: Readonly<Record<string, string>>,
  log: Log
): Record<string, string> {
  const types = { ...built }
  if (config.migrations === 'off') return types
  if (types['release'] !== undefined) {
    log.warning(
      `The fork's own release phase is replaced: "${types['release'].slice(0, 200)}". It would run the post-deployment migrations while old code serves. \`migrations: off\` keeps it.`
    )
  }
  types['release'] = releaseCommand(config.migrations)
  return types
}
