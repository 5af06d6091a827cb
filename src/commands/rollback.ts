import { bringStreamingBack, goBack, readTarget, type Target, type Tools, type Trees } from '../deploy/index.ts'
import { type InputsOf } from '../inputs/index.ts'
import { migrationsOf } from '../mastodon/index.ts'
import { UserError, type Runtime } from '../runtime/index.ts'
import { type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { versionsAt } from './steps/additions.ts'
import { herokuOf, requireApp } from './steps/heroku.ts'
import { checkoutOf, readConfig, takeSource, type Checkout } from './steps/source.ts'
import { withStory } from './steps/with-story.ts'

/** Brings an earlier release's code back, if the database is still one for it; one that was begun is finished. */
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
    const { current } = target
    if (!current?.slug)
      throw new UserError(`${name} has no release with a slug yet`, 'Deploy first: `command: deploy`.')
    results.output('previous-release-version', current.version)
    const trees = (): Promise<Trees> => treesOf(target, checkout, tools, runtime)
    const back = await tools.story.step('Rollback', () => goBack(target, inputs.to, trees, inputs.dynoSize, tools))
    const { version } = back.release
    tools.story.serving = { app: name, release: version, commit: back.commit }
    results.output('release-version', version)
    results.output('rolled-back', true)
    results.output('healthy', true)
    if (streamingApp !== undefined) {
      await tools.story.step('Streaming app', async () =>
        bringStreamingBack(await readTarget(app(streamingApp), mask, tools), back.commit, tools)
      )
    }
    const code = back.commit === undefined ? 'its earlier code' : `commit ${back.commit.slice(0, 8)}`
    if (!back.wasBack) return `${name} runs ${code} again, as v${version}, and is healthy`
    return {
      outcome: story.begun.length > 0 ? 'done' : 'nothing-to-do',
      headline: `${name} runs that code already: v${version}, ${code}, and is healthy`,
      next: ['To go further back, name the release: `to: v…` in a workflow, `--to v…` on the terminal.']
    }
  })
}

/** What the code that runs now knows of migrations; nothing if its commit is not known here. Then each that the old code does not know stands in the way. */
async function treesOf(
  { app, current, currentSlug }: Target,
  checkout: Checkout,
  { story }: Tools,
  runtime: Runtime
): Promise<Trees> {
  const of = (commit: string): ReturnType<typeof versionsAt> => versionsAt(checkout, commit)
  const commit = currentSlug?.commit
  const unread = (why: string): Trees => {
    story.warn(
      `${why}, so its migrations cannot be read: going back is only possible if the old code knows all that the database has`
    )
    return { migrations: [], versionsAt: of }
  }
  if (!commit) return unread(`The slug of v${current?.version} of ${app.name} names no commit`)
  if (!(await of(commit))) return unread(`Commit ${commit}, which ${app.name} runs, is not in this checkout`)
  const { folder } = await takeSource(checkout, commit, runtime)
  return { migrations: migrationsOf(folder), versionsAt: of }
}
