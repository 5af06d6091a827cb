import { LIMITS } from '../knowledge/index.ts'
import { MAKE_KEY, UserError } from '../runtime/index.ts'

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
}

/** A request to the Platform API, or to a scheduler's, failed. Says what was asked, why it failed, and what to do. */
export class HerokuError extends UserError {
  readonly details: HerokuErrorDetails

  constructor(details: HerokuErrorDetails, options?: ErrorOptions) {
    super(sentence(details), nextStepOf(details), options)
    this.name = 'HerokuError'
    this.details = details
  }

  get status(): number | undefined {
    return this.details.status
  }

  get outcome(): WriteOutcome {
    return this.details.outcome
  }
}

/** Whether the request may have been carried out, though it failed. */
export function mayHaveHappened(error: unknown): boolean {
  return error instanceof HerokuError && error.outcome === 'unknown'
}

/** Whether Heroku answered 404. */
export function isNotFound(error: unknown): boolean {
  return error instanceof HerokuError && error.status === 404
}

function sentence(details: HerokuErrorDetails): string {
  const { method, path, status, id, reason, requestId, outcome, service = 'Heroku' } = details
  const known = [status, id].filter(part => part !== undefined).join(' ')
  const asked = `${method} ${path}`
  const trace = requestId ? ` (request id ${requestId})` : ''
  if (status !== undefined) return `${service} answered ${asked} with ${known}: ${reason}${trace}`
  return outcome === 'unknown'
    ? `${service}'s answer to ${asked} was lost: ${reason}${trace}`
    : `${service} could not be asked ${asked}: ${reason}`
}

const UNSURE = 'Whether it was carried out is not known. Run the job again: it looks first, and goes on from there.'

function nextStepOf(details: HerokuErrorDetails): string {
  const { method, outcome, service, hint } = details
  if (hint !== undefined) return hint
  const isUnsure = outcome === 'unknown' && method !== 'GET'
  if (service !== undefined) return isUnsure ? UNSURE : `Look whether ${service} is down, then run the job again.`
  return herokusRefusal(details) ?? (isUnsure ? UNSURE : 'Look at https://status.heroku.com, then run the job again.')
}

/** What to do if Heroku refused; undefined if it did not. Ids and statuses: Dev Center, platform-api-reference#errors. */
function herokusRefusal({ path, status, id }: HerokuErrorDetails): string | undefined {
  if (id === 'two_factor') return `This key needs a second factor here, which a job cannot give. ${MAKE_KEY}`
  if (id === 'suspended') return 'The account is suspended. Write to Heroku’s support.'
  switch (id === 'delinquent' ? 402 : status) {
    case 401:
      return `The key is wrong, expired or revoked. ${MAKE_KEY}`
    case 402:
      return 'The account that owns the app has an unpaid bill. Settle it in Heroku’s dashboard under Billing.'
    case 403:
      return 'The key works, but may not do this. Check that its account is a collaborator of the app with the right to deploy, and that its scope is global or write.'
    case 404:
      return /^\/apps\/[^/]+$/.test(path)
        ? 'Check the name of the app (`heroku apps`), and that the key’s account is a collaborator of it.'
        : 'It may have been removed meanwhile. Run the job again.'
    case 409:
      return 'Something else is changing this app. Wait until it is done, then run the job again.'
    case 422:
      return 'Heroku does not accept this request. Its message says why. If it is not a mistake in the app’s settings, report it to mastodon-on-heroku with the request id.'
    case 429:
      return `The account’s rate limit (${LIMITS.apiRequests.toLocaleString('en')} requests an hour) is used up. Look for another job that asks without pause, wait some minutes, then run this one again.`
    default:
      return undefined
  }
}
