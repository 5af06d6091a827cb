import { HerokuError } from '../heroku/index.ts'
import { LateError } from '../net/index.ts'
import { errorCode, errorText, MAKE_KEY } from '../runtime/index.ts'
import { CouldNotLook, reasonOf, type Cause } from './could-not-look.ts'

/** The cause behind an error, if it is one that stops other checks, too. */
export function causeOf(error: unknown): Cause | undefined {
  if (error instanceof CouldNotLook) return error.shared
  if (error instanceof HerokuError && error.details.service === undefined) return ofHeroku(error)
  // The error of a name that the DNS does not have names it (Node: dns#error-codes).
  const { hostname } = error as { hostname?: unknown }
  return errorCode(error) === 'ENOTFOUND' && typeof hostname === 'string' ? hostCause(hostname, NOT_IN_DNS) : undefined
}

const STATUS = 'Look at https://status.heroku.com, then run the checks again.'

function ofHeroku(error: HerokuError): Cause | undefined {
  const { status } = error
  if (status === 401) return HEROKU_KEY
  if (error.details.obstacle !== undefined) return noWay(error)
  const isAway = status === undefined || status === 429 || status >= 500
  return isAway ? notAnswered(error) : undefined
}

export const HEROKU_KEY: Cause = {
  id: 'heroku-key',
  name: 'heroku-key',
  title: 'Heroku key',
  text: 'Heroku does not take the key: it is wrong, expired or revoked. No deploy will go through',
  remedy: MAKE_KEY
}

/** Heroku did not answer, or not as it should. */
function notAnswered(error: Error): Cause {
  return { id: 'heroku-api', name: 'heroku-api', title: 'Heroku’s API', text: reasonOf(error), remedy: STATUS }
}

/** No request came as far as Heroku, which knows nothing of it: a proxy, a certificate, this machine's network. */
function noWay(error: HerokuError): Cause {
  return {
    id: 'heroku-way',
    name: 'way-to-heroku',
    title: 'The way to Heroku',
    text: reasonOf(error),
    remedy: error.nextStep
  }
}

/** An error of a question to Heroku, so that all checks that wait for Heroku have one cause. */
export function askedHeroku(error: unknown): unknown {
  if (!(error instanceof LateError)) return error
  return new CouldNotLook(error.message, undefined, notAnswered(error))
}

/** Why there are no config vars, for all checks that need some. */
export function noConfigVars(error: unknown): CouldNotLook {
  const own: Cause = {
    id: 'config-vars',
    name: 'config-vars',
    title: 'Config vars',
    text: `Heroku did not give the app’s config vars: ${reasonOf(error)}`,
    remedy: error instanceof HerokuError ? error.nextStep : STATUS
  }
  const cause = causeOf(askedHeroku(error)) ?? own
  return new CouldNotLook(errorText(error), undefined, cause)
}

/**
 * Why the one-off dyno says nothing more, for all checks that ask it.
 * @param app whose dyno it is
 */
export function noDyno(error: Error, app: string): CouldNotLook {
  const remedy = adviceOf(error) ?? `See why: \`heroku run --app ${app} -- bin/rails runner 1\``
  const own: Cause = {
    id: 'one-off-dyno',
    name: 'one-off-dyno',
    title: 'One-off dyno',
    text: `The one-off dyno could not tell what it sees: ${reasonOf(error)}`,
    remedy
  }
  return new CouldNotLook(error.message, remedy, causeOf(error) ?? own)
}

function adviceOf(error: Error): string | undefined {
  if (error instanceof CouldNotLook) return error.remedy
  return error instanceof HerokuError ? error.nextStep : undefined
}

/** A server that the one-off dyno asks did not answer it. */
export function noServer(server: string, reason: string, remedy: string): CouldNotLook {
  const id = server.toLowerCase()
  const text = `${server} did not answer the one-off dyno`
  return new CouldNotLook(reason, remedy, { id: `dyno ${id}`, name: `no-answer-of-${id}`, title: server, text, remedy })
}

/** GitHub did not tell what checks ask it. */
export function noGithub(text: string): CouldNotLook {
  const remedy =
    'Look whether the token (`github-token`) is still good, and has the permissions that the page on nightly checks names.'
  return new CouldNotLook(text, undefined, { id: 'github', name: 'github', title: 'GitHub', text, remedy })
}

/** The app as a whole does not answer visitors: everything that asks the site finds the same. */
export function siteDown(title: string, text: string, remedy: string | undefined): Cause {
  return { id: 'down', name: 'health', title, text, remedy }
}

/** Why a host without any address is not reached. */
export const NOT_IN_DNS = 'its name is not in the DNS'

/** A host was not reached; `why` as `unreached` words it. */
export function hostCause(host: string, why: string, remedy?: string): Cause {
  const text = `${host} cannot be reached: ${why}`
  return { id: `${host} ${why}`, name: 'not-reached', title: 'Not reached', text, remedy }
}
