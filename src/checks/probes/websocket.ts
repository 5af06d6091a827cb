import { createHash, randomBytes } from 'node:crypto'
import { type IncomingHttpHeaders } from 'node:http'
import { type InstancePlace } from '../../mastodon/index.ts'
import { open } from '../../net/index.ts'
import { VERSION } from '../../runtime/index.ts'
import { asking, type Outside } from './network.ts'

/** A server's answer to the request for a WebSocket. */
export interface SocketAnswer {
  /** 101 if it agreed. */
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Whether it answered the key rightly, so that the 101 is not a cache's or another program's. */
  readonly genuine: boolean
}

/** RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** A client's close frame: FIN and opcode 8, two bytes under a mask of zeros, code 1000 (RFC 6455, 5.2 and 7.4.1). */
const CLOSE = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8])

/** Asks for a WebSocket (RFC 6455, 4.1), and closes it at once if it is granted. */
export function openWebSocket(
  place: InstancePlace,
  path: string,
  token: string,
  outside: Outside
): Promise<SocketAnswer> {
  return asking(outside, async inner => {
    const key = randomBytes(16).toString('base64')
    const expected = createHash('sha1').update(`${key}${GUID}`).digest('base64')
    const {
      statusCode: status = 0,
      headers,
      socket
    } = await open(
      new URL(path, place.url).href,
      { headers: headersOf(place, key, token), way: inner.network },
      inner.signal
    )
    if (status === 101) socket.end(CLOSE, () => socket.destroy())
    else socket.destroy()
    return { status, headers, genuine: headers['sec-websocket-accept'] === expected }
  })
}

function headersOf({ url, host }: InstancePlace, key: string, token: string): Record<string, string> {
  return {
    host: host ?? new URL(url).host,
    'user-agent': `mastodon-on-heroku/${VERSION}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': key,
    authorization: `Bearer ${token}`
  }
}
