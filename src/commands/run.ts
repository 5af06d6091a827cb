import { runOneOff } from '../heroku/index.ts'
import { UserError } from '../runtime/index.ts'
import type { Context } from './context.ts'
import { requireApp } from './steps/heroku.ts'
import { readConfig } from './steps/source.ts'
import { withStory } from './steps/with-story.ts'

/** Runs one command in a one-off dyno, its output in the log. Fails where the command does, or where that is not known. */
export async function run(context: Context): Promise<void> {
  const { inputs } = context
  const name = requireApp(readConfig(context).app)
  const command = inputs.run
  if (command === undefined) {
    throw new UserError(
      'There is nothing to run',
      'Give the input `run`, such as `run: bin/tootctl media remove`. Tasks that are due by the config are not built yet.'
    )
  }
  await withStory(context, `Run on ${name}`, async ({ app, tools, mask }) => {
    await tools.story.step('Config', async () => mask(await app(name).configVars()))
    return tools.story.step('Command', async () => {
      const fence = tools.log.fence()
      try {
        const { dyno, exitCode } = await runOneOff(
          app(name),
          {
            command,
            purpose: 'run',
            size: inputs.dynoSize,
            timeout: inputs.timeout,
            write: chunk => fence.write(chunk)
          },
          tools
        )
        if (exitCode === 0) return `The command ended well in ${dyno}`
        throw exitCode === undefined ? lost(dyno, name) : failed(dyno, exitCode)
      } finally {
        fence.close()
      }
    })
  })
}

function failed(dyno: string, exitCode: number): UserError {
  return new UserError(
    `The command in ${dyno} ended with exit code ${exitCode}`,
    'Its output is above. Where it was killed (137), a larger `dyno-size` may help.'
  )
}

function lost(dyno: string, app: string): UserError {
  return new UserError(
    `How the command in ${dyno} ended is not known: the connection to it was lost, which ends it`,
    `Look at \`heroku logs --app ${app} --dyno ${dyno}\`, and whether its work is done, before it is run again.`
  )
}
