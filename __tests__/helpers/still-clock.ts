import { CancelledError, type Clock } from '../../src/runtime/index.ts'

/** Time that stands still until somebody says that it passes: then it goes on to the next moment for which one waits. */
export class StillClock implements Clock {
  #now = 1_800_000_000_000
  #timers: { at: number; work: () => void }[] = []
  #changes = 0

  now(): number {
    return this.#now
  }

  sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = this.after(milliseconds, () => {
        signal?.removeEventListener('abort', cancel)
        resolve()
      })
      const cancel = (): void => {
        stop()
        reject(new CancelledError('Waiting'))
      }
      if (signal?.aborted) return cancel()
      signal?.addEventListener('abort', cancel, { once: true })
    })
  }

  after(milliseconds: number, work: () => void): () => void {
    const timer = { at: this.#now + milliseconds, work }
    this.#timers.push(timer)
    this.#changes++
    return () => {
      this.#timers = this.#timers.filter(other => other !== timer)
      this.#changes++
    }
  }

  /**
   * Lets time pass until the work is done: each time when, for a while, nobody has begun or ended to wait, so that all
   * that can answer has answered. Everything that answers has to be in this process.
   */
  async passUntil<Answer>(work: Promise<Answer>): Promise<Answer> {
    let over = false
    const done = work.finally(() => (over = true))
    done.catch(() => {})
    while (!over) {
      for (let quiet = 0, seen = this.#changes; quiet < 4 && !over; quiet++) {
        await new Promise(resolve => setTimeout(resolve, 5))
        if (seen === this.#changes) continue
        seen = this.#changes
        quiet = -1
      }
      if (!over) this.#next()
    }
    return done
  }

  #next(): void {
    const at = Math.min(...this.#timers.map(timer => timer.at))
    if (at === Infinity) return
    this.#now = Math.max(this.#now, at)
    const due = this.#timers.filter(timer => timer.at <= this.#now)
    this.#timers = this.#timers.filter(timer => timer.at > this.#now)
    for (const { work } of due) work()
  }
}
