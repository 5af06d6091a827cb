import { type Sourced } from './fact.ts'

interface Limit extends Sourced {
  readonly value: number
}

const LIMITS_DOC = { source: 'Dev Center: limits', seen: '2026-11-22' } as const
const ERRORS_DOC = { source: 'Dev Center: error-codes', seen: '2026-11-22' } as const

const FACTS = {
  /** Bytes of a compressed slug above which Heroku warns. It says MB; 10^6 is the stricter reading. */
  slugWarns: { value: 300e6, source: 'Heroku changelog 1145; conda-forge#261', seen: '2026-11-22' },
  /** Bytes above which it refuses; 500 MB until March 2026. Whether that holds for uploaded slugs is undocumented. */
  slugStops: {
    value: 1e9,
    source: 'heroku.com/blog/bigger-slugs-and-greater-build-timeout-flexibility; heroku/roadmap#196',
    seen: '2026-11-22'
  },
  /** Milliseconds after which the router gives up a request (H12). */
  request: { value: 30_000, ...ERRORS_DOC },
  /** Milliseconds after which the router ends a connection on which no byte passes, a WebSocket for instance (H15). */
  idle: { value: 55_000, source: 'Dev Center: http-routing#timeouts; websockets#timeouts', seen: '2026-11-29' },
  /** Milliseconds that a web process has to listen on its port (R10). */
  boot: { value: 60_000, ...ERRORS_DOC },
  /** Milliseconds from SIGTERM or SIGHUP to SIGKILL (R12, R16). */
  exit: { value: 30_000, source: 'Dev Center: dyno-shutdown; one-off-dynos', seen: '2026-11-22' },
  /** Milliseconds that a one-off dyno waits for its client (R13). */
  attach: { value: 30_000, ...ERRORS_DOC },
  /** Most seconds that a one-off dyno may run. */
  oneOff: { value: 86_400, source: 'heroku/platform-api:schema.json, dyno', seen: '2026-11-22' },
  /** Lines of an app's log that Heroku keeps. */
  logLines: { value: 1_500, ...LIMITS_DOC },
  /** Port to which no dyno of the Common Runtime can connect. */
  closedPort: { value: 25, source: 'Heroku changelog 2198', seen: '2026-11-29' },
  /** Requests to the Platform API that an account may send in an hour. */
  apiRequests: { value: 4_500, ...LIMITS_DOC }
} satisfies Record<string, Limit>

type Limits = { readonly [Name in keyof typeof FACTS]: number }

/** Heroku's limits. The unit of each is in its comment above. */
export const LIMITS = Object.fromEntries(Object.entries(FACTS).map(([name, { value }]) => [name, value])) as Limits
