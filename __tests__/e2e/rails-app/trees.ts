import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { writeGemfile } from '../../../scripts/gems.mts'

const NOT_OF_THE_APP = ['older', 'trees.ts', 'README.md']
const ONLY_NEWER = [
  'app/models/keypair.rb',
  'db/migrate/20260629125635_create_keypairs.rb',
  'db/migrate/20260629125939_add_account_index_to_keypairs.rb',
  'db/post_migrate/20260702144128_move_keys_to_keypairs.rb'
]

/**
 * Writes the app into a folder; both versions have the gems of 4.7. 4.6 knows nothing of keypairs: its accounts cannot
 * sign any more once 4.7's post-deployment migration has run.
 */
export function writeRailsTree(folder: string, version: '4.6' | '4.7'): void {
  const app = import.meta.dirname
  cpSync(app, folder, { recursive: true, filter: file => !NOT_OF_THE_APP.includes(path.relative(app, file)) })
  if (version === '4.6') makeOlder(app, folder)
  writeGemfile(folder, '4.7')
}

function makeOlder(app: string, folder: string): void {
  for (const file of ONLY_NEWER) rmSync(path.join(folder, file))
  cpSync(path.join(app, 'older'), folder, { recursive: true })
  const versionFile = path.join(folder, 'lib/mastodon/version.rb')
  writeFileSync(versionFile, readFileSync(versionFile, 'utf8').replace(/(def minor\s+)7/, '$16'))
}
