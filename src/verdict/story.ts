import { errorText, type Clock, type Log } from '../runtime/index.ts'

export interface StepRecord {
  readonly name: string
  /** Milliseconds since the start, and of the step itself. */
  readonly at: number
  readonly took: number
  readonly failed: boolean
  /** What came of it, for people. */
  readonly notes: readonly string[]
}

/** What a deploy did, step by step: told in the log while it happens, and in the summary afterwards. */
export class Story {
  readonly log: Log
  readonly #clock: Clock
  readonly #started: number
  readonly #steps: StepRecord[] = []
  #notes: string[] = []

  constructor(log: Log, clock: Clock) {
    this.log = log
    this.#clock = clock
    this.#started = clock.now()
  }

  get steps(): readonly StepRecord[] {
    return this.#steps
  }

  /** Milliseconds since the start. */
  get elapsed(): number {
    return this.#clock.now() - this.#started
  }

  /** Does a step under its own title in the log. */
  step<T>(name: string, work: () => Promise<T>): Promise<T> {
    return this.span(name, () => this.log.group(name, work))
  }

  /** A step that has titles of its own in the log. */
  async span<T>(name: string, work: () => Promise<T>): Promise<T> {
    const at = this.elapsed
    this.#notes = []
    const finish = (failed: boolean): void => {
      this.#steps.push({ name, at, took: this.elapsed - at, failed, notes: this.#notes })
      this.#notes = []
    }
    try {
      const result = await work()
      finish(false)
      return result
    } catch (error) {
      this.#notes.push(errorText(error))
      finish(true)
      throw error
    }
  }

  /** A line for the log and the summary. */
  note(text: string): void {
    this.log.info(text)
    this.#notes.push(text)
  }

  /** For the summary alone: what the log has already. */
  quote(text: string): void {
    this.#notes.push(text)
  }

  warn(text: string): void {
    this.log.warning(text)
    this.#notes.push(text)
  }
}
