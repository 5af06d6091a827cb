import { UserError } from '../runtime/index.ts'
import { readDependencies } from './dependencies.ts'

/**
 * Lets stock Mastodon talk to Heroku Key-Value Store, whose certificate is self-signed (mastodon/mastodon#19824; upstream
 * has no setting for it). Files are added to the tree that is built, and none of upstream's is touched: an initializer
 * changes how the gems `redis` and `redis-client` connect, a module that is loaded before the streaming server changes
 * `tls.connect`. Both give up verification for the hosts and ports of Mastodon's own `rediss://` addresses alone. The
 * traffic is still encrypted; who is at the other end is not proven.
 */

/** What a person is told wherever such a slug is shown. */
export const REDIS_NOT_VERIFIED =
  'Redis certificate not verified (`redis-tls: no-verify`): the traffic to Redis is encrypted, but who answers is not proven'

/** Address of a Redis with TLS: host and port behind an optional user. Not by a URL parser, whose errors quote passwords. */
const ADDRESS = String.raw`rediss:\/\/(?:[^@\/]*@)?(\[[^\]]+\]|[^:\/?#]+)(?::(\d+))?`

/**
 * `redis` 4 (Mastodon up to 4.5) connects by Redis::Connection::SSLSocket, and its driver hiredis knows no TLS;
 * `redis-client` (Sidekiq since 7, `redis` since 5) by what RedisClient::Config names, and its driver hiredis got
 * `verify_mode` late: so the Ruby driver is taken, whatever REDIS_DRIVER says. (redis/redis-rb: lib/redis/connection,
 * redis-rb/redis-client: lib/redis_client/config.rb.) It ends a boot, and with it the build, where it finds neither.
 */
const INITIALIZER = String.raw`# frozen_string_literal: true

# Added to the slug by mastodon-on-heroku for "redis-tls: no-verify": Redis on Heroku has a self-signed certificate.
# It is accepted from Mastodon's own Redis servers; every other certificate is verified as ever.
module MastodonOnHerokuRedisTls
  OWN = %w(REDIS_URL CACHE_REDIS_URL SIDEKIQ_REDIS_URL).filter_map do |name|
    address = ENV.fetch(name, '').match(%r{\A${ADDRESS}}i)
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
`

/** Loaded before the streaming server by `NODE_OPTIONS`. ioredis and pg both call `tls.connect` with options. */
const PRELOAD = String.raw`'use strict'
// Added to the slug by mastodon-on-heroku for "redis-tls: no-verify": Redis on Heroku has a self-signed certificate.
// It is accepted from the streaming server's own Redis; every other certificate is verified as ever.
const tls = require('node:tls')
const { syncBuiltinESMExports } = require('node:module')

const plain = host => String(host).replace(/[[\]]/g, '').toLowerCase()
const [, host, port = '6379'] = /^${ADDRESS}/i.exec(process.env.REDIS_URL || '') || []

if (host !== undefined) {
  const { connect } = tls
  const isOwn = options =>
    typeof options === 'object' && options !== null && !options.socket &&
    plain(options.host) === plain(host) && Number(options.port) === Number(port)
  const connectToOwn = (options, ...rest) =>
    connect(isOwn(options) ? { ...options, rejectUnauthorized: false } : options, ...rest)
  tls.connect = connectToOwn
  syncBuiltinESMExports()
  if (tls.connect !== connectToOwn) throw new Error('mastodon-on-heroku: redis-tls: no-verify does not fit this Node')
}
`

const PRELOAD_FILE = '.mastodon-on-heroku/redis-tls.cjs'

/** What is added to the tree: path relative to the app's root, text. The initializer comes before Mastodon's own. */
export const REDIS_TLS_FILES: Readonly<Record<string, string>> = {
  'config/initializers/000_mastodon_on_heroku_redis_tls.rb': INITIALIZER,
  [PRELOAD_FILE]: PRELOAD,
  '.profile.d/mastodon-on-heroku-redis-tls.sh': `export NODE_OPTIONS="\${NODE_OPTIONS:+$NODE_OPTIONS }--require \\"$HOME/${PRELOAD_FILE}\\""\n`
}

/** Major versions of the gems that the initializer knows. */
const KNOWN_GEMS: Readonly<Record<string, RegExp>> = { redis: /^[456]\./, 'redis-client': /^0\./ }

/** Throws a `UserError` where the tree is none that the added files fit. */
export function requireRedisTlsFits(root: string): void {
  const { gems } = readDependencies(root)
  const versions = new Map(gems)
  const next =
    'Take `redis-tls: no-verify` out of the config, and use a Redis whose certificate can be verified; or wait for a newer mastodon-on-heroku.'
  if (!versions.has('redis'))
    throw new UserError('`redis-tls: no-verify` has nothing to change: Gemfile.lock has no gem redis', next)
  for (const [gem, known] of Object.entries(KNOWN_GEMS)) {
    const version = versions.get(gem)
    if (version !== undefined && !known.test(version))
      throw new UserError(`\`redis-tls: no-verify\` does not know the gem ${gem} ${version} of this tree`, next)
  }
  if (versions.get('redis')!.startsWith('4.') || versions.has('redis-client')) return
  throw new UserError('`redis-tls: no-verify` does not know how this tree connects: there is no gem redis-client', next)
}
