/**
 * What may go wrong with a request. `before`: it is not carried out; `after`: it is, and its answer suffers.
 * `hang` never answers, `cut` ends in the middle of the body, `slow` sends it byte by byte.
 */
export type FaultKind =
  | 'reset-before'
  | 'reset-after'
  | 'hang-before'
  | 'hang-after'
  | '409'
  | '429'
  | '500-before'
  | '500-after'
  | '503-before'
  | '503-after'
  | 'cut'
  | 'slow'

export const FAULT_KINDS: readonly FaultKind[] = [
  'reset-before',
  'reset-after',
  'hang-before',
  'hang-after',
  '409',
  '429',
  '500-before',
  '500-after',
  '503-before',
  '503-after',
  'cut',
  'slow'
]

export interface Fault {
  readonly kind: FaultKind
  /** `POST`, …; `RENDEZVOUS` for the connection to a one-off dyno. Any without it. */
  readonly method?: string
  /** Part of the path. */
  readonly path?: string
  /** The how many-th matching request suffers first, from 1. */
  readonly nth?: number
  /** How many of them in a row; 1 without it. */
  readonly times?: number
}

/** Faults that are switched on, and the requests that were made. */
export class Faults {
  readonly #list: { fault: Fault; seen: number }[] = []

  add(fault: Fault): void {
    this.#list.push({ fault, seen: 0 })
  }

  clear(): void {
    this.#list.length = 0
  }

  /** The fault that this request suffers, if any. */
  take(method: string, path: string): FaultKind | undefined {
    let kind: FaultKind | undefined
    for (const entry of this.#list) {
      const { fault } = entry
      // Without a method a fault is for requests; a dyno's connection is none.
      if (fault.method === undefined ? method === 'RENDEZVOUS' : fault.method !== method) continue
      if (!path.includes(fault.path ?? '')) continue
      entry.seen++
      const { nth = 1, times = 1 } = fault
      if (entry.seen >= nth && entry.seen < nth + times) kind ??= fault.kind
    }
    return kind
  }
}
