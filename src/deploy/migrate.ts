import { endLeftovers, runOneOff, type HerokuApp } from '../heroku/index.ts'
import {
  APPLIED_COMMAND,
  PENDING_COMMAND,
  POST_MIGRATE_COMMAND,
  PRE_MIGRATE_COMMAND,
  PRE_PENDING_COMMAND,
  ranMigrations,
  type RanMigration
} from '../mastodon/index.ts'
import { UserError } from '../runtime/index.ts'
import { Tail, type Tools } from './tools.ts'

/** Post-deployment migrations failed, or how they ended is not known. */
class MigrationError extends UserError {}

export interface MigrateOptions {
  readonly size?: string
  /** `pre`: the first phase alone. `post`: the second, refused if the first is not done. Default: both. */
  readonly phase?: 'pre' | 'post' | 'all'
}

const PURPOSE = 'migrate'
/** How the story calls them once they have begun. */
export const MIGRATIONS = 'migrations'

/**
 * Runs migrations in a one-off dyno of the current release, and makes sure that none is left. Dynos that a killed job
 * left at it are ended first. A lost connection is no failure: the database is asked what is still pending.
 * @returns the migrations that ran
 */
export async function migrate(app: HerokuApp, options: MigrateOptions, tools: Tools): Promise<RanMigration[]> {
  const { story, timeout } = tools
  for (const name of await endLeftovers(app, PURPOSE, tools)) story.note(`Ended ${name}, which an earlier job had left`)
  const { size, phase = 'all' } = options
  if (phase === 'post') await requireFirstPhase(app, size, tools)
  const command = phase === 'pre' ? PRE_MIGRATE_COMMAND : POST_MIGRATE_COMMAND
  story.begin(MIGRATIONS)
  const { exitCode, dyno, output, tail } = await inDyno(app, { command, purpose: PURPOSE, size }, tools)
  if (exitCode === 0) return ranMigrations(output)
  if (exitCode !== undefined) {
    throw new MigrationError(
      `Migrations in ${dyno} ended with exit code ${exitCode}${tail.quote()}`,
      'The new code runs and serves. Mend what the lines above name, then run `command: migrate` or deploy again.'
    )
  }
  story.warn(`The connection to ${dyno} was lost, so the database is asked whether its migrations are done`)
  const question = phase === 'pre' ? PRE_PENDING_COMMAND : PENDING_COMMAND
  const pending = await inDyno(app, { command: question, purpose: 'pending', size }, tools)
  if (pending.exitCode === 0) return ranMigrations(output)
  throw new MigrationError(
    pending.exitCode === undefined
      ? `Whether the migrations are done is not known: the connections to ${dyno} and ${pending.dyno} were lost`
      : `Migrations are still pending after the connection to ${dyno} was lost${pending.tail.quote()}`,
    `Run the job again, or \`command: migrate\`: what is done is not done twice. It waits up to ${Math.round(timeout / 60_000)} minutes.`
  )
}

async function requireFirstPhase(app: HerokuApp, size: string | undefined, tools: Tools): Promise<void> {
  const { exitCode, dyno, tail } = await inDyno(app, { command: PRE_PENDING_COMMAND, purpose: 'pending', size }, tools)
  if (exitCode === 0) return
  throw new MigrationError(
    exitCode === undefined
      ? `Whether pre-deployment migrations are pending is not known: the connection to ${dyno} was lost`
      : `Pre-deployment migrations are still pending, and those after a deployment build on them${tail.quote()}`,
    'Run `command: migrate` with `phase: pre` first, or with `phase: all`.'
  )
}

/** What a command prints that changes nothing, in a one-off dyno; empty if it fails. */
export async function askInDyno(app: HerokuApp, job: Job, tools: Tools): Promise<string> {
  const { exitCode, output } = await inDyno(app, job, tools, true)
  return exitCode === 0 ? output : ''
}

/** Versions of the migrations that the database has. */
export async function appliedMigrations(app: HerokuApp, size: string | undefined, tools: Tools): Promise<Set<string>> {
  const { exitCode, dyno, output, tail } = await inDyno(
    app,
    { command: APPLIED_COMMAND, purpose: 'applied', size },
    tools,
    true
  )
  if (exitCode !== 0) {
    throw new MigrationError(
      `Which migrations the database has could not be read in ${dyno}: ${exitCode === undefined ? 'the connection was lost' : `exit code ${exitCode}${tail.quote()}`}`,
      `Look at \`heroku run --app ${app.name} bin/rails db:migrate:status\`.`
    )
  }
  return new Set(output.match(/^\d{14}$/gm) ?? [])
}

interface DynoRun {
  readonly dyno: string
  readonly exitCode: number | undefined
  readonly output: string
  readonly tail: Tail
}

interface Job {
  readonly command: string
  /** What it is for, in a word. */
  readonly purpose: string
  /** Dyno size; the app's own without it. */
  readonly size?: string
}

/** Runs a command with its output in the log, unless `quiet`. */
async function inDyno(app: HerokuApp, job: Job, tools: Tools, quiet = false): Promise<DynoRun> {
  const tail = new Tail()
  let output = ''
  const fence = quiet ? undefined : tools.log.fence()
  try {
    const result = await runOneOff(
      app,
      {
        ...job,
        timeout: tools.timeout,
        write: chunk => {
          fence?.write(chunk)
          tail.add(chunk)
          output += chunk.toString('utf8')
        }
      },
      tools
    )
    return { ...result, output, tail }
  } finally {
    fence?.close()
  }
}
