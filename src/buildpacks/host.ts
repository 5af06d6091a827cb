import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { CancelledError, giveTree, UserError, type Owner } from '../runtime/index.ts'
import { type Place, type PlaceFolders, type BuildStep, type StepResult } from './place.ts'

interface HostOptions {
  /** Names of the inputs and variables that hold a key or token in this job. */
  readonly secretsHeld: readonly string[]
  /** The user that buildpacks run as; null if only our own is possible. Default: `otherUser()`. */
  readonly identity?: Owner | null
}

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
/** Milliseconds between SIGTERM and SIGKILL. */
const GRACE = 2_000
/** A variable that every process of a step inherits, even if it leaves the process group. */
const MARK = 'BUILD_STEP_ID'

/**
 * Buildpacks run on this machine as another user: a process of our own uid could read this job's keys in
 * `/proc/<pid>/environ`. Throws a `UserError` if no other user is possible and the job holds a key or token.
 */
export function openHost(folders: PlaceFolders, { secretsHeld, identity = otherUser() }: HostOptions): Place {
  if (!identity && secretsHeld.length > 0) {
    throw new UserError(
      `The build cannot run on the host beside ${secretsHeld.join(', ')}: without root it would run as the same user, and could read them`,
      "Use `build-in: container`; or run the job’s container as root (`options: --user root`); or take them out of this job: a build needs none (github-token: '')."
    )
  }
  if (identity) for (const folder of Object.values(folders) as string[]) giveTree(folder, identity)
  const running = new Set<RunningStep>()
  return {
    kind: 'host',
    paths: folders,
    run: async step => {
      // Temporary files that a buildpack leaves are removed with its home.
      const current = new RunningStep({ ...step, env: { TMPDIR: folders.home, ...step.env } }, identity)
      running.add(current)
      try {
        return await current.result()
      } finally {
        running.delete(current)
      }
    },
    close: () => {
      for (const current of running) current.end()
      return Promise.resolve()
    }
  }
}

/** The user `heroku` of Heroku's images, else `nobody`; null if we are not root. */
export function otherUser(): Owner | null {
  if (process.getuid?.() !== 0) return null
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map(line => line.split(':'))
  const [, , uid, gid] = users.find(([name]) => name === 'heroku') ?? users.find(([name]) => name === 'nobody') ?? []
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) }
}

/** A program and all the processes that it starts. */
class RunningStep {
  readonly #step: BuildStep
  readonly #mark = randomUUID()
  readonly #child: ChildProcess

  constructor(step: BuildStep, identity: Owner | null) {
    this.#step = step
    const [program, ...args] = step.argv
    this.#child = spawn(program!, args, {
      cwd: step.cwd,
      env: { PATH, ...step.env, [MARK]: this.#mark },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...identity
    })
    this.#child.stdout!.on('data', step.output)
    this.#child.stderr!.on('data', step.output)
  }

  /** Resolves when the program and everything it started have ended, and their output is read. */
  async result(): Promise<StepResult> {
    const { signal, timeout } = this.#step
    let timedOut = false
    const onTimeout = (): void => {
      timedOut = true
      this.#terminate()
    }
    const onAbort = (): void => this.#terminate()
    const timer = setTimeout(onTimeout, Math.min(timeout, 2 ** 31 - 1))
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    try {
      const code = await this.#exit()
      this.end()
      await this.#drain()
      if (signal.aborted) throw new CancelledError('The build')
      return { code, timedOut }
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** Ends every process of the step at once. */
  end(): void {
    this.#signalGroup('SIGKILL')
    // Until none is found: a process that is just starting has the mark, too.
    for (let round = 0; round < 100; round++) {
      const left = this.#marked()
      if (left.length === 0) return
      for (const pid of left) kill(pid, 'SIGKILL')
    }
  }

  #exit(): Promise<number> {
    return new Promise(resolve => {
      this.#child.on('error', (error: NodeJS.ErrnoException) => {
        this.#step.output(Buffer.from(`${error.message}\n`))
        resolve(error.code === 'ENOENT' ? 127 : 126)
      })
      this.#child.on('exit', (code, signal) => resolve(code ?? 128 + (signal ? (SIGNALS[signal] ?? 0) : 0)))
    })
  }

  /** Reads what is still in the pipes. A process without our mark may hold them open for ever, so the wait is bounded. */
  async #drain(): Promise<void> {
    const pipes = [this.#child.stdout!, this.#child.stderr!]
    const open = pipes.filter(pipe => !pipe.closed)
    const ended = Promise.all(open.map(pipe => new Promise(resolve => pipe.once('close', resolve))))
    let timer: NodeJS.Timeout | undefined
    await Promise.race([ended, new Promise(resolve => (timer = setTimeout(resolve, GRACE)))])
    clearTimeout(timer)
    for (const pipe of pipes) pipe.destroy()
  }

  #terminate(): void {
    this.#signalGroup('SIGTERM')
    setTimeout(() => this.end(), GRACE).unref()
  }

  #signalGroup(signal: NodeJS.Signals): void {
    if (this.#child.pid !== undefined) kill(-this.#child.pid, signal)
  }

  /** Running processes with our mark in their environment. */
  #marked(): number[] {
    const mark = `${MARK}=${this.#mark}\0`
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name))
      .map(Number)
      .filter(pid => readProc(pid, 'environ').includes(mark) && !/^State:\s+[ZX]/m.test(readProc(pid, 'status')))
  }
}

const SIGNALS: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return '' // it ended, or is not ours to see
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // it has ended
  }
}
