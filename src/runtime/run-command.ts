import { spawn, type ChildProcess } from 'node:child_process'
import { CancelledError, errorCode, sizeText, UserError, type CommandOptions, type CommandResult } from './index.ts'

/** 128 + 15: what a shell reports for a program that SIGTERM ended. */
const ENDED = 143

/**
 * Runs a program to its end (`RunCommand`). `@actions/exec` would not do: it gives output as text, while git's lists of files
 * are bytes, and it cannot be cancelled.
 */
export function runCommand(program: string, args: string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { cwd, env = {}, input, signal, group = false, most = Infinity } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(new CancelledError(program))
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    let printed = 0
    let failure: Error | undefined
    const child = spawn(program, args, { cwd, env, detached: group, stdio: 'pipe', shell: false })
    const end = (error: Error): void => {
      failure ??= error
      stop(child, group)
      // A killed group closes its output. A single child may leave others with the pipes open: they are not waited for.
      if (group) return
      child.stdout.destroy()
      child.stderr.destroy()
      reject(error)
    }
    const cancel = (): void => end(new CancelledError(program))
    signal?.addEventListener('abort', cancel, { once: true })
    const collect = (into: Buffer[]) => (chunk: Buffer) => {
      printed += chunk.length
      if (printed > most) end(tooMuch(program, most))
      else into.push(chunk)
    }
    child.stdout.on('data', collect(stdout))
    child.stderr.on('data', collect(stderr))
    child.stdin.on('error', () => {}) // the program may end before it has read its input
    child.stdin.end(input)
    child.on('error', error => {
      signal?.removeEventListener('abort', cancel)
      if (['ENOENT', 'EACCES'].includes(errorCode(error) ?? ''))
        resolve({ code: 127, stdout: Buffer.alloc(0), stderr: error.message })
      else reject(error)
    })
    child.on('close', code => {
      signal?.removeEventListener('abort', cancel)
      if (failure) reject(failure)
      else
        resolve({ code: code ?? ENDED, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString('utf8') })
    })
  })
}

/** A single child gets SIGTERM. A group is killed: what its first process started may ignore SIGTERM. */
function stop(child: ChildProcess, group: boolean): void {
  if (!group || child.pid === undefined) return void child.kill()
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}

function tooMuch(program: string, most: number): UserError {
  return new UserError(`${program} printed more than ${sizeText(most)}`, 'Look at what it was asked for.')
}
