import { LIMITS, MAIL_ADDON_VARIABLES, NEEDS, setMail, whyNoMail } from '../../knowledge/index.ts'
import { MAIL_VARIABLES, mailServer, type MailServer } from '../../mastodon/index.ts'
import { LateError } from '../../net/index.ts'
import { errorCode } from '../../runtime/index.ts'
import { type Check, type Finding, type World } from '../check.ts'
import { brief, unreached } from '../probes/network.ts'
import { greetMailServer, SmtpError, type Greeting } from '../probes/smtp.ts'

/** Whether the mail server answers and takes the login. No mail is sent. */
export const smtp: Check = {
  name: 'smtp',
  title: 'Mail',
  config: [...MAIL_VARIABLES, ...MAIL_ADDON_VARIABLES],
  async look(world) {
    if (!NEEDS.mail.when(world.config)) {
      const way = brief(world.config['SMTP_DELIVERY_METHOD'] ?? '', 40)
      return [{ level: 'unknown', text: `Mail goes out by \`${way}\`, which cannot be tried from here` }]
    }
    const server = mailServer(world.config)
    if (!server) {
      const has = (name: string): boolean => Boolean(world.config[name])
      const text = `\`SMTP_SERVER\` is not set: ${whyNoMail(has)}`
      return [{ level: 'fail', text, remedy: `Run ${setMail(world.app.name, has)}` }]
    }
    const closed = server.port === LIMITS.closedPort ? await closedPort(server, world) : undefined
    return [closed ?? (await greet(server, world))]
  }
}

/** Heroku's Common Runtime lets nothing out to port 25, whatever the runner may do. Undefined for an app in a Private Space. */
async function closedPort(
  server: MailServer,
  { app, config }: Pick<World, 'app' | 'config'>
): Promise<Finding | undefined> {
  const space = await app.info().then(
    info => info.space ?? undefined,
    () => 'unknown' as const
  )
  if (typeof space === 'object') return undefined
  const why = config['SMTP_PORT'] ? '' : ' (`SMTP_PORT` is not set, and 25 is what Mastodon takes then)'
  const remedy = `Run \`heroku config:set SMTP_PORT=587 --app ${app.name}\`, or take 2525, if the mail provider has that`
  const port = `${nameOf(server)}: Heroku lets no dyno connect to port ${server.port}${why}`
  return space === undefined
    ? { level: 'fail', text: `${port}, so no mail goes out`, remedy }
    : {
        level: 'unknown',
        text: `${port}, except in a Private Space; Heroku did not say whether the app is in one`,
        remedy
      }
}

async function greet(server: MailServer, world: World): Promise<Finding> {
  try {
    return judged(server, await greetMailServer(server, world))
  } catch (error) {
    return explained(server, error, world)
  }
}

function judged(server: MailServer, { encrypted, loggedIn }: Greeting): Finding {
  const where = nameOf(server)
  if (loggedIn) return { level: 'ok', text: `${where} takes the login` }
  if (!encrypted)
    return {
      level: 'warn',
      text: `${where} answers, but without TLS${server.login ? ', so Mastodon sends its password for all to read; it was not tried' : ''}`,
      remedy: 'Set `SMTP_ENABLE_STARTTLS=always`, or `SMTP_TLS=true` with port 465'
    }
  return { level: 'ok', text: `${where} answers; Mastodon does not log in` }
}

function explained(server: MailServer, error: unknown, world: World): Finding {
  const where = nameOf(server)
  const stage = error instanceof SmtpError ? error.stage : 'connect'
  const cause = error instanceof SmtpError ? error.cause : error
  if (stage === 'login')
    return {
      level: 'fail',
      text: `${where} does not take the login (${replyCode(error)})`,
      remedy: 'Renew the login at the mail provider, and set `SMTP_LOGIN` and `SMTP_PASSWORD`'
    }
  if (stage === 'tls')
    return {
      level: 'fail',
      text: `${where}: no TLS connection could be made (${brief((error as Error).message, 120)})`,
      remedy: 'Port 465 wants `SMTP_TLS=true`, port 587 none; the certificate must be good for `SMTP_SERVER`'
    }
  if (stage === 'talk')
    return {
      level: 'fail',
      text: `${where} broke off (${replyCode(error)})`,
      remedy: 'Look at `SMTP_SERVER`, `SMTP_PORT` and `SMTP_TLS`'
    }
  const { why, runner } = unreached(cause, world)
  // GitHub's runners may not use port 25, and a firewall may let dynos in and not runners.
  if (runner || cause instanceof LateError || errorCode(cause) === 'ETIMEDOUT')
    return {
      level: 'unknown',
      text: `${where} could not be reached from here: ${why}`,
      remedy:
        server.port === LIMITS.closedPort
          ? 'Port 25 is closed to GitHub’s runners; 587 is the port for programs'
          : undefined
    }
  return { level: 'fail', text: `${where} cannot be reached: ${why}`, remedy: 'Look at `SMTP_SERVER` and `SMTP_PORT`' }
}

function nameOf({ host, port }: MailServer): string {
  return `The mail server ${brief(host, 100)}:${port}`
}

/** `535 5.7.8`: the code alone, for a server may repeat the password (RFC 5321, 4.2; RFC 3463). */
function replyCode(error: unknown): string {
  return /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec((error as Error).message)?.[0].replace('-', ' ') ?? 'it hung up'
}
