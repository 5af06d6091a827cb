import { type Sourced } from './fact.ts'
import { configSet, NEEDS, settingsOf } from './needs.ts'

/** A mail add-on. It sets config vars of its own, and Mastodon reads none of them. */
interface MailAddon extends Sourced {
  readonly name: string
  /** By Mastodon's name for the same. */
  readonly vars: Readonly<Record<string, string>>
}

const ADDONS: readonly MailAddon[] = [
  {
    name: 'Mailgun',
    vars: {
      SMTP_SERVER: 'MAILGUN_SMTP_SERVER',
      SMTP_PORT: 'MAILGUN_SMTP_PORT',
      SMTP_LOGIN: 'MAILGUN_SMTP_LOGIN',
      SMTP_PASSWORD: 'MAILGUN_SMTP_PASSWORD'
    },
    source: 'django-herokuify: "Email configuration"; mastodon/mastodon:config/email.yml',
    seen: '2026-11-29'
  },
  {
    name: 'Mailer To Go',
    vars: {
      SMTP_SERVER: 'MAILERTOGO_SMTP_HOST',
      SMTP_PORT: 'MAILERTOGO_SMTP_PORT',
      SMTP_LOGIN: 'MAILERTOGO_SMTP_USER',
      SMTP_PASSWORD: 'MAILERTOGO_SMTP_PASSWORD'
    },
    source: 'the add-on’s own examples, in many public repositories; mastodon/mastodon:config/email.yml',
    seen: '2026-11-29'
  }
]

/** All config vars of mail add-ons. */
export const MAIL_ADDON_VARIABLES: readonly string[] = ADDONS.flatMap(({ vars }) => Object.values(vars))

/** What Mastodon can take of an add-on's config vars. */
interface MailCopies {
  /** `Mailgun`. */
  readonly addon: string
  /** By Mastodon's name, the add-on's: only those that are set, and that Mastodon's own are not. */
  readonly from: Readonly<Record<string, string>>
}

/**
 * The mail add-on of an app whose config vars Mastodon needs under its own names; undefined if there is none, or if
 * SMTP_SERVER is set: mail then goes another way.
 * @param has whether a config var is set to something
 */
export function mailCopies(has: (name: string) => boolean): MailCopies | undefined {
  const addon = has('SMTP_SERVER') ? undefined : ADDONS.find(({ vars }) => has(vars['SMTP_SERVER']!))
  if (!addon) return undefined
  const from = Object.entries(addon.vars).filter(([to, own]) => has(own) && !has(to))
  return { addon: addon.name, from: Object.fromEntries(from) }
}

/** The command that sets what an app lacks for mail: with the values of its mail add-on, if it has one. */
export function setMail(app: string, has: (name: string) => boolean): string {
  const from = mailCopies(has)?.from ?? {}
  const value = (name: string): string =>
    from[name] === undefined ? '…' : `"$(heroku config:get ${from[name]} --app ${app})"`
  const missing = Object.keys(settingsOf(NEEDS.mail)).filter(name => !has(name))
  return configSet(app, Object.fromEntries(missing.map(name => [name, value(name)])))
}

/** Why mail does not go out, for a finding: a clause. */
export function whyNoMail(has: (name: string) => boolean): string {
  const copies = mailCopies(has)
  const why = copies
    ? `${copies.addon} sets ${Object.values(copies.from).join(', ')}, and Mastodon reads none of them: `
    : ''
  return `${why}${NEEDS.mail.without}`
}
