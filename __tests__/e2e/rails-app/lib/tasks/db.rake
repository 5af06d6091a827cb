# frozen_string_literal: true

ActiveRecord::Tasks::DatabaseTasks.singleton_class.prepend(Mastodon::PostMigrations::ForSchemaLoad)

namespace :db do
  task pre_migration_check: :environment do
    pg_version = ActiveRecord::Base.connection.database_version
    abort 'This app needs PostgreSQL 14 or newer.' if pg_version < 140_000

    schema_version = ActiveRecord::Migrator.current_version
    if ENV['SKIP_POST_DEPLOYMENT_MIGRATIONS'] && schema_version < 2024_10_07_071624
      abort 'This database is too old to be migrated in two phases.'
    end
  end

  Rake::Task['db:migrate'].enhance(['db:pre_migration_check'])
end
