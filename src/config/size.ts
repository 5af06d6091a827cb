import { UserError, type Amount } from '../runtime/index.ts'

const UNITS = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30]
])

const EXAMPLES = 'Write it like 300MB (10^6 bytes each), 286MiB (2^20 bytes each), 1GB, or as a number of bytes.'

/**
 * A size as people write it, in bytes: `300MB` (MB = 10^6), `286MiB` (MiB = 2^20), `1.5 GB`, `314572800`. Rounded down to
 * whole bytes, at least 1. Throws a `UserError` for anything else, also for `300M`, which could be MB or MiB.
 */
function parseSize(size: string): number {
  const text = size.trim()
  const [, digits = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,9})?)[ \t]*([a-z]{0,3})$/i.exec(text) ?? []
  const factor = UNITS.get(unit.toLowerCase())
  if (/^[kmg]i?$/i.test(unit)) throw ambiguous(text, digits, unit.charAt(0).toUpperCase())
  if (digits === '' || factor === undefined) throw new UserError(`"${shorten(text)}" is not a size`, EXAMPLES)
  const bytes = Math.floor(Number(digits) * factor)
  if (bytes < 1) throw new UserError(`"${text}" is too small: a size is at least one byte`, EXAMPLES)
  if (!Number.isSafeInteger(bytes)) throw new UserError(`"${text}" is larger than any slug`, EXAMPLES)
  return bytes
}

/** Any slug of Mastodon is larger. */
const SMALLEST_LIMIT = 1_000_000

/**
 * The limit for a slug, in bytes. Throws a `UserError` if it is not a size (`parseSize`), or a number without a unit that is
 * smaller than any slug: most likely the unit was forgotten.
 */
export function parseLimit(size: string): number {
  const bytes = parseSize(size)
  const number = size.trim()
  if (bytes >= SMALLEST_LIMIT || !/^[\d.]+$/.test(number)) return bytes
  throw new UserError(
    `${number} is ${bytes} byte${bytes === 1 ? '' : 's'}, less than any slug — did you mean ${number}${forgottenUnit(Number(number))}?`,
    'Write the unit, or all bytes.'
  )
}

function forgottenUnit(value: number): string {
  if (value < 10) return 'GB'
  return value < 10_000 ? 'MB' : 'KB'
}

/** An amount of growth: a size (`parseSize`), `0`, or `2.5%`. Throws a `UserError` for anything else. */
export function parseAmount(amount: string): Amount {
  const text = amount.trim()
  const percent = /^(\d{1,4}(?:\.\d{1,3})?)\s*%$/.exec(text)?.[1]
  if (percent !== undefined) return { percent: Number(percent) }
  return text === '0' ? { bytes: 0 } : { bytes: parseSize(text) }
}

function ambiguous(text: string, digits: string, letter: string): UserError {
  const [decimal, binary] = [`${digits}${letter}B`, `${digits}${letter}iB`]
  return new UserError(`"${text}" could be ${decimal} or ${binary}`, `Write ${decimal} or ${binary}.`)
}

function shorten(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}
