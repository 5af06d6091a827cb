import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'

/** What a run writes into its output folder. */
export const FILES = ['slug.tgz', 'slug-streaming.tgz', 'report.json', 'report.md', 'report.html']

/** Files of an earlier run must not be taken for this one's. */
export async function clearOutput(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const file of FILES) await rm(path.join(folder, file), { force: true })
}
