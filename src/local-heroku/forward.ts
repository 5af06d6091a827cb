import http, { ServerResponse, type IncomingMessage } from 'node:http'
import { type Socket } from 'node:net'
import type { ErrorCode } from '../knowledge/index.ts'
import type { Clock } from '../runtime/index.ts'

/** A request with its answer, on its way to a web dyno. */
export interface Hop {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The client's connection and what it sent after its headers, if it asks for another protocol (`Upgrade`). */
  readonly upgrade?: { readonly socket: Socket; readonly head: Buffer }
}

interface Dyno {
  readonly port: number
  readonly clock: Clock
  /** Milliseconds from the end of the request to the first byte of the answer (H12). */
  readonly answer: number
  /** Milliseconds in which at least one byte must pass once the answer has begun (H15). */
  readonly idle: number
  /** Logs an error, and answers with it if nothing was answered. */
  readonly refuse: (code: ErrorCode) => void
  /** Logs the status of the dyno's own answer. */
  readonly answered: (status: number) => void
}

/** The answer to a request for another protocol, while it is not granted: then the connection ends with it. */
export function responseOn(socket: Socket, request: IncomingMessage): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket)
  response.on('finish', () => socket.destroySoon())
  socket.on('error', () => socket.destroy())
  return response
}

/**
 * Hands a request to a dyno, and its answer back. A connection whose protocol the dyno changes (101: WebSockets) is one
 * pipe from then on (Dev Center: http-routing, websockets; heroku/vegur: vegur_proxy.erl).
 */
export function forward({ request, response, upgrade }: Hop, dyno: Dyno): void {
  const { port, clock, refuse } = dyno
  const headers = {
    ...request.headers,
    'x-forwarded-proto': 'https',
    'x-forwarded-for': request.socket.remoteAddress ?? '',
    'x-request-start': String(clock.now()),
    connection: upgrade ? 'Upgrade' : 'close'
  }
  const { method, url: path } = request
  const onward = http.request({ host: '127.0.0.1', port, method, path, headers, agent: false })
  let answered = false
  let stopTimer = (): void => {}
  const gone = (): void => {
    stopTimer()
    onward.destroy()
  }
  const giveUp = (code: ErrorCode): void => {
    refuse(code)
    gone()
  }
  // It counts from when the dyno has the whole request (Dev Center: request-timeout).
  onward.on('finish', () => {
    if (!answered) stopTimer = clock.after(dyno.answer, () => giveUp('H12'))
  })
  onward.on('response', answer => {
    answered = true
    dyno.answered(answer.statusCode ?? 502)
    stopTimer()
    const idle = whenIdle(dyno, () => giveUp('H15'))
    stopTimer = idle.stop
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.on('data', idle.seen)
    answer.pipe(response)
    answer.on('error', () => response.destroy())
  })
  if (upgrade)
    onward.on('upgrade', (answer: IncomingMessage, socket: Socket, head: Buffer) => {
      answered = true
      stopTimer()
      response.off('close', gone)
      response.detachSocket(upgrade.socket)
      upgrade.socket.write(switching(answer))
      upgrade.socket.write(head)
      socket.write(upgrade.head)
      join(upgrade.socket, socket, dyno)
    })
  onward.on('error', () => {
    // The client left first, or it has its answer.
    if (response.closed || response.writableEnded) return
    if (response.headersSent) response.destroy()
    else refuse('H13')
  })
  response.on('close', gone)
  request.pipe(onward)
}

/** The dyno's answer that it changes the protocol, as it was sent. */
function switching({ rawHeaders }: IncomingMessage): string {
  const pairs = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]!}\r\n`] : []))
  return `HTTP/1.1 101 Switching Protocols\r\n${pairs.join('')}\r\n`
}

/** Makes one pipe of two connections. It ends with either, or if nothing passes for too long. */
function join(client: Socket, dyno: Socket, of: Dyno): void {
  const idle = whenIdle(of, () => {
    of.refuse('H15')
    client.destroy()
    dyno.destroy()
  })
  for (const [from, to] of [
    [client, dyno],
    [dyno, client]
  ] as const) {
    from.on('data', idle.seen)
    from.pipe(to)
    from.on('error', () => from.destroy())
    from.on('close', () => {
      idle.stop()
      to.destroySoon()
    })
  }
}

/** Acts when nothing was seen for a while: each byte, of either side, begins it anew. */
function whenIdle({ clock, idle }: Dyno, act: () => void): { readonly seen: () => void; readonly stop: () => void } {
  let last = clock.now()
  const look = (): void => {
    const left = last + idle - clock.now()
    if (left <= 0) act()
    else stop = clock.after(left, look)
  }
  let stop = clock.after(idle, look)
  return { seen: () => void (last = clock.now()), stop: () => stop() }
}
