/** A check could not look, and something can be done about it. */
export class CouldNotLook extends Error {
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}
