# frozen_string_literal: true

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
      Is DATABASE_URL the right database? If it may be lost, empty it (heroku pg:reset --app APP) and deploy again; else restore
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
