# frozen_string_literal: true

require 'active_record'
require 'openssl'
require 'sidekiq'
require 'sidekiq-scheduler' if Gem.loaded_specs.key?('sidekiq-scheduler')

puts 'a line that any initializer may print'
abort 'LoadError: cannot load such file' if ENV['HOW'] == 'broken'
sleep 60 if ENV['HOW'] == 'slow'
# Boots on a slow machine: until it has used a second and a half of the processor.
nil while ENV['HOW'] == 'busy' && Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID) < 1.5

tls = { url: ENV.fetch('REDIS_URL'), ssl_params: { verify_mode: OpenSSL::SSL::VERIFY_NONE } }
Sidekiq.configure_server { |config| config.redis = tls }
Sidekiq.configure_client { |config| config.redis = tls }
ActiveRecord::Base.establish_connection(ENV.fetch('DATABASE_URL'))
ActiveRecord::Migrator.migrations_paths = [File.join(__dir__, 'db/migrate')]

module Mastodon
  Version = '4.7.0+abc1234'
end

# Settings come as strings where an admin has set them, and as the default's type where not.
class Setting
  def self.media_cache_retention_period = ENV['MEDIA_RETENTION']
  def self.content_cache_retention_period = ''
  def self.backups_retention_period = 7
end

class Job
  include Sidekiq::Worker
end

module Scheduler
  class VacuumScheduler; end
end

if ENV['HOW'] == 'blocked'
  # Waits for a server, and has a thread that does something all the time. All is loaded: what follows costs next to nothing.
  Thread.new { loop { sleep 0.05 } }
  $stdout.puts 'it waits'
  $stdout.flush
  IO.pipe.first.wait_readable(4)
end
