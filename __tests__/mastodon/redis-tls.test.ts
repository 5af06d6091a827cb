import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { REDIS_TLS_FILES, requireRedisTlsFits } from '../../src/mastodon/index.ts'
import { noRedis, startTlsRedis, type TestRedis } from '../helpers/redis.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { lastingTemp, temp } from '../helpers/temp.ts'

const INITIALIZER = Object.keys(REDIS_TLS_FILES).find(file => file.endsWith('.rb'))!
const PROFILE = Object.keys(REDIS_TLS_FILES).find(file => file.endsWith('.sh'))!

let redis: TestRedis
let app: string
beforeAll(async () => {
  if (noRedis() !== undefined) return
  redis = await startTlsRedis(lastingTemp())
  app = path.join(lastingTemp(), 'an app')
  for (const [file, text] of Object.entries(REDIS_TLS_FILES)) {
    mkdirSync(path.dirname(path.join(app, file)), { recursive: true })
    writeFileSync(path.join(app, file), text)
  }
  symlinkSync(path.resolve('node_modules'), path.join(app, 'node_modules'))
})
afterAll(() => redis?.close())

interface Ran {
  readonly code: number | null
  readonly said: string
}

function run(program: string, args: readonly string[], env: Record<string, string> = {}): Ran {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: app,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: app, REDIS_URL: redis.url, ...env }
  })
  return { code: status, said: stdout + stderr }
}

/** The gems of `redis` 5 and `redis-client`, unpacked by .ci/run, since the machine's own `redis` is of version 4. */
const NEWER = '/usr/local/share/redis-rb-5'
const newer = (): string[] => (existsSync(NEWER) ? readdirSync(NEWER).map(gem => path.join(NEWER, gem, 'lib')) : [])

const REDIS_4 = 'require "redis"'
const WAYS = [
  { name: 'redis 4', libs: [], setup: REDIS_4, connect: 'Redis.new(url: url, driver: :ruby).ping' },
  {
    name: 'redis 4 with hiredis, which knows no TLS',
    libs: [],
    setup: `${REDIS_4}; require "redis/connection/hiredis"`,
    connect: 'Redis.new(url: url, driver: :hiredis).ping'
  },
  { name: 'redis 5', libs: newer(), setup: 'require "redis"', connect: 'Redis.new(url: url).ping' },
  {
    name: 'redis-client, as Sidekiq uses it',
    libs: newer(),
    setup: 'require "redis"',
    connect: 'RedisClient.config(url: url).new_pool(size: 1).call("PING")'
  },
  {
    name: 'redis-client with another driver',
    libs: newer(),
    setup: 'require "redis"; class Other; def initialize(*, **) = raise("the other driver"); end',
    connect: 'RedisClient.config(url: url, driver: Other).new_client.call("PING")'
  }
] as const

const noGems = (needsNewer: boolean): string | undefined => {
  if (needsNewer && newer().length === 0) return `there is no ${NEWER}: .ci/run makes it`
  const { status } = spawnSync('ruby', ['-rredis', '-rhiredis', '-e', ''])
  return status === 0 ? undefined : 'ruby-redis and ruby-hiredis are missing'
}

describe.each(WAYS)('$name', ({ name, libs, setup, connect }) => {
  const newerGems = !name.startsWith('redis 4')
  /** Asks each address for a PONG in one process, and says what came. */
  const ask = (patched: boolean, urls: readonly string[], env: Record<string, string> = {}): string[] => {
    const one = `puts(begin; ${connect}; rescue NotImplementedError, StandardError => e; e.message; end)`
    const all = `[${urls.join(', ')}].each { |url| ${one} }`
    const program = [setup, patched ? `load "${INITIALIZER}"` : '', all]
    const args = [...libs.flatMap(lib => ['-I', lib]), '-e', program.filter(Boolean).join('\n')]
    return run('ruby', args, env).said.trimEnd().split('\n')
  }
  const REFUSED = /certificate verify failed|SSL not supported|the other driver/

  describeOrSkip('and a self-signed certificate', noRedis() ?? noGems(newerGems), () => {
    it('does not connect as it is', () => {
      expect(ask(false, ['ENV["REDIS_URL"]'])).toEqual([expect.stringMatching(REFUSED)])
    })
    it('connects to the own Redis alone with the patch', () => {
      const elsewhere = redis.url.replace('127.0.0.1', 'localhost')
      const [own, other, plain] = ask(true, ['ENV["REDIS_URL"]', `"${elsewhere}"`, '"redis://127.0.0.1:1"'])
      expect(own).toBe('PONG')
      expect(other).toMatch(REFUSED)
      expect(plain).toMatch(/refused|ECONNREFUSED|the other driver/)
    })
    it('knows the other addresses of Mastodon, too', () => {
      const env = { REDIS_URL: 'redis://localhost', CACHE_REDIS_URL: redis.url, SIDEKIQ_REDIS_URL: `${redis.url}/1` }
      expect(ask(true, ['ENV["CACHE_REDIS_URL"]', 'ENV["SIDEKIQ_REDIS_URL"]'], env)).toEqual(['PONG', 'PONG'])
    })
  })
})

describeOrSkip('the initializer', noRedis() ?? noGems(false), () => {
  const load = (before: string): Ran => run('ruby', ['-e', `${before}; load "${INITIALIZER}"; puts "booted"`])
  it('does not change which driver is the default', () => {
    const { said } = run('ruby', [
      '-e',
      `require "redis"; require "redis/connection/hiredis"; load "${INITIALIZER}"; puts Redis::Connection.drivers.last`
    ])
    expect(said).toBe('Redis::Connection::Hiredis\n')
  })
  it.each([
    ['no client that it knows', 'require "openssl"; class Redis; VERSION = "9.0"; end'],
    [
      'another way to connect',
      'require "redis"; class Redis::Connection::SSLSocket; def self.connect(host) = nil; end'
    ],
    ['a client without what it changes', 'require "redis"; class RedisClient; class Config; end; end'],
    ['no gem redis at all', 'require "openssl"']
  ])('ends the boot, and so the build, where it finds %s', (_, before) => {
    const { code, said } = load(before)
    expect(code).toBe(1)
    expect(said).toMatch(/^mastodon-on-heroku: redis-tls: no-verify does not fit this version of Mastodon/)
    expect(said).not.toContain(redis.password)
  })
})

describeOrSkip('the streaming server', noRedis(), () => {
  const ASK = `const client = new Redis(url, { family: 0, lazyConnect: true, retryStrategy: null })
    client.on('error', error => (console.log(error.message), process.exit()))
    client.connect().then(() => client.ping()).then(console.log).catch(() => {}).finally(() => client.disconnect())`
  const IMPORTS = { esm: "import { Redis } from 'ioredis'", cjs: "const { Redis } = require('ioredis')" }
  const start = (patched: boolean, kind: 'esm' | 'cjs', url: string, env: Record<string, string> = {}): string => {
    const file = path.join(app, `streaming-${kind}.${kind === 'esm' ? 'mjs' : 'cjs'}`)
    writeFileSync(file, `${IMPORTS[kind]}\nconst url = ${url}\n${ASK}\n`)
    const command = `${patched ? `. ${PROFILE}; ` : ''}exec "$0" "$1"`
    return run('bash', ['-c', command, process.execPath, file], env).said
  }
  it.each(['esm', 'cjs'] as const)('reaches its own Redis alone (%s)', kind => {
    const own = 'process.env.REDIS_URL'
    expect(start(false, kind, own)).toMatch(/self-signed certificate/)
    expect(start(true, kind, own)).toBe('PONG\n')
    expect(start(true, kind, `${own}.replace('127.0.0.1', 'localhost')`)).toMatch(/self-signed certificate/)
  })
  it('keeps what NODE_OPTIONS says already', () => {
    const said = start(true, 'cjs', 'console.log(process.env.NODE_OPTIONS) || process.env.REDIS_URL', {
      NODE_OPTIONS: '--max-old-space-size=300'
    })
    expect(said).toMatch(/^--max-old-space-size=300 --require ".*"\nPONG\n$/)
  })
  it('does nothing where Redis has no TLS', () => {
    const said = start(true, 'cjs', '"rediss://127.0.0.1:" + process.env.PORT', {
      REDIS_URL: 'redis://127.0.0.1',
      PORT: String(redis.port)
    })
    expect(said).toMatch(/self-signed certificate/)
  })
})

describe('a tree that it does not fit', () => {
  it.each([
    ['', /has no gem redis/],
    ['    redis (7.0.0)\n', /does not know the gem redis 7\.0\.0/],
    ['    redis (5.4.1)\n    redis-client (1.0.0)\n', /does not know the gem redis-client 1\.0\.0/],
    ['    redis (5.4.1)\n', /no gem redis-client/]
  ])('%j is refused before it is built', (gems, message) => {
    const folder = temp()
    writeFileSync(path.join(folder, 'Gemfile.lock'), `GEM\n  specs:\n${gems}`)
    expect(() => requireRedisTlsFits(folder)).toThrow(message)
  })
  // Gemfile.lock of mastodon/mastodon at these versions.
  it.each([
    ['4.2', '    redis (4.8.1)\n    redis-namespace (1.11.0)\n'],
    ['4.5', '    redis (4.8.1)\n    redis-client (0.26.1)\n'],
    ['4.7', '    redis (5.4.1)\n    redis-client (0.30.1)\n']
  ])('Mastodon %s fits', (_, gems) => {
    const folder = temp()
    writeFileSync(path.join(folder, 'Gemfile.lock'), `GEM\n  specs:\n${gems}`)
    expect(() => requireRedisTlsFits(folder)).not.toThrow()
  })
})
