import type tls from 'node:tls'
import { dial, secured, tlsOptions, within, type WayOut } from '../../net/index.ts'
import { errorCode, errorText, shortened, type Clock } from '../../runtime/index.ts'
import { NOT_IN_DNS } from '../causes.ts'
import { dnsNames, type DnsNames } from './names.ts'

/** How checks reach the internet. Tests lead names to ports of this machine; no user can. */
export interface Network extends WayOut {
  readonly names: DnsNames
  /** Milliseconds for one answer. */
  readonly answerWithin: number
}

/** What a probe gets; the `World` of a check is one. */
export interface Outside {
  readonly network: Network
  readonly clock: Clock
  readonly signal: AbortSignal
}

/** Milliseconds for one answer: a check asks several times before its deadline. */
const ANSWER_WITHIN = 10_000

/** The real network: all but DNS goes through the runner's proxy, if its environment names one. */
export function realNetwork(): Network {
  return { dial, names: dnsNames(), answerWithin: ANSWER_WITHIN }
}

/**
 * Opens a TLS connection.
 * @param host is also the name that the server is asked for (SNI)
 * @param check whether a certificate that is not good for the host makes it reject
 */
export async function secure(
  host: string,
  port: number,
  { network, signal }: Pick<Outside, 'network' | 'signal'>,
  check = true
): Promise<tls.TLSSocket> {
  const socket = await network.dial(host, port, signal)
  return secured(socket, host, { ...tlsOptions(host, network.trust), rejectUnauthorized: check })
}

/** Does one piece of work within the network's time for one answer. */
export function asking<Answer>(outside: Outside, work: (outside: Outside) => Promise<Answer>): Promise<Answer> {
  const { network, clock } = outside
  return within(outside, network.answerWithin, 'no answer', signal => work({ network, clock, signal }))
}

/** Why a target was not reached. `runner`: the runner's own network may be the cause, so nothing is known of the target. */
interface Unreached {
  readonly why: string
  readonly runner: boolean
}

/** Codes of errors in the runner's own network, not of the target (Node: errors#common-system-errors, dns#error-codes). */
const RUNNER = ['EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'ETIMEOUT', 'ESERVFAIL', 'EREFUSED']
const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: NOT_IN_DNS,
  ECONNREFUSED: 'the connection is refused',
  ECONNRESET: 'the connection is broken off',
  EPIPE: 'the connection is broken off',
  ETIMEDOUT: 'the connection takes too long'
}

/** One address in a chain of redirects did not answer. Its cause says why. */
export class StepError extends Error {
  constructor(url: string, cause: unknown) {
    super(`${url} does not answer`, { cause })
  }
}

/** Why a target was not reached, by the error. Throws the error again if the signal ended the work. */
export function unreached(error: unknown, outside: Pick<Outside, 'signal'>): Unreached {
  if (outside.signal.aborted) throw error
  if (error instanceof StepError) {
    const { why, runner } = unreached(error.cause, outside)
    return { why: `${brief(error.message)}: ${why}`, runner }
  }
  const code = errorCode(error) ?? ''
  return { why: WORDS[code] ?? certificateWords(code) ?? brief(errorText(error)), runner: RUNNER.includes(code) }
}

/** What is wrong with a certificate, by OpenSSL's and Node's codes (Node: tls#x509-certificate-error-codes). */
const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for other names',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'the server does not send the intermediate certificates',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'the server does not send the intermediate certificates'
}

export function certificateWords(code: string): string | undefined {
  return CERTIFICATE[code]
}

/** Text of others in one line, shortened and without control characters. */
export function brief(text: string, most = 200): string {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim()
  return shortened(line, most)
}
