import { type Amount } from '../../runtime/index.ts'
import { type Comparison } from '../compare/index.ts'
import { type HistoryPoint, type Report } from '../data.ts'

/** A report and everything that is known beside it: what summary, comment and page show. */
export interface Told {
  readonly report: Report
  /** The app that the slug is for, if one is named. */
  readonly app?: string
  readonly baseline?: Baseline
  readonly comparison?: Comparison
  /** Why there is no baseline, if one was looked for. */
  readonly noBaseline?: string
  readonly live?: LiveSlug
  /** Sizes of the base branch, oldest first, without this report. */
  readonly history: readonly HistoryPoint[]
  readonly maxGrowth?: Amount
  /** The number of the pull request whose own build wrote the report: only figures and names of it are shown then. */
  readonly measuredBy?: number
  /** `https://github.com/owner/name`, for links to commits. */
  readonly repositoryUrl?: string
  /** Page of the run that made the report. */
  readonly runUrl?: string
}

/** The report to compare with. */
export interface Baseline {
  readonly report: Report
  /** Its branch; absent if the report came as a file. */
  readonly branch?: string
  /** The commit whose report was wanted. */
  readonly wanted?: string
  /** How many commits before that one its commit is. */
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
