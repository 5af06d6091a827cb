import path from 'node:path'
import { requireSafeUrl, UserError } from '../runtime/index.ts'
import { parseAmount } from './size.ts'

/** The text of the input with that name; empty where it is not given. */
export type InputSource = (this: void, name: string) => string

export type Amount = ReturnType<typeof parseAmount>

/** Inputs as they were given, each checked as it is read. Every method throws a `UserError` that names the input. */
export class Given {
  readonly #source: InputSource

  constructor(source: InputSource) {
    this.#source = source
  }

  text(name: string): string | undefined {
    return this.#source(name).trim() || undefined
  }

  oneOf<const Word extends string>(name: string, words: readonly Word[]): Word | undefined {
    const value = this.text(name)
    const word = words.find(known => known === value)
    if (value !== undefined && word === undefined) {
      throw new UserError(`Input ${name}: "${value}" is not known`, `Use one of: ${words.join(', ')}.`)
    }
    return word
  }

  flag(name: string): boolean {
    return this.oneOf(name, ['true', 'false']) === 'true'
  }

  amount(name: string): Amount | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    try {
      return parseAmount(value)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      throw new UserError(`Input ${name}: ${error.message}`, 'Write it like 5MB, 100KB, 2% or 0.')
    }
  }

  /** An absolute path. */
  path(name: string): string | undefined {
    const value = this.text(name)
    return value && path.resolve(value)
  }

  /** An address without slashes at its end. */
  url(name: string): string | undefined {
    const value = this.text(name)
    if (value !== undefined) requireSafeUrl(value)
    return value?.replace(/\/+$/, '')
  }

  /** Milliseconds. */
  minutes(name: string, otherwise: number): number {
    const value = this.text(name)
    if (value === undefined) return otherwise * 60_000
    const number = Number(value)
    if (!(number > 0) || number > 24 * 60) {
      throw new UserError(
        `Input ${name}: "${value}" is not a number of minutes`,
        'Give minutes as a number, such as 45; at most 1440.'
      )
    }
    return number * 60_000
  }
}
