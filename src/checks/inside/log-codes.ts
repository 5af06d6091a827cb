import { codesIn, type LogLine } from '../../heroku/index.ts'
import { ERROR_CODES, LIMITS, type ErrorCode } from '../../knowledge/index.ts'
import { type Check, type Finding, type Level, type World } from '../check.ts'
import { counted, part, span } from '../figures.ts'

interface Judgement {
  readonly level: Level
  /** How many there must be before it is worth a word: a busy instance has some of them every day. */
  readonly from?: number
  /** If there is more to do than to look at the log. */
  readonly remedy?: (app: string) => string
}

/** Mastodon logs each request and job at `info` (mastodon: config/environments/production.rb). */
const logLess = (app: string): string =>
  `Lines are lost. Log less (\`heroku config:set RAILS_LOG_LEVEL=warn --app ${app}\`), or take a larger plan of the log add-on.`

/** How bad Heroku's codes are, of those that tell something about the instance. R14 and R15 are told by `memory`. */
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

/** What sends a dyno's lines on. Processes of the app have a number: `web.1`. */
const SENDER = 'log-shuttle'

/** Milliseconds in which a fault counts as now. */
const RECENT = 3_600_000

/** Characters of time, source and dyno before each line. */
const HEADER = 50

/** Milliseconds. The lines of a minute, such as those of a start, say nothing of a day. */
const SHORTEST = 600_000

/** H, R and L codes in the lines that Heroku still has, with the time they span; and how much is logged. */
export const logCodes: Check = {
  name: 'log-codes',
  title: 'Errors in the log',
  config: [],
  async look(world) {
    const [codes, volume] = await Promise.all([
      part('codes', () => codesOf(world)),
      part('volume', () => volumeOf(world))
    ])
    return [...codes, ...volume]
  }
}

async function codesOf({ app, clock }: World): Promise<Finding[]> {
  const now = clock.now()
  const { counts, reach } = codeCounts(await app.platformLog(), now)
  // What a dyno's own sender lost stands among the lines of the app.
  const shuttle = (await app.log().catch(() => [])).filter(({ dyno }) => dyno === SENDER)
  for (const [code, seen] of codeCounts(shuttle, now).counts) counts.set(code, seen)
  const found = [...counts].flatMap(([code, seen]) => {
    const judgement = JUDGEMENTS.get(code)
    return judgement ? [{ code: code as ErrorCode, ...judgement, ...seen }] : []
  })
  if (found.length === 0)
    return [{ level: 'ok', about: 'codes', figure: '0', text: `No error of Heroku's in ${reach}` }]
  return found.map(({ code, level, remedy, number, lost, last, from = 1 }) => {
    const ago = span((now - last) / 1000)
    // A deploy or a crash that is over is worth a look, and not a red morning.
    const recent = now - last <= RECENT
    return {
      level: number < from ? 'ok' : level === 'fail' && !recent ? 'warn' : level,
      about: code.toLowerCase(),
      figure: `${number}`,
      text: `${code} ${counted(number, 'time')}, last ${ago} ago: ${ERROR_CODES[code].means}${lost > 0 ? `, ${counted(lost, 'line')} lost` : ''} (in ${reach})`,
      remedy: remedy?.(app.name) ?? `Look at \`heroku logs --num ${LIMITS.logLines} --app ${app.name}\` around it.`,
      link: 'https://devcenter.heroku.com/articles/error-codes'
    }
  })
}

/** Heroku keeps no longer history, so the rate is that of the last lines. */
async function volumeOf({ app }: World): Promise<Finding[]> {
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

export interface Seen {
  readonly number: number
  /** Log lines that were lost, as Heroku counts them. */
  readonly lost: number
  /** Milliseconds since 1970. */
  readonly last: number
}

/** `500 messages dropped since …`, `dropped 1101 messages since …`, `111 messages lost since …`. */
function lostIn(text: string): number {
  const [, before, after] = /\bdropped (\d{1,9}) messages\b|\b(\d{1,9}) messages (?:dropped|lost)\b/.exec(text) ?? []
  return Number(before ?? after ?? 0)
}

/** How often each code came, and in what: `1500 lines of the last 5 hours`. */
export function codeCounts(lines: readonly LogLine[], now: number): { counts: Map<string, Seen>; reach: string } {
  const counts = new Map<string, Seen>()
  for (const { time, source, dyno, text } of lines) {
    // What the app prints may look like one.
    if (source !== 'heroku' && dyno !== SENDER) continue
    for (const code of codesIn(text)) {
      const { number = 0, lost = 0 } = counts.get(code) ?? {}
      counts.set(code, { number: number + 1, lost: lost + lostIn(text), last: time })
    }
  }
  const since = lines[0]
    ? `${counted(lines.length, 'line')} of the last ${span((now - lines[0].time) / 1000)}`
    : 'an empty log'
  return { counts, reach: since }
}
