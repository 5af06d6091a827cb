import { spawn } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { shellWord } from '../../src/runtime/index.ts'
import { COMPILED } from './run-action.ts'

export interface CliRun {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Under a pseudo-terminal (util-linux: script); then all output is in `stdout`. */
  readonly terminal?: boolean
  /** Is handed each piece of output, and a way to type. */
  readonly onOutput?: (chunk: string, type: (keys: string) => void) => void
  /** The program; the committed one if none is given. */
  readonly program?: readonly string[]
}

export interface CliResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const ENTRY = path.join(import.meta.dirname, '..', '..', 'dist', 'cli', 'index.js')

/** Runs the committed program of the terminal as a shell does, with an environment of its own. */
export async function runCli({ args, env = {}, cwd, terminal, onOutput, program }: CliRun): Promise<CliResult> {
  const command = [...(program ?? [process.execPath, ENTRY]), ...args]
  const [file, ...rest] = terminal ? ['script', '-qec', command.map(shellWord).join(' '), '/dev/null'] : command
  const child = spawn(file!, rest, {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: os.tmpdir(),
      TMPDIR: os.tmpdir(),
      TERM: 'xterm-256color',
      NODE_COMPILE_CACHE: COMPILED,
      ...env
    }
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk
      onOutput?.(chunk, keys => child.stdin.write(keys))
    })
  }
  if (!terminal) child.stdin.end()
  const code = await new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => resolve(status ?? 128 + os.constants.signals[signal!]))
  })
  return { code, ...texts }
}
