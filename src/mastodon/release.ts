import { compact, programText, shellWord, withArguments } from '../runtime/index.ts'

/**
 * What runs against the database around a release: a task that is added to the slug, and the commands of the release
 * phase and of one-off dynos. Every command is a line for a dyno's `bash -c`, holds nothing of the user's and may be
 * run again. None begins with a word that a Procfile may name a process type by: Heroku would run that type instead.
 */

/**
 * Rake's `-R` replaces the default folder `rakelib` and loads its files after the Rakefile, so the app's own tasks and
 * `:environment` are there (ruby/rake:lib/rake/application.rb). `rakelib` is named too, for forks that have one.
 */
const RAKE = 'bundle exec rake -R rakelib:.mastodon-on-heroku'

/** Any value counts as set, an empty one too (mastodon/mastodon:lib/mastodon/database.rb): so it is taken away. */
const BOTH_PHASES = 'env -u SKIP_POST_DEPLOYMENT_MIGRATIONS'

/**
 * The command of the `release` process type that is added to the slug. It decides by the state of the database each
 * time, as Heroku runs it again at every config change and rollback. `zero-downtime` leaves `db/post_migrate` alone,
 * `maintenance` runs both phases. Exits 0 where the database is ready for the code; it prints one line of the form
 * `mastodon-on-heroku: migrations before=588 after=607 ran=20260618114230,20260629124918` (counts of
 * `schema_migrations`; also on failure; `ran` is empty after a schema load).
 */
export function releaseCommand(strategy: 'zero-downtime' | 'maintenance'): string {
  const phases = strategy === 'zero-downtime' ? 'SKIP_POST_DEPLOYMENT_MIGRATIONS=true' : BOTH_PHASES
  return `${phases} ${RAKE} mastodon_on_heroku:release`
}

/** Runs what is pending of both phases, then asks that nothing is (exit 0). To be run when no older code is left. */
export const POST_MIGRATE_COMMAND = `${BOTH_PHASES} bundle exec rails db:migrate db:abort_if_pending_migrations`

/** Runs what is pending of the first phase, then asks that nothing of it is (exit 0). */
export const PRE_MIGRATE_COMMAND =
  'SKIP_POST_DEPLOYMENT_MIGRATIONS=true bundle exec rails db:migrate db:abort_if_pending_migrations'

/** Changes nothing: exits 0 where no migration of the first phase is pending. */
export const PRE_PENDING_COMMAND =
  'SKIP_POST_DEPLOYMENT_MIGRATIONS=true bundle exec rails db:abort_if_pending_migrations'

/** Changes nothing: exits 0 where no migration of either phase is pending, 1 and their names where one is. */
export const PENDING_COMMAND = `${BOTH_PHASES} bundle exec rails db:abort_if_pending_migrations`

const APPLIED = compact(programText(new URL('./programs/applied.rb', import.meta.url)))
const BASE_SCHEMA = programText(new URL('./programs/base-schema.sh', import.meta.url))

/**
 * Changes nothing: prints the versions in `schema_migrations`, one a line, oldest first, and nothing if that table does
 * not exist. It has no option `-r`: Ruby loads what that names before Bundler is there, so not from the bundle, and in
 * any version (ruby/rubygems#4025).
 */
export const APPLIED_COMMAND = `bundle exec ruby -e ${shellWord(APPLIED)}`

/**
 * For a rehearsal: loads the schema of the tree into a database without applied migrations, and leaves the mark by which
 * the release task runs the seeds later, with the code that they belong to. Does nothing if migrations are applied.
 */
export const BASE_SCHEMA_COMMAND = withArguments(BASE_SCHEMA, APPLIED)

/**
 * Task `mastodon_on_heroku:release`. A first set-up takes two steps (load the schema, then seed) and may be killed in
 * between or fail in the seeds; the empty table `mastodon_on_heroku_setup` says so to the next run, which ends what was
 * begun. Loading drops tables that exist (`force: :cascade`), so it wants a database without any, or, after its own
 * mark, without any row. Upstream's seeds can be repeated (mastodon/mastodon:db/seeds).
 */
const RELEASE_TASK = programText(new URL('./programs/release.rake', import.meta.url))

/** Files that the release command needs in the slug: path relative to the app's root, text. */
export const RELEASE_FILES: Readonly<Record<string, string>> = {
  '.mastodon-on-heroku/release.rake': RELEASE_TASK
}
