// `bundle exec puma -C config/puma.rb`: answers what a deploy looks at.
import { createReadStream, existsSync, statSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { answerApi } from './api.mjs'
import { APP, Aborted, read } from './app.mjs'
import { connectionString, loadPg, tableNames } from './database.mjs'

const { env } = process
const TYPES = {
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.gz': 'application/gzip'
}

/** Listens on BIND and PORT until SIGTERM; then it finishes what was asked, and the program ends. */
export async function serve(configFile) {
  checkConfig(configFile)
  const pool = new (loadPg().Pool)({ connectionString: connectionString(), max: Number(env.DB_POOL || 5) })
  pool.on('error', error => console.error(`Postgres: ${error.message}`)) // the next request connects again
  const server = http.createServer((request, response) => {
    answer(pool, request, response).catch(error => {
      console.error(`${request.method} ${request.url}: ${error.message}`)
      if (!response.headersSent) send(response, 500, 'text/plain', 'Internal Server Error')
      else response.destroy()
    })
  })
  process.once('SIGTERM', () => {
    server.close(() => void pool.end())
    console.log('- Gracefully stopping, waiting for requests to finish')
  })
  const [host, port] = [env.BIND || '127.0.0.1', Number(env.PORT || 3000)]
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, host, resolve))
  console.log(`Puma (stand-in)\n* Listening on http://${host}:${server.address().port}`)
}

/** A plain `abort '…'` in config/puma.rb keeps it from booting. */
function checkConfig(file) {
  let text
  try {
    text = read(file)
  } catch {
    throw new Aborted(`Puma (stand-in): no ${file}`)
  }
  const aborts = /^abort '([^']*)'$/m.exec(text)
  if (aborts) throw new Aborted(aborts[1])
}

async function answer(pool, request, response) {
  const { pathname } = new URL(request.url, 'http://localhost')
  if (pathname === '/health') return send(response, 200, 'text/plain', 'OK')
  if (!isOurs(request.headers.host)) return send(response, 403, 'text/plain', `Blocked hosts: ${request.headers.host}`)
  if (request.headers['x-forwarded-proto'] !== 'https') return toHttps(request, response)
  if (pathname === '/') return send(response, 200, 'text/html', frontPage())
  if (pathname === '/api/v2/instance') return sendJson(response, await instance(pool))
  const said = await answerApi(request, await bodyOf(request))
  if (said) return send(response, said[0], 'application/json', JSON.stringify(said[1]))
  if (pathname === '/api/v1/notes') return sendJson(response, await notes(pool))
  if (env.RAILS_SERVE_STATIC_FILES === 'true' && sendFile(response, pathname)) return
  send(response, 404, 'text/plain', 'Not Found')
}

async function bodyOf(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** As ActionDispatch::HostAuthorization does with `config.hosts`; any port goes. */
function isOurs(host = '') {
  if (!env.LOCAL_DOMAIN) return true
  const ours = [env.LOCAL_DOMAIN, env.WEB_DOMAIN, ...(env.ALTERNATE_DOMAINS ?? '').split(',')]
  return ours.some(name => name && withoutPort(name.trim()) === withoutPort(host))
}

function withoutPort(host) {
  return host.replace(/:\d+$/, '').toLowerCase()
}

/** As `config.force_ssl` does. */
function toHttps(request, response) {
  response.setHeader('location', `https://${withoutPort(request.headers.host ?? '')}${request.url}`)
  send(response, 301, 'text/html', '')
}

async function instance(pool) {
  const known = (await tableNames(pool)).includes('instances')
  const { rows } = known ? await pool.query('SELECT title FROM instances ORDER BY id LIMIT 1') : { rows: [] }
  const domain = env.LOCAL_DOMAIN || 'localhost'
  const source = `https://github.com/${env.GITHUB_REPOSITORY || 'mastodon/mastodon'}`
  return {
    domain,
    title: rows[0]?.title ?? 'Mastodon',
    version: version(),
    source_url: env.SOURCE_TAG ? `${source}/tree/${env.SOURCE_TAG}` : source,
    configuration: {
      urls: { streaming: env.STREAMING_API_BASE_URL ?? `wss://${env.WEB_DOMAIN || domain}` },
      vapid: { public_key: env.VAPID_PUBLIC_KEY ?? null }
    }
  }
}

function version() {
  return number() + (env.MASTODON_VERSION_METADATA ? `+${env.MASTODON_VERSION_METADATA}` : '')
}

function number() {
  const text = read('lib/mastodon/version.rb')
  const numbers = ['major', 'minor', 'patch'].map(part => new RegExp(`def ${part}\\s+(\\d+)`).exec(text)?.[1])
  const prerelease = /def default_prerelease\s+'([^']+)'/.exec(text)?.[1]
  return numbers.join('.') + (prerelease ? `-${prerelease}` : '')
}

/** Every note, with the columns that the model of this commit wants. */
async function notes(pool) {
  const columns = /%w\[([a-z_ ]+)\]/.exec(read('app/models/note.rb'))[1].split(' ')
  const { rows } = await pool.query(`SELECT ${columns.join(', ')} FROM notes ORDER BY id`)
  return rows
}

function frontPage() {
  const tags = scripts().map(file => `<script type="module" src="/packs/${file}"></script>`)
  const state = JSON.stringify({ meta: { version: version() } }).replaceAll('<', '\\u003c')
  const initial = `<script id="initial-state" type="application/json">${state}</script>`
  return `<!doctype html>\n<title>A sample instance</title>\n${initial}\n${tags.join('\n')}\n`
}

/** The entries of the assets' manifest: of the sample's by name, of Vite's own with more about each. */
function scripts() {
  const file = 'public/packs/.vite/manifest.json'
  const entries = existsSync(path.join(APP, file)) ? Object.values(JSON.parse(read(file))) : []
  return entries.flatMap(entry => (typeof entry === 'string' ? entry : entry.isEntry ? entry.file : []))
}

/** Sends a file of public/. Returns false where there is none. */
function sendFile(response, pathname) {
  const folder = path.join(APP, 'public')
  const file = path.join(folder, decodeURIComponent(pathname))
  if (!file.startsWith(folder + path.sep)) return false
  const found = statSync(file, { throwIfNoEntry: false })
  if (!found?.isFile()) return false
  sendHead(response, 200, TYPES[path.extname(file)] ?? 'application/octet-stream', found.size)
  createReadStream(file).pipe(response)
  return true
}

function sendJson(response, value) {
  send(response, 200, 'application/json', JSON.stringify(value))
}

function send(response, status, type, body) {
  sendHead(response, status, `${type}; charset=utf-8`, Buffer.byteLength(body))
  response.end(body)
}

function sendHead(response, status, type, length) {
  // Once it has stopped listening, no connection may bring another request.
  if (!response.socket?.server.listening) response.setHeader('connection', 'close')
  response.writeHead(status, { 'content-type': type, 'content-length': length })
}
