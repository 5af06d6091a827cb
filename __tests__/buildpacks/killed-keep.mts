/** Keeps a folder, and is killed in the middle: `killed-keep.mts KEPT FOLDER half|whole|placed`. */
import { cpSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { keep } from '../../src/buildpacks/kept-cache.ts'
import { runCommand } from '../../src/runtime/run-command.ts'
import { type RunCommand } from '../../src/runtime/index.ts'

const [kept = '', folder = '', when = ''] = process.argv.slice(2)

const run: RunCommand = async (program, args, options) => {
  if (program === 'rm' && when === 'placed') process.kill(process.pid, 'SIGKILL')
  if (program !== 'mv') return runCommand(program, args, options)
  const into = args.at(-1)!
  for (const name of readdirSync(folder).slice(0, when === 'half' ? 3 : undefined))
    cpSync(path.join(folder, name), path.join(into, name))
  if (when !== 'placed') process.kill(process.pid, 'SIGKILL')
  return { code: 0, stdout: Buffer.alloc(0), stderr: '' }
}
const log = { warning: (line: string) => console.error(line) }
await keep(kept, folder, { run, log: log as never })
