import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { commitAll } from '../rig/sample-fork.ts'
import { OWN_ACTION, Stage } from '../rig/workflows/stage.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { lastingTemp } from '../helpers/temp.ts'

const CLI = path.join(import.meta.dirname, '..', '..', 'dist', 'cli', 'index.js')

/** Sets the fork up as its owner would, by `init`, and commits what that writes. */
export async function setUp(origin: string, heroku: LocalHeroku): Promise<Stage> {
  const action = `${OWN_ACTION}@${'a'.repeat(40)}`
  execFileSync(process.execPath, [CLI, 'init', '--with-tasks', '--action', action], { cwd: origin, stdio: 'pipe' })
  commitAll(origin, 'Deploy to Heroku')
  return Stage.open({ folder: lastingTemp(), origin, heroku })
}
