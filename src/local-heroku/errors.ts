/** One of Heroku's errors (Dev Center: platform-api-reference#errors). */
export class ApiError extends Error {
  readonly status: number
  readonly id: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, id: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message)
    this.status = status
    this.id = id
    this.headers = headers
  }

  get body(): unknown {
    const url = 'https://devcenter.heroku.com/articles/platform-api-reference#errors'
    return { id: this.id, message: this.message, url }
  }
}

/** An error of an API that speaks JSON:API, as the Scheduler's does. */
export class JsonApiError extends ApiError {
  readonly pointer: string

  /** @param pointer what is wrong in the request: `/data/type` */
  constructor(status: number, title: string, pointer: string) {
    super(status, 'json_api', title)
    this.pointer = pointer
  }

  override get body(): unknown {
    const { message: title, pointer, status } = this
    return { errors: [{ title, source: { pointer }, status: String(status), detail: title }] }
  }
}

/** An error of an API that has a message and nothing else in common with Heroku's. */
export class PlainError extends ApiError {
  readonly more: Readonly<Record<string, unknown>>

  constructor(status: number, message: string, more: Readonly<Record<string, unknown>> = {}) {
    super(status, 'plain', message)
    this.more = more
  }

  override get body(): unknown {
    return { message: this.message, ...this.more }
  }
}

/** Heroku's 404 of a thing: `app`, `release`. */
export function notFound(what: string): ApiError {
  return new ApiError(404, 'not_found', `Couldn't find that ${what}.`)
}

/** Heroku's answer to a value that it does not take. */
export function invalid(message: string): ApiError {
  return new ApiError(422, 'invalid_params', message)
}
