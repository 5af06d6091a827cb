import { loadConfig, type Config } from '../config/index.ts'
import { readTreeFile, UserError } from '../runtime/index.ts'
import { schedule, type Start } from './fit.ts'
import { type Fork } from './fork.ts'
import { CONFIG } from './files.ts'

/**
 * Lines for the fork's own config, which is never changed: what was asked for and is not in it. They replace what it has
 * under the same key. Empty if nothing is missing, or if the config has errors: every command reports those.
 */
export function lacks(fork: Fork, { app, streamingApp, tasks }: Start): string[] {
  const config = readConfig(fork.root)
  if (!config) return []
  const lines: string[] = []
  if (app === undefined && config.app === undefined) lines.push('app: my-mastodon # the name of yours')
  if (app !== undefined && config.app !== app) lines.push(`app: ${app}`)
  if (streamingApp !== undefined && config.streamingApp !== streamingApp) lines.push(`streaming-app: ${streamingApp}`)
  if (tasks && config.schedule === undefined) lines.push(...schedule(fork, true).trimEnd().split('\n'))
  else if (tasks && config.schedule?.with !== 'github-actions') lines.push('schedule:', '  with: github-actions')
  return lines
}

function readConfig(root: string): Config | undefined {
  try {
    return loadConfig(readTreeFile(root, CONFIG), CONFIG)
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}
