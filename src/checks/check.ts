import { type InstancePlace } from '../mastodon/index.ts'
import { type Clock, type Log } from '../runtime/index.ts'
import { type Cause } from './could-not-look.ts'
import { type DynoFacts } from './dyno.ts'
import { type AppFacts } from './facts.ts'
import { type JobFacts, type PlannedUpgrade } from './job-facts.ts'
import { type Network } from './probes/network.ts'

/** How bad a finding is. `unknown`: the check could not look, which is neither good news nor a failure. */
export type Level = 'ok' | 'warn' | 'fail' | 'unknown'

/** What a check says of one thing. All of it is plain text, and may hold text of others. */
export interface Finding {
  readonly level: Level
  /** Which part of the check, if it looks at several: kebab-case and stable. The issue tells findings apart by it. */
  readonly about?: string
  /** One sentence with its figure and without a full stop. Commands and names of config vars in `backticks`. */
  readonly text: string
  /** More about it, one sentence each, in the same form. */
  readonly more?: readonly string[]
  /** The figure alone, for the table: `12 days`, `83 %`. */
  readonly figure?: string
  /** What to do about it. */
  readonly remedy?: string
  /** An https address with more about it: one that the check knows itself, never one that it was told. */
  readonly link?: string
  /** An upgrade plan; the summary shows all of it. */
  readonly upgrade?: PlannedUpgrade
  /** What is behind it, if that may be behind findings of other checks, too. */
  readonly cause?: Cause
  /** Of a cause: names of the checks that it is behind. */
  readonly affects?: readonly string[]
}

/** One nightly check. All that it asks others for is in its `World`. */
export interface Check {
  /** Stable, kebab-case: `checks.skip` and the issue use this name. */
  readonly name: string
  /** For people: `Certificate of the domain`. */
  readonly title: string
  /** Names of the config vars whose values it is handed. */
  readonly config: readonly string[]
  /** It needs none of the app's config vars, so it runs even if Heroku does not give them. */
  readonly alone?: boolean
  /** Whether it gets the access token of a bot account. */
  readonly token?: boolean
  /** Milliseconds after which it is given up; `DEADLINE` by default. */
  readonly deadline?: number
  /**
   * Looks, and says what it saw: nothing at all if this app has nothing to look at (no streaming app, no media host).
   * An error makes the check `unknown`, with the error's text as the reason.
   */
  look(this: void, world: World): Promise<readonly Finding[]>
}

/** What a check gets. All of it is read only. A fact is asked for once, however many checks want it. */
export interface World {
  /** The config vars that the check names, if they are set; one may be set and empty. Secrets. */
  readonly config: Readonly<Record<string, string | undefined>>
  /** Access token of a bot account, if there is one and the check wants it. A secret. */
  readonly token: string | undefined
  /** The instance as its users reach it; undefined if no domain is set. */
  readonly instance: InstancePlace | undefined
  /** The streaming server as browsers reach it; undefined if the app names none. */
  readonly streaming: InstancePlace | undefined
  /** The app that runs web and worker. */
  readonly app: AppFacts
  /** The app that runs streaming, if there is one. */
  readonly streamingApp: AppFacts | undefined
  /** What a one-off dyno sees from inside the main app. A check that asks it needs `deadline: DYNO_DEADLINE`. */
  readonly dyno: DynoFacts
  /** What the job knows beside Heroku's app: of GitHub, the key, scheduled tasks. */
  readonly job: JobFacts
  /** What the config asks for. */
  readonly wants: Wants
  /** The commit and version of the deployed slug. */
  readonly deployed: () => Promise<Deployed>
  readonly thresholds: Thresholds
  /** How the internet is reached; see `src/checks/probes/`. */
  readonly network: Network
  readonly clock: Clock
  /** Aborted at the check's deadline, and when the job is cancelled. */
  readonly signal: AbortSignal
  /** Milliseconds since 1970: when the check is given up. */
  readonly until: number
  readonly log: Log
}

interface Wants {
  readonly ffmpeg: 'with' | 'without' | 'auto'
  /** Bytes of a compressed slug. */
  readonly slugLimit: number
}

export interface Deployed {
  /** 40 hexadecimal digits, if the slug tells. */
  readonly commit: string | undefined
  /** `4.7.0`, if the checkout has the commit. */
  readonly version: string | undefined
}

interface Thresholds {
  /** Days before a certificate expires. */
  readonly certificateDays: number
  /** Days before a key expires. */
  readonly keyDays: number
  /** Seconds a job may wait in a queue. */
  readonly queueLatency: number
}

/** What one check found. */
export interface Result {
  readonly check: Pick<Check, 'name' | 'title'>
  /** That of its worst finding; undefined if it has none. */
  readonly level: Level | undefined
  readonly findings: readonly Finding[]
  /** Its parts whose finding is told as that of a cause; undefined for a check without parts. */
  readonly under?: readonly (string | undefined)[]
  /** Milliseconds. */
  readonly took: number
}
