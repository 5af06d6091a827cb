'use strict'
// Added to the slug by mastodon-on-heroku for "redis-tls: no-verify": Redis on Heroku has a self-signed certificate.
// It is accepted from the streaming server's own Redis; every other certificate is verified as ever.
const tls = require('node:tls')
const { syncBuiltinESMExports } = require('node:module')

const plain = host => String(host).replace(/[[\]]/g, '').toLowerCase()
const [, host, port = '6379'] =
  /^rediss:\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/?#]+)(?::(\d+))?/i.exec(process.env.REDIS_URL || '') || []

if (host !== undefined) {
  const { connect } = tls
  const isOwn = options =>
    typeof options === 'object' &&
    options !== null &&
    !options.socket &&
    plain(options.host) === plain(host) &&
    Number(options.port) === Number(port)
  const connectToOwn = (options, ...rest) =>
    connect(isOwn(options) ? { ...options, rejectUnauthorized: false } : options, ...rest)
  tls.connect = connectToOwn
  syncBuiltinESMExports()
  if (tls.connect !== connectToOwn) throw new Error('mastodon-on-heroku: redis-tls: no-verify does not fit this Node')
}
