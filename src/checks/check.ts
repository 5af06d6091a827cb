import { type InstancePlace } from '../mastodon/index.ts'
import { type Clock, type Log } from '../runtime/index.ts'
import { type DynoFacts } from './dyno.ts'
import { type AppFacts } from './facts.ts'
import { type JobFacts, type PlannedUpgrade } from './job-facts.ts'
import { type Network } from './probes/network.ts'

/** `unknown`: it could not look. That is neither good news nor a failure. */
export type Level = 'ok' | 'warn' | 'fail' | 'unknown'

/** What a check has to say of one thing. All of it is plain text, and may hold text of others. */
export interface Finding {
  readonly level: Level
  /** Which part of the check, where it looks at several: kebab-case and stable. The issue tells findings apart by it. */
  readonly about?: string
  /** One sentence, with the number and without a full stop. Commands and names of config vars in `backticks`. */
  readonly text: string
  /** What belongs to it, a sentence each, likewise. */
  readonly more?: readonly string[]
  /** The number alone, for the table: `12 days`, `83 %`. */
  readonly figure?: string
  /** What to do about it. */
  readonly remedy?: string
  /** Where more is said: an https address that the check knows, never one that it was told. */
  readonly link?: string
  /** An upgrade plan, of which the summary tells the whole. */
  readonly upgrade?: PlannedUpgrade
}

/** One nightly check. It may import heroku, mastodon and runtime alone; all else is in its `World`. */
export interface Check {
  /** Stable, kebab-case: `checks.skip` and the issue know it by this name. */
  readonly name: string
  /** For people: `Certificate of the domain`. */
  readonly title: string
  /** Names of the config vars whose values it is handed. */
  readonly config: readonly string[]
  /** It needs nothing of the app: it runs also where Heroku does not give the app's config vars. */
  readonly alone?: boolean
  /** Whether it is handed the access token of a bot account. */
  readonly token?: boolean
  /** Milliseconds after which it is given up; by default `DEADLINE`. */
  readonly deadline?: number
  /**
   * Looks, and says what it saw. Nothing at all where it has nothing to look at in this app (no streaming app, no media
   * host). What it throws makes it `unknown`, with the error's text as the reason.
   */
  look(this: void, world: World): Promise<readonly Finding[]>
}

/** What a check is handed. Everything in it is read only, and asked for once whoever asks. */
export interface World {
  /** Values of the config vars that the check names, where they are set; one may be set and empty. Secrets. */
  readonly config: Readonly<Record<string, string | undefined>>
  /** Access token of a bot account, where there is one and the check wants it. A secret. */
  readonly token: string | undefined
  /** The instance as its users reach it; undefined where no domain is set. */
  readonly instance: InstancePlace | undefined
  /** The streaming server as browsers reach it; undefined where the app says nothing of one. */
  readonly streaming: InstancePlace | undefined
  /** The app that runs web and worker. */
  readonly app: AppFacts
  /** The app that runs streaming, where it is one of its own. */
  readonly streamingApp: AppFacts | undefined
  /** What one one-off dyno sees from inside the main app. A check that asks needs `deadline: DYNO_DEADLINE`. */
  readonly dyno: DynoFacts
  /** What the command found out elsewhere: on GitHub, of the key, of scheduled tasks. */
  readonly job: JobFacts
  /** What the config asks for. */
  readonly wants: Wants
  /** What the deployed slug is of. */
  readonly deployed: () => Promise<Deployed>
  readonly thresholds: Thresholds
  /** How the world outside is reached; see `src/checks/probes/`. */
  readonly network: Network
  readonly clock: Clock
  /** Aborted at the check's deadline, and when the job is cancelled. */
  readonly signal: AbortSignal
  /** Milliseconds since 1970: when the check is given up. */
  readonly until: number
  readonly log: Log
}

export interface Wants {
  readonly ffmpeg: 'with' | 'without' | 'auto'
  /** Bytes of a compressed slug. */
  readonly slugLimit: number
}

export interface Deployed {
  /** 40 hexadecimal digits, where the slug says so. */
  readonly commit: string | undefined
  /** `4.7.0`, where the commit is at hand. */
  readonly version: string | undefined
}

export interface Thresholds {
  /** Days before a certificate expires. */
  readonly certificateDays: number
  /** Days before a key expires. */
  readonly keyDays: number
  /** Seconds a job may wait in a queue. */
  readonly queueLatency: number
}

/** How a check came out. */
export interface Result {
  readonly check: Check
  /** The worst of its findings; undefined where it had nothing to look at. */
  readonly level: Level | undefined
  readonly findings: readonly Finding[]
  /** Milliseconds. */
  readonly took: number
}
