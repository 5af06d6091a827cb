import { type Drift } from '../heroku/index.ts'
import { type TreeRuby, type UpgradePlan } from '../mastodon/index.ts'

/**
 * What the command hands in: facts that no room below it may fetch. Each is asked for when it is first wanted; it rejects
 * with the reason where it could not be had, and is undefined where there is nothing of the kind.
 */
export interface JobFacts {
  /** Whether the Heroku key works: seconds until it expires, undefined where it does not or may not say. Rejects with a `HerokuError`. */
  key(): Promise<number | undefined>
  /** The repository in which the job runs. */
  repository(): Promise<GithubRepository | undefined>
  /** The build that this workflow run has made. */
  build(): Promise<NightlyBuild | undefined>
  /** Scheduled tasks against the config's. */
  tasks(): Promise<Tasks | undefined>
  /** What the checked-out commit says of Ruby; undefined if its buildpacks have no heroku/ruby, or it has no Gemfile.lock. */
  ruby(): Promise<TreeRuby | undefined>
  /** The newest major version of Node that its package.json takes; undefined without a bound, or without heroku/nodejs. */
  node(): Promise<number | undefined>
  /**
   * The plan of an upgrade. At the signal all that it started is ended, and it rejects.
   * @param from the version that runs
   * @param to a version of Mastodon that is out
   */
  upgrade(from: string, to: string, signal: AbortSignal): Promise<PlannedUpgrade>
}

export interface PlannedUpgrade {
  readonly plan: UpgradePlan
  /** What is found without the upgrade, too. */
  readonly already: UpgradePlan['findings']
  readonly from: {
    /** Full hash. */
    readonly commit: string
    /** It is the commit that runs; else the checked-out one, of the version that runs. */
    readonly isReleased: boolean
  }
  /** Whether the app was asked for its config vars, dynos and add-ons. */
  readonly isAppAsked: boolean
  /** Files that both the fork and the version have changed, where Mastodon has what runs. Names of others, for people. */
  readonly contested: readonly string[] | undefined
}

export interface GithubRepository {
  readonly isPrivate: boolean
  /** Milliseconds since 1970. */
  readonly pushedAt: number | undefined
  readonly off: readonly { readonly name: string; readonly path: string; readonly why: 'inactivity' | 'fork' }[]
  /** The action that runs, where a workflow names it by its repository. */
  readonly action: { readonly running: string; readonly newest: string; readonly publishedAt: number } | undefined
}

export interface NightlyBuild {
  /** Jobs of this run that failed. */
  readonly failedJobs: readonly string[]
  /** Undefined where the build left no report. */
  readonly report: BuildReport | undefined
  /** Of the commit that runs, where its build left one. */
  readonly deployed: BuildReport | undefined
}

export interface BuildReport {
  readonly commit: string
  /** Bytes. */
  readonly compressed: number
  readonly limit: number
  readonly withinLimit: boolean
  readonly problem: string | undefined
  readonly buildpacks: readonly { readonly name: string; readonly sha256: string }[]
}

export interface Tasks {
  /** How many the config wants. */
  readonly wanted: number
  readonly drift: readonly Drift[]
  readonly late: readonly { readonly command: string; readonly text: string }[]
}
