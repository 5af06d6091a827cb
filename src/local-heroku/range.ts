import { ApiError } from './errors.ts'

interface ListPage {
  readonly items: readonly unknown[]
  /** The `Next-Range` header, if there is more. */
  readonly next: string | undefined
  /** The `Content-Range` header, if anything was found. */
  readonly content: string | undefined
}

const LARGEST_PAGE = 1_000
const USUAL_PAGE = 200

interface Range {
  readonly field: string
  /** First and last value; empty for an open end. */
  readonly from: string
  readonly to: string
  /** The value `from` itself is left out. */
  readonly exclusive: boolean
  readonly descending: boolean
  readonly max: number
}

/** A page of a list by a `Range` header such as `version ..; order=desc, max=10` (Dev Center: platform-api-reference#ranges). */
export function page(all: readonly Record<string, unknown>[], header: string | undefined): ListPage {
  const { field, from, to, exclusive, descending, max } = parseRange(header)
  if (all.length > 0 && !(field in all[0]!)) throw notSatisfiable(`This list cannot be ranged by ${field}.`)
  const order = (a: unknown, b: unknown): number => compare(a, b) * (descending ? -1 : 1)
  const inside = all
    .toSorted((a, b) => order(a[field], b[field]))
    .filter(({ [field]: value }) => from === '' || order(value, from) >= (exclusive ? 1 : 0))
    .filter(({ [field]: value }) => to === '' || order(value, to) <= 0)
  const items = inside.slice(0, max)
  const [first, last] = [items[0], items.at(-1)].map(item => String(item?.[field]))
  const more = `${field} ]${last}..${to}; ${descending ? 'order=desc, ' : ''}max=${max}`
  return {
    items,
    next: inside.length > max ? more : undefined,
    content: items.length > 0 ? `${field} ${first}..${last}` : undefined
  }
}

function parseRange(header: string | undefined): Range {
  const match = /^(\w+) (\]?)([^;,\s]*?)\.\.([^;,\s]*)(?:;(.*))?$/.exec(header?.trim() || 'id ..')
  if (!match) throw notSatisfiable('The Range header is not valid.')
  const [, field = 'id', exclusive, from = '', to = '', rest = ''] = match
  const max = Math.min(LARGEST_PAGE, Number(/max=(\d+)/.exec(rest)?.[1] ?? USUAL_PAGE))
  return { field, from, to, exclusive: Boolean(exclusive), descending: /order=desc/.test(rest), max }
}

function notSatisfiable(message: string): ApiError {
  return new ApiError(416, 'range_not_satisfiable', message)
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number') return a - Number(b)
  const [left, right] = [String(a), String(b)]
  if (left === right) return 0
  return left < right ? -1 : 1
}
