const HISTORY = 1_500

interface Line {
  /** `heroku` or `app`, and the dyno: `web.1`, `router`. */
  readonly source: string
  readonly dyno: string
  readonly text: string
}

/** Which lines of a log are wanted: all without it (Schema: log-session). */
export interface LogFilter {
  readonly source?: string
  /** A dyno, or a process type for all of its dynos. */
  readonly dyno?: string
}

/** An app's log, as Logplex keeps it: the last 1,500 lines (Dev Center: limits). */
export class AppLog {
  readonly #lines: Line[] = []
  readonly #followers = new Set<(line: Line) => void>()
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  /** @param source `heroku[web.1]`, `app[web.1]`, `heroku[router]` */
  write(source: string, text: string): void {
    const [, kind = '', dyno = ''] = /^(\w+)\[(.*)\]$/.exec(source) ?? []
    for (const piece of text.split('\n')) {
      if (piece === '') continue
      const time = new Date(this.#now()).toISOString().replace('Z', '000+00:00')
      const line = { source: kind, dyno, text: `${time} ${source}: ${piece}` }
      this.#lines.push(line)
      if (this.#lines.length > HISTORY) this.#lines.shift()
      for (const follow of this.#followers) follow(line)
    }
  }

  last(count: number, filter: LogFilter = {}): string[] {
    const lines = this.#lines.filter(line => matches(line, filter))
    return lines.slice(Math.max(0, lines.length - count)).map(({ text }) => text)
  }

  /** Calls `listener` with each new line. Returns what ends that. */
  follow(filter: LogFilter, listener: (line: string) => void): () => void {
    const follower = (line: Line): void => {
      if (matches(line, filter)) listener(line.text)
    }
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }
}

function matches(line: Line, { source, dyno }: LogFilter): boolean {
  return (
    (source === undefined || line.source === source) &&
    (dyno === undefined || line.dyno === dyno || line.dyno.startsWith(`${dyno}.`))
  )
}
