// Stands in for Heroku's CLI if there is none: makes authorizations, as heroku/cli's authorizations:create does.
import { parseArgs } from 'node:util'

const [command, ...args] = process.argv.slice(2)
if (command !== 'authorizations:create') {
  console.error(`heroku: a stand-in, which does not know ${command}`)
  process.exit(127)
}
const { values } = parseArgs({
  args,
  options: {
    description: { type: 'string' },
    scope: { type: 'string' },
    'expires-in': { type: 'string' },
    short: { type: 'boolean' }
  }
})
const { HEROKU_HOST, HEROKU_API_KEY } = process.env
const answer = await fetch(`${HEROKU_HOST}/oauth/authorizations`, {
  method: 'POST',
  headers: {
    authorization: `Bearer ${HEROKU_API_KEY}`,
    accept: 'application/vnd.heroku+json; version=3',
    'content-type': 'application/json'
  },
  body: JSON.stringify({
    description: values.description,
    scope: values.scope?.split(','),
    expires_in: values['expires-in']
  })
})
const made = (await answer.json()) as { message: string; access_token: { token: string } }
if (!answer.ok) {
  console.error(made.message)
  process.exit(1)
}
console.log(values.short ? made.access_token.token : made)
