/** Where buildpacks run, and later the built app's own programs: a container, or this machine. */
export interface Place {
  readonly kind: 'container' | 'host'
  /** The folders as a program in the place sees them. */
  readonly paths: PlaceFolders
  /**
   * Runs one program to its end. Both output streams go to `output` as they arrive. Rejects with a `CancelledError` if
   * the signal is aborted. When it settles, every process of the step has ended, whatever the outcome.
   */
  run(step: BuildStep): Promise<StepResult>
  /** Ends what still runs and removes what the place made. May be called twice. Never throws. */
  close(): Promise<void>
}

/** Folders of one build; on this machine they are siblings in a scratch folder. */
export interface PlaceFolders {
  /** BUILD_DIR: the app. `/app` in a container, as at run time. */
  readonly app: string
  /** CACHE_DIR, kept between builds. */
  readonly cache: string
  /** ENV_DIR: one file per build-time variable. */
  readonly env: string
  /** Parent of the fetched buildpacks, each writable. */
  readonly buildpacks: string
  /** HOME while building. */
  readonly home: string
}

export interface BuildStep {
  /** Program and arguments, in paths of the place. Never a shell line. */
  readonly argv: string[]
  /** The whole environment; PATH is added if it is missing. */
  readonly env: Record<string, string>
  /** Working folder, in paths of the place. */
  readonly cwd: string
  readonly output: (chunk: Buffer) => void
  readonly signal: AbortSignal
  /** Milliseconds, after which every process of the step is ended. */
  readonly timeout: number
}

export interface StepResult {
  /** Exit code; 128 + the signal's number if a signal ended it. */
  readonly code: number
  readonly timedOut: boolean
}
