/** One of Heroku's errors (Dev Center: platform-api-reference#errors). */
export class ApiError extends Error {
  readonly status: number
  readonly id: string

  constructor(status: number, id: string, message: string) {
    super(message)
    this.status = status
    this.id = id
  }
}
