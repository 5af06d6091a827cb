import type { ServerResponse } from 'node:http'
import { type FaultKind } from './faults.ts'

/** An answer, with what a fault does to it. */
export class Reply {
  readonly response: ServerResponse
  headers: Record<string, string> = {}
  readonly #fault: FaultKind | undefined
  readonly #onHang: () => void

  constructor(response: ServerResponse, fault: FaultKind | undefined, onHang: () => void) {
    this.response = response
    this.#fault = fault
    this.#onHang = onHang
  }

  json(status: number, body: unknown, type = 'application/json'): void {
    this.#send(status, body === undefined ? '' : JSON.stringify(body), type)
  }

  xml(status: number, code: string): void {
    this.#send(status, `<?xml version="1.0"?><Error><Code>${code}</Code></Error>`, 'application/xml')
  }

  end(status: number): void {
    this.#send(status, '', 'text/plain')
  }

  #send(status: number, text: string, type: string): void {
    const { response } = this
    const body = Buffer.from(text)
    const head = { ...this.headers, 'content-type': type, 'content-length': body.length }
    switch (this.#fault) {
      case 'reset-after':
        return void response.destroy()
      case 'hang-after':
        return this.#onHang()
      case '500-after':
      case '503-after': {
        const id = 'server_error'
        const error = JSON.stringify({ id, message: 'Internal server error' })
        return void response.writeHead(Number(this.#fault.slice(0, 3)), this.headers).end(error)
      }
      case 'cut':
        // Where there is no body to cut, the connection is.
        if (body.length === 0) return void response.destroy()
        response.writeHead(status, head)
        return void response.write(body.subarray(0, body.length >> 1), () => response.destroy())
      case 'slow': {
        response.writeHead(status, head)
        const byteByByte = (at: number): void => {
          if (at === body.length) return void response.end()
          response.write(body.subarray(at, at + 1), () => byteByByte(at + 1))
        }
        return byteByByte(0)
      }
      default:
        return void response.writeHead(status, head).end(body)
    }
  }
}
