import { ApiError } from '../../../src/local-heroku/errors.ts'

export { ApiError, invalid, notFound } from '../../../src/local-heroku/errors.ts'

export const JSON_API = 'application/vnd.api+json'

/** An error of an API that speaks JSON:API, as the Scheduler's does. */
export class JsonApiError extends ApiError {
  override readonly type = JSON_API
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
