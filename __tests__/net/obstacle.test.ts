import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo } from 'node:net'
import path from 'node:path'
import * as v from 'valibot'
import { createClient, HerokuError, upload } from '../../src/heroku/index.ts'
import { errorText } from '../../src/runtime/index.ts'
import { Authority } from '../helpers/certificates.ts'
import { NO_SIGNAL } from '../helpers/local-heroku.ts'
import { TestClock } from '../helpers/clock.ts'
import { temp } from '../helpers/temp.ts'

/** heroku-client trusts what these name beside Node's own; here it is asked with neither. */
for (const name of ['SSL_CERT_DIR', 'SSL_CERT_FILE']) delete process.env[name]
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'NO_PROXY', 'no_proxy']
const kept = PROXIES.map(name => [name, process.env[name]] as const)

const pair = new Authority(temp()).issue(['localhost'])
const servers: net.Server[] = []
const sockets: net.Socket[] = []
const requests: string[] = []

async function serve(server: net.Server): Promise<number> {
  servers.push(server)
  server.on('connection', socket => void sockets.push(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const secure = (): Promise<number> =>
  serve(https.createServer(pair, (request, response) => (requests.push(request.url!), response.end('{}'))))

async function failure(port: number | string): Promise<HerokuError> {
  const url = typeof port === 'string' ? port : `https://localhost:${port}`
  const client = createClient({ url, key: 'key', clock: new TestClock(), signal: NO_SIGNAL })
  const error: unknown = await client.write('POST', '/apps/a/dynos', v.any()).catch((reason: unknown) => reason)
  if (!(error instanceof HerokuError)) throw new Error(errorText(error))
  return error
}

beforeAll(() => {
  for (const name of PROXIES) delete process.env[name]
})
afterAll(async () => {
  for (const [name, value] of kept) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  for (const socket of sockets) socket.destroy()
  for (const server of servers) await new Promise(resolve => server.close(resolve))
})

describe('a certificate that Node does not take', () => {
  it.each<[string, () => Promise<number>, RegExp]>([
    ['of an unknown authority', secure, /NODE_EXTRA_CA_CERTS=/],
    [
      'that is no certificate at all',
      () =>
        serve(net.createServer(socket => void socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'))),
      /does not speak TLS.*HTTPS_PROXY/
    ]
  ])(
    '%s: nothing is sent, it is not tried again, and the advice is not Heroku’s status page',
    async (_, start, next) => {
      const error = await failure(await start())
      expect(error.details).toMatchObject({ outcome: 'not-sent', obstacle: { kind: 'certificate' } })
      expect(error.nextStep).toMatch(next)
      expect(error.nextStep).toMatch(/localhost:\d+/)
      expect(error.nextStep).not.toMatch(/status\.heroku\.com/)
      expect(error.isFailure).toBe(true)
      expect(requests).toEqual([])
    }
  )
})

describe('a way that is closed', () => {
  it('names the machine’s own network, DNS and proxy', async () => {
    const error = await failure('https://api.heroku.invalid')
    expect(error.details).toMatchObject({ outcome: 'not-sent', obstacle: { kind: 'unreached' } })
    expect(error.nextStep).toMatch(/does not reach api\.heroku\.invalid\. .*DNS.*set HTTPS_PROXY/)
  })

  it('is told by an upload, too', async () => {
    const file = path.join(temp(), 'slug.tgz')
    writeFileSync(file, 'a slug')
    const url = `https://localhost:${await secure()}/slug`
    const sent = upload({ file, url, method: 'PUT', progress: () => {}, clock: new TestClock(), signal: NO_SIGNAL })
    await expect(sent).rejects.toMatchObject({
      message: expect.stringMatching(/^The upload failed: .*unable to verify/),
      nextStep: expect.stringMatching(/NODE_EXTRA_CA_CERTS=.*Then run the job again\.$/)
    })
  })

  it('tells what several addresses of a host answered', async () => {
    const error = await failure(1)
    expect(error.message).toMatch(/connect ECONNREFUSED/)
    expect(error.outcome).toBe('not-sent')
  })

  it.each(['refuses', 'is not there'])('names the proxy that %s, without its password', async how => {
    const proxy = http.createServer()
    proxy.on('connect', (_, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'))
    const port = how === 'refuses' ? await serve(proxy) : 1
    process.env['HTTPS_PROXY'] = `http://me:pass-word@127.0.0.1:${port}`
    const error = await failure('https://api.heroku.com')
    delete process.env['HTTPS_PROXY']
    expect(error.details).toMatchObject({ outcome: 'not-sent', obstacle: { kind: 'proxy' } })
    expect(error.nextStep).toContain(`goes through the proxy 127.0.0.1:${port}, which did not let it through`)
    expect(error.message + error.nextStep).not.toMatch(/pass-word|status\.heroku/)
  })
})
