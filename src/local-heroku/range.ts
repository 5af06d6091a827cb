import { ApiError } from './errors.ts'

export interface ListPage {
  readonly items: readonly unknown[]
  /** The `Next-Range` header, where more is to be had. */
  readonly next: string | undefined
  /** The `Content-Range` header, where anything was found. */
  readonly content: string | undefined
}

const LARGEST_PAGE = 1_000
const USUAL_PAGE = 200

/** A page of a list by a `Range` header such as `version ..; order=desc, max=10` (Dev Center: platform-api-reference#ranges). */
export function page(all: readonly Record<string, unknown>[], range: string | undefined): ListPage {
  const match = /^(\w+) (\]?)([^;,\s]*?)\.\.([^;,\s]*)(?:;(.*))?$/.exec(range?.trim() || 'id ..')
  if (!match) throw new ApiError(416, 'range_not_satisfiable', 'The Range header is not valid.')
  const [, field = 'id', exclusive, from = '', to = '', rest = ''] = match
  const descending = /order=desc/.test(rest)
  const max = Math.min(LARGEST_PAGE, Number(/max=(\d+)/.exec(rest)?.[1] ?? USUAL_PAGE))
  if (all.length > 0 && !(field in all[0]!))
    throw new ApiError(416, 'range_not_satisfiable', `This list cannot be ranged by ${field}.`)
  const sorted = [...all].sort((a, b) => compare(a[field], b[field]) * (descending ? -1 : 1))
  const inside = sorted.filter(item => {
    const afterStart = from === '' || compare(item[field], from) * (descending ? -1 : 1) >= (exclusive ? 1 : 0)
    const beforeEnd = to === '' || compare(item[field], to) * (descending ? -1 : 1) <= 0
    return afterStart && beforeEnd
  })
  const items = inside.slice(0, max)
  const [first, last] = [items[0]?.[field], items.at(-1)?.[field]]
  const order = descending ? 'order=desc, ' : ''
  return {
    items,
    next: inside.length > max ? `${field} ]${String(last)}..${to}; ${order}max=${max}` : undefined,
    content: items.length > 0 ? `${field} ${String(first)}..${String(last)}` : undefined
  }
}

function compare(a: unknown, b: unknown): number {
  if (typeof a === 'number') return a - Number(b)
  const [left, right] = [String(a), String(b)]
  return left < right ? -1 : left > right ? 1 : 0
}
