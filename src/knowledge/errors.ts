import { type Sourced } from './fact.ts'
import { LIMITS } from './limits.ts'

/** An error that Heroku writes to an app's log. */
interface HerokuErrorCode extends Sourced {
  /** Heroku's name for it in the log. */
  readonly title: string
  /** What happened: a sentence without its full stop. */
  readonly means: string
}

/** The list as it stood on 2024-05-07, the newest that was to be had; what H83 stands for it does not say. */
const known = (title: string, means: string): HerokuErrorCode => ({
  title,
  means,
  source: 'Dev Center: error-codes',
  seen: '2026-11-29'
})

/** H is the router, R a dyno, L the log. */
export const ERROR_CODES = {
  H10: known('App crashed', 'the app crashed'),
  H11: known('Backlog too deep', 'requests came faster than the web dynos took them'),
  H12: known('Request timeout', `requests took longer than ${LIMITS.request / 1000} s`),
  H13: known('Connection closed without response', 'the app closed connections without an answer'),
  H14: known('No web processes running', 'no web dyno ran'),
  H15: known('Idle connection', 'connections were idle for too long'),
  H17: known('Poorly formatted HTTP response', 'the app’s answers were no valid HTTP'),
  H18: known('Server Request Interrupted', 'the app broke off in the middle of its answers'),
  H19: known('Backend connection timeout', 'web dynos took no connection within 5 s'),
  H20: known('App boot timeout', 'the app did not boot in time'),
  H21: known('Backend connection refused', 'dynos refused connections'),
  H22: known('Connection limit reached', 'more connections came than the router holds for the app'),
  H23: known('Endpoint misconfigured', 'WebSockets came through a proxy that cannot do them'),
  H24: known('Forced close', 'a router of Heroku’s ended before requests were answered'),
  H25: known('HTTP Restriction', 'the router held back answers as too large or unsafe'),
  H26: known('Request Error', 'requests were no valid HTTP'),
  H27: known('Client Request Interrupted', 'clients went away before they were answered'),
  H28: known('Client Connection Idle', 'clients did not send their whole requests'),
  H31: known('Misdirected Request', 'requests came to a place where the app no longer is, by an old DNS entry'),
  H32: known('TLS certificate mismatch', 'requests came with a certificate for another name'),
  H80: known('Maintenance mode', 'the app was in maintenance mode'),
  H81: known('Blank app', 'the app had no code'),
  H82: known('You’ve used up your dyno hour pool', 'the account’s Eco dyno hours were used up, so its Eco dynos slept'),
  H83: known('Planned Service Degradation', 'Heroku held the app down by plan'),
  H99: known('Platform error', 'a fault of the platform'),
  R10: known('Boot timeout', 'the web process did not bind its port in time'),
  R12: known('Exit timeout', 'processes did not end when they were told to'),
  R13: known('Attach error', 'nobody connected to a one-off dyno'),
  R14: known('Memory quota exceeded', 'dynos were over their memory'),
  R15: known('Memory quota vastly exceeded', 'Heroku ended dynos that were far over their memory'),
  R16: known('Detached', 'one-off dynos stayed after their client had gone'),
  R17: known('Checksum error', 'the slug is not what was uploaded'),
  R99: known('Platform error', 'a fault of the platform'),
  L10: known('output buffer overflow', 'more was logged than a drain took'),
  L11: known('tail buffer overflow', 'more was logged than a reader took'),
  L12: known('local buffer overflow', 'a dyno logged more than could be sent on'),
  L13: known('local delivery error', 'a dyno’s lines could not be sent on'),
  L14: known('certificate validation', 'the certificate of a drain is not valid, so it gets nothing'),
  L15: known('tail buffer temporarily unavailable', 'Heroku’s store of the last lines was not to be had')
} as const satisfies Record<string, HerokuErrorCode>

/** `R14`, for instance. */
export type ErrorCode = keyof typeof ERROR_CODES

/** As the log has it: `Error R10 (Boot timeout)`. */
export function errorLine(code: ErrorCode): string {
  return `Error ${code} (${ERROR_CODES[code].title})`
}
