/** A year, in seconds. */
const KEY_LASTS = 31_536_000

/**
 * The command that makes a key for this alone which ends in a year. Whatever tells to make one tells this.
 * @param app whose deploys it is for
 */
export function makeKeyCommand(app?: string): string {
  const description = `GitHub deploy${app === undefined ? '' : ` of ${app}`}`
  return `heroku authorizations:create --description "${description}" --scope global --expires-in ${KEY_LASTS} --short`
}

/** The same for a sentence: what to do about a key that ends or does not work. */
export const MAKE_KEY = `Make one with \`${makeKeyCommand()}\`, and store it as the secret that \`heroku-api-key\` takes.`
