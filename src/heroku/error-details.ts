import { type Obstacle } from '../net/index.ts'

/**
 * Whether a request that failed was carried out. `refused`: Heroku said no, and nothing happened. `not-sent`: no connection
 * was made. `unknown`: it was sent, and no whole answer came, so it may have happened.
 */
export type WriteOutcome = 'refused' | 'not-sent' | 'unknown'

export interface HerokuErrorDetails {
  readonly method: string
  readonly path: string
  readonly outcome: WriteOutcome
  readonly status?: number
  /** Heroku's name of the error, such as `invalid_params`. */
  readonly id?: string
  /** Heroku's own words. */
  readonly reason: string
  readonly requestId?: string
  /** Milliseconds after which Heroku wants the next attempt. */
  readonly retryAfter?: number
  /** Name of the API, if it was not Heroku's Platform API. */
  readonly service?: string
  /** What to do, if that API has an advice of its own. */
  readonly hint?: string
  /** What kept the request from leaving, if that is known. */
  readonly obstacle?: Obstacle
}
