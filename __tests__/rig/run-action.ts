import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export interface ActionRun {
  /** Inputs of action.yml. */
  readonly inputs: Readonly<Record<string, string>>
  /** More environment, such as a fork's PATH. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Is handed each piece of output. */
  readonly onOutput?: (chunk: Buffer) => void
  /** Is handed the process, to end it. */
  readonly onStart?: (pid: number) => void
}

export interface ActionResult {
  /** Exit code; 128 + number if a signal ended it. */
  readonly code: number
  readonly output: string
  readonly outputs: Readonly<Record<string, string>>
  /** The job summary's Markdown. */
  readonly summary: string
}

const ROOT = path.join(import.meta.dirname, '..', '..')
const ENTRY = path.join(ROOT, 'dist', 'index.js')
/** Where Node keeps what it has compiled of the bundle: the tests start it hundreds of times. */
export const COMPILED = path.join(ROOT, 'node_modules', '.cache', 'run-action')

/** Runs the committed action as the runner does: `dist/index.js` in a process of its own, with the runner's files. */
export async function runAction({ inputs, env = {}, cwd, onOutput, onStart }: ActionRun): Promise<ActionResult> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'run-action-'))
  const files = { GITHUB_OUTPUT: path.join(folder, 'output'), GITHUB_STEP_SUMMARY: path.join(folder, 'summary') }
  for (const file of Object.values(files)) writeFileSync(file, '')
  const given = Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])
  )
  const child = spawn(process.execPath, [ENTRY], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      TMPDIR: os.tmpdir(),
      NODE_COMPILE_CACHE: COMPILED,
      ...files,
      ...given,
      ...env
    }
  })
  if (child.pid !== undefined) onStart?.(child.pid)
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      onOutput?.(chunk)
    })
  }
  const code = await new Promise<number>(resolve =>
    child.on('close', (status, signal) => resolve(status ?? 128 + os.constants.signals[signal!]))
  )
  const result = {
    code,
    output: Buffer.concat(chunks).toString('utf8'),
    outputs: readOutputs(readFileSync(files.GITHUB_OUTPUT, 'utf8')),
    summary: existsSync(files.GITHUB_STEP_SUMMARY) ? readFileSync(files.GITHUB_STEP_SUMMARY, 'utf8') : ''
  }
  rmSync(folder, { recursive: true, force: true })
  return result
}

/** `name<<DELIMITER`, the value's lines, `DELIMITER`: as the runner reads GITHUB_OUTPUT. */
function readOutputs(text: string): Record<string, string> {
  const outputs: Record<string, string> = {}
  for (const [, name, , value] of text.matchAll(/^([\w-]+)<<(.+)\n([^]*?)\n?\2$/gm)) outputs[name!] = value!
  return outputs
}
