import { CancelledError, type Clock } from '../../src/runtime/index.ts'

/**
 * Time that passes when somebody waits, and at once. A request that hangs lets a minute pass, so that whoever waits
 * for it gives up.
 */
export class TestClock implements Clock {
  #now = 1_800_000_000_000
  #timers: { at: number; work: () => void }[] = []

  now(): number {
    return this.#now
  }

  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw new CancelledError('Waiting')
    // What others do meanwhile takes real time: sockets, processes.
    await new Promise(resolve => setTimeout(resolve, 3))
    this.pass(milliseconds)
    if (signal?.aborted) throw new CancelledError('Waiting')
  }

  after(milliseconds: number, work: () => void): () => void {
    const timer = { at: this.#now + milliseconds, work }
    this.#timers.push(timer)
    return () => void (this.#timers = this.#timers.filter(other => other !== timer))
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds
    const due = this.#timers.filter(({ at }) => at <= this.#now)
    this.#timers = this.#timers.filter(({ at }) => at > this.#now)
    for (const { work } of due) work()
  }
}
