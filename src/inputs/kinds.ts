import path from 'node:path'
import {
  APP_NAME,
  APP_NAME_RULE,
  didYouMean,
  oneOf as either,
  parseAmount,
  parseLimit,
  shown
} from '../config/index.ts'
import { requireSafeUrl, UserError, type Amount } from '../runtime/index.ts'

/** What the text of an input may be. */
export interface Kind<Value> {
  /** What stands for a value in `--help`; a flag needs none. */
  readonly placeholder?: string
  /** What action-types.yml calls it. */
  readonly type: 'string' | 'boolean' | 'float' | 'enum'
  /** All that it may be, for an enum. */
  readonly words?: readonly string[]
  /** The value of a text that is not empty. Throws a `UserError` that says what was expected, and not of which input. */
  readonly read: (text: string) => Value
}

/** Any text, such as a name or a key. */
export const text = (placeholder: string): Kind<string> => ({ placeholder, type: 'string', read: value => value })

/** One of these words. */
export function oneOf<const Word extends string>(placeholder: string, words: readonly Word[]): Kind<Word> {
  return {
    placeholder,
    type: 'enum',
    words,
    read: value =>
      words.find(word => word === value) ??
      wrong(either(words), value, `Use one of: ${words.join(', ')}.`, didYouMean(value, words))
  }
}

/** On or off. */
export const flag: Kind<boolean> = {
  type: 'boolean',
  read: value => oneOf('', ['true', 'false']).read(value) === 'true'
}

/** The name of a Heroku app. */
export const appName: Kind<string> = {
  placeholder: 'APP',
  type: 'string',
  read: value =>
    APP_NAME.test(value) ? value : wrong(APP_NAME_RULE, value, '`heroku apps` lists the names of your apps.')
}

/** The version of a release. */
export const releaseVersion: Kind<number> = {
  placeholder: 'VERSION',
  type: 'string',
  read: value =>
    /^v?[1-9]\d{0,8}$/.test(value)
      ? Number(value.replace('v', ''))
      : wrong('a release, such as v17', value, '`heroku releases --app APP` lists them.')
}

/** A file or folder, as an absolute path. */
export const file: Kind<string> = { placeholder: 'PATH', type: 'string', read: value => path.resolve(value) }

/** A path inside of the checkout. */
export const fileOfTree = text('PATH')

/** A file, or `none`. */
export const fileOrNone: Kind<string> = {
  ...file,
  read: value => (value === 'none' ? value : path.resolve(value))
}

/** A folder, `off` for none, or `true` for the usual one. */
export const folderOrOff: Kind<string | undefined> = {
  ...file,
  read: value => {
    if (value === 'true') return undefined
    return ['off', 'false', 'none'].includes(value) ? 'off' : path.resolve(value)
  }
}

/** An address, without slashes at its end. */
export const url: Kind<string> = {
  placeholder: 'URL',
  type: 'string',
  read: value => {
    requireSafeUrl(value)
    return value.replace(/\/+$/, '')
  }
}

/** A number of minutes, as milliseconds. */
export const minutes: Kind<number> = {
  placeholder: 'MINUTES',
  type: 'float',
  read: value => {
    const number = Number(value)
    if (number > 0 && number <= 24 * 60) return number * 60_000
    return wrong('a number of minutes, above 0 and at most 1440', value, 'Give minutes as a number, such as 45.')
  }
}

/** The largest size that a slug may have, in bytes. */
export const limit: Kind<number> = { placeholder: 'SIZE', type: 'string', read: parseLimit }

/** A change in size. */
export const amount: Kind<Amount> = { placeholder: 'SIZE|PERCENT', type: 'string', read: readAmount }

function readAmount(value: string): Amount {
  try {
    return parseAmount(value)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(error.message, 'Write it like 5MB, 100KB, 2% or 0.')
  }
}

function wrong(expected: string, value: string, nextStep: string, hint = ''): never {
  throw new UserError(`expected ${expected}, not ${shown(value)}${hint}`, nextStep)
}
