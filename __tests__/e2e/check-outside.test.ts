import { afterAll, beforeAll, expect, it } from '@jest/globals'
import S3rver from '@20minutes/s3rver'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Server } from 'node:http'
import { type AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { runAction } from '../rig/run-action.ts'
import { CHECKS } from '../../src/checks/index.ts'
import { type LocalHeroku } from '../rig/local-heroku/index.ts'
import { Authority } from '../helpers/certificates.ts'
import { GitRepo } from '../helpers/git-repo.ts'
import { gitServer } from '../helpers/git-server.ts'
import { Internet, pages } from '../helpers/internet.ts'
import { appOf, clientOf, makeSlug, openHeroku, ship, until } from '../helpers/local-heroku.ts'
import { mastodonAnswers } from '../helpers/mastodon-site.ts'
import { lastingTemp, temp } from '../helpers/temp.ts'
import { FORK, versionFile } from '../mastodon/upgrade/fork.ts'

/** What can be asked on this machine, with a small internet for Mastodon's own servers; the others want more of it. */
const ASKED = [
  'health',
  'instance',
  'assets',
  'federation',
  'object-storage',
  'smtp',
  'names',
  'certificates',
  'https',
  'updates'
]

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
const SECRET = 'a-password-that-nobody-may-see'
const internet = new Internet()
let proxy: Server
let fork: string
const mail = new SMTPServer({
  ...new Authority(lastingTemp()).issue(['mail.test']),
  logger: false,
  onAuth: ({ username, password }, _, done) =>
    password === SECRET ? done(null, { user: username }) : done(new Error('no'))
})

/** A fork of 4.7.4, and Mastodon's own repository, which has 4.7.6 besides, behind its real address. */
async function openUpstream(): Promise<void> {
  const folder = lastingTemp()
  const upstream = new GitRepo(path.join(folder, 'mastodon/mastodon'))
  const commit = (version: string, files: Readonly<Record<string, string>>): void => {
    for (const [file, text] of Object.entries(files)) upstream.write(file, text)
    upstream.write('lib/mastodon/version.rb', versionFile(version))
    upstream.commit()
    upstream.git('tag', `v${version}`)
  }
  upstream.git('config', 'uploadpack.allowFilter', 'true')
  commit('4.7.4', FORK)
  fork = GitRepo.clone(upstream.path, path.join(folder, 'fork'), '--depth', '1').path
  commit('4.7.6', { 'db/migrate/20260601000000_drop_key.rb': `remove_column :a, :key # ${SECRET}` })
  await internet.open()
  internet.site('github.com', gitServer(folder))
  const updatesAvailable = [{ version: '4.7.6', urgent: false, type: 'patch' }]
  internet.site('api.joinmastodon.org', (_, response) => response.end(JSON.stringify({ updatesAvailable })))
  internet.site('raw.githubusercontent.com', pages({ '/mastodon/mastodon/main/SECURITY.md': '| 4.7.0 | Yes |' }))
  proxy = await internet.proxy()
}

beforeAll(async () => {
  await openUpstream()
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
      SMTP_PASSWORD: SECRET,
      SMTP_OPENSSL_VERIFY_MODE: 'none'
    }
  })
  await ship(appOf(clientOf(heroku), 'main'), makeSlug({ 'web.mjs': WEB }), { web: 'node web.mjs' })
  await until(() => heroku.machine('main').dynos.some(({ state }) => state === 'up'))
})
afterAll(async () => {
  proxy.close()
  await Promise.all([
    heroku.close(),
    s3.close(),
    internet.close(),
    new Promise<void>(resolve => mail.close(() => resolve()))
  ])
})

it('an app on this machine, its bucket and its mail server are looked at through dist/', async () => {
  const authority = path.join(temp(), 'authority.pem')
  writeFileSync(authority, internet.authority.cert)
  mkdirSync(path.join(fork, '.github'))
  const skip = CHECKS.map(({ name }) => name).filter(name => !ASKED.includes(name))
  writeFileSync(
    path.join(fork, '.github', 'mastodon-on-heroku.yml'),
    `app: main\nchecks:\n  skip: [${skip.join(', ')}]\n`
  )
  const { code, output, summary } = await runAction({
    inputs: { command: 'check', path: fork, 'heroku-api-key': heroku.apiKey, 'heroku-api-url': heroku.apiUrl },
    env: {
      GITHUB_REPOSITORY: 'owner/fork',
      HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      NODE_EXTRA_CA_CERTS: authority,
      GIT_SSL_CAINFO: authority
    }
  })
  const said = [...output.matchAll(/^(ok|warn|fail|unknown|-) +([a-z-]+: .*)$/gm)].map(
    ([, level, text]) => `${level} ${text!.replace(/\d\.\d s/, 'N s').replace(/:\d{4,5}\b/, ':PORT')}`
  )
  expect(said).toEqual([
    'ok health: 127.0.0.1:PORT/health answered in N s',
    'ok health: 1 web dyno of main is there, of v2: web 1× Basic',
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
    '- https: nothing to look at',
    'warn updates: 4.7.6 is newer than 4.7.4, which runs, in the same line',
    'ok updates: Mastodon mends 4.7, and names no end (mastodon/mastodon: SECURITY.md)'
  ])
  // Its upgrade plan, over git's own HTTP: of the fork in the checkout, and of the app.
  expect(output).toMatch(/^ {11}The upgrade: 1 migration, none after deployment$/m)
  expect(output).toMatch(/^ {11}Stops it: main has no DATABASE_URL.*\(add-on\)$/m)
  expect(output).toMatch(
    /^ {11}Warning: The code of now .* \(no-way-back\)\n {11}Warnings that have nothing to do with it: .*no-worker, /m
  )
  expect(summary).toContain('<details><summary>The upgrade plan: from 4.7.4 to 4.7.6</summary>')
  expect(summary).toMatch(
    /\| `20260601000000` \| `drop_key` \| before \| drops a column, line 1: <code>.*#&#8203; &#42;&#42;&#42;<\/code>/
  )
  expect(code).toBe(0)
  expect(summary + output.replace(/^::add-mask::.*$/gm, '')).not.toContain(SECRET)
  expect(readdirSync(bucket, { recursive: true }).filter(name => String(name).includes('check-'))).toEqual([])
})
