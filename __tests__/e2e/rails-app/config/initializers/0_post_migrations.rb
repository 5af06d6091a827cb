# frozen_string_literal: true

# Before any other initializer, as Rails remembers the migration paths once it has asked for them.
Mastodon::PostMigrations.add unless ENV['SKIP_POST_DEPLOYMENT_MIGRATIONS']
