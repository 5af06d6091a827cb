# frozen_string_literal: true

module Mastodon
  # The second folder of migrations: those that may only run when no older code is left.
  module PostMigrations
    module_function

    def add
      folder = Rails.root.join('db/post_migrate').to_s
      [Rails.application.config.paths['db/migrate'], ActiveRecord::Migrator.migrations_paths].each do |paths|
        paths << folder unless paths.include?(folder)
      end
    end

    # A schema file holds what both folders do, so a database loaded from it has both applied.
    module ForSchemaLoad
      def load_schema(*arguments)
        PostMigrations.add
        super
      end
    end
  end
end
