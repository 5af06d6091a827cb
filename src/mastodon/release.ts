import { compact, programText, shellWord, withArguments } from '../runtime/index.ts'

/**
 * The work on the database around a release: a task that is added to the slug, and the commands of the release phase and of
 * one-off dynos. Each command is a line for a dyno's `bash -c`, has no text of the user in it, and may be run again. None
 * begins with a word that may be a process type: Heroku would run that type's command.
 */

/**
 * The folders of Rake's `-R` are loaded after the Rakefile, so the app's own tasks and `:environment` are there. The option
 * replaces the default folder `rakelib`, so that is named, too, for forks that have one (ruby/rake:lib/rake/application.rb).
 */
const RAKE = 'bundle exec rake -R rakelib:.mastodon-on-heroku'

/** Unsets the variable: any value counts, even an empty one (mastodon/mastodon:lib/mastodon/database.rb). */
const BOTH_PHASES = 'env -u SKIP_POST_DEPLOYMENT_MIGRATIONS'

/**
 * The command of the process type `release` in the slug. Heroku runs it at every release, also for a config change or a
 * rollback, so it decides each time by the state of the database. `zero-downtime` runs `db/migrate` alone, `maintenance`
 * both phases. Exits with 0 if the database is ready for the code. Prints, even if it fails, a line like `mastodon-on-heroku:
 * migrations before=588 after=607 ran=20260618114230,20260629124918`: counts of `schema_migrations`, and the versions that
 * ran (none after a schema load).
 */
export function releaseCommand(strategy: 'zero-downtime' | 'maintenance'): string {
  const phases = strategy === 'zero-downtime' ? 'SKIP_POST_DEPLOYMENT_MIGRATIONS=true' : BOTH_PHASES
  return `${phases} ${RAKE} mastodon_on_heroku:release`
}

/** Runs the pending migrations of both phases; exits with 0 if none is left. Only for when no older code runs. */
export const POST_MIGRATE_COMMAND = `${BOTH_PHASES} bundle exec rails db:migrate db:abort_if_pending_migrations`

/** Runs the pending migrations of the first phase; exits with 0 if none of it is left. */
export const PRE_MIGRATE_COMMAND =
  'SKIP_POST_DEPLOYMENT_MIGRATIONS=true bundle exec rails db:migrate db:abort_if_pending_migrations'

/** Changes nothing. Exits with 0 if no migration of the first phase is pending. */
export const PRE_PENDING_COMMAND =
  'SKIP_POST_DEPLOYMENT_MIGRATIONS=true bundle exec rails db:abort_if_pending_migrations'

/** Changes nothing. Exits with 0 if no migration is pending; else prints their names and exits with 1. */
export const PENDING_COMMAND = `${BOTH_PHASES} bundle exec rails db:abort_if_pending_migrations`

/** A migration that ran. */
export interface RanMigration {
  /** 14 digits. */
  readonly version: string
  /** `AddIndexToStatuses` */
  readonly name: string
  readonly seconds: number
}

/** As Rails says it (rails/rails: activerecord/lib/active_record/migration.rb#migrate). */
const MIGRATED = /^== +(\d{14}) (\w{1,200}): migrated \((\d{1,9}\.\d{1,9})s\)/gm

/** The migrations that ran, in order, as Rails printed them. */
export function ranMigrations(output: string): RanMigration[] {
  return [...output.matchAll(MIGRATED)].map(([, version = '', name = '', seconds]) => ({
    version,
    name,
    seconds: Number(seconds)
  }))
}

const APPLIED = compact(programText(new URL('./programs/applied.rb', import.meta.url)))
const BASE_SCHEMA = programText(new URL('./programs/base-schema.sh', import.meta.url))

/**
 * Changes nothing. Prints the versions in `schema_migrations`, one a line, oldest first; nothing if there is no such table.
 * It does without Ruby's option `-r`, which loads gems before Bundler does, and so not those of the bundle
 * (ruby/rubygems#4025).
 */
export const APPLIED_COMMAND = `bundle exec ruby -e ${shellWord(APPLIED)}`

const SIDEKIQ = compact(programText(new URL('./programs/sidekiq.rb', import.meta.url)))

/** Changes nothing. Prints the Sidekiq processes that Redis knows, for `workingDynos`. Boots Rails, which knows where Redis is. */
export const SIDEKIQ_COMMAND = `bundle exec rails runner ${shellWord(SIDEKIQ)}`

/** Seconds: Sidekiq gives a sign of life each 10 s (sidekiq/sidekiq: lib/sidekiq/launcher.rb, BEAT_PAUSE). */
const BEATS = 30

/**
 * Names of the dynos in which a Sidekiq works that was started after a moment.
 * @param output of `SIDEKIQ_COMMAND`
 * @param since milliseconds since 1970, by Heroku's clock
 */
export function workingDynos(output: string, since: number): Set<string> {
  const found = [...output.matchAll(/^mastodon-on-heroku: sidekiq ([\w.-]{1,100}) (\d{1,12}) (-?\d{1,12})\s*$/gm)]
  return new Set(
    found.flatMap(([, host, started, silent]) =>
      Number(started) * 1_000 >= since - 1_000 && Number(silent) <= BEATS ? [host!] : []
    )
  )
}

/**
 * For a rehearsal: loads the tree's schema into an empty database. Does nothing if migrations are applied.
 * @param code whether the tree's code is of the same commit, so that it can run its seeds; else a mark is left, by which the
 * release task runs those of the code that comes
 */
export function baseSchemaCommand(code: boolean): string {
  return withArguments(BASE_SCHEMA, APPLIED, code ? 'seed' : 'mark')
}

/**
 * Task `mastodon_on_heroku:release`. A first set-up has two steps: load the schema, then seed. If it is killed in between,
 * or the seeds fail, the empty table `mastodon_on_heroku_setup` tells the next run, which finishes it. Loading drops tables
 * (`force: :cascade`), so it needs a database without tables, or, with that mark, without rows. Mastodon's seeds may be run
 * again (mastodon/mastodon:db/seeds).
 */
const RELEASE_TASK = programText(new URL('./programs/release.rake', import.meta.url))

/** The files that the release command needs in the slug: path relative to the app's root, and text. */
export const RELEASE_FILES: Readonly<Record<string, string>> = {
  '.mastodon-on-heroku/release.rake': RELEASE_TASK
}
