import { LIMITS, ONE_OFFS_AT_ONCE } from '../knowledge/index.ts'
import { MAKE_KEY } from '../runtime/index.ts'
import { type HerokuErrorDetails } from './error-details.ts'

const UNSURE = 'Whether it was carried out is not known. Run the job again: it looks first, and goes on from there.'
const STATUS_PAGE = 'Look at https://status.heroku.com, then run the job again.'
const BILLING = 'https://dashboard.heroku.com/account/billing, or the team’s page under Billing'

/** What to do about a request that failed: by what kept it from leaving, else by Heroku's name for the error, else by its status. */
export function adviceOn(details: HerokuErrorDetails): string {
  const { method, outcome, service, hint, obstacle } = details
  if (hint !== undefined) return hint
  if (obstacle !== undefined) return `${obstacle.remedy} Then run the job again.`
  const isUnsure = outcome === 'unknown' && method !== 'GET'
  if (service !== undefined) return isUnsure ? UNSURE : `Look whether ${service} is down, then run the job again.`
  return byId(details) ?? byStatus(details) ?? (isUnsure ? UNSURE : STATUS_PAGE)
}

/**
 * Ids: Dev Center, platform-api-reference#errors, which writes `verification_needed`; the API itself says
 * `verification_required` (Dev Center: account-verification) and `cannot_run_above_limit` (flowhub/guv#16).
 */
function byId({ method, path, id }: HerokuErrorDetails): string | undefined {
  switch (id) {
    case 'two_factor':
      return `This key needs a second factor here, which a job cannot give. ${MAKE_KEY}`
    case 'suspended':
      return 'Heroku has suspended the account or the app. Only its support can say why: https://help.heroku.com.'
    case 'delinquent':
      return `An invoice of the account that owns the app is not paid, or its card must be confirmed: ${BILLING}. Then run the job again.`
    case 'verification_required':
    case 'verification_needed':
      return `Heroku gives apps, dynos, add-ons and domains only to accounts with a card. The account that owns the app adds one at https://heroku.com/verify, a team on its page under Billing. Then run the job again.`
    case 'cannot_run_above_limit':
    case 'cannot_update_above_limit':
      return (method === 'POST' && path.endsWith('/dynos') ? tooManyOneOffs : tooManyDynos)(appIn(path) ?? 'APP')
    default:
      return undefined
  }
}

function tooManyOneOffs(app: string): string {
  const most = Object.entries(ONE_OFFS_AT_ONCE.most).map(([tier, count]) => `${count} ${tier}`)
  return `Another one-off dyno runs: \`heroku ps --app ${app}\` shows it. Wait until it has ended, or end it (\`heroku ps:stop NAME --app ${app}\`), then run the job again. At once Heroku runs for an app at most this many one-off dynos: ${most.join(', ')}.`
}

function tooManyDynos(app: string): string {
  return `The size of these dynos allows no more of them: Eco and Basic run one dyno of each process type, and an app two Eco dynos in all. \`heroku ps --app ${app}\` shows what runs; limits: https://devcenter.heroku.com/articles/dyno-scaling-and-process-limits`
}

function byStatus(details: HerokuErrorDetails): string | undefined {
  switch (details.status) {
    case 401:
      return `The key is wrong, expired or revoked. ${MAKE_KEY}`
    case 402:
      return `Heroku wants something paid or confirmed first; its words are above. See ${BILLING}.`
    case 403:
      return forbidden(details)
    case 404:
      return notThere(details)
    case 409:
      return 'Something else is changing this app. Wait until it is done, then run the job again.'
    case 422:
      return 'Heroku does not accept this request. Its message says why. If it is not a mistake in the app’s settings, report it to mastodon-on-heroku with the request id.'
    case 429:
      return `The account’s rate limit (${LIMITS.apiRequests.toLocaleString('en')} requests an hour) is used up. Look for another job that asks without pause, wait some minutes, then run this one again.`
    default:
      return undefined
  }
}

/** Heroku's words stand before it. Only `forbidden` is about what the key may do; other ids have reasons of their own. */
function forbidden({ path, id }: HerokuErrorDetails): string {
  if (id !== undefined && id !== 'forbidden')
    return 'Heroku’s words above say why. Once that is mended, run the job again.'
  const app = appIn(path)
  const who = app === undefined ? 'the app' : `${app} with the right to deploy (\`heroku access --app ${app}\`)`
  return `If Heroku’s words above give no other reason: the account of the key must be a collaborator of ${who}, and the key’s scope \`global\` or \`write\`.`
}

/** The app itself, an add-on of it, or something else that it had. */
function notThere({ path, reason }: HerokuErrorDetails): string {
  const app = appIn(path) ?? 'APP'
  if (/^\/apps\/[^/]+$/.test(path) || /find that app\b/i.test(reason))
    return `Check the name of the app (\`heroku apps --all\`), and that the key’s account is a collaborator of it.`
  if (/\/addons\/|^\/(client\/v11|redis\/v0)\/databases\/|^\/data\/postgres\//.test(path))
    return `The add-on is not there, or not ready yet: \`heroku addons --app ${app}\` says.`
  return 'It may have been removed meanwhile. Run the job again.'
}

/** The app that a request is about, if its path names one. */
function appIn(path: string): string | undefined {
  const name = /^\/apps\/([^/?]+)/.exec(path)?.[1]
  return name && decodeURIComponent(name)
}
