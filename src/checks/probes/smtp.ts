import { type Socket } from 'node:net'
import SmtpConnection from 'nodemailer/lib/smtp-connection'
import { type MailServer } from '../../mastodon/index.ts'
import { tlsOptions, within } from '../../net/index.ts'
import { errorCode, errorText } from '../../runtime/index.ts'
import { asking, certificateWords, secure, type Outside } from './network.ts'

/** An error of nodemailer. */
interface NodemailerError extends Error {
  /** `EAUTH`, `ETLS`, `ESOCKET` … */
  readonly code?: string
  readonly originalCode?: string
  /** What the server said. */
  readonly response?: string
}

/** Milliseconds for the server's goodbye. */
const GOODBYE_WITHIN = 2_000

/** How far a mail server took us. */
export interface Greeting {
  readonly encrypted: boolean
  /** False if there is no login, or if the password would have gone unencrypted. */
  readonly loggedIn: boolean
}

/** A mail server failed or refused. `stage`: what we were doing then. */
export class SmtpError extends Error {
  readonly stage: 'connect' | 'tls' | 'login' | 'talk'

  constructor(stage: SmtpError['stage'], message: string, cause: unknown) {
    super(message, { cause })
    this.stage = stage
  }
}

/**
 * Greets a mail server, starts TLS and logs in as Mastodon does, then leaves. No mail is sent, and no password goes over
 * an unencrypted connection. Rejects with an `SmtpError`.
 */
export function greetMailServer(server: MailServer, outside: Outside): Promise<Greeting> {
  return asking(outside, async inner => {
    const { host, port, tls, starttls, verify, login } = server
    const socket = await open(server, inner)
    const connection = new SmtpConnection({
      connection: socket,
      host,
      port,
      secure: tls,
      secured: tls,
      ignoreTLS: starttls === 'never',
      requireTLS: starttls === 'always',
      name: server.name,
      tls: { ...tlsOptions(host, inner.network.trust), rejectUnauthorized: verify },
      greetingTimeout: inner.network.answerWithin,
      maxResponseSize: 100_000
    })
    const over = new Promise<void>(resolve => connection.once('end', () => resolve()))
    const give = (): void => connection.close()
    inner.signal.addEventListener('abort', give, { once: true })
    try {
      await step(connection, done => connection.connect(done))
      const encrypted = connection.secure
      if (!login || !encrypted) return { encrypted, loggedIn: false }
      const { user, password: pass, method } = login
      await step(connection, done => connection.login({ user, pass, method }, done))
      return { encrypted, loggedIn: true }
    } finally {
      connection.on('error', () => {})
      connection.quit()
      await within(inner, GOODBYE_WITHIN, 'no goodbye', () => over).catch(give)
      inner.signal.removeEventListener('abort', give)
      socket.destroy()
    }
  })
}

async function open({ host, port, tls, verify }: MailServer, outside: Outside): Promise<Socket> {
  try {
    return await (tls ? secure(host, port, outside, verify) : outside.network.dial(host, port, outside.signal))
  } catch (error) {
    throw new SmtpError(certificateWords(errorCode(error) ?? '') ? 'tls' : 'connect', errorText(error), error)
  }
}

/** One step of nodemailer, which reports errors by its callback or as an event. */
function step(connection: SmtpConnection, work: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => reject(explained(error))
    connection.once('error', fail)
    work(error => {
      connection.off('error', fail)
      if (error) fail(error)
      else resolve()
    })
  })
}

function explained(error: NodemailerError): SmtpError {
  const { code, originalCode = '', response } = error
  if (code === 'EAUTH') return new SmtpError('login', response ?? errorText(error), error)
  if (code === 'ETLS' || certificateWords(originalCode))
    return new SmtpError('tls', certificateWords(originalCode) ?? response ?? errorText(error), error)
  return new SmtpError('talk', response ?? errorText(error), error)
}
