import { StringDecoder } from 'node:string_decoder'
import { type OneOffOptions } from '../heroku/index.ts'
import { poll } from '../net/index.ts'
import { shortened, UserError, type Clock, type Log } from '../runtime/index.ts'
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

export interface Waiting {
  /** What is waited for, for the error: `the release to finish`. */
  readonly what: string
  readonly next: string
  /** Makes the error if it takes longer than the tools' timeout. */
  readonly fail?: (message: string, next: string) => UserError
}

/** Milliseconds between two looks at Heroku, first and longest (heroku/cli: ps:wait polls every 10 s). */
export const PAUSES = { first: 2_000, longest: 10_000 }

/** Asks until there is an answer. Rejects with a `UserError` if the tools' timeout ends before. */
export async function waitFor<Answer>(
  { clock, signal, timeout }: Pick<Tools, 'clock' | 'signal' | 'timeout'>,
  { what, next, fail = (...of) => new UserError(...of) }: Waiting,
  ask: () => Promise<Answer | undefined>
): Promise<Answer> {
  const answer = await poll({ clock, signal }, { ...PAUSES, timeout }, ask)
  if (answer !== undefined) return answer
  throw fail(`Waited ${Math.round(timeout / 60_000)} minutes for ${what}`, next)
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

  /** Behind a message; empty if there was no output. */
  quote(): string {
    const lines = [...this.#lines, this.#rest].map(plain).filter(line => line.trim() !== '')
    return lines.length > 0 ? `. Its last lines:\n${lines.map(line => `  ${line}`).join('\n')}` : ''
  }
}

/** A line without colours and cursor movements. */
function plain(line: string): string {
  // eslint-disable-next-line no-control-regex
  return shortened(line.replace(/\x1b\[[\d;?]*[A-Za-z]|\p{Cc}/gu, ''), 500)
}
