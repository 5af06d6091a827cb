const HISTORY = 1_500

/** An app's log, as Logplex keeps it: the last 1,500 lines (Dev Center: limits). */
export class AppLog {
  readonly #lines: string[] = []
  readonly #followers = new Set<(line: string) => void>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** @param source `heroku[web.1]`, `app[web.1]`, `heroku[router]` */
  write(source: string, text: string): void {
    for (const line of text.split('\n')) {
      if (line === '') continue
      const whole = `${new Date(this.#now()).toISOString().replace('Z', '000+00:00')} ${source}: ${line}`
      this.#lines.push(whole)
      if (this.#lines.length > HISTORY) this.#lines.shift()
      for (const follow of this.#followers) follow(whole)
    }
  }

  last(count: number, matches: (line: string) => boolean): string[] {
    return this.#lines.filter(matches).slice(-count)
  }

  follow(listener: (line: string) => void): () => void {
    this.#followers.add(listener)
    return () => this.#followers.delete(listener)
  }
}
