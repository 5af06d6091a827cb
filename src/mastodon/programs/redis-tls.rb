# frozen_string_literal: true

# Added to the slug by mastodon-on-heroku for "redis-tls: no-verify": Redis on Heroku has a self-signed certificate.
# It is accepted from Mastodon's own Redis servers; every other certificate is verified as ever.
module MastodonOnHerokuRedisTls
  OWN = %w(REDIS_URL CACHE_REDIS_URL SIDEKIQ_REDIS_URL).filter_map do |name|
    address = ENV.fetch(name, '').match(%r{\Arediss:\/\/(?:[^@\/]*@)?(\[[^\]]+\]|[^:\/?#]+)(?::(\d+))?}i)
    [address[1].delete('[]').downcase, (address[2] || 6379).to_i] if address
  end.freeze
  NO_VERIFY = { verify_mode: OpenSSL::SSL::VERIFY_NONE }.freeze

  def self.own?(host, port)
    OWN.include?([host.to_s.delete('[]').downcase, port.to_i])
  end

  module Socket
    def connect(host, port, timeout, ssl_params)
      ssl_params = (ssl_params || {}).merge(NO_VERIFY) if MastodonOnHerokuRedisTls.own?(host, port)
      super
    end
  end

  module Hiredis
    def connect(config)
      tls = config[:scheme] == 'rediss' || config[:ssl]
      return super unless tls && MastodonOnHerokuRedisTls.own?(config[:host], config[:port])

      Redis::Connection::Ruby.connect(config)
    end
  end

  module Config
    def driver
      own_tls? ? RedisClient.driver(:ruby) : super
    end

    def ssl_context
      return super unless own_tls?

      @mastodon_on_heroku_ssl_context ||= driver.ssl_context((ssl_params || {}).merge(NO_VERIFY))
    end

    private

    def own_tls?
      ssl && MastodonOnHerokuRedisTls.own?(host, port)
    end
  end

  def self.install
    clients = [install_in_redis, install_in_redis_client].compact
    raise 'it found neither the gem redis 4 nor redis-client' if clients.empty?
  rescue StandardError, LoadError => e
    abort "mastodon-on-heroku: redis-tls: no-verify does not fit this version of Mastodon (#{e.message}). " \
          'Take it out of the config, and use a Redis whose certificate can be verified.'
  end

  def self.install_in_redis
    return unless Redis::VERSION.start_with?('4.')

    # The last driver that was loaded is the default: that stays as it is.
    drivers = Redis::Connection.drivers.dup
    require 'redis/connection/ruby'
    Redis::Connection.drivers.replace(drivers) unless drivers.empty?
    prepend_to(Redis::Connection::SSLSocket.singleton_class, Socket)
    prepend_to(Redis::Connection::Hiredis.singleton_class, Hiredis) if defined?(Redis::Connection::Hiredis)
    true
  end

  def self.install_in_redis_client
    return unless defined?(RedisClient)

    %i(ssl ssl_params host port).each { |name| RedisClient::Config.instance_method(name) }
    RedisClient.driver(:ruby).method(:ssl_context)
    prepend_to(RedisClient::Config, Config)
    true
  end

  # A method that is not there, or takes other arguments, is an error at once.
  def self.prepend_to(target, changes)
    changes.instance_methods.each do |name|
      fits = target.instance_method(name).arity == changes.instance_method(name).arity
      raise "#{target.inspect} #{name}" unless fits
    end
    target.prepend(changes)
  end
end

MastodonOnHerokuRedisTls.install
