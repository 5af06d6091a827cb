import type { ServerResponse } from 'node:http'

/** An HTTP answer. Headers are collected first, then it is sent whole. */
export class Reply {
  readonly response: ServerResponse
  headers: Record<string, string> = {}

  constructor(response: ServerResponse) {
    this.response = response
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
    const body = Buffer.from(text)
    this.response.writeHead(status, { ...this.headers, 'content-type': type, 'content-length': body.length }).end(body)
  }
}
