/**
 * An error for the person who runs the action: `message` says what failed, `nextStep` what to do about it.
 */
export class UserError extends Error {
  readonly nextStep: string

  constructor(message: string, nextStep: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UserError'
    this.nextStep = nextStep
  }

  /** Whether something did not succeed; else a rule stopped it. */
  get isFailure(): boolean {
    return false
  }
}

/** Work that had begun and did not succeed, such as a buildpack's: an end in the middle, and no refusal. */
export class WorkFailed extends UserError {
  override get isFailure(): boolean {
    return true
  }
}

/** The new code is live, and nothing that was seen proves it healthy or at fault; it is left in place. */
export class Unverified extends UserError {}

/** The run was cancelled, by SIGINT or SIGTERM. */
export class CancelledError extends UserError {
  constructor(what: string) {
    super(`${what} was cancelled`, 'Run the job again.')
    this.name = 'CancelledError'
  }
}

/** The code of a system call's error (`ENOENT`, `ENOSPC` …); undefined if it has none. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** The text of anything that was thrown. Of several addresses that were tried in vain, Node gives the errors and no text. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** A `UserError` for a full disk; any other error is returned as it is. */
export function explainDiskFull(error: unknown, where: string): unknown {
  if (errorCode(error) !== 'ENOSPC' && errorCode(error) !== 'EDQUOT') return error
  return new UserError(
    `The disk is full: ${where} could not be written`,
    'Free disk space on the runner before this step, or use a runner with a larger disk.',
    { cause: error }
  )
}
