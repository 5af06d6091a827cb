import { randomUUID } from 'node:crypto'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { type FaultKind } from './faults.ts'

/** Bytes of an output stream that arrive before it breaks off. */
const CUT_AFTER = 100

/**
 * Lets a request suffer a fault. Returns true if it must not be carried out; else its answer suffers.
 * @param hangs is told that the request hangs, so that a test's clock can go on
 */
export function suffer(
  fault: FaultKind,
  request: IncomingMessage,
  response: ServerResponse,
  hangs: () => void
): boolean {
  switch (fault) {
    case 'reset-before':
      request.socket.destroy()
      return true
    case 'hang-before':
      request.resume()
      hangs()
      return true
    case '409':
      return refuse(request, response, 409, 'conflict', 'Something else is changing this app.')
    case '429':
      return refuse(request, response, 429, 'rate_limit', 'Your account reached the API rate limit', {
        'retry-after': '2'
      })
    case '500-before':
      return refuse(request, response, 500, 'server_error', 'Internal server error')
    case '503-before':
      return refuse(request, response, 503, 'service_unavailable', 'Try again later')
    default:
      spoil(response, fault, hangs)
      return false
  }
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  id: string,
  message: string,
  headers: Record<string, string> = {}
): true {
  request.resume()
  response.writeHead(status, { 'content-type': 'application/json', 'request-id': randomUUID(), ...headers })
  response.end(JSON.stringify({ id, message }))
  return true
}

/** Takes the place of what the server calls: an answer is `writeHead` and `end`, a stream `writeHead` and many a `write`. */
function spoil(response: ServerResponse, fault: FaultKind, hangs: () => void): void {
  const writeHead = response.writeHead.bind(response) as (status: number, headers: OutgoingHttpHeaders) => unknown
  const write = response.write.bind(response)
  const end = response.end.bind(response)
  let head: [status: number, headers: OutgoingHttpHeaders] = [200, {}]
  let left = CUT_AFTER
  /** Whether it is a stream, and has begun. */
  let streams = false

  const answer = (body: Buffer): void => {
    switch (fault) {
      case 'reset-after':
        return void response.destroy()
      case 'hang-after':
        return hangs()
      case '500-after':
      case '503-after':
        writeHead(Number(fault.slice(0, 3)), {})
        return void end(JSON.stringify({ id: 'server_error', message: 'Internal server error' }))
      case 'cut':
        // Without a body to cut, the connection is.
        if (body.length === 0) return void response.destroy()
        writeHead(...head)
        return void write(body.subarray(0, body.length >> 1), () => response.destroy())
      default: {
        writeHead(...head)
        const byteByByte = (at: number): void => {
          if (at === body.length) return void end()
          write(body.subarray(at, at + 1), () => byteByByte(at + 1))
        }
        byteByByte(0)
      }
    }
  }
  const begin = (): void => {
    if (streams) return
    streams = true
    if (fault === 'hang-after') return hangs()
    if (fault === '500-after' || fault === '503-after') {
      writeHead(Number(fault.slice(0, 3)), {})
      return void end()
    }
    writeHead(...head)
    write('')
  }
  const piece = (bytes: Buffer | string, done?: () => void): boolean => {
    const chunk = Buffer.from(bytes)
    begin()
    if (fault === 'hang-after' || response.writableEnded) return false
    if (fault === 'slow') return write(chunk, done)
    const part = chunk.subarray(0, left)
    left -= part.length
    return write(part, () => (left === 0 ? response.destroy() : done?.()))
  }
  Object.assign(response, {
    writeHead(status: number, headers: OutgoingHttpHeaders = {}) {
      head = [status, headers]
      return response
    },
    flushHeaders: begin,
    write: piece,
    end(body?: Buffer | string) {
      if (!streams) answer(Buffer.from(body ?? ''))
      else if (fault !== 'hang-after' && !response.writableEnded) end()
      return response
    }
  })
}
