import os from 'node:os'

/** Ctrl-C and the like: the first cancels, so that all is cleared away; the second ends the process at once. */
export class Stop {
  readonly #controller = new AbortController()
  #by: NodeJS.Signals | undefined
  /** Is told of the first. */
  onFirst: () => void = () => {}

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.#take(signal))
    // `| head` has read enough.
    for (const stream of [process.stdout, process.stderr]) stream.on('error', () => this.#take('SIGPIPE'))
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** As a shell tells that a signal ended a program: 130 for SIGINT. Undefined if none came. */
  get exitCode(): number | undefined {
    return this.#by && 128 + os.constants.signals[this.#by]
  }

  #take(signal: NodeJS.Signals): void {
    if (this.#by && signal !== 'SIGPIPE') process.exit(this.exitCode)
    const isFirst = this.#by === undefined
    this.#by ??= signal
    this.#controller.abort()
    if (isFirst && signal !== 'SIGPIPE') this.onFirst()
  }
}
