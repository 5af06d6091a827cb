/**
 * What every folder is given: log, clock, child processes, the signal that cancels. Tests give their own; the real ones are
 * in `real.ts`.
 */
export { ANIMATED_GIF } from './animated-gif.ts'
export * from './errors.ts'
export * from './figures.ts'
export { MAKE_KEY, makeKeyCommand } from './heroku-key.ts'
export * from './git.ts'
export * from './mapping.ts'
export * from './once.ts'
export { makeOwned, removeDead, removeFolder } from './owned.ts'
export * from './paths.ts'
export * from './programs.ts'
export { Secrets, SHORTEST_SECRET } from './secrets.ts'
export * from './shell.ts'
export * from './text.ts'
export * from './tree.ts'
export * from './urls.ts'
export * from './version.ts'

/** Takes lines for people. */
export interface Log {
  info(line: string): void
  warning(line: string): void
  error(line: string): void
  /** Folds what `work` prints under a title. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>
  /** How many bytes of a transfer are done. In the last call all are. */
  progress(done: number, total: number): void
  /**
   * Opens a fence around text of others (buildpacks, dynos): nothing in it is taken for a workflow command. `close` must
   * be called.
   */
  fence(): HostileOutput
}

/** Prints text of others inside of a fence. */
export interface HostileOutput {
  write(chunk: Buffer): void
  close(): void
}

/** Time, and waiting. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Waits. Rejects with a `CancelledError` if the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Calls `work` after that many milliseconds, unless the returned function is called first. */
  after(milliseconds: number, work: () => void): () => void
}

/** How a program is run. */
export interface CommandOptions {
  cwd?: string
  /** The whole environment of the child; nothing is inherited. */
  env?: Record<string, string>
  /** Written to the child's standard input, which is then closed. */
  input?: Buffer | string
  /** If it is aborted the child is ended, and the run rejects with a `CancelledError`. */
  signal?: AbortSignal
  /** Whether everything that the child started is ended with it: git fetches with other programs. */
  group?: boolean
  /** Most bytes that it may print. If it prints more it is ended, and the run rejects with a `UserError`. */
  most?: number
}

/** How a program ended, and all that it printed. */
export interface CommandResult {
  /** Exit code; 127 if the program does not exist. */
  code: number
  stdout: Buffer
  stderr: string
}

/** Runs a short program (git, docker) to its end, never through a shell. Does not reject for an exit code. */
export type RunCommand = (program: string, args: string[], options?: CommandOptions) => Promise<CommandResult>

/** Everything of the machine that a command needs. */
export interface Runtime {
  readonly log: Log
  /**
   * The text without any secret of this run. Log, summary, outputs and verdict do it by themselves; what leaves by another
   * way goes through it.
   */
  readonly redact: (this: void, text: string) => string
  readonly clock: Clock
  readonly run: RunCommand
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal
  /** A folder only for this run, removed at its end. */
  readonly scratch: string
  /** The program that packing threads run. */
  readonly packWorker: URL
  /** The folder with the script and the style of the report's page. */
  readonly page: URL
  /** How many threads compress. */
  readonly threads: number
}
