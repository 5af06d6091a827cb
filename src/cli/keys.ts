import { existsSync } from 'node:fs'
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
  const home = env['HOME'] || os.homedir()
  const netrc = readNetrc(path.join(home, '.netrc'))
  const passwordOf = (host: string): string | undefined => netrc && passwordFor(host, netrc.text)
  const machine = hostOf(apiUrl) ?? HEROKU
  const password = passwordOf(machine)
  const login = loginOf(home, env)
  const warnings: string[] = []
  if (wanted.some(({ name }) => name === 'heroku-api-key') && !found.has('heroku-api-key')) {
    if (password !== undefined) found.set('heroku-api-key', password)
    else if (commandRow(command).key === 'needed') throw noKey(machine, login)
    if (password !== undefined && netrc?.open)
      warnings.push('Others of this machine may read ~/.netrc, and a key is in it: `chmod 600 ~/.netrc`')
  }
  const inNetrc = (password ?? passwordOf(HEROKU)) === undefined ? [] : ['~/.netrc']
  return { found, beside: [...inNetrc, ...login], warnings }
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname : undefined
}

/**
 * What says that `heroku login` left a key of which `~/.netrc` knows nothing. The key lies in the
 * keychain of macOS, the credential manager of Windows, or the Secret Service of Linux, and any program of this user may
 * ask for it. Beside it is a file with the account's name (heroku/heroku-cli-command 13.0.1:
 * src/credential-manager-core/lib/login-state.ts), in oclif's folder for data (oclif/core: src/config/config.ts, `dataDir`).
 * If there is a `~/.netrc.gpg`, the key is there (lib/netrc-parser.ts).
 */
function loginOf(home: string, env: NodeJS.ProcessEnv): readonly string[] {
  const base = env['XDG_DATA_HOME'] || path.join(home, '.local', 'share')
  const state = path.join(env['HEROKU_DATA_DIR'] || path.join(base, 'heroku'), 'login.json')
  const files = [state, path.join(home, '.netrc.gpg')].filter(file => existsSync(file))
  const shown = files.map(file => (file.startsWith(home + path.sep) ? `~${file.slice(home.length)}` : file))
  return shown.length === 0 ? [] : [`the key of \`heroku login\` (${shown.join(', ')})`]
}

function noKey(machine: string, login: readonly string[]): UserError {
  const none = `There is no Heroku key: HEROKU_API_KEY is not set, and ~/.netrc has none for ${machine}`
  const ask = 'Put `HEROKU_API_KEY=$(heroku auth:token)` before this command'
  const make =
    'Or make a key that ends in a month, with `heroku authorizations:create --expires-in 2592000 --short`, and set HEROKU_API_KEY to it.'
  return login.length === 0
    ? new UserError(none, `Run \`heroku login\` once. ${ask}. ${make}`)
    : new UserError(`${none}; that of \`heroku login\` is kept by this system`, `${ask}. ${make}`)
}
