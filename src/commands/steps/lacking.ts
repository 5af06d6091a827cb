import {
  isConfigured,
  provisionMarkdown,
  provisionRows,
  readLacking,
  refuseProvision,
  type Provisioning,
  type Tools
} from '../../deploy/index.ts'
import { type JobResults } from '../../inputs/index.ts'

/**
 * Shows what `provision: true` would buy, make and set, in the log and the summary; changes nothing. Rejects if a person
 * has to do something first. Returns whether the app can be looked at as it will run: its config is complete.
 */
export async function showLacking(of: Provisioning, { story }: Tools, results: JobResults): Promise<boolean> {
  const lacking = await readLacking(of, await of.wishes())
  const rows = provisionRows(lacking)
  if (rows.length === 0) story.note(`${of.app.name} lacks nothing`)
  for (const { what, which } of rows) story.note(`${what}: ${which}`)
  for (const { reason, remedy } of lacking.hints) story.note(`Do this, too: ${reason}. ${remedy}`)
  await results.summary(`## What would be provisioned\n\n${provisionMarkdown(lacking)}\n`)
  refuseProvision(lacking)
  return isConfigured(lacking)
}
