import type { IncomingMessage } from 'node:http'
import { invalid } from '../errors.ts'
import { type HerokuWorld } from '../world.ts'

export interface ApiRequest {
  readonly params: readonly string[]
  readonly body: Record<string, unknown>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
}

/** A route's answer: a status and a body. */
export type RouteReply = readonly [status: number, body: unknown]
export type Route = (world: HerokuWorld, request: ApiRequest) => RouteReply | Promise<RouteReply>

/** Routes by `METHOD /path/:with/:parts`. */
export type Routes = Readonly<Record<string, Route>>

/** An API: its routes, and what they have in common. */
export interface Api {
  readonly routes: Routes
  /** Throws an `ApiError` if the request is not allowed; may add headers to the answer. */
  readonly admit: (world: HerokuWorld, request: IncomingMessage, headers: Record<string, string>) => void
  /** Whether lists come in pages (Dev Center: platform-api-reference#ranges). */
  readonly ranges?: boolean
  /** Content type of its answers; JSON without it. */
  readonly type?: string
}

/** A value of a body, if it is a text. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A field of an object in a body, such as `url` of `source_blob`. */
export function within(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

/** The time as Heroku writes it. */
export function now({ clock }: HerokuWorld): string {
  return new Date(clock.now()).toISOString()
}

/** Refuses a body with keys that the schema does not know (`strictProperties`). */
export function only(body: Record<string, unknown>, known: readonly string[]): void {
  const unknown = Object.keys(body).filter(key => !known.includes(key))
  if (unknown.length > 0) throw invalid(`Unknown parameters: ${unknown.join(', ')}`)
}
