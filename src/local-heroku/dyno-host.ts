/** The process that a dyno runs. */
export interface DynoSpec {
  /** `web.1`, `run.1234`. */
  readonly name: string
  readonly slug: { readonly id: string; readonly file: string }
  readonly command: string
  readonly env: Readonly<Record<string, string>>
  readonly output: (chunk: Buffer) => void
}

export interface RunningDyno {
  /** Sends a signal to all its processes. */
  signal(name: NodeJS.Signals): void
  /** Its exit status; 128 and the signal's number if a signal ended it. */
  readonly exited: Promise<number>
  /** Bytes of memory of its processes; undefined if that is not known. */
  memory(): Promise<number | undefined>
}

/** Runs dynos. Tests may hand in one of their own. */
export interface DynoHost {
  start(spec: DynoSpec): Promise<RunningDyno>
}

export interface DynoUser {
  readonly uid: number
  readonly gid: number
}

export interface DynoImage {
  readonly name: string
  /** Environment of the docker client. */
  readonly dockerEnv: Readonly<Record<string, string>>
}
