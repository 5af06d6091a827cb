import { programText, UserError } from '../runtime/index.ts'
import { readDependencies } from './dependencies.ts'

/**
 * Lets stock Mastodon talk to Heroku Key-Value Store, whose certificate is self-signed (mastodon/mastodon#19824; Mastodon
 * has no setting for it). Files are added to the tree before it is built, and none of Mastodon's is changed. An initializer
 * changes how the gems `redis` and `redis-client` connect. A module that is loaded before the streaming server changes
 * `tls.connect`. Both skip the check of the certificate only for the hosts and ports of Mastodon's own `rediss://`
 * addresses. The traffic is still encrypted; who is at the other end is not proven.
 */

/** The warning that goes with such a slug. */
export const REDIS_NOT_VERIFIED =
  'Redis certificate not verified (`redis-tls: no-verify`): the traffic to Redis is encrypted, but who answers is not proven'

/**
 * `redis` 4 (Mastodon up to 4.5) connects by Redis::Connection::SSLSocket, and its driver hiredis knows no TLS.
 * `redis-client` (Sidekiq since 7, `redis` since 5) connects by what RedisClient::Config names, and its driver hiredis got
 * `verify_mode` late. So the Ruby driver is taken, whatever REDIS_DRIVER says. If it finds neither gem, the boot ends, and
 * with it the build. (redis/redis-rb: lib/redis/connection; redis-rb/redis-client: lib/redis_client/config.rb.)
 */
const INITIALIZER = programText(new URL('./programs/redis-tls.rb', import.meta.url))

/** Loaded before the streaming server by `NODE_OPTIONS`. ioredis and pg both call `tls.connect` with options. */
const PRELOAD = programText(new URL('./programs/redis-tls.cjs', import.meta.url))

const PRELOAD_FILE = '.mastodon-on-heroku/redis-tls.cjs'

/** The files that are added to the tree: path relative to its root, and text. The initializer runs before Mastodon's own. */
export const REDIS_TLS_FILES: Readonly<Record<string, string>> = {
  'config/initializers/000_mastodon_on_heroku_redis_tls.rb': INITIALIZER,
  [PRELOAD_FILE]: PRELOAD,
  '.profile.d/mastodon-on-heroku-redis-tls.sh': `export NODE_OPTIONS="\${NODE_OPTIONS:+$NODE_OPTIONS }--require \\"$HOME/${PRELOAD_FILE}\\""\n`
}

/** Major versions of the gems that the initializer knows. */
const KNOWN_GEMS: Readonly<Record<string, RegExp>> = { redis: /^[456]\./, 'redis-client': /^0\./ }

/** Throws a `UserError` if the added files do not fit the tree: it has other gems than are known. */
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
