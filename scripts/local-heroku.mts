/**
 * Heroku on this machine, alone: `npm run local-heroku -- --port 0 --dir DIR`. Prints one line of JSON when it is ready,
 * ends on SIGINT and SIGTERM, and goes on where it was when it is started on the same folder again.
 */
import path from 'node:path'
import { parseArgs } from 'node:util'
import { processHost, startLocalHeroku, type LocalHeroku, type NewApp } from '../__tests__/rig/local-heroku/index.ts'
import { runCommand, systemClock } from '../src/runtime/real.ts'

const USAGE =
  'usage: npm run local-heroku -- --dir DIR [--port PORT] [--app NAME]… [--config NAME=VALUE]… [--preboot]\n' +
  '--config and --preboot are for the apps of this call.'

interface Flags {
  readonly port: number
  readonly dir: string
  readonly apps: readonly string[]
  readonly config: Readonly<Record<string, string>>
  readonly preboot: boolean
}

class WrongFlags extends Error {}

/** Throws `WrongFlags`, with what is wrong for a person. */
function readFlags(args: readonly string[]): Flags {
  const { port, dir, app: apps = [], config = [], preboot = false } = parse(args)
  if (dir === undefined || dir === '') throw new WrongFlags('--dir is missing: a folder for its state and its dynos.')
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new WrongFlags(`--port ${port} is not a port.`)
  for (const name of apps) {
    // Schema: app.name
    if (!/^[a-z][a-z0-9-]{1,28}[a-z0-9]$/.test(name))
      throw new WrongFlags(`--app ${name}: a name is 3 to 30 letters, digits and dashes, all lower-case.`)
  }
  if (apps.length === 0 && (config.length > 0 || preboot))
    throw new WrongFlags('--config and --preboot need an app: --app NAME.')
  return { port: Number(port), dir: path.resolve(dir), apps, config: Object.fromEntries(config.map(pair)), preboot }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', default: '0' },
        dir: { type: 'string' },
        app: { type: 'string', multiple: true },
        config: { type: 'string', multiple: true },
        preboot: { type: 'boolean' }
      }
    }).values
  } catch (error) {
    throw new WrongFlags(error instanceof Error ? error.message : String(error))
  }
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=')
  // The value is not shown: it may be a secret.
  if (at < 1) throw new WrongFlags('--config wants NAME=VALUE.')
  return [text.slice(0, at), text.slice(at + 1)]
}

async function start({ port, dir, apps, config, preboot }: Flags): Promise<LocalHeroku> {
  const heroku = await startLocalHeroku({
    folder: dir,
    port,
    clock: systemClock,
    host: processHost({ folder: dir, run: runCommand, searchPath: process.env['PATH'] ?? '' }),
    // The one add-on that needs no server.
    addon: service => Promise.resolve(service === 'scheduler' ? {} : undefined)
  })
  try {
    for (const name of apps)
      await heroku.addApp(name, { config, addons: addonsIn(config), ...(preboot ? { preboot } : {}) })
    return heroku
  } catch (error) {
    await heroku.close()
    throw error
  }
}

/** Databases that are given by their URL stand there as Heroku's add-ons, the smallest of their plans. */
function addonsIn({ DATABASE_URL, REDIS_URL }: Readonly<Record<string, string>>): NewApp['addons'] {
  return [
    ...(DATABASE_URL ? [{ plan: 'heroku-postgresql:essential-0', vars: { DATABASE_URL } }] : []),
    ...(REDIS_URL ? [{ plan: 'heroku-redis:mini', vars: { REDIS_URL } }] : [])
  ]
}

/** Ends it at the first signal, also one that comes while it starts; its dynos end with it. */
function closeOnSignal(starting: Promise<LocalHeroku>): void {
  let closing: Promise<void> | undefined
  const close = (): void => void (closing ??= starting.then(heroku => heroku.close()).catch(() => {}))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, close)
}

try {
  const starting = start(readFlags(process.argv.slice(2)))
  closeOnSignal(starting)
  const heroku = await starting
  const { apiUrl, dataUrl, schedulerUrl, rendezvous, caFile, apiKey } = heroku
  console.log(JSON.stringify({ apiUrl, dataUrl, schedulerUrl, rendezvous, caFile, apiKey }))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  if (error instanceof WrongFlags) console.error(USAGE)
  process.exitCode = error instanceof WrongFlags ? 2 : 1
}
