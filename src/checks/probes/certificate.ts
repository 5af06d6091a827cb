import { errorCode } from '../../runtime/index.ts'
import { asking, brief, certificateWords, secure, type Outside } from './network.ts'

/** The certificate that a server shows. */
interface Certificate {
  /** Names that it is good for. */
  readonly names: readonly string[]
  readonly issuer: string
  /** Milliseconds since 1970: when it ends. */
  readonly until: number
  /** Why a browser would refuse it: Node's code and a sentence; undefined if it is good. */
  readonly trouble: { readonly code: string; readonly why: string } | undefined
}

/** The certificate of a host, good or not. Rejects if there is no TLS connection. */
export function certificateOf(host: string, port: number, outside: Outside): Promise<Certificate> {
  return asking(outside, async inner => {
    const socket = await secure(host, port, inner, false)
    try {
      const { subjectaltname = '', issuer, valid_to } = socket.getPeerCertificate()
      const signer: string | string[] = issuer.O ?? issuer.CN ?? 'an unknown authority'
      const code = errorCode({ code: socket.authorizationError }) ?? errorCode(socket.authorizationError)
      return {
        names: subjectaltname.split(', ').flatMap(name => (name.startsWith('DNS:') ? [brief(name.slice(4), 100)] : [])),
        issuer: brief([signer].flat().join(', '), 100),
        until: Date.parse(valid_to),
        trouble: code ? { code, why: certificateWords(code) ?? brief(code) } : undefined
      }
    } finally {
      socket.destroy()
    }
  })
}

/** Whole days until a moment; negative if it has passed. */
export function daysUntil(moment: number, now: number): number {
  return Math.floor((moment - now) / 86_400_000)
}
