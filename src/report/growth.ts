import { type Amount } from '../runtime/index.ts'
import { type Comparison } from './compare/index.ts'

/** Whether a change, in either direction, is at least that much. */
export function reaches(change: number, before: number, amount: Amount): boolean {
  const size = Math.abs(change)
  return 'bytes' in amount ? size >= amount.bytes : size * 100 >= before * amount.percent
}

/** Whether it has grown by more than that. */
function exceeds(change: number, before: number, most: Amount): boolean {
  return 'bytes' in most ? change > most.bytes : change * 100 > before * most.percent
}

/** What would be shipped and has grown by more than is accepted: the chosen slug, the streaming one. */
export function grownTooMuch({ sizes, variant }: Comparison, most: Amount): string[] {
  return sizes
    .filter(({ name }) => name === variant || name === 'streaming')
    .filter(({ head, base }) => base !== undefined && exceeds(head - base, base, most))
    .map(({ name }) => name)
}
