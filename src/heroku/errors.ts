import { LIMITS } from '../knowledge/index.ts'
import { MAKE_KEY, UserError } from '../runtime/index.ts'

/**
 * What is known of a request that failed: `refused` (Heroku said no, nothing happened), `not-sent` (no connection was
 * made), `unknown` (it was sent, and no whole answer came: it may have happened).
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
  /** Milliseconds after which Heroku wants to be asked again. */
  readonly retryAfter?: number
  /** Who was asked, where it was not Heroku's Platform API. */
  readonly service?: string
  /** What to do, where the one who was asked says more than Heroku would. */
  readonly hint?: string
}

/** A request to the Platform API (or to a scheduler's) that failed, with what a person needs to go on. */
export class HerokuError extends UserError {
  readonly details: HerokuErrorDetails

  constructor(details: HerokuErrorDetails, options?: ErrorOptions) {
    super(sentence(details), hint(details), options)
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

/** Whether the request may have been carried out although it failed. */
export function mayHaveHappened(error: unknown): boolean {
  return error instanceof HerokuError && error.outcome === 'unknown'
}

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

/** Ids and statuses: Dev Center, platform-api-reference#errors. */
function hint({ method, path, status, id, outcome, service, hint }: HerokuErrorDetails): string {
  if (hint !== undefined) return hint
  const unsure = 'Whether it was carried out is not known. Run the job again: it looks first, and goes on from there.'
  if (service !== undefined)
    return outcome === 'unknown' && method !== 'GET'
      ? unsure
      : `Look whether ${service} is down, then run the job again.`
  if (id === 'two_factor') return `This key needs a second factor here, which a job cannot give. ${MAKE_KEY}`
  if (id === 'delinquent' || status === 402)
    return 'The account that owns the app has an unpaid bill. Settle it in Heroku’s dashboard under Billing.'
  if (id === 'suspended') return 'The account is suspended. Write to Heroku’s support.'
  switch (status) {
    case 401:
      return `The key is wrong, expired or revoked. ${MAKE_KEY}`
    case 403:
      return 'The key works, but may not do this. Check that its account is a collaborator of the app with the right to deploy, and that its scope is global or write.'
    case 404:
      return /^\/apps\/[^/]+$/.test(path)
        ? 'Check the name of the app (`heroku apps`), and that the key’s account is a collaborator of it.'
        : 'It may have been removed meanwhile. Run the job again.'
    case 409:
      return 'Something else is changing this app. Wait until it is done, then run the job again.'
    case 422:
      return 'Heroku does not accept this request. Its message says why; where it is no mistake of the app’s settings, report it to mastodon-on-heroku with the request id.'
    case 429:
      return `The account’s rate limit (${LIMITS.apiRequests.toLocaleString('en')} requests an hour) is used up. Look for another job that asks without pause, wait some minutes, then run this one again.`
  }
  if (outcome === 'unknown' && method !== 'GET') return unsure
  return 'Look at https://status.heroku.com, then run the job again.'
}
