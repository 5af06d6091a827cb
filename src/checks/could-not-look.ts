/** Why a check could not look, where something can be done about it. */
export class CouldNotLook extends Error {
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.remedy = remedy
  }
}
