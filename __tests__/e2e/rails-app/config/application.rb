# frozen_string_literal: true

require_relative 'boot'

require 'rails'
require 'active_record/railtie'
require 'action_controller/railtie'

require_relative '../lib/mastodon/version'
require_relative '../lib/mastodon/post_migrations'

module RailsApp
  class Application < Rails::Application
    config.load_defaults 7.2
    config.api_only = true
    config.eager_load = true
    config.rake_eager_load = false
    config.enable_reloading = false
    config.cache_store = :null_store
    config.logger = ActiveSupport::Logger.new($stderr)
    config.log_level = :warn
    config.secret_key_base = ENV.fetch('SECRET_KEY_BASE') { SecureRandom.hex(32) }
    config.active_record.dump_schema_after_migration = false
  end
end
