import { invalid } from '../errors.ts'
import { type FaultKind } from '../faults.ts'
import { type World } from '../world.ts'

export interface ApiRequest {
  readonly params: readonly string[]
  readonly body: Record<string, unknown>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** What the connection to the one-off dyno suffers that this request starts. */
  readonly attachFault: FaultKind | undefined
}

/** A route's answer: a status and a body. */
export type Answer = readonly [status: number, body: unknown]
export type Route = (world: World, request: ApiRequest) => Answer | Promise<Answer>

/** `METHOD /path/:with/:parts` to what answers it. */
export type Routes = Readonly<Record<string, Route>>

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A field of an object in a body: `source_blob.url`. */
export function within(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** What `"name"`, `{ "name": … }` or `{ "id": … }` names. */
export function named(value: unknown): string {
  return text(value) ?? text(within(value, 'id')) ?? text(within(value, 'name')) ?? ''
}

export function now({ clock }: World): string {
  return new Date(clock.now()).toISOString()
}

/** The schema's `strictProperties`: a key that it does not know is an error. */
export function only(body: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(body).filter(key => !known.includes(key))
  if (unknown.length > 0) throw invalid(`Unknown parameters: ${unknown.join(', ')}`)
}
