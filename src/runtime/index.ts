/**
 * What every room is handed instead of reaching for it: log, clock, child processes, the signal that cancels.
 * Tests hand in their own; `real.ts` holds the real ones.
 */
export { ANIMATED_GIF } from './animated-gif.ts'
export * from './errors.ts'
export * from './figures.ts'
export { MAKE_KEY, makeKeyCommand } from './heroku-key.ts'
export * from './git.ts'
export * from './once.ts'
export * from './paths.ts'
export * from './programs.ts'
export * from './shell.ts'
export * from './text.ts'
export * from './tree.ts'
export * from './urls.ts'
export * from './version.ts'

/** Where lines for people go. */
export interface Log {
  info(line: string): void
  warning(line: string): void
  error(line: string): void
  /** Folds what `work` prints under a title. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>
  /** How far a transfer is, in bytes; the last call is for the whole. */
  progress(done: number, total: number): void
  /**
   * Opens a fence behind which text of others (buildpacks, dynos) is printed: nothing in it can act as a workflow
   * command (design, rule 5). `close` must be called.
   */
  fence(): HostileOutput
}

export interface HostileOutput {
  write(chunk: Buffer): void
  close(): void
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Waits. Rejects with a `CancelledError` where the signal is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** Calls `work` after that many milliseconds, unless what it returns is called first. */
  after(milliseconds: number, work: () => void): () => void
}

export interface CommandOptions {
  cwd?: string
  /** The whole environment of the child; nothing is inherited. */
  env?: Record<string, string>
  /** Written to the child's standard input, which is then closed. */
  input?: Buffer | string
  /** When it is aborted the child is ended, and the run rejects with a `CancelledError`. */
  signal?: AbortSignal
  /** Whether all that the child has started is ended with it: git fetches with programs of its own. */
  group?: boolean
  /** Bytes that it may print. Where it prints more it is ended, and the run rejects with a `UserError`. */
  most?: number
}

export interface CommandResult {
  /** Exit code; 127 where the program does not exist. */
  code: number
  stdout: Buffer
  stderr: string
}

/** Runs short helper programs (git, docker) to their end. Never through a shell. Does not throw on an exit code. */
export type RunCommand = (program: string, args: string[], options?: CommandOptions) => Promise<CommandResult>

export interface Runtime {
  readonly log: Log
  readonly clock: Clock
  readonly run: RunCommand
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal
  /** A folder of this run alone, removed at its end. */
  readonly scratch: string
  /** The program that packing threads run. */
  readonly packWorker: URL
  /** The folder with the script and the style of the report's page. */
  readonly page: URL
  /** How many threads may compress. */
  readonly threads: number
}
