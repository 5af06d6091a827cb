import { UserError } from '../runtime/index.ts'
import { adviceOn } from './advice.ts'
import { type HerokuErrorDetails, type WriteOutcome } from './error-details.ts'

/** A request to the Platform API, or to a scheduler's, failed. Says what was asked, why it failed, and what to do. */
export class HerokuError extends UserError {
  readonly details: HerokuErrorDetails

  constructor(details: HerokuErrorDetails, options?: ErrorOptions) {
    super(sentence(details), adviceOn(details), options)
    this.name = 'HerokuError'
    this.details = details
  }

  get status(): number | undefined {
    return this.details.status
  }

  get outcome(): WriteOutcome {
    return this.details.outcome
  }

  /** Heroku did not answer, not rightly, or not now. Any other answer is a refusal. */
  override get isFailure(): boolean {
    const { outcome, status } = this.details
    return outcome !== 'refused' || status === undefined || status === 429
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
