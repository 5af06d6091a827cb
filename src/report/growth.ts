import { type Amount } from '../runtime/index.ts'
import { type Comparison } from './compare/index.ts'

/** Whether a change (bytes, up or down) is at least that much of the size before. */
export function reaches(change: number, before: number, amount: Amount): boolean {
  const size = Math.abs(change)
  return 'bytes' in amount ? size >= amount.bytes : size * 100 >= before * amount.percent
}

/** Whether a size has grown by more than that. */
function exceeds(change: number, before: number, most: Amount): boolean {
  return 'bytes' in most ? change > most.bytes : change * 100 > before * most.percent
}

/** Which of the slugs to ship has grown by more than `most`: names of the chosen variant and of `streaming`. */
export function grownTooMuch({ sizes, variant }: Comparison, most: Amount): string[] {
  return sizes
    .filter(({ name }) => name === variant || name === 'streaming')
    .filter(({ head, base }) => base !== undefined && exceeds(head - base, base, most))
    .map(({ name }) => name)
}
