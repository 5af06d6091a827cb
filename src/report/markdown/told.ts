import { type Amount } from '../../runtime/index.ts'
import { type Comparison } from '../compare/index.ts'
import { type HistoryPoint, type Report } from '../data.ts'

/** A report, and what is known beside it. */
export interface Told {
  readonly report: Report
  /** The app that the slug is for, where one is named. */
  readonly app?: string
  readonly baseline?: Baseline
  readonly comparison?: Comparison
  /** Why there is nothing to compare with, where that was looked for. */
  readonly noBaseline?: string
  readonly live?: LiveSlug
  /** Of the base branch, oldest first, without this report. */
  readonly history: readonly HistoryPoint[]
  readonly maxGrowth?: Amount
  /** The pull request whose own build wrote the report: then its texts are not shown, only figures and names. */
  readonly measuredBy?: number
  /** `https://github.com/owner/name`, for links to commits. */
  readonly repositoryUrl?: string
  /** The run that made the report. */
  readonly runUrl?: string
}

/** What the report is compared with. */
export interface Baseline {
  readonly report: Report
  /** The branch of the base; absent where a file was handed in. */
  readonly branch?: string
  /** The commit that it should be of; how many commits lie between that and the one that it is of. */
  readonly wanted?: string
  readonly behind: number
  readonly runUrl?: string
}

/** The slug that an app runs now. */
export interface LiveSlug {
  readonly app: string
  readonly version: number
  readonly commit?: string
  /** Compressed bytes, as Heroku counts them. */
  readonly bytes: number
}
