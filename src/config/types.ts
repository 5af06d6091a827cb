export const FFMPEG = ['with', 'without', 'auto'] as const
export const MIGRATIONS = ['zero-downtime', 'maintenance', 'off'] as const
export const SCHEDULERS = ['heroku-scheduler', 'cron-to-go', 'advanced-scheduler', 'github-actions'] as const
export const INTERVALS = ['10 minutes', 'hour', 'day'] as const
export const REDIS_TLS = ['verify', 'no-verify'] as const

/** The config file, checked, with its defaults. */
export interface Config {
  /** Runs web and worker. */
  readonly app?: string
  readonly streamingApp?: string
  readonly stagingApp?: string
  /** `heroku-24` …; without it app.json's, else the app's. */
  readonly stack?: string
  readonly ffmpeg: (typeof FFMPEG)[number]
  readonly slug: SlugConfig
  readonly migrations: (typeof MIGRATIONS)[number]
  /** Absent where the file says nothing of it: then the app's tasks are left alone. An empty list wants none. */
  readonly schedule?: ScheduleConfig
  readonly checks: ChecksConfig
  readonly redisTls: (typeof REDIS_TLS)[number]
}

export interface SlugConfig {
  /** Bytes. */
  readonly limit: number
  /** In order; without it app.json's. */
  readonly buildpacks?: readonly BuildpackConfig[]
  /** Build-time variables. */
  readonly env: Readonly<Record<string, string>>
  readonly trim: TrimConfig
}

export interface BuildpackConfig {
  /** A registry name, a URL with an optional `#ref`, or a folder. */
  readonly buildpack: string
  /** 64 hexadecimal digits, lower case: what the fetched buildpack must be. */
  readonly sha256?: string
}

export interface TrimConfig {
  /** Remove what is known not to be read at run time. */
  readonly safe: boolean
  /** Remove these, too. */
  readonly globs: readonly string[]
}

export interface ScheduleConfig {
  readonly with: (typeof SCHEDULERS)[number]
  readonly tasks: readonly TaskConfig[]
  /** `github-actions` only: the branch on which last runs are kept. */
  readonly state?: string
}

/** Has either `every` or `cron`. */
export interface TaskConfig {
  readonly command: string
  readonly every?: (typeof INTERVALS)[number]
  /** UTC: `HH:MM` with `every: day`, `:MM` with `every: hour`. */
  readonly at?: string
  /** Five fields. */
  readonly cron?: string
  /** Dyno size, as Heroku writes it: `Basic`, `Standard-1X`. */
  readonly size?: string
  /** Minutes after which it is ended. */
  readonly timeout?: number
  /** Where it stands in the file. */
  readonly line?: number
}

export interface ChecksConfig {
  /** Names of checks that are not run. */
  readonly skip: readonly string[]
  readonly thresholds: Thresholds
}

export interface Thresholds {
  /** Days before a certificate expires. */
  readonly certificateDays: number
  /** Days before a key expires. */
  readonly keyDays: number
  /** Seconds a job may wait in a queue. */
  readonly queueLatency: number
  /** Seconds a one-off dyno may take to start before it is given up. */
  readonly dynoStart: number
}
