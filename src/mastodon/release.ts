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

/**
 * Changes nothing: prints the versions in `schema_migrations`, one a line, oldest first, and nothing where that table
 * does not exist. Rails is not booted. It connects by libpq, which takes Heroku's self-signed certificates; parameters
 * of DATABASE_URL that only Rails knows (`pool`) are left out, as libpq refuses them. It has no option `-r`: Ruby loads
 * what that names before Bundler is there, so not from the bundle, and in any version (ruby/rubygems#4025).
 */
export const APPLIED_COMMAND = `bundle exec ruby -e '${[
  'require "uri"; require "pg"',
  'url = URI(ENV.fetch("DATABASE_URL"))',
  'known = PG::Connection.conndefaults.map { |option| option[:keyword] }',
  'url.query = URI.encode_www_form(URI.decode_www_form(url.query.to_s).select { |name, _| known.include?(name) })',
  'begin',
  'rows = PG.connect(url.to_s).exec("SELECT version FROM schema_migrations ORDER BY version")',
  'rows.each_row { |version,| puts version }',
  'rescue PG::UndefinedTable',
  'end'
].join('; ')}'`

/**
 * For a rehearsal: loads the schema of the tree into a database without applied migrations, and leaves the mark by which
 * the release task runs the seeds later, with the code that they belong to. Does nothing where migrations are applied.
 */
export const BASE_SCHEMA_COMMAND = `applied="$(${APPLIED_COMMAND})" || exit 1; if [ -z "$applied" ]; then bundle exec rails db:schema:load && bundle exec ruby -e 'require "pg"; PG.connect(ENV.fetch("DATABASE_URL")).exec("CREATE TABLE IF NOT EXISTS mastodon_on_heroku_setup ()")'; fi`

/**
 * Task `mastodon_on_heroku:release`. A first set-up takes two steps (load the schema, then seed) and may be killed in
 * between or fail in the seeds; the empty table `mastodon_on_heroku_setup` says so to the next run, which ends what was
 * begun. Loading drops tables that exist (`force: :cascade`), so it wants a database without any, or, after its own
 * mark, without any row. Upstream's seeds can be repeated (mastodon/mastodon:db/seeds).
 */
const RELEASE_TASK = `# frozen_string_literal: true

# Added to the slug by mastodon-on-heroku; run in the release phase, before the new code takes traffic.
module MastodonOnHeroku
  SETUP_TABLE = 'mastodon_on_heroku_setup'
  OWN_TABLES = [SETUP_TABLE, 'schema_migrations', 'ar_internal_metadata'].freeze

  module_function

  def database
    ActiveRecord::Base.connection
  end

  def table?(name)
    database.tables.include?(name)
  end

  def versions
    table?('schema_migrations') ? database.select_values('SELECT version FROM schema_migrations').map(&:to_s).sort : []
  end

  def tables_of_others
    database.tables - OWN_TABLES
  end

  def rows_of_others?
    tables_of_others.any? { |table| database.select_value("SELECT 1 FROM #{database.quote_table_name(table)} LIMIT 1") }
  end

  def release
    before = versions
    begin
      before.any? ? migrate : set_up
    ensure
      after = versions
      ran = before.any? ? after - before : []
      puts "mastodon-on-heroku: migrations before=#{before.size} after=#{after.size} ran=#{ran.join(',')}"
    end
  end

  def migrate
    run 'db:migrate'
    seed if table?(SETUP_TABLE)
  end

  def set_up
    refuse unless tables_of_others.empty? || (table?(SETUP_TABLE) && !rows_of_others?)
    database.execute("CREATE TABLE IF NOT EXISTS #{SETUP_TABLE} ()")
    run 'db:schema:load'
    seed
  end

  def seed
    run 'db:seed'
    database.execute("DROP TABLE #{SETUP_TABLE}")
  end

  def refuse
    abort <<~MESSAGE
      mastodon-on-heroku: the database has tables (#{tables_of_others.sort.first(5).join(', ')}) but no applied migration.
      Loading the schema would drop them, so nothing was changed.
      Is DATABASE_URL the right database? If it may be lost, empty it (heroku pg:reset) and deploy again; else restore
      schema_migrations from a backup.
    MESSAGE
  end

  def run(task)
    Rake::Task[task].invoke
  end
end

namespace :mastodon_on_heroku do
  desc 'Make the database ready for this code: migrate it, or set it up where it is empty'
  task release: :environment do
    MastodonOnHeroku.release
  end
end
`

/** Files that the release command needs in the slug: path relative to the app's root, text. */
export const RELEASE_FILES: Readonly<Record<string, string>> = {
  '.mastodon-on-heroku/release.rake': RELEASE_TASK
}
