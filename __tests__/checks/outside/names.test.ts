import { describe, expect, it } from '@jest/globals'
import { certificates } from '../../../src/checks/outside/certificates.ts'
import { https } from '../../../src/checks/outside/https.ts'
import { names } from '../../../src/checks/outside/names.ts'
import { updates } from '../../../src/checks/outside/updates.ts'
import { type Surroundings } from '../../../src/checks/index.ts'
import { systemClock } from '../../../src/runtime/real.ts'
import { TestClock } from '../../helpers/clock.ts'
import { hangs, pages, type Handler } from '../../helpers/internet.ts'
import { openSite, type Answers } from '../../helpers/mastodon-site.ts'
import { factsOf, look } from '../world.ts'
import { ask, COMMIT, useInternet } from './scene.ts'

const internet = useInternet()
const to =
  (location: string): Handler =>
  (_, response) =>
    response.writeHead(301, { location }).end()

describe('names', () => {
  const TARGET = 'haiku-1.herokudns.com'
  const domain = (more: object = {}): unknown => ({
    hostname: 'site.test',
    kind: 'custom',
    cname: TARGET,
    acm_status: null,
    ...more
  })
  const said = (domains: readonly unknown[], given: Partial<Surroundings> = {}): Promise<string[]> =>
    ask(internet, names, { app: factsOf({ domains: domains as never }), ...given })
  const leads = (aliases: string[], addresses: string[]): void => {
    internet.name('site.test', { aliases, addresses })
    internet.name(TARGET, { addresses: ['3.3.3.3'] })
  }

  it.each<[string, string[], string[], string]>([
    ['by a CNAME', [TARGET], ['3.3.3.3'], `ok site: site.test leads to Heroku (${TARGET})`],
    ['by an ALIAS', [], ['3.3.3.3', '::3'], 'ok site: site.test has Heroku’s own addresses'],
    [
      'by an old name',
      ['main-1.herokuapp.com'],
      ['3.3.3.3'],
      `warn site: site.test leads to main-1.herokuapp.com, and Heroku wants it at ${TARGET}: certificates are not renewed`
    ],
    ['nowhere', [], [], 'fail site: site.test leads nowhere: the DNS has no address for it']
  ])('leads %s', async (_, aliases, addresses, expected) => {
    leads(aliases, addresses)
    expect(await said([domain()])).toEqual([expected])
  })

  it.each<[string, Record<string, string>, string]>([
    [
      'Cloudflare to Heroku',
      { 'cf-ray': '1', via: '2.0 heroku-router' },
      'ok site: site.test leads to Heroku through Cloudflare'
    ],
    [
      'a proxy to Heroku',
      { via: '1.1 vegur, 1.1 varnish' },
      'ok site: site.test leads to Heroku through something in front of it'
    ],
    [
      'Cloudflare that hides it',
      { 'cf-ray': '1' },
      'unknown site: site.test leads to Cloudflare; whether that leads to Heroku, its answer does not say'
    ],
    [
      'a stranger',
      { server: 'nginx' },
      'fail site: site.test has addresses that are not Heroku’s, and what answers there is not Heroku'
    ]
  ])('leads through %s', async (_, headers, expected) => {
    leads([], ['9.9.9.9'])
    openSite(internet, { '/health': (_request, response) => void response.writeHead(200, headers).end('OK') })
    expect(await said([domain()])).toEqual([expected])
  })

  it('fails for a name that Heroku does not know, and takes a wildcard', async () => {
    leads([TARGET], ['3.3.3.3'])
    expect(await said([domain({ hostname: 'other.test' })])).toEqual([
      'fail site: Heroku does not know the name site.test, so its router answers it with an error'
    ])
    expect(await said([domain({ hostname: '*.test' })])).toEqual([`ok site: site.test leads to Heroku (${TARGET})`])
  })

  it.each<[string, string]>([
    ['cert issued', 'ok acm: Heroku renews the certificate of site.test'],
    ['OK', 'ok acm: Heroku renews the certificate of site.test'],
    ['failing', 'warn acm: Heroku has not made the certificate of site.test yet: failing (CAA)'],
    ['failed', 'fail acm: Heroku has given up making the certificate of site.test (CAA)']
  ])('tells that ACM is at “%s”', async (acm_status, expected) => {
    leads([TARGET], ['3.3.3.3'])
    const reason = expected.includes('CAA') ? 'CAA' : null
    expect((await said([domain({ acm_status, acm_status_reason: reason })]))[1]).toBe(expected)
  })

  it('looks at the streaming app’s own name, and at none of Heroku’s', async () => {
    leads([TARGET], ['3.3.3.3'])
    internet.name('live.test', { aliases: ['live-1.herokudns.com'], addresses: ['4.4.4.4'] })
    const live = domain({ hostname: 'live.test', cname: 'live-1.herokudns.com', acm_status: 'ok' })
    const streamingApp = factsOf({ domains: [live] as never }, 'live')
    expect((await said([domain()], { streamingApp })).slice(1)).toEqual([
      'ok streaming: live.test leads to Heroku (live-1.herokudns.com)',
      'ok acm-streaming: Heroku renews the certificate of live.test'
    ])
    const streaming = { url: 'https://live-1.herokuapp.com/' }
    expect(await said([domain()], { streamingApp, streaming })).toHaveLength(1)
  })

  it('is unknown where the DNS does not answer, and nothing on the runner', async () => {
    expect(await said([domain()])).toEqual([
      'unknown site: It could not be found out where site.test leads: nobody knows site.test'
    ])
    expect(
      await said([], { instance: { url: 'http://127.0.0.1:1/', host: 'site.test' }, streaming: undefined })
    ).toEqual([])
  })
})

describe('certificates', () => {
  const configVars = { LOCAL_DOMAIN: 'handles.test' }
  const site = (name: string, days: number, hosts = [name]): void =>
    internet.site(name, { handle: pages({}), certificate: internet.authority.issue(hosts, days) })
  const dated = (lines: readonly string[]): string[] => lines.map(line => line.replace(/\d{4}-\d\d-\d\d/, 'DATE'))

  it('tells how long each lasts', async () => {
    site('site.test', 91)
    site('handles.test', 11)
    site('live.test', -1)
    expect(dated(await ask(internet, certificates, { configVars }))).toEqual([
      'ok site (90 days): The certificate of site.test is good until DATE',
      'warn handles (10 days): The certificate of handles.test ends in 10 days, on DATE',
      'fail streaming (-2 days): live.test: its certificate has expired'
    ])
  })

  it('advises on the app that the name is of', async () => {
    site('site.test', 1)
    site('live.test', 1)
    const places = { instance: { url: 'https://site.test/' }, streaming: { url: 'https://live.test/' } }
    const surrounding = { network: internet.network(), clock: systemClock, streamingApp: factsOf({}, 'live') }
    const remedies = (await look(certificates, { ...places, ...surrounding })).map(({ remedy }) => remedy)
    expect(remedies).toEqual([
      expect.stringContaining('`heroku certs:auto --app main`'),
      expect.stringContaining('`heroku certs:auto --app live`')
    ])
  })

  it('fails for another name’s, and for a host that is gone; is unknown without a network', async () => {
    site('site.test', 90, ['other.test'])
    const given = { configVars: {}, streaming: undefined }
    expect(await ask(internet, certificates, given)).toEqual([
      'fail site (89 days): site.test: its certificate is for other names'
    ])
    internet.clear()
    expect(await ask(internet, certificates, given)).toEqual([
      'fail site: site.test cannot be reached: its name is not in the DNS'
    ])
    const dial = (): Promise<never> => Promise.reject(Object.assign(new Error('x'), { code: 'EAI_AGAIN' }))
    const network = { ...internet.network(), dial }
    expect(await ask(internet, certificates, { ...given, network })).toEqual([
      'unknown site: site.test could not be reached from here: x'
    ])
  })

  it('keeps to the threshold, and is nothing on the runner', async () => {
    site('site.test', 11)
    const thresholds = { certificateDays: 10, keyDays: 30, queueLatency: 120 }
    const given = { configVars: {}, streaming: undefined }
    expect((await ask(internet, certificates, { ...given, thresholds }))[0]).toMatch(/^ok site \(10 days\)/)
    expect(await ask(internet, certificates, { instance: { url: 'http://127.0.0.1:1/', host: 'site.test' } })).toEqual(
      []
    )
  })
})

describe('redirects and HSTS', () => {
  const OK = [
    'ok http: http://site.test/about goes over to https',
    'ok redirects: https://site.test/about redirects in no circle',
    'ok hsts (730 days): Browsers are told to come to site.test by https alone, for 730 days'
  ]
  const said = async (answers: Answers = {}, plain?: Handler): Promise<string[]> => {
    openSite(internet, answers)
    if (plain) internet.plain('site.test', plain)
    return ask(internet, https)
  }
  const hsts =
    (value?: string): Handler =>
    (_, response) =>
      response.writeHead(200, value === undefined ? {} : { 'strict-transport-security': value }).end()

  it('are well', async () => {
    expect(await said()).toEqual(OK)
  })

  it('go round in circles where Cloudflare asks by http', async () => {
    expect(await said({ '/about': to('https://site.test/about') })).toEqual([
      'fail http: http://site.test/about is sent on without end (3 times, to https://site.test/about)',
      'fail redirects: https://site.test/about is sent on without end (2 times, to https://site.test/about)'
    ])
  })

  it.each<[string, Answers, Handler | undefined, string]>([
    [
      'send back to http',
      { '/about': to('http://site.test/about') },
      undefined,
      'fail redirects: https://site.test/about sends readers back to plain http: http://site.test/about'
    ],
    [
      'send to this machine',
      { '/about': to('https://localhost/') },
      undefined,
      'fail redirects: https://site.test/about sends readers to https://localhost/'
    ],
    [
      'answer plain http',
      {},
      (_, response) => void response.end('hello'),
      'fail http: http://site.test/about is answered without https'
    ],
    [
      'end in an error',
      { '/about': (_, response) => void response.writeHead(500).end() },
      undefined,
      'fail redirects: https://site.test/about answered 500'
    ],
    [
      'say nothing of HSTS',
      { '/about': hsts() },
      undefined,
      'warn hsts (0 days): Browsers are not told to come to site.test by https alone (HSTS)'
    ],
    [
      'are refused by something in front',
      { '/about': (_, response) => void response.writeHead(403, { 'cf-mitigated': 'challenge' }).end() },
      undefined,
      'unknown hsts: https://site.test/about answered 403: Cloudflare asks whether we are human, so whether it sends HSTS is not known'
    ],
    [
      'say it for a day',
      { '/about': hsts('max-age=86400') },
      undefined,
      'warn hsts (1 days): Browsers are told to come to site.test by https alone for no more than 1 days'
    ]
  ])('%s', async (_, answers, plain, expected) => {
    expect(await said(answers, plain)).toContain(expected)
  })

  it('warn where plain http is closed; are unknown without a network, nothing on the runner', async () => {
    openSite(internet)
    internet.lead('site.test', 80, 1)
    expect((await ask(internet, https))[0]).toBe(
      'warn http: http://site.test/about cannot be reached: the connection is refused; who types the name without https may not come in'
    )
    const dial = (): Promise<never> => Promise.reject(Object.assign(new Error('x'), { code: 'EHOSTUNREACH' }))
    expect(await ask(internet, https, { network: { ...internet.network(), dial } })).toEqual([
      'unknown http: http://site.test/about could not be reached from here: x',
      'unknown redirects: https://site.test/about could not be reached from here: x'
    ])
    expect(await ask(internet, https, { instance: { url: 'http://127.0.0.1:1/', host: 'site.test' } })).toEqual([])
  })
})

describe('updates', () => {
  // 2027-01-15
  const clock = new TestClock()
  const asked: (string | undefined)[] = []
  const TABLE = [
    '| Version | Supported |',
    '| ------- | --- |',
    '| 4.7.0   | Yes              |',
    '| 4.5.x   | Until 2027-02-20 |',
    '| < 4.4   | No               |'
  ].join('\n')
  const said = async (
    news: object | string | Handler,
    version: string | undefined = '4.7.4',
    table = TABLE
  ): Promise<string[]> => {
    internet.site('api.joinmastodon.org', (request, response) => {
      asked.push(request.url)
      if (typeof news === 'function') (news as Handler)(request, response)
      else response.end(typeof news === 'string' ? news : JSON.stringify(news))
    })
    internet.site('raw.githubusercontent.com', pages({ '/mastodon/mastodon/main/SECURITY.md': table }))
    return ask(internet, updates, {
      clock,
      deployed: () => Promise.resolve({ commit: COMMIT, version })
    })
  }
  const update = (version: string, urgent = false, type = 'patch'): object => ({
    version,
    urgent,
    type,
    releaseNotes: 'https://evil.test/',
    endOfSupport: null
  })
  const YES = 'ok support: Mastodon mends 4.7, and names no end (mastodon/mastodon: SECURITY.md)'

  it.each<[string, object[], string]>([
    ['nothing is newer', [], 'ok update (4.7.4): 4.7.4 is the newest Mastodon'],
    [
      'a patch is',
      [update('4.7.6'), update('4.7.10')],
      'warn update (4.7.10): 4.7.10 is newer than 4.7.4, which runs, in the same line'
    ],
    [
      'one mends a hole',
      [update('4.7.6'), update('4.7.5', true), update('4.8.0', false, 'minor')],
      'fail update (4.7.6): 4.7.6 mends a security hole of 4.7.4, which runs; 4.8.0 is out, too'
    ],
    [
      'a line is',
      [update('4.8.0', false, 'minor')],
      'ok update (4.8.0): 4.7.4 is the newest of its line; 4.8.0 is out'
    ],
    [
      'only a later line mends a hole',
      [update('4.8.1', true, 'minor')],
      'fail update (4.8.1): 4.8.1 mends a security hole of 4.7.4, which runs'
    ]
  ])('tells that %s', async (_, updatesAvailable, expected) => {
    expect(await said({ updatesAvailable })).toEqual([expected, YES])
    expect(asked.at(-1)).toBe('/update-check?version=4.7.4')
  })

  it.each<[string, string, object, string]>([
    [
      'from the server',
      '4.7.4',
      { endOfSupport: '2027-03-01' },
      'warn support (44 days): Mastodon mends 4.7 for 44 more days, until 2027-03-01 (api.joinmastodon.org)'
    ],
    [
      'far ahead',
      '4.7.4',
      { endOfSupport: '2027-12-01T00:00:00Z' },
      'ok support (319 days): Mastodon mends 4.7 until 2027-12-01 (api.joinmastodon.org)'
    ],
    [
      'past',
      '4.7.4',
      { endOfSupport: '2026-12-17' },
      'fail support (-30 days): Mastodon no longer mends 4.7 since 2026-12-17 (api.joinmastodon.org)'
    ],
    [
      'from the table',
      '4.5.9',
      {},
      'warn support (35 days): Mastodon mends 4.5 for 35 more days, until 2027-02-20 (mastodon/mastodon: SECURITY.md)'
    ],
    ['over, by the table', '4.3.2', {}, 'fail support: Mastodon no longer mends 4.3 (mastodon/mastodon: SECURITY.md)'],
    [
      'nowhere',
      '4.8.0',
      {},
      'unknown support: How long Mastodon mends 4.8 is not known: neither its update server nor its SECURITY.md says it'
    ]
  ])('reads the end of support %s', async (_, version, currentVersion, expected) => {
    expect((await said({ updatesAvailable: [], currentVersion }, version))[1]).toBe(expected)
  })

  it.each(['2027-13-45', '2027-99-01T00:00:00Z'])('believes no day that is none: %s', async day => {
    const news = { updatesAvailable: [], currentVersion: { endOfSupport: day } }
    expect((await said(news))[0]).toBe('unknown update: api.joinmastodon.org did not answer as it used to')
    expect(await said({ updatesAvailable: [] }, '4.7.4', `| 4.7.0 | Until ${day.slice(0, 10)} |`)).toEqual([
      'ok update (4.7.4): 4.7.4 is the newest Mastodon',
      expect.stringMatching(/^unknown support: How long Mastodon mends 4.7 is not known/)
    ])
  })

  it('believes no table of another shape', async () => {
    const table = `| 4.7.0 | Until further notice |\n| 4.7 | <b>Yes</b> |\n| 4.7 |${' '.repeat(90_000)}`
    expect((await said({ updatesAvailable: [] }, '4.7.4', table))[1]).toMatch(/^unknown support/)
  })

  it.each<[string, object | string | Handler]>([
    ['another shape', { updatesAvailable: [{ ...update('4.7.6'), version: '4.7.6](https://evil.test)' }] }],
    ['no JSON', '<html>'],
    ['an error', (_, response) => void response.writeHead(503).end()]
  ])('is unknown where the update server answers with %s', async (_, news) => {
    expect((await said(news as Handler))[0]).toMatch(
      /^unknown update: api.joinmastodon.org (did not answer as it used to|answered 503)$/
    )
  })

  it('asks the instance where the commit is not at hand, and is unknown without either', async () => {
    openSite(internet)
    await said({ updatesAvailable: [] })
    const given = { deployed: () => Promise.resolve({ commit: undefined, version: undefined }) }
    await ask(internet, updates, given)
    expect(asked.at(-1)).toBe('/update-check?version=4.7.4')
    expect((await ask(internet, updates, { ...given, instance: undefined }))[0]).toMatch(
      /^unknown: Which Mastodon runs is not known/
    )
    internet.site('api.joinmastodon.org', hangs)
    expect((await ask(internet, updates, {}, 200))[0]).toBe(
      'unknown update: api.joinmastodon.org: no answer within 0.2 s'
    )
  })
})
