import { errorText, type Clock, type Log } from '../runtime/index.ts'

/** One step: what was done and seen, when, and for how long. */
export interface StepRecord {
  readonly name: string
  /** Milliseconds since the start, and of the step itself. */
  readonly at: number
  readonly took: number
  readonly failed: boolean
  /** What came of it, for people. */
  readonly notes: readonly string[]
}

/** What an app serves. */
export interface Serving {
  readonly app: string
  readonly release: number
  readonly commit?: string
}

/**
 * What a command does, step by step: told in the log while it happens, and the evidence of its verdict afterwards. It also
 * keeps what has been changed and what serves, so that an end in the middle can say so.
 */
export class Story {
  readonly log: Log
  readonly #clock: Clock
  readonly #started: number
  readonly #steps: StepRecord[] = []
  readonly #begun = new Set<string>()
  #notes: string[] = []
  /** What the app serves, as far as it was seen. */
  serving: Serving | 'not known' | undefined
  /** Of the summary: `Deploy of my-mastodon`. A command without one writes a summary of its own. */
  title: string | undefined
  /** Pages that have more, by name. */
  readonly links: Record<string, string> = {}

  constructor(log: Log, clock: Clock) {
    this.log = log
    this.#clock = clock
    this.#started = clock.now()
  }

  get steps(): readonly StepRecord[] {
    return this.#steps
  }

  /** Says, right before it, that something is changed: `a release of my-mastodon`. */
  begin(change: string): void {
    this.#begun.add(change)
  }

  /** What was changed, or may have been, in order. */
  get begun(): readonly string[] {
    return [...this.#begun]
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
