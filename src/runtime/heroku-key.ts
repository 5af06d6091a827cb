/** A year, in seconds. */
const KEY_LASTS = 31_536_000

/**
 * The command that makes a Heroku key for this action alone, which ends in a year.
 * @param app the app that is deployed
 */
export function makeKeyCommand(app?: string): string {
  const description = `GitHub deploy${app === undefined ? '' : ` of ${app}`}`
  return `heroku authorizations:create --description "${description}" --scope global --expires-in ${KEY_LASTS} --short`
}

/** What to do about a key that ends or does not work. */
export const MAKE_KEY = `Make one with \`${makeKeyCommand()}\`, and store it as the secret that \`heroku-api-key\` takes.`
