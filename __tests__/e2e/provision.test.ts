import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { startPostgres, type Postgres } from '../rig/postgres.ts'
import { runAction, type ActionResult } from '../rig/run-action.ts'
import { makeSampleFork } from '../rig/sample-fork.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { openHeroku } from '../helpers/local-heroku.ts'
import { noRedis, startTlsRedis, type TestRedis } from '../helpers/redis.ts'
import { describeOrSkip } from '../helpers/skip.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { configure } from './instance.ts'

const APP = 'from-zero'
const LIVE = 'from-zero-live'
const SECRETS = [
  'SECRET_KEY_BASE',
  'ACTIVE_RECORD_ENCRYPTION_DETERMINISTIC_KEY',
  'ACTIVE_RECORD_ENCRYPTION_KEY_DERIVATION_SALT',
  'ACTIVE_RECORD_ENCRYPTION_PRIMARY_KEY',
  'VAPID_PRIVATE_KEY'
]

/** As Heroku's are: the database exists when the add-on does, and Redis has a self-signed certificate. */
describeOrSkip('provision, through the committed dist', noRedis(), () => {
  let postgres: Postgres
  let redis: TestRedis
  let heroku: LocalHeroku
  let fork: string
  let output: string
  let liveUrl: string
  const commands = new Set<string>()

  beforeAll(async () => {
    postgres = await startPostgres(path.join(lastingTemp(), 'postgres'))
    redis = await startTlsRedis(lastingTemp())
    const addon = async (service: string): Promise<Record<string, string> | undefined> => {
      if (service === 'heroku-redis') return { REDIS_URL: redis.url }
      if (service !== 'heroku-postgresql') return undefined
      await postgres.createDatabase('from_zero')
      return { DATABASE_URL: postgres.url('from_zero') }
    }
    ;({ heroku } = await openHeroku({ addon, times: { provision: 300 } }))
    await heroku.addApp(APP)
    liveUrl = (await heroku.addApp(LIVE)).webUrl
    fork = path.join(lastingTemp(), 'fork')
    output = path.join(lastingTemp(), 'out')
    mkdirSync(fork)
    makeSampleFork(fork, folder => {
      configure(folder, `streaming-app: ${LIVE}\nredis-tls: no-verify`)
      appendFileSync(path.join(folder, 'Gemfile.lock'), '\n    redis (5.4.1)\n    redis-client (0.30.1)\n')
    })
  }, 60_000)
  afterAll(async () => {
    await heroku?.close()
    await redis?.close()
    await postgres?.stop()
  })

  const run = (inputs: Record<string, string>): Promise<ActionResult> =>
    runAction({
      inputs: {
        command: 'deploy',
        path: fork,
        app: APP,
        'build-in': 'host',
        'output-dir': output,
        cache: 'off',
        'heroku-api-key': heroku.apiKey,
        'heroku-api-url': heroku.apiUrl,
        'heroku-data-url': heroku.dataUrl,
        ...inputs
      },
      env: { NODE_EXTRA_CA_CERTS: heroku.caFile, GITHUB_REPOSITORY: 'me/fork', DEBUG: '*' },
      onOutput: () => {
        for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) commands.add(commandOf(pid))
      }
    })
  const writes = (): string[] => heroku.requests.filter(request => !request.startsWith('GET '))
  const config = (): Record<string, string> => heroku.machine(APP).app.configVars

  let planned: ActionResult
  let first: ActionResult

  it('is planned first, and refused without a name: nothing is bought', async () => {
    planned = await run({ plan: 'true', provision: 'true' })
    expect(planned.summary).toMatch(/\| Buy an add-on \| heroku-postgresql&#58;essential-0/)
    expect(planned.summary).toMatch(/Make secrets, once \| SECRET_KEY_BASE/)
    expect(planned.summary).toMatch(/Do this first.*LOCAL_DOMAIN/s)
    expect(planned.code).toBe(1)
    const refused = await run({ provision: 'true' })
    expect(refused.code).toBe(1)
    expect(refused.output).toMatch(
      /Nothing was bought or set: from-zero lacks LOCAL_DOMAIN.*heroku config:set LOCAL_DOMAIN=/
    )
    expect(writes()).toEqual([])
  })

  it('makes an empty app an instance', async () => {
    await heroku.addApp(APP, { config: { LOCAL_DOMAIN: 'zero.example' } })
    expect((await run({ plan: 'true', provision: 'true' })).output).toMatch(
      /would be provisioned first. Nothing was changed/
    )
    expect(writes()).toEqual([])
    first = await run({ provision: 'true' })
    expect({ code: first.code, output: first.code === 0 ? '' : first.output }).toEqual({ code: 0, output: '' })
    expect(first.summary).toMatch(/Redis certificate not verified/)
    expect(first.output).not.toContain('(no-worker)')
    expect(heroku.machine(APP).app.formation).toMatchObject({ web: { quantity: 1 }, worker: { quantity: 1 } })
    expect(heroku.machine(APP).app.domains.map(({ hostname }) => hostname)).toEqual(['zero.example'])
    expect(config()['STREAMING_API_BASE_URL']).toBe(`wss://${new URL(liveUrl).host}`)
    const instance = await fetch(`http://127.0.0.1:${heroku.machine(APP).app.port}/health`)
    expect(instance.status).toBe(200)
    expect((await fetch(`${liveUrl}api/v1/streaming/health`)).status).toBe(200)
    expect(JSON.parse(readFileSync(path.join(output, 'report.json'), 'utf8'))).toMatchObject({ redisTls: 'no-verify' })
    for (const slug of ['slug.tgz', 'slug-streaming.tgz'])
      expect(execFileSync('tar', ['-tzf', path.join(output, slug)], { encoding: 'utf8' })).toMatch(
        /\.mastodon-on-heroku\/redis-tls\.cjs/
      )
  })

  it('run again changes nothing, and no secret is seen anywhere', async () => {
    const secrets = { ...config() }
    heroku.requests.length = 0
    const second = await run({ provision: 'true' })
    expect(second.code).toBe(0)
    expect(second.output).toMatch(/from-zero lacks nothing/)
    expect(config()).toEqual(secrets)
    expect(writes().filter(request => !/\/dynos|\/log-sessions/.test(request))).toEqual([])

    expect(SECRETS.map(name => config()[name]).filter(Boolean)).toHaveLength(SECRETS.length)
    for (const name of [...SECRETS, 'DATABASE_URL', 'REDIS_URL']) {
      const value = config()[name]!
      for (const { output: printed, summary } of [planned, first, second]) {
        const shown = printed.split('\n').filter(line => !line.startsWith('::add-mask::'))
        expect(shown.join('\n')).not.toContain(value)
        expect(summary).not.toContain(value)
      }
      expect([...commands].filter(command => command.includes(value))).toEqual([])
      for (const file of ['report.json', 'report.md', 'report.html'])
        expect(readFileSync(path.join(output, file), 'utf8')).not.toContain(value)
    }
    expect([...commands].some(command => command.includes('dist/index.js'))).toBe(true)
  })
})

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}

describe('a mistyped app', () => {
  it('buys nothing: provision is off until it is asked for', async () => {
    const { heroku } = await openHeroku({ addon: () => Promise.resolve({ X: 'y' }) })
    try {
      await heroku.addApp('mistyped', { config: { LOCAL_DOMAIN: 'zero.example' } })
      const fork = path.join(lastingTemp(), 'fork')
      mkdirSync(fork)
      makeSampleFork(fork)
      const { code, output } = await runAction({
        inputs: {
          command: 'deploy',
          path: fork,
          app: 'mistyped',
          'build-in': 'host',
          'heroku-api-key': heroku.apiKey,
          'heroku-api-url': heroku.apiUrl,
          'heroku-data-url': heroku.dataUrl
        },
        env: { NODE_EXTRA_CA_CERTS: heroku.caFile }
      })
      expect(code).toBe(1)
      expect(output).toMatch(/mistyped.*DATABASE_URL/)
      expect(heroku.requests.filter(request => !request.startsWith('GET '))).toEqual([])
    } finally {
      await heroku.close()
    }
  })
})
