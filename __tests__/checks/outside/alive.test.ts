import { describe, expect, it } from '@jest/globals'
import { assets } from '../../../src/checks/outside/assets.ts'
import { federation } from '../../../src/checks/outside/federation.ts'
import { health } from '../../../src/checks/outside/health.ts'
import { instance } from '../../../src/checks/outside/instance.ts'
import { streaming } from '../../../src/checks/outside/streaming.ts'
import { type Deployed, type Surroundings } from '../../../src/checks/index.ts'
import { type Dyno } from '../../../src/heroku/index.ts'
import { systemClock } from '../../../src/runtime/real.ts'
import { hangs, pages, type Handler } from '../../helpers/internet.ts'
import { mastodonAnswers, openSite, openStreaming, TOKEN, type Answers } from '../../helpers/mastodon-site.ts'
import { factsOf, look, type Said } from '../world.ts'
import { ask, useInternet } from './scene.ts'

const internet = useInternet()

const status =
  (code: number, body = '', headers: Record<string, string> = {}): Handler =>
  (_, response) =>
    response.writeHead(code, headers).end(body)

const info = (web_url: string | null, more: object = {}, said: Said = UP, name = 'main'): Surroundings['app'] =>
  factsOf(
    { info: { id: 'id', name, web_url, stack: { name: 'heroku-24' }, maintenance: false, ...more }, ...said },
    name
  )

const web = (name: string, state: string): Dyno => ({
  id: name,
  name,
  type: 'web',
  state,
  command: 'puma',
  updated_at: ''
})
/** What Heroku says of web dynos in these states. */
const dynos = (...states: string[]): Said => ({
  formation: [{ type: 'web', quantity: states.length, size: 'Basic' }],
  dynos: states.map((state, index) => web(`web.${index + 1}`, state)),
  release: undefined,
  platformLog: []
})
const UP = dynos('up')
const IS_UP = 'ok dynos (1): 1 web dyno of main is there: web 1× Basic'
const UNSEEN = 'unknown dynos: It could not look: nobody answers for formation'

describe('health', () => {
  const app = info('https://main-1.herokuapp.test/')
  const said = async (answers: Answers, own: Answers = {}, answerWithin?: number): Promise<string[]> => {
    openSite(internet, answers)
    openSite(internet, own, 'main-1.herokuapp.test')
    const all = await ask(internet, health, { app }, answerWithin)
    return all.map(line => line.replaceAll(/\d\.\d s/g, 'N s'))
  }

  it('is well where Puma answers at both addresses', async () => {
    expect(await said({})).toEqual([
      'ok app (N s): main-1.herokuapp.test/health answered in N s',
      'ok domain (N s): site.test/health answered in N s',
      IS_UP
    ])
  })

  it.each<[string, Said, string]>([
    ['are at none', dynos(), 'fail dynos (0): main has no web dyno: nobody reaches the instance'],
    [
      'are no type of the slug',
      { formation: [] },
      'fail dynos (0): main has no process type web, so no web dyno: nobody reaches the instance'
    ],
    ['have crashed', dynos('crashed'), 'fail dynos (0 of 1): web.1 is crashed: nobody reaches the instance'],
    ['have crashed in part', dynos('up', 'crashed'), 'warn dynos (1 of 2): web.2 is crashed'],
    [
      'sleep until somebody comes',
      dynos('idle'),
      'ok dynos (1): 1 web dyno of main is there: web 1× Basic; Eco dynos among them sleep until somebody comes'
    ]
  ])('tells dynos that %s', async (_, facts, expected) => {
    expect((await ask(internet, health, { app: info(null, {}, facts) })).at(-1)).toBe(expected)
  })

  it.each<[string, Handler, string]>([
    ['says something else', status(200, 'hello'), 'site.test/health answered 200'],
    ['is another program’s', status(404), 'site.test/health answered 404'],
    [
      'is Heroku’s error page',
      status(503, '<title>Application error</title>'),
      'site.test/health answered 503: Heroku’s error page'
    ],
    [
      'is Cloudflare’s question',
      status(403, '', { 'cf-mitigated': 'challenge' }),
      'site.test/health answered 403: Cloudflare asks whether we are human'
    ],
    ['never comes', hangs, 'site.test/health cannot be reached: no answer within N s']
  ])('fails where the answer %s', async (_, handle, text) => {
    const answerWithin = handle === hangs ? 300 : undefined
    const [ofHeroku, domain] = await said({ '/health': handle }, {}, answerWithin)
    if (answerWithin === undefined) expect(ofHeroku).toMatch(/^ok app/)
    expect(domain).toBe(`fail domain: ${text}`)
  })

  it('fails in maintenance mode, and says so', async () => {
    expect(await ask(internet, health, { app: info(null, { maintenance: true }) })).toEqual([
      'fail: Maintenance mode is on: nobody reaches the instance'
    ])
  })

  it('fails where the name leads nowhere, and looks at the name where Heroku says nothing', async () => {
    expect(await ask(internet, health)).toEqual([
      'unknown app: The app’s own address is not known: nobody answers for info',
      'fail domain: site.test/health cannot be reached: its name is not in the DNS',
      UNSEEN
    ])
  })

  it('is unknown where the runner has no network', async () => {
    const dial = (): Promise<never> => Promise.reject(Object.assign(new Error('x'), { code: 'ENETUNREACH' }))
    expect(await ask(internet, health, { network: { ...internet.network(), dial } })).toEqual([
      'unknown app: The app’s own address is not known: nobody answers for info',
      'unknown domain: site.test/health could not be reached from here: x',
      UNSEEN
    ])
  })

  it('warns where the answer takes long', async () => {
    openSite(internet)
    let now = 0
    const clock = { now: () => (now += 4_000), sleep: () => Promise.resolve(), after: () => () => {} }
    expect(await ask(internet, health, { clock })).toEqual([
      'unknown app: The app’s own address is not known: nobody answers for info',
      'warn domain (4.0 s): site.test/health took 4.0 s to say that all is well',
      UNSEEN
    ])
  })
})

describe('instance', () => {
  const own = JSON.parse(mastodonAnswers('site.test')['/api/v2/instance'] as string) as Record<string, unknown>
  const says = (change: object): Answers => ({ '/api/v2/instance': JSON.stringify({ ...own, ...change }) })
  const OK = ['ok version (4.7.4+1111111): It runs 4.7.4+1111111, as deployed']
  const PUSH = 'ok web-push: It has a key for push notifications'
  const STREAMING = 'ok streaming-url: It sends browsers to wss://live.test'
  const configuration = own['configuration'] as object

  it.each<[string, Answers, string[]]>([
    ['is well', {}, [...OK, STREAMING, PUSH]],
    [
      'runs another commit',
      says({ version: '4.7.4+2222222' }),
      [
        'fail version (4.7.4+2222222): It says that it runs 4.7.4+2222222, and commit 1111111 was deployed',
        STREAMING,
        PUSH
      ]
    ],
    [
      'runs another version',
      says({ version: '4.7.3+1111111' }),
      ['fail version (4.7.3+1111111): It says that it runs 4.7.3+1111111, and 4.7.4 was deployed', STREAMING, PUSH]
    ],
    [
      'names no streaming server',
      says({ configuration: { ...configuration, urls: {} } }),
      [...OK, 'fail streaming-url: It names no streaming server: timelines do not move', PUSH]
    ],
    [
      'names an open one',
      says({ configuration: { ...configuration, urls: { streaming: 'ws://live.test' } } }),
      [
        ...OK,
        'fail streaming-url: It names ws://live.test: a page with https may not open it, so timelines do not move',
        PUSH
      ]
    ],
    [
      'names another',
      says({ configuration: { ...configuration, urls: { streaming: 'wss://old.test' } } }),
      [...OK, 'fail streaming-url: It sends browsers to old.test, and `STREAMING_API_BASE_URL` is another', PUSH]
    ],
    [
      'has no key for push',
      says({ configuration: { ...configuration, vapid: { public_key: null } } }),
      [...OK, STREAMING, 'fail web-push: It has no key (`VAPID_PUBLIC_KEY`): no browser gets push notifications']
    ],
    [
      'is something else',
      { '/api/v2/instance': '{"version":7}' },
      ['fail: site.test/api/v2/instance did not answer as Mastodon does']
    ],
    ['is broken', { '/api/v2/instance': status(500) }, ['fail: site.test/api/v2/instance answered 500']],
    [
      'does not know its name',
      { '/api/v2/instance': status(403, '<h1>Blocked hosts: site.test</h1>') },
      ['fail: site.test/api/v2/instance answered 403: Rails does not know the name (Blocked host)']
    ]
  ])('%s', async (_, answers, expected) => {
    openSite(internet, answers)
    const configVars = { STREAMING_API_BASE_URL: 'wss://live.test' }
    expect(await ask(internet, instance, { configVars })).toEqual(expected)
  })

  it('keeps to a metadata of one’s own, and says what it does not know', async () => {
    openSite(internet, says({ version: '4.7.4+mine' }))
    const configVars = { MASTODON_VERSION_METADATA: 'mine' }
    expect((await ask(internet, instance, { configVars }))[0]).toBe(
      'ok version (4.7.4+mine): It runs 4.7.4+mine, as deployed'
    )
    openSite(internet, says({ version: '4.7.4' }))
    const unread = (): Promise<Deployed> => Promise.resolve({ commit: '1'.repeat(40), version: undefined })
    expect((await ask(internet, instance, { deployed: unread }))[0]).toBe(
      'unknown version (4.7.4): It runs 4.7.4; whether that is commit 1111111, which was deployed, it does not say'
    )
    openSite(internet, says({ version: '4.7.4+mine' }))
    const deployed = (): Promise<never> => Promise.reject(new Error('Heroku is down'))
    expect((await ask(internet, instance, { deployed }))[0]).toBe(
      'unknown version (4.7.4+mine): It runs 4.7.4+mine; of which commit the slug is, Heroku does not say'
    )
    expect(await ask(internet, instance, { instance: undefined })).toEqual([
      'unknown: `LOCAL_DOMAIN` is not set, so the instance cannot be asked by its name'
    ])
  })
})

describe('assets', () => {
  it.each<[string, Answers, string]>([
    ['are there', {}, 'ok (2 of 2): The front page of site.test and its 2 styles and scripts are there'],
    [
      'are missing',
      { '/packs/assets/a.js': status(404) },
      'fail (1 of 2): The front page of site.test asks for 1 of 2 styles and scripts that do not come: /packs/assets/a.js answered 404'
    ],
    [
      'are a page',
      { '/packs/assets/a.css': status(200, 'x', { 'content-type': 'text/html; charset=utf-8' }) },
      'fail (1 of 2): The front page of site.test asks for 1 of 2 styles and scripts that do not come: /packs/assets/a.css is a page, not a file'
    ],
    [
      'are on a host that is gone',
      { '/': '<script src="https://cdn.test/packs/b.js"></script>' },
      'fail (0 of 1): The front page of site.test asks for 1 of 1 styles and scripts that do not come: https://cdn.test/packs/b.js: its name is not in the DNS'
    ],
    [
      'are none',
      { '/': 'hello' },
      'warn: The front page of site.test asks for no styles and no scripts, so it is not Mastodon’s'
    ],
    ['cannot be told of a broken page', { '/': status(502) }, 'fail: The front page of site.test answered 502']
  ])('%s', async (_, answers, expected) => {
    openSite(internet, answers)
    expect(await ask(internet, assets)).toEqual([expected])
  })

  it('are unknown without a name', async () => {
    expect((await ask(internet, assets, { instance: undefined }))[0]).toMatch(/^unknown/)
  })
})

describe('streaming', () => {
  const OK = 'ok health: live.test/api/v1/streaming/health answered OK'
  const said = (given: Partial<Surroundings> = {}, answerWithin?: number): Promise<string[]> =>
    ask(internet, streaming, given, answerWithin)

  it('proves by a made-up token that the server listens and reaches Postgres', async () => {
    openStreaming(internet)
    expect(await said()).toEqual([
      OK,
      'ok websocket: A WebSocket to live.test was refused to a made-up token (401, “Invalid access token”), so the server listens and reaches Postgres'
    ])
  })

  it('tells what Heroku says of the streaming app’s dynos, and of its maintenance mode', async () => {
    openStreaming(internet)
    const [seen] = (await said({ streamingApp: info(null, {}, dynos('down'), 'live') })).slice(2)
    expect(seen).toBe('fail dynos (0 of 1): web.1 is down: timelines do not move')
    expect(await said({ streamingApp: info(null, { maintenance: true }, UP, 'live') })).toEqual([
      'fail maintenance: Maintenance mode of live is on: timelines do not move'
    ])
  })

  it('opens a real WebSocket with a token', async () => {
    openStreaming(internet)
    expect(await said({ mastodonToken: TOKEN })).toEqual([
      OK,
      'ok websocket: A WebSocket to live.test opens with `mastodon-token`'
    ])
  })

  it('fails where its Postgres does not answer', async () => {
    openStreaming(internet, { postgres: false })
    expect(await said()).toEqual([OK, 'fail websocket: A WebSocket to live.test fails with 500'])
  })

  it('tells a token that has gone from another database', async () => {
    openSite(internet)
    openStreaming(internet, { tokens: [] })
    expect((await said({ mastodonToken: TOKEN }))[1]).toBe(
      'fail websocket: A WebSocket to live.test was refused (401, “Invalid access token”), and the instance takes the token'
    )
    expect((await said({ mastodonToken: 'an old one' }))[1]).toBe(
      'warn websocket: A WebSocket to live.test was refused (401, “Invalid access token”), and the instance does not take `mastodon-token` either'
    )
  })

  it('does not know of a token about which the instance says nothing', async () => {
    openStreaming(internet, { tokens: [] })
    openSite(internet, { '/api/v1/apps/verify_credentials': status(500) })
    const refused = 'unknown websocket: A WebSocket to live.test was refused (401, “Invalid access token”)'
    expect((await said({ mastodonToken: TOKEN }))[1]).toBe(
      `${refused}; whether the instance takes \`mastodon-token\` is not known: it answered 500`
    )
    const gone = { url: 'https://gone.test/' }
    expect((await said({ mastodonToken: TOKEN, instance: gone }))[1]).toBe(
      `${refused}; whether the instance takes \`mastodon-token\` is not known: its name is not in the DNS`
    )
  })

  it('fails where streaming is looked for on the main app', async () => {
    openSite(internet)
    expect(await said({ streaming: undefined })).toEqual([
      'fail health: site.test/api/v1/streaming/health answered 404: no streaming server is there'
    ])
  })

  it.each([
    ['of the streaming app', factsOf({}, 'live'), '`heroku config:set PGSSLMODE=no-verify --app live` (mastodon'],
    [
      'of one that it does not know',
      undefined,
      '--app STREAMING-APP`, with the name of the app that runs streaming (mastodon'
    ]
  ])('says how its Postgres connection is mended: %s', async (_, streamingApp, expected) => {
    openStreaming(internet, { postgres: false })
    const findings = await look(streaming, {
      instance: { url: 'https://site.test/' },
      streaming: { url: 'https://live.test/' },
      streamingApp,
      network: internet.network(),
      clock: systemClock
    })
    expect(findings.find(({ about }) => about === 'websocket')?.remedy).toContain(expected)
  })

  it('makes no streaming app out of an instance that nobody reaches', async () => {
    internet.site('site.test', (_, response) => response.writeHead(503).end())
    const [finding, ...more] = await look(streaming, {
      instance: { url: 'https://site.test/' },
      streaming: undefined,
      network: internet.network(),
      clock: systemClock
    })
    expect(more).toEqual([])
    expect(finding).toMatchObject({
      text: 'site.test/api/v1/streaming/health answered 503',
      remedy: expect.stringMatching(/^Look at what the check `health` says/),
      cause: { id: 'down' }
    })
  })

  it('fails where it is told of a server that is none', async () => {
    openSite(internet, {}, 'live.test')
    expect((await said())[1]).toBe(
      'fail websocket: A WebSocket to live.test is not to be had: the answer was 404 instead of a change of protocol'
    )
  })

  it('fails where something in between answers for it', async () => {
    const wrong =
      'HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: Upgrade\r\nsec-websocket-accept: eA==\r\n\r\n'
    internet.site('live.test', {
      handle: pages({ '/api/v1/streaming/health': status(503) }),
      upgrade: (_, socket) => socket.end(wrong)
    })
    expect(await said({ mastodonToken: TOKEN })).toEqual([
      'fail health: live.test/api/v1/streaming/health answered 503',
      'fail websocket: A WebSocket to live.test was granted with a wrong key: something in between answers for it'
    ])
    expect((await said())[1]).toBe(
      'warn websocket: A WebSocket to live.test was granted to a made-up token: that is no streaming server of Mastodon'
    )
  })

  it('gives its token to nobody who takes it unencrypted', async () => {
    const seen: unknown[] = []
    internet.plain('live.test', ({ headers }, response) => {
      seen.push(headers.authorization)
      response.writeHead(401).end()
    })
    const all = await said({ mastodonToken: TOKEN, streaming: { url: 'http://live.test/' } })
    expect(all[1]).toMatch(/^ok websocket: .* refused to a made-up token/)
    expect(seen).toHaveLength(2)
    expect(JSON.stringify(seen)).not.toContain(TOKEN)
  })

  it('is unknown where the runner has no network', async () => {
    const dial = (): Promise<never> => Promise.reject(Object.assign(new Error('x'), { code: 'ENETUNREACH' }))
    expect(await said({ network: { ...internet.network(), dial } })).toEqual([
      'unknown health: live.test/api/v1/streaming/health could not be reached from here: x',
      'unknown websocket: A WebSocket to live.test could not be reached from here: x'
    ])
  })

  it('fails where it hangs or is gone, and is nothing where there is no instance', async () => {
    internet.site('live.test', { handle: hangs, upgrade: () => {} })
    expect(await said({}, 300)).toEqual([
      'fail health: live.test/api/v1/streaming/health cannot be reached: no answer within 0.3 s',
      'fail websocket: A WebSocket to live.test cannot be reached: no answer within 0.3 s'
    ])
    expect(await said({ instance: undefined, streaming: undefined })).toEqual([])
  })
})

describe('federation', () => {
  const configVars = { LOCAL_DOMAIN: 'handles.test', WEB_DOMAIN: 'site.test' }
  const said = async (answers: Answers, answerWithin?: number): Promise<string[]> => {
    internet.site('site.test', pages({ ...mastodonAnswers('site.test', 'handles.test'), ...answers }))
    return ask(internet, federation, { configVars }, answerWithin)
  }
  const sendsOn = (to = 'https://site.test'): void =>
    internet.site(
      'handles.test',
      (request, response) => void response.writeHead(301, { location: `${to}${request.url}` }).end()
    )
  const OK = [
    'ok host-meta: handles.test/.well-known/host-meta answers',
    'ok webfinger: handles.test/.well-known/webfinger answers',
    'ok nodeinfo: site.test/nodeinfo says mastodon 4.7.4'
  ]

  it('is well where the name in handles sends on', async () => {
    sendsOn()
    expect(await said({})).toEqual(OK)
  })

  it('fails where the name in handles does not send on', async () => {
    internet.site('handles.test', pages({}))
    expect(await said({})).toEqual([
      'fail host-meta: handles.test/.well-known/host-meta answered 404',
      'fail webfinger: handles.test/.well-known/webfinger answered 404',
      OK[2]
    ])
    sendsOn('http://handles.test')
    expect((await said({}))[1]).toBe(
      'fail webfinger: handles.test/.well-known/webfinger sends readers on to where they cannot follow (http://handles.test/.well-known/webfinger?resource=acct:handles.test@handles.test)'
    )
  })

  it.each<[string, Answers, number, string]>([
    [
      'WebFinger is for another name',
      { '/.well-known/webfinger': JSON.stringify({ subject: 'acct:a@site.test', links: [] }) },
      1,
      'fail webfinger: handles.test/.well-known/webfinger answers for acct:a@site.test, not for accounts of handles.test'
    ],
    [
      'WebFinger names no actor',
      { '/.well-known/webfinger': JSON.stringify({ subject: 'acct:a@handles.test', links: [] }) },
      1,
      'fail webfinger: handles.test/.well-known/webfinger names no actor that other servers could fetch'
    ],
    [
      'WebFinger is a page',
      { '/.well-known/webfinger': '<html>' },
      1,
      'fail webfinger: handles.test/.well-known/webfinger does not answer as WebFinger does'
    ],
    [
      'host-meta is empty',
      { '/.well-known/host-meta': '<XRD/>' },
      0,
      'fail host-meta: handles.test/.well-known/host-meta does not say where WebFinger is'
    ],
    [
      'NodeInfo is named nowhere',
      { '/.well-known/nodeinfo': '{"links":[]}' },
      2,
      'fail nodeinfo: site.test/nodeinfo is named nowhere'
    ],
    ['NodeInfo is broken', { '/nodeinfo/2.0': status(500) }, 2, 'fail nodeinfo: site.test/nodeinfo answered 500'],
    [
      'NodeInfo is none',
      { '/nodeinfo/2.0': '{}' },
      2,
      'fail nodeinfo: site.test/nodeinfo does not answer as NodeInfo does'
    ]
  ])('fails where %s', async (_, answers, at, expected) => {
    sendsOn()
    expect((await said(answers))[at]).toBe(expected)
  })

  it('does not choke on a page that is made to', async () => {
    sendsOn()
    const started = Date.now()
    const page = '<Link lrdd '.repeat(90_000)
    expect((await said({ '/.well-known/host-meta': page }))[0]).toMatch(/^fail host-meta/)
    expect(Date.now() - started).toBeLessThan(5_000)
  })

  it('is unknown without a domain', async () => {
    expect((await ask(internet, federation, {}))[0]).toMatch(/^unknown: `LOCAL_DOMAIN` is not set/)
  })

  it('asks all names at the app’s own address on the runner', async () => {
    internet.lead('app.test', 80, internet.plainPort)
    const place = { url: 'http://app.test/', host: 'site.test' }
    internet.plain('handles.test', pages(mastodonAnswers('site.test', 'handles.test')))
    internet.plain('site.test', pages(mastodonAnswers('site.test', 'handles.test')))
    expect(await ask(internet, federation, { configVars, instance: place })).toEqual(OK)
  })
})
