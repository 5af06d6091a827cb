import { afterEach, beforeEach } from '@jest/globals'
import http from 'node:http'
import {
  appFacts,
  CHECKS,
  lookQuickly,
  noConfigVars,
  oneCauseEach,
  runChecks,
  whyOf,
  withFindings,
  type Naming,
  type Surroundings
} from '../../../src/checks/index.ts'
import { createClient, HerokuApp } from '../../../src/heroku/index.ts'
import { TestClock } from '../../helpers/clock.ts'
import { NO_SIGNAL, clientOf, makeSlug, openHeroku, ship, until } from '../../helpers/local-heroku.ts'
import { openSite, openStreaming } from '../../helpers/mastodon-site.ts'
import { ask } from '../../local-heroku/ask.ts'
import { type DataFigures, type DynoHost, type LocalHeroku } from '../../rig/local-heroku/index.ts'
import { INSIDE } from '../acted-dyno.ts'
import { useInternet } from '../outside/scene.ts'
import { dynoOf, surroundings } from '../world.ts'

const MINUTE = 60_000
const VARS = {
  LOCAL_DOMAIN: 'site.test',
  S3_ENABLED: 'false',
  SMTP_SERVER: 'mail.test',
  SMTP_PORT: '587',
  SMTP_DELIVERY_METHOD: 'none'
}

/** An instance on the local Heroku that has run for days, by a clock that passes when the test says so. */
export function useStage() {
  const internet = useInternet()
  const stage = {
    internet,
    clock: new TestClock(),
    heroku: undefined as unknown as LocalHeroku,
    /** What a web process answers; undefined: it crashes as soon as it starts. */
    web: (_env: Readonly<Record<string, string>>, _command: string): number | undefined => 200,
    /** Where Heroku is asked, and with which key, if not as it is right. */
    asked: {} as { readonly url?: string; readonly key?: string },
    figures: {} as DataFigures,
    inside: INSIDE as Partial<typeof INSIDE>,
    /** What Heroku wrote to the log, in its words. */
    log: (source: string, text: string) => stage.heroku.machine('main').log.write(source, text),
    /** Sets config vars, and waits until the new dynos are in a state. */
    config: async (vars: Readonly<Record<string, string>>, state = 'up') => {
      await ask(stage.heroku, 'PATCH /apps/main/config-vars', { body: vars })
      await stage.until(state)
    },
    scale: (type: string, quantity: number) =>
      ask(stage.heroku, 'PATCH /apps/main/formation', { body: { updates: [{ type, quantity }] } }),
    deploy: (processTypes: Readonly<Record<string, string>>) =>
      ship(new HerokuApp(clientOf(stage.heroku), 'main', stage.clock), makeSlug({ a: '' }), processTypes),
    /** All web dynos are of the current release, and in this state. */
    until: (state: string) =>
      until(() => {
        const machine = stage.heroku.machine('main')
        const web = machine.dynos.filter(({ options }) => options.type === 'web')
        return web.length > 0 && web.every(dyno => dyno.state === state && dyno.options.release === machine.current())
      }),
    /** The newest release has failed. */
    failed: () => until(() => stage.heroku.machine('main').app.releases.at(-1)!.status === 'failed'),
    visit,
    why
  }

  /** Somebody asks the app at its own address. */
  async function visit(): Promise<number | undefined> {
    const { port } = stage.heroku.machine('main').router
    return new Promise((resolve, reject) => {
      http
        .get({ host: '127.0.0.1', port, path: '/health', agent: false }, answer => {
          answer.resume()
          resolve(answer.statusCode)
        })
        .on('error', reject)
    })
  }

  /** What the first look says, and what is told at the end. */
  async function why(naming: Naming = 'address') {
    const { heroku, clock } = stage
    const { url: apiUrl = heroku.apiUrl, key = heroku.apiKey } = stage.asked
    const [platform, data] = [apiUrl, heroku.dataUrl].map(url =>
      // Without patience: this clock adds up the times of all that wait.
      createClient({ url, key, clock, signal: NO_SIGNAL, patience: 0 })
    )
    const options = { platform: platform!, data: data!, clock, signal: NO_SIGNAL }
    const main = new HerokuApp(platform!, 'main', clock, NO_SIGNAL)
    const app = appFacts(main, options)
    const network = internet.network(10_000)
    const first = await lookQuickly({ app }, { network, clock, signal: NO_SIGNAL })
    const around: Surroundings = surroundings({
      app,
      network,
      clock,
      ...(await main.configVars().then(
        configVars => ({ configVars }),
        (error: unknown) => ({ noConfig: noConfigVars(error) })
      )),
      instance: { url: 'https://site.test/' },
      streaming: { url: 'https://live.test/' },
      dyno: dynoOf(stage.inside)
    })
    const results = oneCauseEach(await runChecks(CHECKS, around))
    return {
      first: whyOf(first, naming),
      last: whyOf(withFindings(first, results, clock.now()), naming),
      results
    }
  }

  beforeEach(async () => {
    stage.clock = new TestClock()
    stage.web = () => 200
    stage.figures = {}
    stage.asked = {}
    stage.inside = INSIDE
    const { clock } = stage
    const { heroku } = await openHeroku({ clock, host: acted(), figures: () => Promise.resolve(stage.figures) })
    stage.heroku = heroku
    await heroku.addApp('main', {
      config: VARS,
      addons: [
        { plan: 'heroku-postgresql:essential-0', vars: { DATABASE_URL: 'postgres://a:b@127.0.0.1/c' } },
        { plan: 'heroku-redis:mini', vars: { REDIS_URL: 'redis://127.0.0.1' } }
      ]
    })
    await ask(heroku, 'POST /apps/main/domains', { body: { hostname: 'site.test', sni_endpoint: null } })
    await stage.deploy({ web: 'web', worker: 'worker' })
    await stage.scale('worker', 1)
    await stage.until('up')
    // One before may have had another certificate.
    internet.site('site.test', { handle: () => {}, certificate: internet.authority.issue(['site.test']) })
    openSite(internet)
    openStreaming(internet)
    internet.name('site.test', { aliases: ['main.local.herokudns.com'], addresses: ['192.0.2.1'] })
    clock.pass(12 * 24 * 60 * MINUTE)
    stage.log('heroku[router]', 'at=info method=GET path="/" host=site.test dyno=web.1 service=20ms status=200 bytes=9')
    clock.pass(MINUTE)
  })
  afterEach(() => stage.heroku.close())

  function acted(): DynoHost {
    return {
      start: async ({ name, command, env }) => {
        let finish!: (code: number) => void
        const exited = new Promise<number>(resolve => (finish = resolve))
        const status = name.startsWith('web') ? stage.web(env, command) : 200
        const server = name.startsWith('web') && status !== undefined ? http.createServer() : undefined
        server?.on('request', (_, response: http.ServerResponse) => response.writeHead(status!).end('OK'))
        if (server) await new Promise<void>(resolve => server.listen(Number(env['PORT']), '127.0.0.1', resolve))
        const end = (code: number): void => {
          server?.close()
          server?.closeAllConnections()
          finish(code)
        }
        // As a process does: after it was started.
        if (status === undefined || command === 'fails') setImmediate(() => end(1))
        return { exited, signal: () => end(143), memory: () => Promise.resolve(undefined) }
      }
    }
  }

  return stage
}
