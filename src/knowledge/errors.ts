import { type Sourced } from './fact.ts'
import { LIMITS } from './limits.ts'

/** An error that Heroku writes to an app's log. */
export interface HerokuErrorCode extends Sourced {
  /** Heroku's own name for it, as it stands in the log. */
  readonly title: string
  /** What happened: a sentence without its full stop. */
  readonly means: string
}

const code = (title: string, means: string): HerokuErrorCode => ({
  title,
  means,
  source: 'Dev Center: error-codes',
  seen: '2026-11-22'
})

/** H: the router; R: a dyno; L: the log. */
export const ERROR_CODES = {
  H10: code('App crashed', 'the app crashed'),
  H12: code('Request timeout', `requests took longer than ${LIMITS.request / 1000} s`),
  H13: code('Connection closed without response', 'the app closed connections without an answer'),
  H14: code('No web processes running', 'no web dyno ran'),
  H15: code('Idle connection', 'connections were idle for too long'),
  H20: code('App boot timeout', 'the app did not boot in time'),
  H21: code('Backend connection refused', 'dynos refused connections'),
  H80: code('Maintenance mode', 'the app was in maintenance mode'),
  H99: code('Platform error', 'a fault of the platform'),
  R10: code('Boot timeout', 'the web process did not bind its port in time'),
  R12: code('Exit timeout', 'processes did not end when they were told to'),
  R13: code('Attach error', 'nobody connected to a one-off dyno'),
  R14: code('Memory quota exceeded', 'dynos were over their memory'),
  R15: code('Memory quota vastly exceeded', 'Heroku ended dynos that were far over their memory'),
  R16: code('Detached', 'one-off dynos stayed after their client had gone'),
  R17: code('Checksum error', 'the slug is not what was uploaded'),
  L10: code('output buffer overflow', 'more was logged than a drain took'),
  L11: code('tail buffer overflow', 'more was logged than a reader took'),
  L12: code('local buffer overflow', 'a dyno logged more than could be sent on'),
  L13: code('local delivery error', 'a dyno’s lines could not be sent on'),
  L14: code('certificate validation', 'the certificate of a drain is not valid, so it gets nothing')
} as const satisfies Record<string, HerokuErrorCode>

export type ErrorCode = keyof typeof ERROR_CODES

/** As it stands in the log: `Error R10 (Boot timeout)`. */
export function errorLine(code: ErrorCode): string {
  return `Error ${code} (${ERROR_CODES[code].title})`
}
