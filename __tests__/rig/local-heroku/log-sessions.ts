import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type AppLogLine } from '../../../src/local-heroku/logs.ts'
import { type HerokuWorld } from '../../../src/local-heroku/world.ts'

/** Serves an app's log as Logplex does: of a dyno or a source alone, followed, and as events (heroku/cli: logs). */
export function serveLog({ store, machines }: HerokuWorld, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
  const app = store.app(pathname.split('/')[2] ?? '')
  if (!app) return void response.writeHead(404).end()
  const { log } = machines.get(app.name)!
  const source = query.get('source') ?? undefined
  // `dyno_name` is the schema's, `dyno` what heroku/cli sends; a process type means all of its dynos.
  const dyno = query.get('dyno') ?? query.get('dyno_name') ?? undefined
  const isWanted = (line: AppLogLine): boolean =>
    (source === undefined || line.source === source) &&
    (dyno === undefined || line.dyno === dyno || line.dyno.startsWith(`${dyno}.`))
  const asEvents = (request.headers.accept ?? '').includes('text/event-stream')
  const frame = (text: string): string => (asEvents ? `id: ${randomUUID()}\ndata: ${text}\n\n` : `${text}\n`)
  response.writeHead(200, { 'content-type': asEvents ? 'text/event-stream' : 'text/plain' })
  response.flushHeaders()
  for (const text of log.last(Number(query.get('lines') ?? 100), isWanted)) response.write(frame(text))
  if (query.get('tail') !== 'true') return void response.end()
  const follow = (line: AppLogLine): void => {
    if (isWanted(line)) response.write(frame(line.text))
  }
  log.setMaxListeners(0).on('line', follow)
  response.on('close', () => log.off('line', follow))
}
