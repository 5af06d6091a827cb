import { codesIn, type LogLine } from '../../heroku/index.ts'
import { ERROR_CODES, LIMITS, type ErrorCode } from '../../knowledge/index.ts'
import { counted, roughDuration } from '../../runtime/index.ts'
import { type Check, type Finding, type Level, type World } from '../check.ts'
import { lookAtPart } from '../findings.ts'

interface Judgement {
  readonly level: Level
  /** How many there must be to warn: a busy instance has some every day. */
  readonly from?: number
  /** What to do, if it is more than to look at the log. */
  readonly remedy?: (app: string) => string
}

/** Mastodon logs each request and job at `info` (mastodon: config/environments/production.rb). */
const logLess = (app: string): string =>
  `Lines are lost. Log less (\`heroku config:set RAILS_LOG_LEVEL=warn --app ${app}\`), or take a larger plan of the log add-on.`

/** How bad Heroku's error codes are for the instance. R14 and R15 are for the check `memory`. */
const JUDGEMENTS: ReadonlyMap<string, Judgement> = new Map(
  Object.entries({
    H10: { level: 'fail' },
    H12: { level: 'warn', from: 5 },
    H13: { level: 'warn', from: 5 },
    H14: { level: 'fail' },
    H15: { level: 'warn', from: 5 },
    H20: { level: 'fail' },
    H21: { level: 'warn' },
    H99: { level: 'warn' },
    R10: { level: 'fail' },
    R12: { level: 'warn', from: 3 },
    R16: { level: 'warn' },
    R17: { level: 'fail' },
    L10: { level: 'warn', remedy: logLess },
    L11: { level: 'warn' },
    L12: { level: 'warn', remedy: logLess },
    L13: { level: 'warn' },
    L14: {
      level: 'warn',
      remedy: app =>
        `\`heroku drains --app ${app}\` lists them. Mend the certificate, or the address, of the one that the log names.`
    }
  } satisfies Partial<Record<ErrorCode, Judgement>>)
)

/** Heroku's program that sends on a dyno's log lines. It has no number, as the app's processes have (`web.1`). */
const SENDER = 'log-shuttle'

/** Milliseconds for which an error counts as recent. */
const RECENT = 3_600_000

/** Characters of time, source and dyno before each line. */
const HEADER = 50

/** Milliseconds of log that tell how much is logged a day: a few minutes, such as a start, do not. */
const SHORTEST = 600_000

/** Heroku's error codes (H, R, L) in the log lines that it still has; and how much is logged. */
export const logCodes: Check = {
  name: 'log-codes',
  title: 'Errors in the log',
  config: [],
  async look(world) {
    const [codes, volume] = await Promise.all([
      lookAtPart('codes', () => codesOf(world)),
      lookAtPart('volume', () => volumeOf(world))
    ])
    return [...codes, ...volume]
  }
}

async function codesOf({ app, clock }: Pick<World, 'app' | 'clock'>): Promise<Finding[]> {
  const now = clock.now()
  const { counts, reach } = codeCounts(await app.platformLog(), now)
  // The lines that log-shuttle lost are told among the app's own.
  const shuttle = (await app.log().catch(() => [])).filter(({ dyno }) => dyno === SENDER)
  for (const [code, seen] of codeCounts(shuttle, now).counts) counts.set(code, seen)
  const found = [...counts].flatMap(([code, seen]) => {
    const judgement = JUDGEMENTS.get(code)
    return judgement ? [{ code: code as ErrorCode, ...judgement, ...seen }] : []
  })
  if (found.length === 0)
    return [{ level: 'ok', about: 'codes', figure: '0', text: `No error of Heroku's in ${reach}` }]
  return found.map(({ code, level, remedy, number, lost, last, from = 1 }) => {
    const ago = roughDuration((now - last) / 1000)
    return {
      level: levelOf(level, number >= from, now - last <= RECENT),
      about: code.toLowerCase(),
      figure: `${number}`,
      text: `${code} ${counted(number, 'time')}, last ${ago} ago: ${ERROR_CODES[code].means}${lost > 0 ? `, ${counted(lost, 'line')} lost` : ''} (in ${reach})`,
      remedy: remedy?.(app.name) ?? `Look at \`heroku logs --num ${LIMITS.logLines} --app ${app.name}\` around it.`,
      link: 'https://devcenter.heroku.com/articles/error-codes'
    }
  })
}

/** A deploy or a crash that is over is worth a look, and no failure. */
function levelOf(level: Level, isOften: boolean, isRecent: boolean): Level {
  if (!isOften) return 'ok'
  return level === 'fail' && !isRecent ? 'warn' : level
}

/** How much is logged, by the last lines: Heroku keeps no more of them. */
async function volumeOf({ app }: Pick<World, 'app'>): Promise<Finding[]> {
  const lines = await app.log()
  const [first, last] = [lines[0], lines.at(-1)]
  if (!first || !last || last.time - first.time < SHORTEST) return []
  const hours = (last.time - first.time) / 3_600_000
  const bytes = lines.reduce((sum, { text }) => sum + text.length + HEADER, 0)
  const daily = ((bytes / hours) * 24) / 1e6
  const figure = `${daily < 10 ? daily.toFixed(1) : Math.round(daily)} MB a day`
  return [
    {
      level: 'ok',
      about: 'volume',
      figure,
      text: `About ${Math.round(lines.length / hours)} lines an hour, ${figure}, by the last ${lines.length} lines; compare it with the quota of your log add-on`
    }
  ]
}

interface Seen {
  readonly number: number
  /** Lost log lines, by Heroku's count. */
  readonly lost: number
  /** Milliseconds since 1970. */
  readonly last: number
}

/** `500 messages dropped since …`, `dropped 1101 messages since …`, `111 messages lost since …`. */
function lostIn(text: string): number {
  const [, before, after] = /\bdropped (\d{1,9}) messages\b|\b(\d{1,9}) messages (?:dropped|lost)\b/.exec(text) ?? []
  return Number(before ?? after ?? 0)
}

/**
 * How often each of Heroku's error codes stands in log lines, and when last.
 * @returns also in what was looked: `1500 lines of the last 5 hours`
 */
export function codeCounts(lines: readonly LogLine[], now: number): { counts: Map<string, Seen>; reach: string } {
  const counts = new Map<string, Seen>()
  for (const { time, source, dyno, text } of lines) {
    // The app itself may print something that looks like a code.
    if (source !== 'heroku' && dyno !== SENDER) continue
    for (const code of codesIn(text)) {
      const { number = 0, lost = 0 } = counts.get(code) ?? {}
      counts.set(code, { number: number + 1, lost: lost + lostIn(text), last: time })
    }
  }
  const since = lines[0]
    ? `${counted(lines.length, 'line')} of the last ${roughDuration((now - lines[0].time) / 1000)}`
    : 'an empty log'
  return { counts, reach: since }
}
