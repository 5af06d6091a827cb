import { createHash, randomBytes } from 'node:crypto'
import { type IncomingHttpHeaders } from 'node:http'
import { type Duplex } from 'node:stream'
import { VERSION } from '../runtime/index.ts'
import { type WayOut } from './dial.ts'
import { open } from './http.ts'

/** A server's answer to the request for a WebSocket. */
export interface SocketAnswer {
  /** 101 if it agreed. */
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Whether it answered the key rightly, so that the 101 is not a cache's or another program's. */
  readonly genuine: boolean
  /** After a 101 the WebSocket, whose reader or `closeWebSocket` ends it. */
  readonly socket: Duplex
}

export interface SocketOptions {
  /** A Host header other than the URL's. */
  readonly host?: string
  /** Sent as `Authorization: Bearer`. */
  readonly token: string
  /** In place of the runner's own network. */
  readonly way?: WayOut
}

/** RFC 6455, 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
/** A client's close frame: FIN and opcode 8, two bytes under a mask of zeros, code 1000 (RFC 6455, 5.2 and 7.4.1). */
const CLOSE = Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8])
/** Bytes of one message. Mastodon's longest, a post, has a few thousand. */
const LONGEST = 1_000_000

/** Asks for a WebSocket (RFC 6455, 4.1). What is not a 101 is an answer too, and its connection is ended. */
export async function openWebSocket(
  url: string,
  { host, token, way }: SocketOptions,
  signal: AbortSignal
): Promise<SocketAnswer> {
  const key = randomBytes(16).toString('base64')
  const expected = createHash('sha1').update(`${key}${GUID}`).digest('base64')
  const asked = {
    host: host ?? new URL(url).host,
    'user-agent': `mastodon-on-heroku/${VERSION}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': key,
    authorization: `Bearer ${token}`
  }
  const { statusCode: status = 0, headers, socket } = await open(url, { headers: asked, way }, signal)
  // Its reader learns of its end; without one nobody has to.
  socket.on('error', () => socket.destroy())
  if (status !== 101) socket.destroy()
  return { status, headers, genuine: headers['sec-websocket-accept'] === expected, socket }
}

/** Says good-bye, and ends the connection, unless that was done. */
export function closeWebSocket(socket: Duplex): void {
  if (socket.writable) socket.end(CLOSE, () => socket.destroy())
}

/**
 * The text messages of a WebSocket until it ends, or the signal is aborted. Other frames are passed over; a message in
 * several frames, or over 1 MB, ends it: Mastodon sends none (streaming/index.js).
 */
export async function* messagesOf(socket: Duplex, signal: AbortSignal): AsyncGenerator<string> {
  let held = Buffer.alloc(0)
  const end = (): void => void socket.destroy()
  signal.addEventListener('abort', end, { once: true })
  try {
    // The end of the loop leaves it open, so that the good-bye can still be said.
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      held = Buffer.concat([held, chunk])
      for (let frame = frameOf(held); frame !== undefined; frame = frameOf(held)) {
        held = held.subarray(frame.end)
        if (frame.opcode === CLOSED || !frame.isWhole) return
        if (frame.opcode === TEXT) yield frame.text
      }
    }
  } finally {
    signal.removeEventListener('abort', end)
    closeWebSocket(socket)
  }
}

/** Opcodes (RFC 6455, 5.2). */
const TEXT = 1
const CLOSED = 8

/** Bytes of a length that does not fit in the second byte, by what stands there instead. */
const LENGTHS: Readonly<Record<number, number>> = { 126: 2, 127: 8 }

interface Frame {
  /** Whether it is the whole message. */
  readonly isWhole: boolean
  readonly opcode: number
  readonly text: string
  /** Bytes of the whole frame. */
  readonly end: number
}

/** The first frame, if all of it is there: a server's have no mask (RFC 6455, 5.1 and 5.2). Throws if it is too long. */
function frameOf(bytes: Buffer): Frame | undefined {
  if (bytes.length < 2) return undefined
  const short = bytes[1]! & 0x7f
  const extra = LENGTHS[short] ?? 0
  const head = 2 + extra
  if (bytes.length < head) return undefined
  const length = extra === 0 ? short : Number(extra === 2 ? bytes.readUInt16BE(2) : bytes.readBigUInt64BE(2))
  if (length > LONGEST) throw new Error(`a message of ${length} bytes came`)
  const end = head + length
  if (bytes.length < end) return undefined
  return { isWhole: (bytes[0]! & 0x80) !== 0, opcode: bytes[0]! & 0x0f, text: bytes.toString('utf8', head, end), end }
}
