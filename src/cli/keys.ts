import os from 'node:os'
import path from 'node:path'
import { type InputSource } from '../config/index.ts'
import { UserError } from '../runtime/index.ts'
import { COMMANDS, KEYS } from './commands.ts'
import { passwordFor, readNetrc } from './netrc.ts'

const HEROKU = 'api.heroku.com'

export interface Keys {
  /** The keys that this command reads, by the input's name. */
  readonly found: ReadonlyMap<string, string>
  /** What else holds a key that a program of this user could read: nobody's code may run beside it as the same user. */
  readonly beside: readonly string[]
  readonly warnings: readonly string[]
}

/**
 * Looks up the keys that a command reads: in the environment, Heroku's also in `~/.netrc`. The key of `~/.netrc` is that
 * of the API which is asked, so that none goes to another one.
 * @throws UserError where a command needs Heroku and there is no key
 */
export function findKeys(command: string, input: InputSource, env: NodeJS.ProcessEnv): Keys {
  const { inputs, keyOptional } = COMMANDS[command]!
  const wanted = inputs.filter(name => Object.hasOwn(KEYS, name))
  const found = new Map<string, string>()
  for (const name of wanted) {
    const value = KEYS[name]!.variables.map(variable => env[variable]).find(Boolean)
    if (value) found.set(name, value)
  }
  const netrc = readNetrc(path.join(env['HOME'] || os.homedir(), '.netrc'))
  const machine = hostOf(input('heroku-api-url')) ?? HEROKU
  const password = netrc && passwordFor(machine, netrc.text)
  const warnings: string[] = []
  if (wanted.includes('heroku-api-key') && !found.has('heroku-api-key')) {
    if (password !== undefined) found.set('heroku-api-key', password)
    else if (!keyOptional) throw noKey(machine)
    if (password !== undefined && netrc?.open)
      warnings.push('Others of this machine may read ~/.netrc, and a key is in it: `chmod 600 ~/.netrc`')
  }
  return { found, beside: password === undefined ? [] : ['~/.netrc'], warnings }
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

function noKey(machine: string): UserError {
  return new UserError(
    `There is no Heroku key: HEROKU_API_KEY is not set, and ~/.netrc has none for ${machine}`,
    'Run `heroku login`, or make a key with `heroku authorizations:create --expires-in 2592000` and set HEROKU_API_KEY to it.'
  )
}
