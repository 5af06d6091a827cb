interface ErrorParts {
  readonly headers?: Readonly<Record<string, string>>
  /** What an answer says besides id and message. */
  readonly details?: Readonly<Record<string, unknown>>
}

/** One of Heroku's errors (Dev Center: platform-api-reference#errors). */
export class ApiError extends Error {
  readonly status: number
  readonly id: string
  readonly headers: Readonly<Record<string, string>>
  readonly details: Readonly<Record<string, unknown>>
  /** Content type of the answer; JSON without it. */
  readonly type: string | undefined

  constructor(status: number, id: string, message: string, { headers = {}, details = {} }: ErrorParts = {}) {
    super(message)
    this.status = status
    this.id = id
    this.headers = headers
    this.details = details
  }

  get body(): unknown {
    const url = 'https://devcenter.heroku.com/articles/platform-api-reference#errors'
    return { id: this.id, message: this.message, url, ...this.details }
  }
}

/** Heroku's 404 for a thing: `app`, `release`. */
export function notFound(what: string): ApiError {
  return new ApiError(404, 'not_found', `Couldn't find that ${what}.`)
}

/** Heroku's 422 for a value that it does not accept. */
export function invalid(message: string): ApiError {
  return new ApiError(422, 'invalid_params', message)
}
