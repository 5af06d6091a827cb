/** The mail server that an instance sends through. */
export interface MailServer {
  readonly host: string
  readonly port: number
  /** The instance's name for EHLO. */
  readonly name: string
  /** TLS from the first byte. */
  readonly tls: boolean
  /** Whether TLS is started later; `auto`: if the server offers it. */
  readonly starttls: 'always' | 'auto' | 'never'
  /** Whether its certificate must be good. */
  readonly verify: boolean
  /** Absent if the instance does not log in. */
  readonly login?: { readonly user: string; readonly password: string; readonly method: string }
}

/** The config vars of mail. */
export const MAIL_VARIABLES = [
  'LOCAL_DOMAIN',
  'SMTP_AUTH_METHOD',
  'SMTP_DELIVERY_METHOD',
  'SMTP_DOMAIN',
  'SMTP_ENABLE_STARTTLS',
  'SMTP_ENABLE_STARTTLS_AUTO',
  'SMTP_LOGIN',
  'SMTP_OPENSSL_VERIFY_MODE',
  'SMTP_PASSWORD',
  'SMTP_PORT',
  'SMTP_SERVER',
  'SMTP_SSL',
  'SMTP_TLS'
] as const

type Config = Readonly<Record<string, string | undefined>>

/**
 * The mail server, by the config vars, as Mastodon reads them (config/email.yml, lib/mastodon/email_configuration_helper.rb;
 * Rails: Action Mailer's `smtp_settings`). Undefined if SMTP_SERVER is not set: mail then goes to the dyno itself, where no
 * mail server listens.
 */
export function mailServer(config: Config): MailServer | undefined {
  const host = config['SMTP_SERVER']
  if (!host) return undefined
  const tls = config['SMTP_TLS'] === 'true' || config['SMTP_SSL'] === 'true'
  const { SMTP_LOGIN: user, SMTP_PASSWORD: password } = config
  const auth = config['SMTP_AUTH_METHOD'] || 'plain'
  return {
    host,
    port: Number(config['SMTP_PORT'] || 25),
    name: config['SMTP_DOMAIN'] || config['LOCAL_DOMAIN'] || 'localhost',
    tls,
    starttls: tls ? 'never' : starttls(config),
    verify: config['SMTP_OPENSSL_VERIFY_MODE'] !== 'none',
    ...(user && auth !== 'none' ? { login: { user, password: password ?? '', method: methodOf(auth) } } : {})
  }
}

function starttls(config: Config): MailServer['starttls'] {
  switch (config['SMTP_ENABLE_STARTTLS']) {
    case 'always':
      return 'always'
    case 'never':
    case 'false':
      return 'never'
    case 'auto':
      return 'auto'
    default:
      return config['SMTP_ENABLE_STARTTLS_AUTO'] === 'false' ? 'never' : 'auto'
  }
}

/** Ruby's `cram_md5` is the protocol's CRAM-MD5. */
function methodOf(auth: string): string {
  return auth.toUpperCase().replaceAll('_', '-')
}
