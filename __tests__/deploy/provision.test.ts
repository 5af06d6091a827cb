import { afterAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { copyFileSync, existsSync } from 'node:fs'
import path from 'node:path'
import { readLacking, readTarget, type Provisioning, type Tools } from '../../src/deploy/index.ts'
import { provision, provisionDynos } from '../../src/deploy/provision.ts'
import { Story } from '../../src/verdict/index.ts'
import { prepareStreaming } from '../../src/deploy/streaming.ts'
import { createClient, HerokuApp } from '../../src/heroku/index.ts'
import { startLocalHeroku, type Fault, type LocalHeroku, type RunningDyno } from '../rig/local-heroku/index.ts'
import { readAppJson, type SecretGroup } from '../../src/mastodon/index.ts'
import { CancelledError, UserError, type Clock, type Log } from '../../src/runtime/index.ts'
import { TestClock } from '../helpers/clock.ts'
import { lastingTemp } from '../helpers/temp.ts'
import { JobClock } from './world.ts'

delete process.env['SSL_CERT_DIR']

const APP = 'my-mastodon'
const LIVE = 'my-live'
const SERVICES = { 'heroku-postgresql': 'DATABASE_URL', 'heroku-redis': 'REDIS_URL' }
const APP_JSON = readAppJson(
  '{ "env": { "HEROKU": "true", "LOCAL_DOMAIN": {} }, "addons": ["heroku-postgresql", "heroku-redis", "scheduler:standard"] }'
)

const group = (...vars: string[]): SecretGroup => ({
  name: vars.join(),
  vars,
  needed: true,
  make: () => Object.fromEntries(vars.map(name => [name, `secret-${randomUUID()}`])),
  byHand: ''
})
const SECRETS = [group('SECRET_KEY_BASE'), group('PRIMARY', 'SALT'), group('VAPID_PRIVATE_KEY', 'VAPID_PUBLIC_KEY')]
const WISHES = { appJson: APP_JSON, secrets: SECRETS, takesHerokuRedis: true }
const OTHERS = [
  'DATABASE_URL',
  'HEROKU',
  'LOCAL_DOMAIN',
  'RAILS_SERVE_STATIC_FILES',
  'REDIS_DRIVER',
  'REDIS_URL',
  'STREAMING_API_BASE_URL'
]
const SECRET_NAMES = SECRETS.flatMap(({ vars }) => vars)

/** Made once: it takes longer than all the rest. */
const CA = ['ca.pem', 'ca.key']
const MADE = lastingTemp()

/** Two empty apps, their add-ons slow, and the jobs that provision them. */
class Empty {
  readonly clock = new TestClock()
  readonly lines: string[] = []
  readonly masked: string[] = []
  /** Add-ons that were bought, by service. */
  readonly bought = new Map<string, number>()
  heroku!: LocalHeroku
  onHang: (() => void) | undefined

  static async open(config: Record<string, string> = { LOCAL_DOMAIN: 'social.example' }): Promise<Empty> {
    const empty = new Empty()
    const never = 2 ** 31 - 1
    const folder = lastingTemp()
    for (const file of CA)
      if (existsSync(path.join(MADE, file))) copyFileSync(path.join(MADE, file), path.join(folder, file))
    empty.heroku = await startLocalHeroku({
      folder,
      clock: empty.clock,
      host: { start: () => Promise.resolve(idle()) },
      times: { boot: never, grace: 0, coolOff: never, memory: never, provision: 30_000 },
      addon: service => {
        empty.bought.set(service, (empty.bought.get(service) ?? 0) + 1)
        const brings = SERVICES[service as keyof typeof SERVICES] as string | undefined
        return Promise.resolve(brings ? { [brings]: `url://user:${service}-password@host` } : {})
      },
      onHang: () => (empty.onHang ?? (() => void setTimeout(() => empty.clock.pass(61_000), 2)))()
    })
    for (const file of CA) copyFileSync(path.join(folder, file), path.join(MADE, file))
    await empty.heroku.addApp(APP, { config })
    await empty.heroku.addApp(LIVE)
    return empty
  }

  get app(): ReturnType<LocalHeroku['machine']>['app'] {
    return this.heroku.machine(APP).app
  }

  job(clock: Clock = this.clock, signal = new AbortController().signal): { of: Provisioning; tools: Tools } {
    const { apiUrl: url, apiKey: key } = this.heroku
    const client = createClient({ url, key, clock, signal, random: () => 0 })
    const say = (line: string): void => void this.lines.push(line)
    const fence = (): never => {
      throw new Error('nothing is fenced here')
    }
    const log: Log = { info: say, progress: () => {}, warning: say, error: say, group: (_, work) => work(), fence }
    const of = {
      client,
      app: new HerokuApp(client, APP, clock),
      streaming: new HerokuApp(client, LIVE, clock),
      wishes: () => Promise.resolve(WISHES),
      maskConfig: (config: object) => void this.masked.push(...(Object.values(config) as string[])),
      maskSecret: (value: string) => void this.masked.push(value)
    }
    return { of, tools: { story: new Story(log, clock), log, clock, signal, timeout: 3_600_000 } }
  }

  /** All that a first deploy does to both apps, but for the slug. */
  async run(clock?: Clock, signal?: AbortSignal): Promise<void> {
    const { of, tools } = this.job(clock, signal)
    await provision(of, WISHES, tools)
    const read = (app: HerokuApp): ReturnType<typeof readTarget> => readTarget(app, () => {}, tools)
    const [main, live] = [await read(of.app), await read(of.streaming!)]
    await prepareStreaming(main, live, { allowed: true }, () => read(of.streaming!), tools)
    this.release()
    await provisionDynos(of, WISHES, tools)
  }

  /** The first release of a slug, made once. */
  release(): void {
    if (this.app.releases.some(({ slugId }) => slugId)) return
    const processTypes = { web: 'web', worker: 'worker' }
    const slug = { id: randomUUID(), blob: '', checksum: null, commit: null, commitDescription: null, processTypes }
    const rest = { stack: 'heroku-24', createdAt: '', size: 1, deletedAt: null }
    this.heroku.machine(APP).releaseSlug({ ...slug, ...rest }, 'Deploy')
  }

  secrets(): Record<string, string> {
    const set = SECRET_NAMES.filter(name => this.app.configVars[name] !== undefined)
    return Object.fromEntries(set.map(name => [name, this.app.configVars[name]!]))
  }

  /** The job's n-th request is the last thing that it ever does. */
  async kill(nth: number, kind: 'hang-before' | 'hang-after', signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const cancel = new AbortController()
    const clock = new JobClock(this.clock)
    this.heroku.faults.add({ kind, nth })
    const atRequest = new Promise<void>(resolve => {
      this.onHang = () => {
        if (signal === 'SIGTERM') cancel.abort()
        else clock.dead = true
        resolve()
      }
    })
    const run = this.run(clock, cancel.signal).catch((error: unknown) => {
      if (!(error instanceof CancelledError)) throw error
    })
    await atRequest
    this.onHang = undefined
    if (signal === 'SIGTERM') await run
  }

  /** What must be so whatever happened: nothing is bought twice, and no secret is ever another one. */
  judge(before: Record<string, string>): void {
    for (const service of [...Object.keys(SERVICES), 'scheduler'])
      expect(this.bought.get(service) ?? 0).toBeLessThanOrEqual(1)
    expect(this.secrets()).toMatchObject(before)
    expect([0, SECRET_NAMES.length]).toContain(Object.keys(this.secrets()).length)
    expect(this.app.domains.length).toBeLessThanOrEqual(1)
  }

  expectAll(): void {
    for (const service of [...Object.keys(SERVICES), 'scheduler']) expect(this.bought.get(service) ?? 0).toBe(1)
    expect(Object.keys(this.app.configVars).sort()).toEqual([...SECRET_NAMES, ...OTHERS].sort())
    expect(this.app.domains.map(({ hostname }) => hostname)).toEqual(['social.example'])
    expect(this.app.acm).toBe(true)
    expect(this.app.formation).toMatchObject({ web: { quantity: 1 }, worker: { quantity: 1 } })
    const { configVars } = this.heroku.machine(LIVE).app
    expect(configVars).toMatchObject({ RUN_STREAMING: 'true', DATABASE_URL: this.app.configVars['DATABASE_URL'] })
    expect(configVars['REDIS_URL']).toBe(this.app.configVars['REDIS_URL'])
  }
}

function idle(): RunningDyno {
  let exit: (code: number) => void
  const exited = new Promise<number>(resolve => (exit = resolve))
  return { exited, memory: () => Promise.resolve(undefined), signal: () => exit(143) }
}

const lines = (empty: Empty): string => empty.lines.join('\n')

describe('an app that has nothing', () => {
  it('gets all of it, its config in one write; run again nothing more is changed', async () => {
    const empty = await Empty.open()
    try {
      await empty.run()
      empty.expectAll()
      const writes = empty.heroku.requests.filter(request => !request.startsWith('GET '))
      expect(writes).toEqual([
        ...Array<string>(3).fill(`POST /apps/${APP}/addons`),
        `PATCH /apps/${APP}/config-vars`,
        `POST /apps/${APP}/domains`,
        'POST /addon-attachments',
        'POST /addon-attachments',
        `PATCH /apps/${LIVE}/config-vars`,
        `PATCH /apps/${APP}/formation`,
        `POST /apps/${APP}/acm`
      ])
      expect(lines(empty)).toMatch(/DNS: social\.example must lead to .* \(CNAME.*Certificate: cert issued/)

      const before = empty.secrets()
      empty.heroku.requests.length = 0
      await empty.run()
      expect(empty.secrets()).toEqual(before)
      expect(empty.heroku.requests.filter(request => !request.startsWith('GET '))).toEqual([])
      expect(lines(empty)).toMatch(/my-mastodon lacks nothing/)
    } finally {
      await empty.heroku.close()
    }
  })

  it('has its secrets masked before they are sent, and shows none', async () => {
    const empty = await Empty.open()
    try {
      await empty.run()
      for (const [name, value] of Object.entries(empty.secrets())) {
        expect(empty.masked).toContain(value)
        expect(lines(empty)).not.toContain(value)
        expect(lines(empty)).toContain(name)
      }
      expect(lines(empty)).not.toContain('-password')
    } finally {
      await empty.heroku.close()
    }
  })

  it('waits for slow add-ons, and says where to look when they never come', async () => {
    const empty = await Empty.open()
    try {
      const { of, tools } = empty.job()
      const run = provision(of, WISHES, { ...tools, timeout: 10_000 })
      await expect(run).rejects.toMatchObject({
        message: expect.stringMatching(/Waited .* for the add-ons of my-mastodon/),
        nextStep: expect.stringMatching(/heroku addons --app my-mastodon/)
      })
      expect(empty.secrets()).toEqual({})
      await empty.run()
      empty.expectAll()
    } finally {
      await empty.heroku.close()
    }
  })

  it.each([
    ['a name that nobody gave', {}, /lacks LOCAL_DOMAIN/],
    ['half of its secrets', { LOCAL_DOMAIN: 'a.example', SALT: 'mine' }, /has other secrets already and lacks/]
  ])('with %s is refused before anything is bought', async (_, config, message) => {
    const empty = await Empty.open(config)
    try {
      await expect(empty.run()).rejects.toThrow(message)
      expect(empty.heroku.requests.filter(request => !request.startsWith('GET '))).toEqual([])
    } finally {
      await empty.heroku.close()
    }
  })

  it('the plan changes nothing', async () => {
    const empty = await Empty.open()
    try {
      expect((await readLacking(empty.job().of, WISHES)).addons).toHaveLength(3)
      expect(empty.heroku.requests.filter(request => !request.startsWith('GET '))).toEqual([])
    } finally {
      await empty.heroku.close()
    }
  })

  it('goes on without a certificate where Heroku refuses one', async () => {
    const empty = await Empty.open()
    try {
      empty.heroku.faults.add({ kind: '409', path: '/acm', times: 100 })
      await empty.run()
      expect(lines(empty)).toMatch(/Heroku does not manage the certificate: .*heroku certs:auto:enable/)
      expect(empty.app.acm).toBeUndefined()
    } finally {
      await empty.heroku.close()
    }
  })
})

const count = { fault: 0, green: 0, kill: 0 }
afterAll(() =>
  console.log(
    `Provisioning: ${count.fault} runs with a fault, ${count.green} of them green; ${count.kill} runs killed; all of them whole when run again`
  )
)

/** Places of the requests of a run, and their names without what is chosen by chance. */
const requests = await (async () => {
  const empty = await Empty.open()
  await empty.run()
  await empty.heroku.close()
  return empty.heroku.requests.map((request, i) => [i + 1, request] as const)
})()
/** The first of each kind of write. What a read suffers is repeated by the client, and tested there. */
const telling = requests.filter(
  ([nth, request]) => !request.startsWith('GET ') && requests.findIndex(([, other]) => other === request) === nth - 1
)

async function suffer(fault: Fault): Promise<void> {
  const empty = await Empty.open()
  try {
    empty.heroku.faults.add(fault)
    const outcome = await empty.run().then(
      () => 'green' as const,
      (error: unknown) => error
    )
    if (outcome !== 'green' && !(outcome instanceof UserError)) throw outcome
    if (outcome === 'green') empty.expectAll()
    await again(empty)
    count.fault++
    if (outcome === 'green') count.green++
  } catch (error) {
    throw new Error(`${fault.kind}: ${String(error)}\n${empty.heroku.requests.join('\n')}\n${lines(empty)}`)
  } finally {
    await empty.heroku.close()
  }
}

/** Run again without any fault it is whole, and what was made is what it was. */
async function again(empty: Empty): Promise<void> {
  const before = empty.secrets()
  empty.judge(before)
  empty.heroku.faults.clear()
  await empty.run()
  empty.judge(before)
  empty.expectAll()
}

describe.each(telling)('request %i, %s', nth => {
  it('is lost, or its answer is', async () => {
    for (const kind of ['reset-before', 'reset-after', 'cut', '429'] as const) await suffer({ kind, nth })
  })

  it('is the last of a killed job', async () => {
    for (const [kind, signal] of [
      ['hang-before', 'SIGKILL'],
      ['hang-after', 'SIGKILL'],
      ['hang-after', 'SIGTERM']
    ] as const) {
      const empty = await Empty.open()
      try {
        await empty.kill(nth, kind, signal)
        await again(empty)
        count.kill++
      } finally {
        await empty.heroku.close()
      }
    }
  })
})
