import { spawn } from 'node:child_process'
import { CancelledError, type CommandOptions, type CommandResult } from './index.ts'

/** 128 + 15: what a shell reports for a program that SIGTERM ended. */
const ENDED = 143

/**
 * Runs a helper program to its end (`RunCommand`). It is `spawn` and not `@actions/exec`, which hands output over as
 * text (file lists of git are bytes) and cannot be cancelled.
 */
export function runCommand(program: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { cwd, env = {}, input, signal } = options
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const child = spawn(program, args, { cwd, env, signal, stdio: 'pipe', shell: false })
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.stdin.on('error', () => {}) // a program that ends before it has read all of its input
    child.stdin.end(input)
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(new CancelledError(program))
      else if (error.code === 'ENOENT' || error.code === 'EACCES')
        resolve({ code: 127, stdout: Buffer.alloc(0), stderr: error.message })
      else reject(error)
    })
    child.on('close', code => {
      resolve({ code: code ?? ENDED, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') })
    })
  })
}
