import { WebSocketServer } from 'ws'
import { pages, type Handler, type Internet } from './internet.ts'

/** What a small stand-in for Mastodon answers, by path; each may be put in its place. */
export type Answers = Readonly<Record<string, Handler | string>>

/** `https://SITE/`, as Mastodon 4.7 answers for the domain of its handles. */
export function mastodonAnswers(site: string, local = site): Record<string, Handler | string> {
  const instance = {
    domain: local,
    version: '4.7.4+1111111',
    thumbnail: { url: 'https://media.test/site_uploads/thumb.png' },
    contact: { account: { avatar: `https://${site}/avatars/missing.png` } },
    configuration: { urls: { streaming: 'wss://live.test' }, vapid: { public_key: 'BPk' } }
  }
  const actor = { rel: 'self', type: 'application/activity+json', href: `https://${site}/actor` }
  const sources = `'self' data: blob: https://${site} https://media.test`
  return {
    '/': (_, response) =>
      response
        .writeHead(200, {
          'content-type': 'text/html',
          'content-security-policy': `default-src 'none'; img-src ${sources}; media-src ${sources}; connect-src ${sources} wss://live.test`
        })
        .end('<link href="/packs/assets/a.css"><script src="/packs/assets/a.js"></script><img src="/x.svg">'),
    '/health': (_, response) => response.writeHead(200, { via: '1.1 heroku-router' }).end('OK'),
    '/about': (_, response) =>
      response.writeHead(200, { 'strict-transport-security': 'max-age=63072000; includeSubDomains' }).end('About'),
    '/api/v2/instance': JSON.stringify(instance),
    '/api/v1/apps/verify_credentials': ({ headers }, response) =>
      response.writeHead(headers.authorization === `Bearer ${TOKEN}` ? 200 : 401).end('{}'),
    '/packs/assets/a.css': 'body{}',
    '/packs/assets/a.js': '1',
    '/.well-known/host-meta': `<XRD><Link rel="lrdd" template="https://${site}/.well-known/webfinger?resource={uri}"/></XRD>`,
    '/.well-known/webfinger': JSON.stringify({ subject: `acct:mastodon.internal@${local}`, links: [actor] }),
    '/.well-known/nodeinfo': JSON.stringify({
      links: [{ rel: 'http://nodeinfo.diaspora.software/ns/schema/2.0', href: `https://${site}/nodeinfo/2.0` }]
    }),
    '/nodeinfo/2.0': JSON.stringify({ software: { name: 'mastodon', version: '4.7.4' } })
  }
}

/** An access token that the stand-in takes. */
export const TOKEN = 'a-token-of-a-bot'

/** The instance at `site.test`, with what is in place of its own answers. */
export function openSite(internet: Internet, answers: Answers = {}, site = 'site.test'): void {
  internet.site(site, pages({ ...mastodonAnswers(site), ...answers }))
}

/**
 * The streaming server at `live.test`: its health, and WebSockets for the token alone (mastodon: streaming/index.js).
 * @param postgres whether it reaches Postgres, where tokens are
 */
export function openStreaming(internet: Internet, { postgres = true, tokens = [TOKEN] } = {}): void {
  const sockets = new WebSocketServer({ noServer: true })
  internet.site('live.test', {
    handle: pages({ '/api/v1/streaming/health': 'OK' }),
    upgrade: (request, socket, head) => {
      const refuse = (status: string, reason: string): unknown =>
        socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nX-Error-Message: ${reason}\r\nContent-Length: 0\r\n\r\n`)
      const { authorization } = request.headers
      if (authorization === undefined) return refuse('401 Unauthorized', 'Missing access token')
      if (!postgres) return refuse('500 Internal Server Error', 'An unexpected error occurred')
      if (!tokens.includes(authorization.replace('Bearer ', '')))
        return refuse('401 Unauthorized', 'Invalid access token')
      sockets.handleUpgrade(request, socket, head, client => client.on('error', () => {}))
    }
  })
}
