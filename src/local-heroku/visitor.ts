import http from 'node:http'

/** What a visitor saw. */
export interface Visit {
  readonly requests: number
  readonly failed: number
  /** Milliseconds of the slowest good answer. */
  readonly slowest: number
  /** Milliseconds in all from the first bad answer to the next good one. */
  readonly down: number
  /** Each kind of bad answer, once. */
  readonly failures: readonly string[]
}

/** Requests a page again and again, one request after the other, as a visitor of the site would. */
export class Visitor {
  readonly #url: URL
  readonly #host: string
  readonly #failures = new Map<string, number>()
  #requests = 0
  #slowest = 0
  #down = 0
  #downSince: number | undefined
  #over = false
  readonly #done: Promise<void>

  constructor(url: string, host: string) {
    this.#url = new URL(url)
    this.#host = host
    this.#done = this.#visit()
  }

  /** Stops, and resolves with what was seen. */
  async leave(): Promise<Visit> {
    this.#over = true
    await this.#done
    const failed = [...this.#failures.values()].reduce((sum, count) => sum + count, 0)
    if (this.#downSince !== undefined) this.#down += performance.now() - this.#downSince
    return {
      requests: this.#requests,
      failed,
      slowest: this.#slowest,
      down: this.#down,
      failures: [...this.#failures.keys()]
    }
  }

  async #visit(): Promise<void> {
    while (!this.#over) {
      const asked = performance.now()
      const answer = await this.#ask()
      const now = performance.now()
      this.#requests++
      if (answer === '200') {
        this.#slowest = Math.max(this.#slowest, now - asked)
        if (this.#downSince !== undefined) this.#down += now - this.#downSince
        this.#downSince = undefined
      } else {
        this.#failures.set(answer, (this.#failures.get(answer) ?? 0) + 1)
        this.#downSince ??= asked
      }
      // A pause, which leaves the processor to the deploy.
      await new Promise(resolve => setTimeout(resolve, 10))
    }
  }

  /** The status, or what went wrong. */
  #ask(): Promise<string> {
    return new Promise(resolve => {
      const request = http.get(this.#url, { headers: { host: this.#host }, agent: false }, response => {
        response.resume()
        response.on('end', () => resolve(String(response.statusCode)))
        response.on('error', error => resolve(error.message))
      })
      request.on('error', error => resolve(error.message))
    })
  }
}

/** `412 requests, 0 failed, slowest 0.4 s`. */
export function describeVisit({ requests, failed, slowest, down, failures }: Visit): string {
  const figures = `${requests} requests, ${failed} failed, slowest ${(slowest / 1000).toFixed(1)} s`
  return failed === 0 ? figures : `${figures}, down ${(down / 1000).toFixed(1)} s (${failures.join(', ')})`
}
