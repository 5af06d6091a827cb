import { type JobResults, type Machine } from '../../inputs/index.ts'
import { type Told } from '../../report/index.ts'
import { type Runtime } from '../../runtime/index.ts'
import { noteBuilt } from './built-note.ts'
import { judge } from './results.ts'
import { type Gate } from './size-gate.ts'
import { buildSlugs, type BuiltSlugs, type SlugInputs, type Telling, type ToBuild } from './slugs.ts'

/**
 * Builds the slugs, tells of them, and notes them for a deploy or rehearsal later in the same job, or a rehearsal on the same
 * terminal. Rejects after all is written if one must not be shipped. Returns also what was told.
 */
export async function buildNow(
  inputs: SlugInputs,
  of: ToBuild,
  { gate, telling }: { readonly gate: Gate; readonly telling: Telling },
  machine: Machine,
  runtime: Runtime,
  results: JobResults
): Promise<{ readonly slugs: BuiltSlugs; readonly told: Told }> {
  const { slugs, told } = await buildSlugs(inputs, of, telling, machine, runtime, results)
  // Also one over the limit: what comes after it sees so without building it.
  if (told.report.verdict.problem === undefined)
    await noteBuilt(machine, inputs.outputDir, of.fingerprint, slugs, runtime.log)
  judge(told, gate)
  return { slugs, told }
}
