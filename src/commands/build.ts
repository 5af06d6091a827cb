import type { Context } from './context.ts'
import { addOwnFiles } from './steps/additions.ts'
import { buildNow } from './steps/built.ts'
import { fingerprintOf } from './steps/fingerprint.ts'
import { makeRecipe } from './steps/recipe.ts'
import { clearOutput } from './steps/output-folder.ts'
import { readConfig, takeSourceToBuild } from './steps/source.ts'

/**
 * Builds the slug of a commit with and without ffmpeg, measures both, picks one against the limit, and writes the slug,
 * the report and the summary; a deploy or rehearsal later in the job takes it from there. Fails after all is written if the slug
 * is over the limit.
 */
export async function build(context: Context): Promise<void> {
  const { inputs, runtime } = context
  const config = readConfig(context)
  await clearOutput(inputs.outputDir)

  const source = await runtime.log.group('Source', () => takeSourceToBuild(context))
  addOwnFiles(context, config, source)
  const recipe = await runtime.log.group('Recipe', () => makeRecipe(context, config, source))
  await buildNow(context, config, source, recipe, fingerprintOf(config, source, recipe, 'runner'))
}
