import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import S3rver from '@20minutes/s3rver'
import net from 'node:net'
import { readdirSync } from 'node:fs'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { media } from '../../../src/checks/outside/media.ts'
import { objectStorage } from '../../../src/checks/outside/object-storage.ts'
import { smtp } from '../../../src/checks/outside/smtp.ts'
import { type Finding } from '../../../src/checks/index.ts'
import { hangs, pages, type Handler } from '../../helpers/internet.ts'
import { openSite, type Answers } from '../../helpers/mastodon-site.ts'
import { lastingTemp } from '../../helpers/temp.ts'
import { factsOf, lines, look, type Said } from '../world.ts'
import { ask, useInternet } from './scene.ts'

const internet = useInternet()

describe('media', () => {
  const configVars = { S3_ENABLED: 'true', S3_ALIAS_HOST: 'media.test', S3_BUCKET: 'bucket' }
  const picture =
    (headers: Record<string, string>, code = 206): Handler =>
    (_, response) =>
      response.writeHead(code, headers).end('png')
  const OPEN = picture({ 'access-control-allow-origin': '*' })
  const said = async (site: Answers = {}, file: Handler = OPEN, vars = {}): Promise<string[]> => {
    openSite(internet, site)
    internet.site('media.test', { handle: file })
    const all = await ask(internet, media, { configVars: { ...configVars, ...vars } })
    return all.map(line => line.replace(/\d{4}-\d\d-\d\d/, 'DATE'))
  }
  const OK = {
    host: 'ok host: Media come by https from media.test',
    certificate: 'ok certificate (89 days): The certificate of media.test is good until DATE',
    picture: 'ok picture: media.test gives out a picture',
    cors: 'ok cors: media.test lets pages of the instance read media (CORS)',
    csp: 'ok csp: The page’s own policy allows media from media.test',
    mixed: 'ok mixed-content: Nothing on the front page comes by plain http'
  }
  const but = (change: Partial<typeof OK>): string[] => Object.values({ ...OK, ...change })

  it('is well', async () => {
    expect(await said()).toEqual(Object.values(OK))
  })

  it('asks for a picture as a browser does, and for little of it', async () => {
    const seen: unknown[] = []
    await said({}, (request, response) => {
      seen.push(request.url, request.headers.origin, request.headers.range)
      OPEN(request, response)
    })
    expect(seen).toEqual(['/site_uploads/thumb.png', 'https://site.test', 'bytes=0-1023'])
  })

  it.each<[string, Answers, Handler, Partial<typeof OK>]>([
    [
      'refuses a picture',
      {},
      picture({}, 403),
      { picture: 'fail picture: media.test answered 403 to a picture that the instance shows', cors: '' }
    ],
    [
      'has no CORS header',
      {},
      picture({}),
      {
        cors: 'warn cors: media.test does not let pages of the instance read media (CORS: no header): cropping and audio players fail'
      }
    ],
    [
      'is not in the page’s policy',
      {
        '/': (_, response) =>
          response.writeHead(200, { 'content-security-policy': "img-src 'self'; media-src https://media.test" }).end()
      },
      OPEN,
      {
        csp: 'fail csp: The page’s own policy does not allow media from media.test (img-src): browsers show none'
      }
    ],
    [
      'is not in the policy’s default',
      {
        '/': (_, response) =>
          response
            .writeHead(200, {
              'content-security-policy': "default-src 'none'; img-src media.test; media-src media.test"
            })
            .end()
      },
      OPEN,
      { csp: 'fail csp: The page’s own policy does not allow media from media.test (connect-src): browsers show none' }
    ],
    [
      'gives out a page for a picture',
      {},
      picture({ 'content-type': 'text/html; charset=utf-8' }, 200),
      {
        picture: 'fail picture: media.test gives out text/html; charset=utf-8 for a picture that the instance shows',
        cors: ''
      }
    ],
    [
      'cannot be told of a page that is an error',
      { '/': (_, response) => response.writeHead(503).end('<title>Application error</title>') },
      OPEN,
      {
        picture:
          'unknown page: The front page could not be read (answered 503: Heroku’s error page), so neither pictures nor its policy were looked at',
        cors: '',
        csp: '',
        mixed: ''
      }
    ],
    [
      'cannot be in a policy that is not there',
      { '/': 'hello' },
      OPEN,
      { csp: 'warn csp: The front page has no Content-Security-Policy: something in front of the app takes it away' }
    ],
    [
      'names things by plain http',
      {
        '/': (_, response) =>
          response
            .writeHead(200, { 'content-security-policy': 'img-src *; media-src *; connect-src *' })
            .end('<img alt="" src="http://media.test/a.png"><a href="http://elsewhere.test/">'),
        '/api/v2/instance': JSON.stringify({ version: '4.7.4', thumbnail: { url: 'http://media.test/b.png' } }),
        '/api/v1/custom_emojis': JSON.stringify([{ url: 'https://media.test/emoji.png' }])
      },
      OPEN,
      {
        mixed:
          'fail mixed-content (2): The instance names 2 things by plain http, which browsers do not load: http://media.test/a.png'
      }
    ],
    [
      'shows visitors no picture',
      { '/api/v2/instance': JSON.stringify({ version: '4.7.4' }) },
      OPEN,
      {
        picture: 'unknown picture: The instance shows visitors no picture that lies on media.test, so none was fetched',
        cors: ''
      }
    ]
  ])('%s', async (_, site, file, change) => {
    expect(await said(site, file)).toEqual(but(change).filter(Boolean))
  })

  it('does not choke on a page that is made to', async () => {
    const started = Date.now()
    expect((await said({ '/': '<img '.repeat(380_000) })).at(-1)).toBe(OK.mixed)
    expect(Date.now() - started).toBeLessThan(10_000)
  })

  it.each<[string, Record<string, string>, string]>([
    [
      'on the dyno',
      { S3_ENABLED: 'yes' },
      'fail storage: Uploads are kept on the dyno, and are gone when it restarts, which is at least once a day'
    ],
    [
      'by plain http',
      { S3_PROTOCOL: 'http' },
      'fail host: Media come by plain http from media.test: pages show none of them'
    ],
    [
      'from no address',
      { S3_ALIAS_HOST: 'https://media.test' },
      'fail host: Media addresses begin with https://https://media.test/, which is none'
    ],
    [
      'from nowhere',
      { S3_ENABLED: '', AZURE_ENABLED: 'true' },
      'fail host: No host is set from which browsers get media'
    ]
  ])('fails where they come %s', async (_, vars, expected) => {
    expect(await said({}, OPEN, vars)).toEqual([expected])
  })

  it('fails once where the host is not there', async () => {
    openSite(internet)
    const all = await ask(internet, media, { configVars })
    expect(all.filter(line => line.startsWith('fail'))).toEqual([
      'fail certificate: media.test cannot be reached: its name is not in the DNS'
    ])
  })

  it('warns of a host that is not one’s own, and of a certificate about to end', async () => {
    openSite(internet)
    const host = 's3-us-east-1.amazonaws.com'
    internet.site(host, { handle: OPEN, certificate: internet.authority.issue([host], 6) })
    const all = await ask(internet, media, { configVars: { S3_ENABLED: 'true', S3_BUCKET: 'bucket' } })
    expect(all[0]).toBe(
      `warn host: Media come from ${host}: their addresses go into other servers, and cannot move with you`
    )
    expect(all[1]).toMatch(/^warn certificate \(5 days\): The certificate of .* ends in 5 days, on /)
  })
})

describe('smtp', () => {
  let server: SMTPServer | undefined
  afterAll(() => new Promise<void>(resolve => (server ? server.close(() => resolve()) : resolve())))
  const pair = internet.authority.issue(['mail.test'])
  const commands: string[] = []

  const open = async (options: SMTPServerOptions = {}): Promise<void> => {
    await new Promise<void>(resolve => (server ? server.close(() => resolve()) : resolve()))
    commands.length = 0
    server = new SMTPServer({
      ...pair,
      logger: false,
      authMethods: ['PLAIN', 'LOGIN'],
      onAuth: ({ username, password, method }, _, done) => {
        commands.push(`${method} ${username}`)
        if (password === 'right') done(null, { user: username })
        else done(new Error(`no such password: ${password}`))
      },
      onMailFrom: (_, __, done) => void (commands.push('MAIL'), done()),
      ...options
    })
    server.on('error', () => {})
    await new Promise<void>(resolve => server!.listen(0, '127.0.0.1', resolve))
    internet.lead('mail.test', 587, server.server)
    internet.lead('mail.test', 465, server.server)
  }
  const vars = { SMTP_SERVER: 'mail.test', SMTP_PORT: '587', SMTP_LOGIN: 'somebody', SMTP_PASSWORD: 'right' }
  const said = (more = {}, answerWithin?: number): Promise<string[]> =>
    ask(internet, smtp, { configVars: { ...vars, ...more } }, answerWithin)

  it.each<[string, SMTPServerOptions, Record<string, string>, string[]]>([
    ['STARTTLS and PLAIN', {}, {}, ['PLAIN somebody']],
    ['STARTTLS and LOGIN', {}, { SMTP_AUTH_METHOD: 'login' }, ['LOGIN somebody']],
    ['TLS from the start', { secure: true }, { SMTP_PORT: '465', SMTP_TLS: 'true' }, ['PLAIN somebody']]
  ])('logs in with %s, and sends nothing', async (_, options, more, expected) => {
    await open(options)
    expect(await said(more)).toEqual([`ok: The mail server mail.test:${more['SMTP_PORT'] ?? 587} takes the login`])
    expect(commands).toEqual(expected)
  })

  it('fails where the login is not taken, and keeps the password to itself', async () => {
    await open()
    expect(await said({ SMTP_PASSWORD: 'wrong-password' })).toEqual([
      'fail: The mail server mail.test:587 does not take the login (535)'
    ])
  })

  it('does not give a password away where there is no TLS', async () => {
    await open({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true })
    expect(await said()).toEqual([
      'warn: The mail server mail.test:587 answers, but without TLS, so Mastodon sends its password for all to read; it was not tried'
    ])
    expect(commands).toEqual([])
    expect(await said({ SMTP_ENABLE_STARTTLS: 'always' })).toEqual([
      'fail: The mail server mail.test:587: no TLS connection could be made (500 Error: command not recognized)'
    ])
  })

  it('fails where the certificate is not good, unless it need not be', async () => {
    await open(internet.authority.issue(['mail.test'], -1))
    expect(await said()).toEqual([
      'fail: The mail server mail.test:587: no TLS connection could be made (its certificate has expired)'
    ])
    expect(await said({ SMTP_OPENSSL_VERIFY_MODE: 'none' })).toEqual([
      'ok: The mail server mail.test:587 takes the login'
    ])
  })

  it('is content with a server that wants no login', async () => {
    await open()
    expect(await said({ SMTP_AUTH_METHOD: 'none' })).toEqual([
      'ok: The mail server mail.test:587 answers; Mastodon does not log in'
    ])
  })

  it('fails where nobody is there, or something else is', async () => {
    const odd = net.createServer(socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>(resolve => odd.listen(0, '127.0.0.1', resolve))
    internet.lead('mail.test', 587, odd)
    expect(await said()).toEqual(['fail: The mail server mail.test:587 broke off (it hung up)'])
    await new Promise(resolve => odd.close(resolve))
    expect(await said()).toEqual(['fail: The mail server mail.test:587 cannot be reached: the connection is refused'])
    expect(await said({ SMTP_SERVER: 'gone.test' })).toEqual([
      'fail: The mail server gone.test:587 cannot be reached: its name is not in the DNS'
    ])
  })

  it('is unknown where it hangs, for a firewall looks the same from here', async () => {
    const silent = net.createServer(() => {})
    const sockets: net.Socket[] = []
    silent.on('connection', socket => void sockets.push(socket))
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    internet.lead('mail.test', 2525, silent)
    expect(await said({ SMTP_PORT: '2525' }, 200)).toEqual([
      'unknown: The mail server mail.test:2525 could not be reached from here: no answer within 0.2 s'
    ])
    for (const socket of sockets) socket.destroy()
    await new Promise(resolve => silent.close(resolve))
  })

  it('fails on port 25, which Heroku closes to dynos, whatever the runner reaches', async () => {
    await open()
    internet.lead('mail.test', 25, server!.server)
    const info = { id: 'id', name: 'main', stack: { name: 'heroku-24' }, maintenance: false }
    const ports = async (SMTP_PORT: string | undefined, facts: Said): Promise<readonly Finding[]> => {
      const configVars = Object.fromEntries(Object.entries({ ...vars, SMTP_PORT }).filter(([, value]) => value))
      return look(smtp, {
        configVars: configVars as Record<string, string>,
        app: factsOf(facts),
        network: internet.network()
      })
    }
    const [finding] = await ports('25', { info })
    expect(lines([finding!])).toEqual([
      'fail: The mail server mail.test:25: Heroku lets no dyno connect to port 25, so no mail goes out'
    ])
    expect(finding!.remedy).toContain('`heroku config:set SMTP_PORT=587 --app main`, or take 2525')
    expect(lines(await ports(undefined, { info }))).toEqual([
      'fail: The mail server mail.test:25: Heroku lets no dyno connect to port 25 (`SMTP_PORT` is not set, and 25 is what Mastodon takes then), so no mail goes out'
    ])
    expect(lines(await ports('25', {}))).toEqual([
      'unknown: The mail server mail.test:25: Heroku lets no dyno connect to port 25, except in a Private Space; Heroku did not say whether the app is in one'
    ])
    expect(lines(await ports('25', { info: { ...info, space: { name: 'mine' } } }))).toEqual([
      'ok: The mail server mail.test:25 takes the login'
    ])
  })

  it('fails where none is set, and is unknown where mail goes another way', async () => {
    expect((await said({ SMTP_SERVER: '' }))[0]).toMatch(/^fail: `SMTP_SERVER` is not set/)
    const mailgun = { SMTP_SERVER: '', MAILGUN_SMTP_SERVER: 'smtp.mailgun.org' }
    expect((await said(mailgun))[0]).toMatch(/Mailgun sets MAILGUN_SMTP_SERVER, and Mastodon reads none/)
    expect(await said({ SMTP_DELIVERY_METHOD: 'sendmail' })).toEqual([
      'unknown: Mail goes out by `sendmail`, which cannot be tried from here'
    ])
  })
})

describe('object storage', () => {
  const folder = lastingTemp()
  const requests: string[] = []
  let s3: S3rver
  let port = 0
  beforeAll(async () => {
    s3 = new S3rver({
      port: 0,
      address: '127.0.0.1',
      silent: true,
      directory: folder,
      // The service's name, from which it knows which bucket a host names.
      serviceEndpoint: 'aws.test',
      configureBuckets: [{ name: 'media' }]
    })
    port = (await s3.run()).port
  })
  afterAll(() => s3.close())

  /** The store behind a host with TLS, as every real one is; the public name leads into its bucket. */
  const front =
    (bucket?: string): Handler =>
    (request, response) => {
      requests.push(`${request.method} ${String(request.headers['x-amz-acl'] ?? '-')}`)
      const far = net.connect(port, '127.0.0.1')
      const headers = { ...request.headers, ...(bucket ? { host: 's3.aws.test' } : {}) }
      const printed = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`)
      far.write(
        `${request.method} ${bucket ? `/${bucket}` : ''}${request.url} HTTP/1.1\r\n${printed.join('\r\n')}\r\n\r\n`
      )
      request.pipe(far, { end: false })
      far.pipe(response.socket!)
      far.on('error', () => response.destroy())
    }
  const vars = {
    S3_ENABLED: 'true',
    S3_BUCKET: 'media',
    S3_ENDPOINT: 'https://s3.aws.test',
    AWS_ACCESS_KEY_ID: 'S3RVER',
    AWS_SECRET_ACCESS_KEY: 'S3RVER',
    S3_ALIAS_HOST: 'media.test'
  }
  const said = async (more = {}, answerWithin?: number): Promise<string[]> => {
    requests.length = 0
    const all = await ask(internet, objectStorage, { configVars: { ...vars, ...more } }, answerWithin)
    return all.map(line => line.replace(/check-[0-9a-f]{16}/, 'check-NAME'))
  }
  const open = (): void => {
    internet.site('s3.aws.test', front())
    internet.site('media.test', front('media'))
  }
  const left = (): string[] =>
    readdirSync(folder, { recursive: true })
      .map(String)
      .filter(name => name.includes('check-'))
  const OK = [
    'ok bucket: The bucket media takes, gives and lets go of an object',
    'ok public: Everybody gets a new object from media.test'
  ]

  it('takes an object as Mastodon writes it, shows it to all, and keeps nothing', async () => {
    open()
    expect(await said()).toEqual(OK)
    expect(requests).toEqual(expect.arrayContaining(['PUT public-read', 'GET -', 'DELETE -']))
    expect(left()).toEqual([])
  })

  it('knows the bucket as a part of the host’s name, a prefix, and no ACL', async () => {
    const seen: string[] = []
    internet.site('media.s3.aws.test', (request, response) => {
      seen.push(
        `${request.method} ${request.url?.replace(/check-\w+/, 'check-NAME')} ${String(request.headers['x-amz-acl'])}`
      )
      response.writeHead(503).end()
    })
    await said({ S3_OVERRIDE_PATH_STYLE: 'true', S3_PERMISSION: '', S3_KEY_PREFIX: 'a/b' })
    expect(seen).toEqual(['PUT /a/b/media_attachments/mastodon-on-heroku-check-NAME.txt undefined'])
  })

  it('fails where the key is wrong, without a word of it', async () => {
    open()
    expect(await said({ AWS_SECRET_ACCESS_KEY: 'wrong-secret' })).toEqual([
      'fail bucket: The bucket media takes no object (403 SignatureDoesNotMatch): uploads fail'
    ])
    expect(await said({ AWS_ACCESS_KEY_ID: 'nobody' })).toEqual([
      'fail bucket: The bucket media takes no object (403 InvalidAccessKeyId): uploads fail'
    ])
  })

  it('fails where the bucket is not there', async () => {
    open()
    expect(await said({ S3_BUCKET: 'another' })).toEqual([
      'fail bucket: The bucket another takes no object (404 NoSuchBucket): uploads fail'
    ])
  })

  const store = (answers: Record<string, Handler>): void =>
    internet.site('s3.aws.test', (request, response) =>
      request.resume().on('end', () => (answers[request.method ?? ''] ?? pages({}))(request, response))
    )
  const error =
    (code: number, name = ''): Handler =>
    (_, response) =>
      response.writeHead(code).end(name && `<Error><Code>${name}</Code></Error>`)

  it('says that a bucket takes no ACL', async () => {
    store({ PUT: error(400, 'AccessControlListNotSupported') })
    expect(await said()).toEqual([
      'fail bucket: The bucket media takes no object, for it takes no ACL (400 AccessControlListNotSupported): uploads fail'
    ])
  })

  it('warns where an object stays, and where others do not get it', async () => {
    let body = ''
    internet.site('s3.aws.test', (request, response) => {
      if (request.method === 'DELETE') return error(403, 'AccessDenied')(request, response)
      if (request.method === 'GET') return void response.end(body)
      body = ''
      request.on('data', chunk => (body += String(chunk))).on('end', () => response.end())
    })
    internet.site('media.test', pages({}))
    expect(await said()).toEqual([
      'ok bucket: The bucket media takes, gives and keeps an object',
      'warn public: media.test answered 404 where a new object should be: it may not lead to media, or not let everybody read',
      'warn removal: The bucket media does not let go of an object (403 AccessDenied): deleted media stay, and so does media_attachments/mastodon-on-heroku-check-NAME.txt'
    ])
  })

  it('removes what may have been written where the answer does not come', async () => {
    const methods: string[] = []
    internet.site('s3.aws.test', (request, response) => {
      methods.push(request.method ?? '')
      if (request.method === 'PUT') hangs(request, response)
      else response.writeHead(204).end()
    })
    expect(await said({}, 2_000)).toEqual(['fail bucket: The bucket media cannot be reached: no answer within 2 s'])
    expect(methods).toEqual(['PUT', 'DELETE'])
  })

  it.each(['s3.aws.test', '//s3.aws.test', 'ftp://s3.aws.test'])(
    'fails where the bucket’s address is none: %s',
    async S3_ENDPOINT => {
      open()
      expect(await said({ S3_ENDPOINT })).toEqual([
        'fail bucket: `S3_ENDPOINT` is no address with `https://` before it: uploads fail'
      ])
      expect(requests).toEqual([])
    }
  )

  it('is unknown without keys, and nothing where there is no bucket', async () => {
    expect((await said({ AWS_ACCESS_KEY_ID: '' }))[0]).toMatch(/^unknown: `S3_BUCKET`/)
    expect(await said({ S3_ENABLED: 'false' })).toEqual([])
  })
})
