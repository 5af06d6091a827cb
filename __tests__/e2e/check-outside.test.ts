import { afterAll, beforeAll, expect, it } from '@jest/globals'
import S3rver from '@20minutes/s3rver'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { runAction } from '../../scripts/run-action.ts'
import { CHECKS } from '../../src/checks/index.ts'
import { type LocalHeroku } from '../../src/local-heroku/index.ts'
import { Authority } from '../helpers/certificates.ts'
import { appOf, clientOf, makeSlug, openHeroku, ship } from '../helpers/local-heroku.ts'
import { mastodonAnswers } from '../helpers/mastodon-site.ts'
import { lastingTemp, temp } from '../helpers/temp.ts'

/** What can be asked of an app on this machine; the others want names and certificates of the internet. */
const ASKED = ['health', 'instance', 'assets', 'federation', 'object-storage', 'smtp', 'names', 'certificates', 'https']

const PAGES = Object.fromEntries(
  Object.entries(mastodonAnswers('site.test')).filter(([, answer]) => typeof answer === 'string')
)
const WEB = `
import http from 'node:http'
const pages = ${JSON.stringify({ ...PAGES, '/health': 'OK', '/': '<script src="/packs/assets/a.js"></script>' })}
http.createServer((request, response) => {
  const page = pages[request.url.replace(/\\?.*/, '')]
  const ours = request.url === '/health' || request.headers.host === 'site.test'
  response.writeHead(!ours ? 403 : page === undefined ? 404 : 200).end(ours ? page : 'Blocked hosts')
}).listen(process.env.PORT)
`

let heroku: LocalHeroku
let s3: S3rver
const bucket = lastingTemp()
const mail = new SMTPServer({
  ...new Authority(lastingTemp()).issue(['mail.test']),
  logger: false,
  onAuth: ({ username, password }, _, done) =>
    password === 'a-password-that-nobody-may-see' ? done(null, { user: username }) : done(new Error('no'))
})

beforeAll(async () => {
  s3 = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: bucket,
    configureBuckets: [{ name: 'media' }]
  })
  const { port } = await s3.run()
  await new Promise<void>(resolve => mail.listen(0, '127.0.0.1', resolve))
  ;({ heroku } = await openHeroku())
  await heroku.addApp('main', {
    config: {
      LOCAL_DOMAIN: 'site.test',
      STREAMING_API_BASE_URL: 'wss://live.test',
      S3_ENABLED: 'true',
      S3_BUCKET: 'media',
      S3_ENDPOINT: `http://127.0.0.1:${port}`,
      S3_PROTOCOL: 'http',
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
      SMTP_SERVER: '127.0.0.1',
      SMTP_PORT: `${(mail.server.address() as AddressInfo).port}`,
      SMTP_LOGIN: 'somebody',
      SMTP_PASSWORD: 'a-password-that-nobody-may-see',
      SMTP_OPENSSL_VERIFY_MODE: 'none'
    }
  })
  await ship(appOf(clientOf(heroku), 'main'), makeSlug({ 'web.mjs': WEB }), { web: 'node web.mjs' })
})
afterAll(async () => {
  await Promise.all([heroku.close(), s3.close(), new Promise<void>(resolve => mail.close(() => resolve()))])
})

it('an app on this machine, its bucket and its mail server are looked at through dist/', async () => {
  const folder = temp()
  mkdirSync(path.join(folder, '.github'))
  const skip = CHECKS.map(({ name }) => name).filter(name => !ASKED.includes(name))
  writeFileSync(
    path.join(folder, '.github', 'mastodon-on-heroku.yml'),
    `app: main\nchecks:\n  skip: [${skip.join(', ')}]\n`
  )
  const { code, output, summary } = await runAction({
    inputs: { command: 'check', path: folder, 'heroku-api-key': heroku.apiKey, 'heroku-api-url': heroku.apiUrl },
    env: { GITHUB_REPOSITORY: 'owner/fork' }
  })
  const said = [...output.matchAll(/^(ok|warn|fail|unknown|-) +([a-z-]+: .*)$/gm)].map(
    ([, level, text]) => `${level} ${text!.replace(/\d\.\d s/, 'N s').replace(/:\d{4,5}\b/, ':PORT')}`
  )
  expect(said).toEqual([
    'ok health: 127.0.0.1:PORT/health answered in N s',
    'ok instance: It runs 4.7.4+1111111, as deployed',
    'ok instance: It sends browsers to wss://live.test',
    'ok instance: It has a key for push notifications',
    'ok assets: The front page of site.test and its 1 styles and scripts are there',
    'ok federation: site.test/.well-known/host-meta answers',
    'ok federation: site.test/.well-known/webfinger answers',
    'ok federation: site.test/nodeinfo says mastodon 4.7.4',
    'ok object-storage: The bucket media takes, gives and lets go of an object',
    'ok smtp: The mail server 127.0.0.1:PORT takes the login',
    '- names: nothing to look at',
    '- certificates: nothing to look at',
    '- https: nothing to look at'
  ])
  expect(code).toBe(0)
  expect(summary + output.replace(/^::add-mask::.*$/gm, '')).not.toContain('a-password-that-nobody-may-see')
  expect(readdirSync(bucket, { recursive: true }).filter(name => String(name).includes('check-'))).toEqual([])
})
