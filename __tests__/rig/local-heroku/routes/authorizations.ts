import { randomUUID } from 'node:crypto'
import type { Clock } from '../../../../src/runtime/index.ts'
import { idOf } from '../../../../src/local-heroku/ids.ts'
import { invalid, notFound } from '../errors.ts'
import { type AuthorizationState, type FileStore } from '../store.ts'
import { JOINED, USER } from '../../../../src/local-heroku/views.ts'
import { type World } from '../world.ts'
import { now, only, text, type Routes } from './route.ts'

/** Schema: oauth-authorization.scope */
const SCOPES = ['global', 'identity', 'read', 'write', 'read-protected', 'write-protected']
/** Of the key that it starts with, in seconds. */
const OWN_KEY_LASTS = 90 * 86_400

/** The account's keys. Every one may do everything: scopes are kept, and not enforced. */
export const AUTHORIZATION_ROUTES: Routes = {
  'GET /oauth/authorizations': world => [
    200,
    [ownKey(world), ...world.store.state.authorizations].map(made => view(world, made, redacted(made.token)))
  ],
  'GET /oauth/authorizations/:authorization': (world, { params }) => {
    const made = [ownKey(world), ...world.store.state.authorizations].find(({ id }) => id === params[0])
    if (!made) throw notFound('authorization')
    return [200, view(world, made, redacted(made.token))]
  },
  // heroku/cli: authorizations:create sends `expires_in` as text.
  'POST /oauth/authorizations': (world, { body }) => {
    only(body, ['client', 'description', 'expires_in', 'scope'])
    const scope = Array.isArray(body['scope']) ? body['scope'].map(String) : ['global']
    const wrong = scope.find(name => !SCOPES.includes(name))
    if (wrong !== undefined) throw invalid(`Scope ${wrong} is not a scope`)
    const seconds = body['expires_in'] == null ? null : Number(body['expires_in'])
    if (seconds !== null && !(seconds > 0)) throw invalid('Expires in must be a number of seconds')
    const made: AuthorizationState = {
      id: randomUUID(),
      description: text(body['description']) ?? 'Long-lived user authorization',
      scope,
      token: `HRKU-${randomUUID()}`,
      createdAt: now(world),
      endsAt: seconds === null ? null : world.clock.now() + seconds * 1000
    }
    world.store.state.authorizations.push(made)
    world.store.save()
    return [201, view(world, made, made.token)]
  }
}

/** Whether a key is one of the account's, and not at its end. */
export function isKey(store: FileStore, clock: Clock, key: string): boolean {
  const { apiKey, authorizations } = store.state
  const made = authorizations.find(({ token }) => token === key)
  return key === apiKey || (made !== undefined && (made.endsAt === null || made.endsAt > clock.now()))
}

/** The key that the account starts with. */
function ownKey({ store, clock }: World): AuthorizationState {
  const id = idOf('authorization', store.state.apiKey)
  const endsAt = clock.now() + OWN_KEY_LASTS * 1000
  return { id, description: 'Test key', scope: ['global'], token: store.state.apiKey, createdAt: JOINED, endsAt }
}

/**
 * A token as Heroku shows it once it is made: its beginning, ten asterisks, its end (heroku/heroku-cli-command#352,
 * src/login.ts). How much is left at both sides is undocumented; it may be nothing at the end.
 */
function redacted(token: string): string {
  return `${token.slice(0, 8)}${'*'.repeat(10)}${token.slice(-4)}`
}

function view(
  { clock }: World,
  { id, description, scope, createdAt, endsAt }: AuthorizationState,
  token: string
): object {
  const expires_in = endsAt === null ? null : Math.max(0, Math.round((endsAt - clock.now()) / 1000))
  return {
    id,
    description,
    scope,
    access_token: { id: idOf('access-token', id), token, expires_in },
    client: null,
    grant: null,
    refresh_token: null,
    session: null,
    user: { ...USER, full_name: null },
    created_at: createdAt,
    updated_at: createdAt
  }
}
