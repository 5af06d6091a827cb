import { migrate as runMigrations, readTarget, requireSameCommit, waitForDynos } from '../deploy/index.ts'
import { type InputsOf } from '../inputs/index.ts'
import { UserError } from '../runtime/index.ts'
import { type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { herokuOf, requireApp } from './steps/heroku.ts'
import { readConfig } from './steps/source.ts'
import { withStory } from './steps/with-story.ts'

/** Runs the pending migrations of the current release in a one-off dyno. */
export async function migrate(inputs: InputsOf<'migrate'>, { runtime, results, story }: CommandTools): Promise<Ending> {
  const { phase, dynoSize: size } = inputs
  const { app: main, streamingApp } = readConfig(inputs, { app: inputs.app, streamingApp: inputs.streamingApp })
  const name = requireApp(main)
  const access = herokuOf(inputs, 'migrate')
  return withStory(`Migrations of ${name}`, access, { runtime, results, story }, async ({ app, tools, mask }) => {
    const target = await tools.story.step('Preflight', () => readTarget(app(name), mask, tools))
    if (!target.current?.slug) {
      throw new UserError(`${name} has no release with a slug yet`, 'Deploy first: `command: deploy`.')
    }
    const { version } = target.current
    // Post-deployment migrations take away what older code still needs.
    if (phase !== 'pre') {
      await tools.story.step('Dynos', async () => {
        await waitForDynos(target.app, version, tools)
        if (streamingApp === undefined) return
        const streaming = await readTarget(app(streamingApp), mask, tools)
        requireSameCommit(target, streaming)
        await waitForDynos(streaming.app, streaming.current?.version ?? 0, tools)
      })
    }
    const ran = await tools.story.step('Migrations', async () => {
      const migrations = await runMigrations(target.app, { size, phase }, tools)
      tools.story.note(`${migrations.length} ran; none is pending`)
      return migrations
    })
    results.output('migrations-run', ran.length)
    return {
      outcome: ran.length === 0 ? 'nothing-to-do' : 'done',
      headline: `${ran.length} migrations ran in v${version} of ${name}`
    }
  })
}
