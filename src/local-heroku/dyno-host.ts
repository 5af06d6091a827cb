/** A process of an app, to start. */
export interface DynoSpec {
  /** `web.1`, `run.1234`. */
  readonly name: string
  readonly slug: { readonly id: string; readonly file: string }
  readonly command: string
  readonly env: Readonly<Record<string, string>>
  readonly output: (chunk: Buffer) => void
}

export interface RunningDyno {
  /** To all its processes. */
  signal(name: NodeJS.Signals): void
  /** Its exit status; 128 and the number where a signal ended it. */
  readonly exited: Promise<number>
  /** Bytes of memory that its processes have, where that can be known. */
  memory(): Promise<number | undefined>
}

/** Where dynos run. Tests may hand in another one. */
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
