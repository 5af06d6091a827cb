import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { GEM_SETS, gemEnvironment, noGems, writeGemfile, type GemSet } from '../../scripts/gems.mts'
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
  for (const set of GEM_SETS) writeGemfile(path.join(app, set), set)
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

/** Runs Ruby in a folder with a Gemfile, and with its gems alone. */
const ruby = (set: GemSet, script: string, env: Record<string, string> = {}): Ran =>
  run('ruby', ['-rbundler/setup', '-e', script], {
    ...gemEnvironment(set),
    BUNDLE_GEMFILE: path.join(app, set, 'Gemfile'),
    ...env
  })

/** What hiredis-client makes of a certificate that it does not trust: it names no reason. */
const UNTRUSTED_BY_HIREDIS_CLIENT = /^Resource temporarily unavailable/

/** `refused`: what each says without the patch. */
const WAYS: readonly { name: string; set: GemSet; setup: string; connect: string; refused: RegExp }[] = [
  {
    name: 'redis 4',
    set: '4.3',
    setup: 'require "redis"',
    connect: 'Redis.new(url: url, driver: :ruby).ping',
    refused: /certificate verify failed/
  },
  {
    name: 'redis 4 with hiredis, which knows no TLS',
    set: '4.3',
    setup: 'require "redis"; require "redis/connection/hiredis"',
    connect: 'Redis.new(url: url, driver: :hiredis).ping',
    refused: /SSL not supported/
  },
  {
    name: 'redis 5',
    set: '4.7',
    setup: 'require "redis"',
    connect: 'Redis.new(url: url).ping',
    refused: /certificate verify failed/
  },
  {
    name: 'redis-client, as Sidekiq uses it',
    set: '4.7',
    setup: 'require "redis"',
    connect: 'RedisClient.config(url: url).new_pool(size: 1).call("PING")',
    refused: /certificate verify failed/
  },
  {
    name: 'redis 5 with hiredis-client',
    set: '4.7',
    setup: 'require "redis"; require "hiredis-client"',
    connect: 'Redis.new(url: url, driver: :hiredis).ping',
    refused: UNTRUSTED_BY_HIREDIS_CLIENT
  },
  {
    name: 'redis-client with hiredis-client, which is then the default',
    set: '4.7',
    setup: 'require "redis"; require "hiredis-client"',
    connect: 'RedisClient.config(url: url).new_client.call("PING")',
    refused: UNTRUSTED_BY_HIREDIS_CLIENT
  }
]

describe.each(WAYS)('$name', ({ set, setup, connect, refused }) => {
  /** Asks each address for a PONG in one process, and says what came. */
  const ask = (patched: boolean, urls: readonly string[], env: Record<string, string> = {}): string[] => {
    const one = `puts(begin; ${connect}; rescue NotImplementedError, StandardError => e; e.message; end)`
    const all = `[${urls.join(', ')}].each { |url| ${one} }`
    const program = [setup, patched ? `load "${INITIALIZER}"` : '', all]
    return ruby(set, program.filter(Boolean).join('\n'), env).said.trimEnd().split('\n')
  }

  describeOrSkip('and a self-signed certificate', noRedis() ?? noGems(set), () => {
    it('does not connect as it is', () => {
      expect(ask(false, ['ENV["REDIS_URL"]'])).toEqual([expect.stringMatching(refused)])
    })
    it('connects to the own Redis alone with the patch', () => {
      const elsewhere = redis.url.replace('127.0.0.1', 'localhost')
      const [own, other, plain] = ask(true, ['ENV["REDIS_URL"]', `"${elsewhere}"`, '"redis://127.0.0.1:1"'])
      expect(own).toBe('PONG')
      expect(other).toMatch(refused)
      expect(plain).toMatch(/refused|ECONNREFUSED/)
    })
    it('knows the other addresses of Mastodon, too', () => {
      const env = { REDIS_URL: 'redis://localhost', CACHE_REDIS_URL: redis.url, SIDEKIQ_REDIS_URL: `${redis.url}/1` }
      expect(ask(true, ['ENV["CACHE_REDIS_URL"]', 'ENV["SIDEKIQ_REDIS_URL"]'], env)).toEqual(['PONG', 'PONG'])
    })
  })
})

describeOrSkip('the initializer', noRedis() ?? noGems('4.3'), () => {
  const load = (before: string): Ran => ruby('4.3', `${before}; load "${INITIALIZER}"; puts "booted"`)
  it('does not change which driver is the default', () => {
    const { said } = ruby(
      '4.3',
      `require "redis"; require "redis/connection/hiredis"; load "${INITIALIZER}"; puts Redis::Connection.drivers.last`
    )
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
