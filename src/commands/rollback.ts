import { bringBack, bringStreamingBack, readTarget } from '../deploy/index.ts'
import { type InputsOf } from '../inputs/index.ts'
import { migrationsOf } from '../mastodon/index.ts'
import { UserError } from '../runtime/index.ts'
import { type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { versionsAt } from './steps/additions.ts'
import { herokuOf, requireApp } from './steps/heroku.ts'
import { checkoutOf, readConfig, takeSource } from './steps/source.ts'
import { withStory } from './steps/with-story.ts'

/** Brings the last good release's code back, if the database is still one for it. */
export async function rollback(
  inputs: InputsOf<'rollback'>,
  { runtime, results, story, machine }: CommandTools
): Promise<Ending> {
  const { app: main, streamingApp } = readConfig(inputs, { app: inputs.app, streamingApp: inputs.streamingApp })
  const name = requireApp(main)
  const checkout = checkoutOf(inputs.path, machine.searchPath, runtime)
  const access = herokuOf(inputs, 'rollback')
  return withStory(`Rollback of ${name}`, access, { runtime, results, story }, async ({ app, tools, mask }) => {
    const target = await tools.story.step('Preflight', () => readTarget(app(name), mask, tools))
    const { current, currentSlug } = target
    const commit = currentSlug?.commit
    if (!current || !commit) {
      throw new UserError(
        `Which commit ${name} runs is not known, so whether its migrations can be lived with cannot be told`,
        'Roll back by hand (`heroku rollback`), which brings back the old config vars, too.'
      )
    }
    results.output('previous-release-version', current.version)
    const { folder } = await tools.story.step('Source', () => takeSource(checkout, commit, runtime))
    const trees = { migrations: migrationsOf(folder), versionsAt: (old: string) => versionsAt(checkout, old) }
    const { release, commit: old } = await tools.story.step('Rollback', () =>
      bringBack(target, currentSlug.id, trees, inputs.dynoSize, tools)
    )
    results.output('release-version', release.version)
    results.output('rolled-back', true)
    results.output('healthy', true)
    if (streamingApp !== undefined) {
      await tools.story.step('Streaming app', async () =>
        bringStreamingBack(await readTarget(app(streamingApp), mask, tools), old, tools)
      )
    }
    return `${name} runs its earlier code again, as v${release.version}`
  })
}
