import { type LocalHeroku } from '../rig/local-heroku/index.ts'

/** What answers have that tests look at; most have a few of it. */
export interface Thing {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly status: string
  readonly message: string
  readonly version: number
  readonly description: string
  readonly kind: string
  readonly state: string
  readonly remaining: number
  readonly quantity: number
  readonly dyno_size: { readonly name: string }
  readonly attach_url: string
  readonly output_stream_url: string
  readonly logplex_url: string
  readonly app: { readonly id: string }
  readonly plan: { readonly name: string }
  readonly release: { readonly id: string; readonly version: number }
  readonly slug: { readonly id: string }
  readonly blob: { readonly url: string }
  readonly data: Thing & readonly Thing[]
  readonly scope: readonly string[]
  readonly access_token: { readonly token: string; readonly expires_in: number | null }
}

export interface Said {
  readonly status: number
  readonly headers: Headers
  /** The parsed body. */
  readonly body: Thing & readonly Thing[]
}

export interface Asking {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** Asks a local Heroku with nothing between: no client, no retries. `request` is `METHOD /path`. */
export async function ask(
  heroku: Pick<LocalHeroku, 'apiUrl' | 'apiKey'>,
  request: string,
  { body, headers }: Asking = {}
): Promise<Said> {
  const [method, path] = request.split(' ')
  const response = await fetch(`${heroku.apiUrl}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.heroku+json; version=3',
      authorization: `Bearer ${heroku.apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers
    },
    body: typeof body === 'string' ? body : JSON.stringify(body)
  })
  const text = await response.text()
  const parsed = JSON.parse(text === '' ? '{}' : text) as Said['body']
  return { status: response.status, headers: response.headers, body: parsed }
}
