import { EventEmitter } from 'node:events'
import { LIMITS } from '../knowledge/index.ts'

export interface AppLogLine {
  /** `heroku` or `app`. */
  readonly source: string
  /** `web.1`, `router`. */
  readonly dyno: string
  readonly text: string
}

/** An app's log. Keeps the last 1,500 lines, as Logplex does (Dev Center: limits). Emits each new `line`. */
export class AppLog extends EventEmitter<{ line: [AppLogLine] }> {
  readonly #lines: AppLogLine[] = []
  readonly #now: () => number

  constructor(now: () => number) {
    super()
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
      if (this.#lines.length > LIMITS.logLines) this.#lines.shift()
      this.emit('line', line)
    }
  }

  /** The text of the last lines, of those that are wanted. */
  last(count: number, isWanted: (line: AppLogLine) => boolean = () => true): string[] {
    const lines = this.#lines.filter(isWanted)
    return lines.slice(Math.max(0, lines.length - count)).map(({ text }) => text)
  }
}
