import os from 'node:os'
import path from 'node:path'
import { commandRow, type CommandName } from '../inputs/index.ts'
import { UserError } from '../runtime/index.ts'
import { keysOf } from './flags.ts'
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
 * @param apiUrl what was given for `heroku-api-url`; may be empty
 * @throws UserError if a command needs Heroku and there is no key
 */
export function findKeys(command: CommandName, apiUrl: string, env: NodeJS.ProcessEnv): Keys {
  const wanted = keysOf(command)
  const found = new Map<string, string>()
  for (const { name, secret } of wanted) {
    const value = secret.variables.map(variable => env[variable]).find(Boolean)
    if (value) found.set(name, value)
  }
  const netrc = readNetrc(path.join(env['HOME'] || os.homedir(), '.netrc'))
  const machine = hostOf(apiUrl) ?? HEROKU
  const password = netrc && passwordFor(machine, netrc.text)
  const warnings: string[] = []
  if (wanted.some(({ name }) => name === 'heroku-api-key') && !found.has('heroku-api-key')) {
    if (password !== undefined) found.set('heroku-api-key', password)
    else if (commandRow(command).key === 'needed') throw noKey(machine)
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
