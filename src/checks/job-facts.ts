import { type Drift, type KeyEnd } from '../heroku/index.ts'
import { type TreeRuby, type UpgradePlan } from '../mastodon/index.ts'

/**
 * What the job knows beside Heroku's app; the command hands it in. Each fact is asked for when a check first wants it. It
 * rejects with the reason if it could not be had, and is undefined if there is nothing of the kind.
 */
export interface JobFacts {
  /** When the Heroku key ends; undefined if it may not say. Rejects with a `HerokuError` if it does not work. */
  key(): Promise<KeyEnd | undefined>
  /** The repository in which the job runs. */
  repository(): Promise<GithubRepository | undefined>
  /** The build that this workflow run has made. */
  build(): Promise<NightlyBuild | undefined>
  /** The app's scheduled tasks, compared with the config's. */
  tasks(): Promise<Tasks | undefined>
  /** What the checked-out commit says of Ruby; undefined if it has no Gemfile.lock, or heroku/ruby does not build it. */
  ruby(): Promise<TreeRuby | undefined>
  /** The newest major version of Node that its package.json allows; undefined without a bound, or without heroku/nodejs. */
  node(): Promise<number | undefined>
  /**
   * The plan of an upgrade. If the signal is aborted, it ends what it started, and rejects.
   * @param from the version that runs
   * @param to a version of Mastodon that has been released
   */
  upgrade(from: string, to: string, signal: AbortSignal): Promise<PlannedUpgrade>
}

export interface PlannedUpgrade {
  readonly plan: UpgradePlan
  /** What is found without the upgrade as well. */
  readonly already: UpgradePlan['findings']
  readonly from: {
    /** Full hash. */
    readonly commit: string
    /** Whether it is the commit that runs; else it is the checked-out one, of the version that runs. */
    readonly isReleased: boolean
  }
  /** Whether the app was asked for its config vars, dynos and add-ons. */
  readonly isAppAsked: boolean
  /** Files that both the fork and the new version have changed, if Mastodon has the version that runs. Hostile text. */
  readonly contested: readonly string[] | undefined
}

export interface GithubRepository {
  readonly isPrivate: boolean
  /** Milliseconds since 1970. */
  readonly pushedAt: number | undefined
  readonly off: readonly { readonly name: string; readonly path: string; readonly why: 'inactivity' | 'fork' }[]
  /** The version of this action, if a workflow names it by its repository. */
  readonly action: { readonly running: string; readonly newest: string; readonly publishedAt: number } | undefined
}

export interface NightlyBuild {
  /** Jobs of this run that failed. */
  readonly failedJobs: readonly string[]
  /** Undefined if the build left no report. */
  readonly report: BuildReport | undefined
  /** Of the commit that runs, if its build left one. */
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
  /** Those that end with an error in the checked-out tree. */
  readonly dead: readonly { readonly command: string; readonly text: string }[]
}
