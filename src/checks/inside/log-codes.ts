import { errorIn, type LogLine } from '../../heroku/index.ts'
import { ERROR_CODES, LIMITS, type ErrorCode } from '../../knowledge/index.ts'
import { counted, roughDuration } from '../../runtime/index.ts'
import { type Check, type Finding, type Level, type World } from '../check.ts'
import { lookAtPart } from '../findings.ts'
import { brief } from '../probes/network.ts'

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
const moreWeb = (app: string): string =>
  `Let web take more: more dynos (\`heroku ps:scale web=2 --app ${app}\`), a larger size, or a higher \`WEB_CONCURRENCY\`; look first whether Postgres is slow (\`heroku pg:ps --app ${app}\`).`
const platform = (): string => 'Look at https://status.heroku.com; there is nothing to mend in the app.'

/** How bad Heroku's error codes are for the instance; `memory` looks at R14 and R15. */
const JUDGEMENTS: Readonly<Record<ErrorCode, Judgement | 'memory'>> = {
  H10: { level: 'fail' },
  H11: { level: 'warn', remedy: moreWeb },
  H12: { level: 'warn', from: 5 },
  H13: { level: 'warn', from: 5 },
  H14: {
    level: 'fail',
    remedy: app => `Look at \`heroku ps --app ${app}\`; if web is at 0: \`heroku ps:scale web=1 --app ${app}\`.`
  },
  H15: { level: 'warn', from: 5 },
  H17: { level: 'warn' },
  H18: { level: 'warn', from: 5 },
  H19: { level: 'warn', from: 3, remedy: moreWeb },
  H20: { level: 'fail' },
  H21: { level: 'warn' },
  H22: { level: 'warn', remedy: moreWeb },
  H23: { level: 'warn', from: 5, remedy: () => 'Let the proxy or CDN before the app pass WebSockets on.' },
  H24: { level: 'warn', from: 5, remedy: platform },
  H25: { level: 'warn', from: 5 },
  // What clients do: it says something of the instance only if it is much.
  H26: { level: 'warn', from: 100 },
  H27: { level: 'warn', from: 100 },
  H28: { level: 'warn', from: 100 },
  // Crawlers keep old DNS entries for long (Dev Center: error-codes).
  H31: {
    level: 'warn',
    from: 100,
    remedy: app => `Compare the DNS, and what a CDN asks, with \`heroku domains --app ${app}\`.`
  },
  H32: {
    level: 'warn',
    from: 5,
    remedy: app => `Look at \`heroku certs --app ${app}\`, and at what is before the app.`
  },
  // Somebody has switched it on; if it still is, the check `health` fails.
  H80: { level: 'ok' },
  H81: { level: 'fail', remedy: () => 'Deploy: `command: deploy`.' },
  H82: {
    level: 'fail',
    remedy: app =>
      `Eco dynos of the whole account share its hours, which begin anew each month. Go to a size without: \`heroku ps:type basic --app ${app}\`.`
  },
  H83: { level: 'fail', remedy: platform },
  H99: { level: 'warn', remedy: platform },
  R10: { level: 'fail' },
  R12: { level: 'warn', from: 3 },
  R13: {
    level: 'warn',
    remedy: () => 'Whoever starts one-off dynos must be allowed to connect to rendezvous.runtime.heroku.com, port 5000.'
  },
  R14: 'memory',
  R15: 'memory',
  R16: { level: 'warn' },
  R17: { level: 'fail' },
  R99: { level: 'warn', remedy: platform },
  L10: { level: 'warn', remedy: logLess },
  L11: { level: 'warn' },
  L12: { level: 'warn', remedy: logLess },
  L13: { level: 'warn' },
  L14: {
    level: 'warn',
    remedy: app =>
      `\`heroku drains --app ${app}\` lists them. Mend the certificate, or the address, of the one that the log names.`
  },
  L15: { level: 'warn' }
}

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

async function codesOf({ app, clock }: Pick<World, 'app' | 'clock'>): Promise<readonly Finding[]> {
  const now = clock.now()
  const lines = await app.platformLog()
  const { counts, reach } = codeCounts(lines, now)
  // The lines that log-shuttle lost are told among the app's own.
  const lost = await lookAtPart('lost-lines', async () => {
    const shuttle = codeCounts(
      (await app.log()).filter(({ dyno }) => dyno === SENDER),
      now
    )
    for (const [code, seen] of shuttle.counts) counts.set(code, seen)
    return []
  })
  const found = [...counts].flatMap(([code, seen]) => judged(code, seen, now, reach, app.name))
  if (found.length > 0) return [...found, ...lost]
  if (lines.length === 0)
    return [
      {
        level: 'unknown',
        about: 'codes',
        text: 'Heroku has no line of its own in the log',
        remedy: `See whether \`heroku logs --source heroku --app ${app.name}\` shows any.`
      },
      ...lost
    ]
  const also = counts.size > 0 ? ` but ${[...counts.keys()].join(' and ')}, of which the check \`memory\` tells,` : ''
  return [{ level: 'ok', about: 'codes', figure: '0', text: `No error of Heroku's${also} in ${reach}` }, ...lost]
}

/** What to tell of a code. One that the table does not have may mean anything, so it is never well. */
function judged(code: string, seen: Seen, now: number, reach: string, app: string): Finding[] {
  const known = isKnown(code)
  const judgement = known ? JUDGEMENTS[code] : ({ level: 'warn' } as const)
  if (judgement === 'memory') return []
  const { level, from = 1, remedy = lookAt } = judgement
  const { number, lost, last, title } = seen
  const means = known ? ERROR_CODES[code].means : `${title && `“${title}”; `}this version does not know what that is`
  return [
    {
      level: levelOf(level, number >= from, now - last <= RECENT),
      about: code.toLowerCase(),
      figure: `${number}`,
      text: `${code} ${counted(number, 'time')}, last ${roughDuration((now - last) / 1000)} ago: ${means}${lost > 0 ? `, ${counted(lost, 'line')} lost` : ''} (in ${reach})`,
      remedy: remedy(app),
      link: 'https://devcenter.heroku.com/articles/error-codes'
    }
  ]
}

function isKnown(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code)
}

function lookAt(app: string): string {
  return `Look at \`heroku logs --num ${LIMITS.logLines} --app ${app}\` around it.`
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
  /** As Heroku calls it in the last line. Empty if it does not. */
  readonly title: string
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
    const error = errorIn(text)
    if (!error) continue
    const { number = 0, lost = 0 } = counts.get(error.code) ?? {}
    counts.set(error.code, { number: number + 1, lost: lost + lostIn(text), last: time, title: brief(error.title, 60) })
  }
  const since = lines[0]
    ? `${counted(lines.length, 'line')} of the last ${roughDuration((now - lines[0].time) / 1000)}`
    : 'an empty log'
  return { counts, reach: since }
}
