import { StringDecoder } from 'node:string_decoder'
import { type OneOffOptions } from '../heroku/index.ts'
import { UserError, type Clock, type Log } from '../runtime/index.ts'
import { type Story } from '../verdict/index.ts'

/** What each step is handed. */
export interface Tools extends OneOffOptions {
  readonly story: Story
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Milliseconds that the deploy may wait for Heroku at one place. */
  readonly timeout: number
}

export interface Polling {
  /** What is waited for, for the error: `the release to finish`. */
  readonly what: string
  readonly next: string
  /** Milliseconds: first pause, longest pause, and how long in all. */
  readonly first: number
  readonly longest: number
  readonly timeout: number
  /** Makes the error where it takes too long. */
  readonly fail?: (message: string, next: string) => UserError
}

/**
 * Asks until there is an answer, with pauses that grow. Rejects with a `UserError` when it takes too long.
 * Pauses of 2 to 10 s are what Heroku asks for (heroku/cli: ps:wait polls every 10 s).
 */
export async function poll<T>(
  { clock, signal }: Pick<Tools, 'clock' | 'signal'>,
  { what, next, first, longest, timeout, fail = (...of) => new UserError(...of) }: Polling,
  ask: () => Promise<T | undefined>
): Promise<T> {
  const until = clock.now() + timeout
  for (let pause = first; ; pause = Math.min(pause * 1.5, longest)) {
    const answer = await ask()
    if (answer !== undefined) return answer
    if (clock.now() + pause > until) throw fail(`Waited ${Math.round(timeout / 60_000)} minutes for ${what}`, next)
    await clock.sleep(pause, signal)
  }
}

/** Keeps the last lines of output, for the error that follows. */
export class Tail {
  readonly #most: number
  #lines: string[] = []
  #rest = ''
  readonly #decoder = new StringDecoder('utf8')

  constructor(most = 20) {
    this.#most = most
  }

  add(chunk: Buffer): void {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n')
    this.#rest = (lines.pop() ?? '').slice(-2_000)
    this.#lines = [...this.#lines, ...lines].slice(-this.#most)
  }

  /** Behind a message; empty where there was no output. */
  quote(): string {
    const lines = [...this.#lines, this.#rest].map(plain).filter(line => line.trim() !== '')
    return lines.length > 0 ? `. Its last lines:\n${lines.map(line => `  ${line}`).join('\n')}` : ''
  }
}

/** A line without colours and cursor movements. */
function plain(line: string): string {
  // eslint-disable-next-line no-control-regex
  return line.replace(/\x1b\[[\d;?]*[A-Za-z]|\p{Cc}/gu, '').slice(0, 500)
}
