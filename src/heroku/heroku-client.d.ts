/** The part of heroku-client that `client.ts` builds on: the package has no types for it. */
declare module 'heroku-client/lib/request.js' {
  import type { Agent, ClientRequest, IncomingMessage } from 'node:http'

  export default class Request {
    constructor(options: Record<string, unknown>)
    agent: Agent
    resolve: (value: unknown) => void
    reject: (error: unknown) => void
    request(): Promise<unknown>
    middleware: (response: IncomingMessage, next: () => void) => void
    isRetryAllowed(error: Error): boolean
    setRequestTimeout(request: ClientRequest): void
    handleSuccess(response: IncomingMessage, body: string): void
    parseBody(body: string): unknown
    aggregate: unknown
    updateAggregate(page: unknown): void
    handleFailure(response: IncomingMessage, body: string): void
  }
}
