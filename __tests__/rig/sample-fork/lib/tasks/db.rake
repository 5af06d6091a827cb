namespace :db do
  task pre_migration_check: :environment do
    pg_version = ActiveRecord::Base.connection.database_version
    abort 'PostgreSQL 14 or newer is needed' if pg_version < 140_000

    schema_version = ActiveRecord::Migrator.current_version
    abort 'Upgrade by way of 4.3 first' if ENV['SKIP_POST_DEPLOYMENT_MIGRATIONS'] && schema_version < 2024_10_07_071624
  end

  Rake::Task['db:migrate'].enhance(['db:pre_migration_check'])
end
