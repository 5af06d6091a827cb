import { LIMITS } from '../../../src/knowledge/index.ts'
import type { Clock } from '../../../src/runtime/index.ts'
import { ApiError } from './errors.ts'

/** Requests an hour that an account has. */
export const HEROKU_RATE_LIMIT = LIMITS.apiRequests

/** The account's bucket of requests: each takes one, and it is refilled all the time, a sixtieth a minute. */
export class RateLimit {
  readonly #limit: number
  readonly #clock: Clock
  #left: number
  #at: number

  constructor(limit: number, clock: Clock) {
    this.#limit = limit
    this.#clock = clock
    this.#left = limit
    this.#at = clock.now()
  }

  /** How many are left. To ask costs none. */
  remaining(): number {
    const now = this.#clock.now()
    this.#left = Math.min(this.#limit, this.#left + (now - this.#at) * this.#perMillisecond)
    this.#at = now
    // A request that was refilled in small parts is a whole one.
    return Math.floor(this.#left + 1e-6)
  }

  /** Takes one. Throws Heroku's 429 if none is left. Undocumented: that it comes with a Retry-After. */
  take(): void {
    if (this.remaining() >= 1) {
      this.#left--
      return
    }
    const seconds = Math.ceil((1 - this.#left) / this.#perMillisecond / 1000)
    throw new ApiError(429, 'rate_limit', 'Your account reached the API rate limit. Please wait a few minutes.', {
      headers: { 'retry-after': String(Math.max(1, seconds)) }
    })
  }

  get #perMillisecond(): number {
    return this.#limit / 3_600_000
  }
}
