import { afterAll, beforeAll, beforeEach } from '@jest/globals'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import { SMTPServer } from 'smtp-server'
import { CHECKS, runChecks, type Network, type Result, type World } from '../../src/checks/index.ts'
import { openScene } from '../../src/commands/steps/check-scene.ts'
import { type JobResults, type Machine } from '../../src/inputs/index.ts'
import { loadConfig } from '../../src/config/index.ts'
import { type Runtime } from '../../src/runtime/index.ts'
import { type DynoSpec, type LocalHeroku } from '../rig/local-heroku/index.ts'
import { FakeGithub } from '../helpers/fake-github.ts'
import { pages, type Handler } from '../helpers/internet.ts'
import { appOf, clientOf, makeSlug, NO_SIGNAL, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { openSite, openStreaming } from '../helpers/mastodon-site.ts'
import { StillClock } from '../helpers/still-clock.ts'
import { temp } from '../helpers/temp.ts'
import { ask } from '../local-heroku/ask.ts'
import { actedDynos, well } from './acted-dyno.ts'
import { useInternet } from './outside/scene.ts'
import { lines, surroundings } from './world.ts'

const TOKEN = 'ghs_of-the-job'
const CONFIG = `
app: main
schedule:
  with: heroku-scheduler
  tasks: [{ command: bin/tootctl media remove, every: day }]
`
const VARS = {
  LOCAL_DOMAIN: 'site.test',
  STREAMING_API_BASE_URL: 'wss://live.test',
  S3_ENABLED: 'true',
  S3_BUCKET: 'media',
  S3_ENDPOINT: 'https://s3.test',
  S3_ALIAS_HOST: 'media.test',
  AWS_ACCESS_KEY_ID: 'key',
  AWS_SECRET_ACCESS_KEY: 'secret',
  SMTP_SERVER: 'mail.test',
  SMTP_PORT: '587',
  SMTP_LOGIN: 'somebody',
  SMTP_PASSWORD: 'right'
}

/** What is there beside the one that is asked to look. */
export interface Change {
  readonly network?: Partial<Network>
  readonly githubUrl?: string
  readonly schedulerUrl?: string
  readonly githubToken?: string
  readonly herokuUrl?: string
  /** Of Heroku. */
  readonly key?: string
}

/** Whole nights of real checks, each by a clock that stands still while anybody answers. Call it at the top of a test file. */
export function useNights() {
  const internet = useInternet()
  const objects = new Map<string, Buffer>()
  const held = new Set<net.Socket>()
  const trusted = tls.getCACertificates('default')
  let github: FakeGithub
  const world = {
    internet,
    heroku: undefined as unknown as LocalHeroku,
    clock: new StillClock(),
    /** What is played in the one-off dyno. */
    act: well,
    /** Names of the one-off dynos that run. */
    alive: new Set<string>(),
    /** Where somebody takes connections and says nothing. */
    silent: net.createServer(socket => void held.add(socket.on('error', () => {}))),
    night
  }

  const mail = new SMTPServer({
    ...internet.authority.issue(['mail.test']),
    logger: false,
    authMethods: ['PLAIN'],
    disableReverseLookup: true,
    onAuth: ({ username }, _, done) => done(null, { user: username })
  })
  mail.on('error', () => {})

  beforeAll(async () => {
    const start = (spec: DynoSpec) => actedDynos(world.clock, world.act, world.alive).start(spec)
    world.heroku = (await openHeroku({ host: { start } })).heroku
    const { heroku } = world
    // As NODE_EXTRA_CA_CERTS does for a job.
    tls.setDefaultCACertificates([...trusted, readFileSync(heroku.caFile, 'utf8')])
    await heroku.addApp('main', {
      config: VARS,
      addons: [
        { plan: 'heroku-postgresql:essential-0', vars: { DATABASE_URL: 'postgres://a:b@127.0.0.1/c' } },
        { plan: 'heroku-redis:mini', vars: { REDIS_URL: 'redis://127.0.0.1' } },
        { plan: 'scheduler:standard', vars: {} }
      ]
    })
    await ask(heroku, 'POST /apps/main/domains', { body: { hostname: 'site.test', sni_endpoint: null } })
    await ship(appOf(clientOf(heroku), 'main'), makeSlug({ a: '' }), { web: 'web', worker: 'worker' })
    await ask(heroku, 'PATCH /apps/main/formation', { body: { updates: [{ type: 'worker', quantity: 1 }] } })
    github = await FakeGithub.start()
    github.allow(TOKEN, { contents: 'read', actions: 'read' })
    for (const server of [mail.server, world.silent])
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(async () => {
    for (const socket of held) socket.destroy()
    await Promise.all([
      world.heroku.close(),
      github.close(),
      new Promise<void>(resolve => mail.close(() => resolve())),
      new Promise(resolve => world.silent.close(resolve))
    ])
    tls.setDefaultCACertificates(trusted)
  })

  const bucket: Handler = (request, response) => {
    const name = (request.url ?? '').split('?')[0]!.split('/').at(-1)!
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (request.method === 'PUT') objects.set(name, Buffer.concat(chunks))
      if (request.method === 'DELETE') objects.delete(name)
      const found = objects.get(name)
      response.writeHead(request.method === 'GET' && !found ? 404 : 200, { 'access-control-allow-origin': '*' })
      response.end(request.method === 'GET' ? found : undefined)
    })
  }
  const mediaHost: Handler = (request, response) =>
    request.url!.includes('check-')
      ? bucket(request, response)
      : response.writeHead(206, { 'access-control-allow-origin': '*' }).end('png')

  beforeEach(() => {
    world.clock = new StillClock()
    world.act = well
    world.heroku.faults.clear()
    openSite(internet)
    openStreaming(internet)
    internet.site('s3.test', bucket)
    internet.site('media.test', mediaHost)
    internet.site('api.joinmastodon.org', pages({ '/update-check': JSON.stringify({ updatesAvailable: [] }) }))
    internet.name('site.test', { aliases: ['site.test.herokudns.com'], addresses: ['192.0.2.1'] })
    internet.lead('mail.test', 587, mail.server)
  })

  /**
   * The whole of `command: check` but its issue, with the real checks. Time begins to pass when all checks are through but
   * those that have to do with what hangs. Returns also the milliseconds that it took by the clock.
   */
  async function night(touched: readonly string[], { network = {}, ...change }: Change = {}) {
    const { heroku, clock } = world
    const { log } = surroundings()
    const inputs = {
      config: 'config.yml',
      path: temp(),
      herokuApiKey: change.key ?? heroku.apiKey,
      herokuApiUrl: change.herokuUrl ?? heroku.apiUrl,
      herokuDataUrl: heroku.dataUrl,
      herokuSchedulerUrl: change.schedulerUrl ?? heroku.schedulerUrl,
      githubToken: change.githubToken ?? TOKEN,
      mastodonToken: undefined,
      artifactName: 'slug-report',
      report: undefined,
      dynoSize: undefined,
      timeout: 3_600_000
    }
    const job = {
      repository: 'owner/fork',
      apiUrl: change.githubUrl ?? github.url,
      serverUrl: '',
      runId: '500',
      actionRepository: 'owner/action',
      event: {}
    }
    const machine = { searchPath: '', proxyEnvironment: {} } as Machine
    const results = { mask: () => {} } as unknown as JobResults
    const runtime = {
      log,
      redact: String,
      clock,
      signal: NO_SIGNAL,
      scratch: temp(),
      // There is no repository here.
      run: () => Promise.resolve({ code: 128, stdout: Buffer.alloc(0), stderr: '' })
    } as unknown as Runtime
    const untouched = new Set(CHECKS.map(({ name }) => name).filter(name => !touched.includes(name)))
    const watched = CHECKS.map(check => ({
      ...check,
      look: (given: World) => check.look(given).finally(() => untouched.delete(check.name))
    }))
    const started = clock.now()
    const config = loadConfig(CONFIG, 'config.yml')
    const whole = (async (): Promise<readonly Result[]> => {
      const { around, close } = await openScene(inputs, config, 'main', job, machine, runtime, results)
      const places = { instance: { url: 'https://site.test/' }, streaming: { url: 'https://live.test/' } }
      const reached = { ...internet.network(10_000), ...network }
      return runChecks(watched, { ...around, ...places, network: reached }).finally(close)
    })()
    await until(() => untouched.size === 0)
    const found = await clock.passUntil(whole)
    return { results: found, took: clock.now() - started }
  }

  return world
}

/** What each check says, without what differs from night to night. */
export function said(results: readonly Result[]): Map<string, string> {
  return new Map(
    results.map(({ check, findings }) => [
      check.name,
      lines(findings)
        .join('\n')
        .replaceAll(/\d[\d.,]*/g, 'N')
    ])
  )
}
