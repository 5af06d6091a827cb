import { LIMITS } from '../knowledge/index.ts'
import { fetchPage, type NetTools } from '../net/index.ts'
import { type HerokuApp } from './app.ts'

/** One line of an app's log. Hostile text. */
export interface LogLine {
  /** Milliseconds since 1970. */
  readonly time: number
  /** `heroku` or `app`. */
  readonly source: string
  /** `web.1`, `router`. */
  readonly dyno: string
  readonly text: string
}

const LARGEST_LOG = 20_000_000

/**
 * All log lines that Heroku still has, oldest first: its own, or its own and the app's. Lines of another form are left
 * out. Rejects if they cannot be read.
 */
export async function logLines(app: HerokuApp, whose: 'heroku' | 'all', options: NetTools): Promise<LogLine[]> {
  const lines = await readLog(app, LIMITS.logLines, whose === 'heroku' ? 'heroku' : undefined, options)
  return lines.flatMap(line => readLine(line) ?? [])
}

/** A line of a log in its parts; undefined if it has another form. */
function readLine(line: string): LogLine | undefined {
  const [, time = '', source = '', dyno = '', text = ''] = /^(\S+) (\w+)\[([\w.-]+)\]: ?(.*)$/.exec(line) ?? []
  const at = Date.parse(time)
  return Number.isNaN(at) ? undefined : { time: at, source, dyno, text }
}

async function readLog(
  app: HerokuApp,
  lines: number,
  source: 'heroku' | undefined,
  options: NetTools
): Promise<string[]> {
  const { status, body } = await fetchPage(await app.logUrl(lines, source), { most: LARGEST_LOG }, options)
  if (status !== 200) throw new Error(`the log was answered with ${status}`)
  // It may come as an event stream, with each line behind `data: `.
  return body.split(/\r?\n/).flatMap(line => {
    const plain = line.replace(/^data: ?/, '')
    return plain === '' || /^(id|event|retry|:)/.test(line) ? [] : [plain]
  })
}

/** Heroku's error codes in log lines of its own: R10, R14, H10 … (Dev Center: error-codes), each once, in order. */
export function errorCodes(lines: readonly LogLine[]): string[] {
  const own = lines.filter(({ source }) => source === 'heroku')
  return [...new Set(own.flatMap(({ text }) => errorIn(text)?.code ?? []))]
}

/** An error of Heroku's, as a log line names it. */
export interface LoggedError {
  /** `H12` */
  readonly code: string
  /** `Request timeout`: up to 60 characters; empty if the line has none. */
  readonly title: string
}

/**
 * The error that the text of one of Heroku's log lines is about: `Error R14 (Memory quota exceeded)` of a dyno,
 * `at=error code=H12 desc="Request timeout" …` of the router. Only what Heroku itself writes first is looked at: a visitor
 * chooses the path behind it, and may write a code there.
 */
export function errorIn(text: string): LoggedError | undefined {
  const [, code, title, described] =
    /^(?:Error |(?:error |(?:sock|at)=\w{1,20} ){0,3}code=)([RHL]\d{2})\b(?: \(([^)]{0,60})| desc="([^"]{0,60}))?/.exec(
      text
    ) ?? []
  return code === undefined ? undefined : { code, title: title ?? described ?? '' }
}
