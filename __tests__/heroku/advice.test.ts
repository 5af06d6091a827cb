import { expect, it } from '@jest/globals'
import { HerokuError } from '../../src/heroku/index.ts'

const nextStep = (status: number, id: string | undefined, asked: string, reason = 'So says Heroku.'): string => {
  const [method = '', path = ''] = asked.split(' ')
  return new HerokuError({ method, path, outcome: 'refused', status, id, reason }).nextStep
}

it.each<[number, string | undefined, string, RegExp]>([
  [401, 'unauthorized', 'GET /apps/a', /wrong, expired or revoked.*authorizations:create .*--expires-in \d+/],
  [
    402,
    'delinquent',
    'GET /apps/a',
    /invoice .* is not paid, or its card must be confirmed: https:\/\/dashboard\.heroku/
  ],
  [402, 'verification_required', 'POST /apps/a/addons', /with a card.*https:\/\/heroku\.com\/verify/],
  [422, 'verification_required', 'POST /apps', /https:\/\/heroku\.com\/verify/],
  [422, 'verification_needed', 'POST /apps', /https:\/\/heroku\.com\/verify/],
  [402, 'something_new', 'POST /apps', /paid or confirmed first; its words are above/],
  [403, 'suspended', 'GET /apps/a', /suspended the account or the app.*help\.heroku\.com/],
  [403, 'two_factor', 'GET /apps/a', /second factor.*authorizations:create .*--expires-in \d+/],
  [
    403,
    'forbidden',
    'POST /apps/my-app/releases',
    /^If .*no other reason.*collaborator of my-app.*`heroku access --app my-app`/
  ],
  [403, 'forbidden', 'GET /account', /^If .*collaborator of the app,/],
  [403, 'invalid_ip', 'GET /apps/a', /^Heroku’s words above say why/],
  [404, 'not_found', 'GET /apps/a', /name of the app \(`heroku apps --all`\)/],
  [404, 'not_found', 'GET /apps/a/addons/postgresql-x', /add-on is not there.*`heroku addons --app a`/],
  [404, 'not_found', 'GET /client/v11/databases/0123', /add-on is not there/],
  [404, 'not_found', 'GET /apps/a/releases/v7', /removed meanwhile/],
  [
    422,
    'cannot_run_above_limit',
    'POST /apps/my-app/dynos',
    /Another one-off dyno runs: `heroku ps --app my-app`.*1 Eco, 50 Basic, 50 Standard, 5 Performance/
  ],
  [
    422,
    'cannot_run_above_limit',
    'PATCH /apps/my-app/formation',
    /one dyno of each process type.*`heroku ps --app my-app`/
  ],
  [422, 'invalid_params', 'POST /apps/a/slugs', /does not accept this request/],
  [429, 'rate_limit', 'GET /apps/a', /4,500 requests an hour/],
  [503, undefined, 'GET /apps/a', /status\.heroku\.com/]
])('%i %s to %s says what to do', (status, id, asked, next) => {
  expect(nextStep(status, id, asked)).toMatch(next)
})

it('knows an app that is not there whatever was asked of it', () => {
  expect(nextStep(404, 'not_found', 'GET /apps/a/dynos', 'Couldn’t find that app.')).toMatch(/name of the app/)
})
