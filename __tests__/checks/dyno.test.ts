import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import pg from 'pg'
import { gemEnvironment, noGems, writeGemfile } from '../../scripts/gems.mts'
import { startPostgres, type Postgres } from '../rig/postgres.ts'
import { dynoFacts } from '../../src/checks/index.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { insideCommand, readInside, workingDynos } from '../../src/mastodon/index.ts'
import { systemClock } from '../../src/runtime/real.ts'
import { ask } from '../local-heroku/ask.ts'
import { appOf, clientOf, makeSlug, NO_SIGNAL, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { writeRailsTree } from '../e2e/rails-app/trees.ts'
import { noRedis, startTlsRedis, type TestRedis } from '../helpers/redis.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { lastingTemp, temp } from '../helpers/temp.ts'

const APP = path.join(import.meta.dirname, 'inside-app')
const SIDEKIQ = path.join(import.meta.dirname, '../../src/mastodon/programs/sidekiq.rb')
/** As /usr/bin/ffmpeg answers, as far as it is asked. */
const FFMPEG = `#!/bin/sh
case "$*" in
  *-encoders*) printf ' V..... libx264              H.264\\n A....D aac                  AAC\\n V..... mpeg4                MPEG-4\\n';;
  *) echo 'ffmpeg version 7.1.3-0 Copyright (c)';;
esac
`
const BROKEN_FFPROBE = '#!/bin/sh\necho "ffprobe: error while loading shared libraries: libblas.so.3" >&2\nexit 127\n'

/** What the generations of Mastodon's gems do differently: Sidekiq 6 on redis 4, and 7 on redis-client. */
const GENERATIONS = [
  { set: '4.3', unreachable: /^Redis::CannotConnectError: / },
  { set: '4.7', unreachable: /^RedisClient::CannotConnectError: / }
] as const

describe.each(GENERATIONS)('gems of Mastodon $set', ({ set, unreachable }) => {
  describeOrSkip('a one-off dyno that looks around', noRedis() ?? noGems(set), () => {
    let heroku: LocalHeroku
    let redis: TestRedis
    let postgres: Postgres
    let ca: string
    let app: string

    const settings = (): Record<string, string> => ({
      REDIS_URL: redis.url,
      DATABASE_URL: postgres.url('inside'),
      ...gemEnvironment(set)
    })
    const look = (signal = NO_SIGNAL) => {
      const main = appOf(clientOf(heroku, signal), 'main')
      return dynoFacts(main, { size: undefined, start: 24_000, clock: systemClock, signal, ca })
    }

    beforeAll(async () => {
      const folder = lastingTemp()
      chmodSync(folder, 0o755)
      redis = await startTlsRedis(lastingTemp())
      postgres = await startPostgres(path.join(folder, 'postgres'))
      await postgres.createDatabase('inside')
      app = path.join(lastingTemp(), 'app')
      cpSync(APP, app, { recursive: true })
      writeGemfile(app, set)
      ;({ heroku } = await openHeroku())
      ca = readFileSync(heroku.caFile, 'utf8')
      await heroku.addApp('main', { config: { ...settings(), MEDIA_RETENTION: '14' } })
      const files = readdirSync(app, { recursive: true, withFileTypes: true })
        .filter(entry => entry.isFile())
        .map(entry => path.relative(app, path.join(entry.parentPath, entry.name)))
      const slug = makeSlug({
        ...Object.fromEntries(files.map(file => [file, readFileSync(path.join(app, file), 'utf8')])),
        'bin/ffmpeg': FFMPEG,
        'bin/ffprobe': BROKEN_FFPROBE
      })
      await ship(appOf(clientOf(heroku), 'main'), slug, {
        worker: 'bundle exec sidekiq -r ./app.rb -c 3 -q default -q scheduler'
      })
    })
    afterAll(async () => {
      await heroku?.close()
      await Promise.all([redis?.close(), postgres?.stop()])
    })

    /** Runs Ruby with the app's Redis. */
    const ruby = (code: string): string =>
      execFileSync('ruby', ['-r', 'bundler/setup', '-r', './app.rb', '-r', 'sidekiq/api', '-e', code], {
        cwd: app,
        env: { PATH: process.env['PATH'], ...settings() }
      }).toString()

    /** How many processes of Sidekiq say that they run. */
    const processes = (): string => {
      const server = ['--tls', '--insecure', '-p', `${redis.port}`, '--no-auth-warning', '-a', redis.password]
      return execFileSync('redis-cli', [...server, 'scard', 'processes'])
        .toString()
        .trim()
    }

    it('sees queues, processes, Redis, Postgres, settings and ffmpeg in one boot', async () => {
      ruby(`
      call = lambda { |*words| Sidekiq.redis { |connection| connection.call(*words) } }
      call.('CONFIG', 'SET', 'maxmemory', 50_000_000)
      call.('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru')
      job = { 'class' => 'Job', 'args' => [], 'jid' => 'y', 'enqueued_at' => Time.now.to_f - 300 }
      call.('SADD', 'queues', 'pull')
      3.times { call.('LPUSH', 'queue:pull', JSON.generate(job)) }
      Sidekiq::DeadSet.new.kill(JSON.generate('class' => 'Job', 'args' => [], 'jid' => 'x'))
      call.('HSET', 'sidekiq-scheduler:last_times', 'vacuum_scheduler', (Time.now - 7200).to_s)
    `)
      await ask(heroku, 'PATCH /apps/main/formation', { body: { updates: [{ type: 'worker', quantity: 1 }] } })
      await until(() => processes() === '1')
      // What a deploy asks of it: in which dynos a Sidekiq works that began with the release.
      const told = ruby(readFileSync(SIDEKIQ, 'utf8'))
      const release = Date.parse(heroku.machine('main').current()!.createdAt)
      expect(workingDynos(told, release)).toEqual(new Set(['worker.1']))
      expect(workingDynos(told, Date.now() + 60_000)).toEqual(new Set())
      const started = heroku.requests.length
      const { part } = look()
      expect(await part('sidekiq')).toEqual({
        processes: [
          {
            queues: ['default', 'scheduler'],
            threads: 3,
            memory: expect.any(Number),
            silent: expect.any(Number)
          }
        ],
        queues: [{ name: 'pull', size: 3, latency: expect.any(Number) }],
        dead: 1,
        retries: 0
      })
      const [pull] = (await part('sidekiq')).queues
      expect(pull!.latency).toBeGreaterThanOrEqual(300)
      expect((await part('sidekiq')).processes[0]!.memory).toBeGreaterThan(1e7)
      expect(await part('redis')).toEqual({
        used: expect.any(Number),
        most: 50_000_000,
        policy: 'allkeys-lru',
        evicted: 0,
        up: expect.any(Number),
        version: expect.stringMatching(/^\d+\.\d+/)
      })
      expect((await part('redis')).used).toBeGreaterThan(500_000)
      const vacuum = await part('vacuum')
      expect(vacuum.there).toBe(true)
      expect(vacuum.ago).toBeGreaterThanOrEqual(7200)
      expect(vacuum.ago).toBeLessThan(7300)
      expect(await part('retention')).toEqual({ media: 14, content: null, backups: 7 })
      expect(await part('postgres')).toEqual({
        bytes: expect.any(Number),
        connections: expect.any(Number),
        most: expect.any(Number),
        version: expect.stringMatching(/^\d+/)
      })
      expect((await part('postgres')).bytes).toBeGreaterThan(5e6)
      expect(await part('migrations')).toEqual({ pending: 1 })
      expect(await part('ffmpeg')).toEqual({
        ffmpeg: '7.1.3-0',
        ffprobe: null,
        encoders: ['libx264', 'aac'],
        problem: 'ffprobe: error while loading shared libraries: libblas.so.3'
      })
      expect(await part('boot')).toEqual({
        ruby: expect.any(String),
        mastodon: '4.7.0+abc1234',
        memory: expect.any(Number)
      })
      const dynos = heroku.requests.slice(started).filter(request => request === 'POST /apps/main/dynos')
      expect(dynos).toHaveLength(1)
    })

    /** What the script prints if each server has four seconds. */
    const run = async (env: Record<string, string>) => {
      const child = spawn('bash', ['-c', insideCommand('mark', 4)], {
        cwd: app,
        env: { PATH: `${app}/bin:${process.env['PATH']}`, ...settings(), ...env },
        stdio: ['ignore', 'pipe', 'inherit']
      })
      const output = Buffer.concat(await child.stdout.toArray()).toString()
      return { output, inside: readInside(output, 'mark') }
    }
    const PARTS = ['boot', 'ffmpeg', 'redis', 'sidekiq', 'vacuum', 'retention', 'postgres', 'migrations'] as const

    it('loses what a server that hangs would have said, and nothing else', async () => {
      const sockets = new Set<net.Socket>()
      const silent = net.createServer(socket => void sockets.add(socket))
      await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
      const { port } = silent.address() as AddressInfo
      const folder = temp()
      writeFileSync(path.join(folder, 'ffmpeg'), '#!/bin/sh\nsleep 1000 &\necho $! > "$0.pid"\nwait\n', { mode: 0o755 })
      await postgres.createDatabase('locked')
      const locked = new pg.Client({ connectionString: postgres.url('locked') })
      await locked.connect()
      await locked.query('CREATE TABLE schema_migrations (version varchar PRIMARY KEY)')
      await locked.query('BEGIN; LOCK TABLE schema_migrations')
      const all = Promise.all([
        run({ REDIS_URL: `rediss://:x@127.0.0.1:${port}` }),
        run({ FFMPEG_BINARY: path.join(folder, 'ffmpeg') }),
        run({ DATABASE_URL: `postgres://a:b@127.0.0.1:${port}/c` }),
        run({ DATABASE_URL: postgres.url('locked') })
      ])
      const [withoutRedis, noFfmpeg, noPostgres, noTable] = await all.finally(async () => {
        await locked.end()
        for (const socket of sockets) socket.destroy()
        silent.close()
      })
      const gone = ({ inside }: typeof noTable) =>
        Object.fromEntries(
          PARTS.flatMap(name => {
            const said = inside[name]
            if (said === undefined) return [[name, 'nothing']]
            return 'error' in said ? [[name, said.error]] : []
          })
        )
      const notAsked = (name: string): string => `not asked: ${name} before it gave no answer within 4 seconds`
      expect(gone(withoutRedis)).toEqual({
        redis: 'no answer within 4 seconds',
        sidekiq: notAsked('redis'),
        vacuum: notAsked('redis')
      })
      expect(gone(noFfmpeg)).toEqual({ ffmpeg: 'ffmpeg gave no answer' })
      expect(gone(noPostgres)).toEqual({
        postgres: 'no answer within 4 seconds',
        migrations: notAsked('postgres'),
        retention: notAsked('postgres')
      })
      expect(gone(noTable)).toEqual({ migrations: expect.stringMatching(/QueryCanceled.*statement timeout/) })
      const child = Number(readFileSync(path.join(folder, 'ffmpeg.pid'), 'utf8'))
      // Killed; whether somebody has asked how it ended is another matter.
      await until(() => !existsSync(`/proc/${child}`) || /\) Z /.test(readFileSync(`/proc/${child}/stat`, 'utf8')))
    })

    it('shows life while it boots, and none while it waits', async () => {
      const alive = (output: string): number => output.match(/^mark alive \d+$/gm)?.length ?? 0
      const [busy, blocked] = await Promise.all([run({ HOW: 'busy' }), run({ HOW: 'blocked' })])
      expect(alive(busy.output)).toBeGreaterThanOrEqual(1)
      // It waits for four seconds; the first may tell of what was before.
      expect(alive(blocked.output.split('it waits')[1]!)).toBeLessThanOrEqual(1)
      for (const { output } of [busy, blocked]) expect(output).toMatch(/^\nmark up\n/)
      expect(PARTS.filter(name => busy.inside[name] === undefined)).toEqual([])
    })

    it('says why it saw nothing, or not all', async () => {
      await redis.close()
      const { part } = look()
      await expect(part('redis')).rejects.toThrow(unreachable)
      expect(await part('retention')).toMatchObject({ media: 14 })
      await appOf(clientOf(heroku), 'main').setConfigVars({ HOW: 'broken' })
      await expect(look().part('boot')).rejects.toThrow(
        'Rails did not boot in a one-off dyno: it ended with exit code 1. LoadError: cannot load such file'
      )
    })

    it('leaves no dyno behind when it is no longer wanted', async () => {
      await appOf(clientOf(heroku), 'main').setConfigVars({ HOW: 'slow' })
      const over = new AbortController()
      const { part, close } = look(over.signal)
      const boot = part('boot')
      const dynos = async () => (await appOf(clientOf(heroku), 'main').dynos()).filter(({ type }) => type === 'run')
      await until(async () => (await dynos()).length === 1)
      over.abort()
      await expect(boot).rejects.toThrow()
      await close()
      await until(async () => (await dynos()).length === 0)
      // Ended, and not given up by Heroku for want of a client.
      expect(heroku.machine('main').log.last(10).join('\n')).not.toContain('R13')
    })
  })
})

describeOrSkip("the script in Rails' own runner", noGems('4.7'), () => {
  it('says why each part is not there, and goes on', () => {
    const folder = path.join(temp(), 'app')
    writeRailsTree(folder, '4.7')
    const output = execFileSync('bash', ['-c', insideCommand('mark')], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        RAILS_ENV: 'production',
        SECRET_KEY_BASE: 'x',
        DATABASE_URL: 'postgres://me:secret@127.0.0.1:1/none',
        ...gemEnvironment('4.7'),
        BUNDLE_WITHOUT: 'worker'
      },
      stdio: ['ignore', 'pipe', 'ignore']
    }).toString()
    expect(output).not.toContain('secret')
    expect(readInside(output, 'mark')).toMatchObject({
      boot: { value: { mastodon: '4.7.0' } },
      ffmpeg: { value: { encoders: expect.any(Array) } },
      sidekiq: { error: expect.stringMatching(/^LoadError/) },
      retention: { error: expect.stringMatching(/^ActiveRecord::DatabaseConnectionError: .*127\.0\.0\.1/) },
      migrations: { error: expect.stringMatching(/^ActiveRecord::DatabaseConnectionError: .*127\.0\.0\.1/) }
    })
  })
})

it('reads hostile output strictly', () => {
  const line = (value: unknown): string => `mark ${JSON.stringify(value)}`
  const output = [
    line({ part: 'vacuum', value: { there: true, ago: 5 } }),
    `other ${JSON.stringify({ part: 'boot', value: {} })}`,
    line({ part: 'migrations', value: { pending: -1 } }),
    line({ part: 'retention', error: 'NameError: Setting' }),
    line({ part: '__proto__', value: 1 }),
    line({ part: 'redis', value: { used: 1, most: 1, policy: 'x'.repeat(201), evicted: 0, up: 1, version: '7' } }),
    'mark not json',
    ` ${line({ part: 'boot', value: {} })}`
  ].join('\r\n')
  expect(readInside(output, 'mark')).toEqual({
    vacuum: { value: { there: true, ago: 5 } },
    migrations: { error: 'its answer has not the expected shape' },
    retention: { error: 'NameError: Setting' },
    redis: { error: 'its answer has not the expected shape' }
  })
})

it('is one word of a shell', () => {
  expect(insideCommand('x').match(/'/g)).toHaveLength(2)
  expect(spawnSync('bash', ['-n', '-c', insideCommand('x')]).stderr.toString()).toBe('')
  expect(insideCommand('x').length).toBeLessThan(8_000)
})
