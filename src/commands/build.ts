import { GateError } from '../deploy/index.ts'
import { type InputsOf } from '../inputs/index.ts'
import { headline, type Report } from '../report/index.ts'
import { type Ending } from '../verdict/index.ts'
import { type CommandTools } from './command.ts'
import { addOwnFiles } from './steps/additions.ts'
import { buildNow } from './steps/built.ts'
import { fingerprintOf } from './steps/fingerprint.ts'
import { clearOutput } from './steps/output-folder.ts'
import { makeRecipe } from './steps/recipe.ts'
import { judgeGrowth } from './steps/results.ts'
import { checkoutOf, ownFiles, readConfig, takeSourceToBuild } from './steps/source.ts'
import { lookAround } from './steps/told.ts'
import { planOfTree } from './steps/upgrade.ts'

/**
 * Builds the slug of a commit with and without ffmpeg, measures both, picks one against the limit, and writes the slug,
 * the report and the summary. A deploy or rehearsal later in the job takes it from there. A slug over its limit is found and
 * told after all is written.
 */
export async function build(
  inputs: InputsOf<'build'>,
  { runtime, results, job, machine }: CommandTools
): Promise<Ending> {
  const { app, streamingApp, ffmpeg, slugLimit } = inputs
  const { log } = runtime
  const config = readConfig(inputs, { app, streamingApp, ffmpeg, slugLimit })
  await clearOutput(inputs.outputDir)

  const checkout = checkoutOf(inputs.path, machine.searchPath, runtime)
  const own = ownFiles(inputs, machine, inputs.cache, inputs.baseline)
  const source = await log.group('Source', () => takeSourceToBuild(checkout, inputs.ref, own, runtime))
  addOwnFiles(source, config, inputs.ref, job, log)
  const recipe = await log.group('Recipe', () => makeRecipe(inputs, 'runner', config, source, machine, runtime))
  const fingerprint = fingerprintOf(config, source, recipe, 'runner')
  const where = { buildIn: inputs.buildIn, hostStack: machine.hostStack }
  const pullRequest = job.event.pullRequest
  const telling = {
    upgrade: async () => (await planOfTree(checkout, config, source, where, job, runtime)).upgrade,
    around: (report: Report) =>
      log.group('Comparison', () => lookAround(inputs, report, { app: config.app, pullRequest }, job, runtime))
  }
  const gate = { failOn: inputs.failOn, mayLetPass: true }
  const of = { config, source, recipe, fingerprint }
  try {
    const { told } = await buildNow(inputs, of, { gate, telling }, machine, runtime, results)
    if (inputs.failOn === 'growth' && job.event.name?.startsWith('pull_request')) judgeGrowth(told, log)
    return { headline: headline(told) }
  } catch (error) {
    // The report is written: what it found stands there, with what to do.
    if (error instanceof GateError) return found(error)
    throw error
  }
}

function found({ message, nextStep }: GateError): Ending {
  const finding = { level: 'fail' as const, about: 'slug', text: message, remedy: nextStep }
  return { outcome: 'found', headline: message, next: [nextStep], findings: [finding] }
}
