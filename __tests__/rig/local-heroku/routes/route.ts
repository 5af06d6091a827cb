import { type RouteReply, type ApiRequest, text, within } from '../../../../src/local-heroku/routes/route.ts'
import { type World } from '../world.ts'

export { now, only, text, within, type RouteReply, type ApiRequest } from '../../../../src/local-heroku/routes/route.ts'

type Route = (world: World, request: ApiRequest) => RouteReply | Promise<RouteReply>

/** `METHOD /path/:with/:parts` to what answers it. */
export type Routes = Readonly<Record<string, Route>>

/** What `"name"`, `{ "name": … }` or `{ "id": … }` names. */
export function named(value: unknown): string {
  return text(value) ?? text(within(value, 'id')) ?? text(within(value, 'name')) ?? ''
}
