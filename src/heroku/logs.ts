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
 * The last log lines that Heroku itself wrote (`heroku[web.1]: Error R10 …`), oldest first. Hostile text. Empty if they
 * cannot be read: they explain a failure, and must not be one.
 */
export async function herokuLog(app: HerokuApp, lines: number, options: NetTools): Promise<string[]> {
  try {
    return await readLog(app, lines, 'heroku', options)
  } catch {
    return []
  }
}

/**
 * All log lines that Heroku still has, oldest first: its own, or its own and the app's. Lines of another form are left
 * out. Rejects if they cannot be read.
 */
export async function logLines(app: HerokuApp, whose: 'heroku' | 'all', options: NetTools): Promise<LogLine[]> {
  const lines = await readLog(app, LIMITS.logLines, whose === 'heroku' ? 'heroku' : undefined, options)
  return lines.flatMap(line => {
    const [, time = '', source = '', dyno = '', text = ''] = /^(\S+) (\w+)\[([\w.-]+)\]: ?(.*)$/.exec(line) ?? []
    const at = Date.parse(time)
    return Number.isNaN(at) ? [] : [{ time: at, source, dyno, text }]
  })
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

/** Heroku's error codes in log lines: R10, R14, H10 … (Dev Center: error-codes), each once, in order. */
export function errorCodes(lines: readonly string[]): string[] {
  return [...new Set(lines.flatMap(codesIn))]
}

/** The error codes in a line: `Error R14 (Memory quota exceeded)` of a dyno, `at=error code=H12 desc=…` of the router. */
export function codesIn(line: string): string[] {
  return [...line.matchAll(/(?:Error |code=)([RHL]\d{2})\b/g)].map(([, code]) => code!)
}
