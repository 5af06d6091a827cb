import { Cron } from 'croner'
import { type TaskWish } from './task.ts'

const EVERY_10_MINUTES = '*/10 * * * *'

/** A task's times as five fields of cron, in normal form: by `every` and `at`, or its own `cron`. */
export function cronOf({ every, at = '', cron }: Pick<TaskWish, 'every' | 'at' | 'cron'>): string {
  const [hour = '', minute = ''] = at.split(':')
  switch (every) {
    case '10 minutes':
      return EVERY_10_MINUTES
    case 'hour':
      return `${Number(minute)} * * * *`
    case 'day':
      return `${Number(minute)} ${Number(hour)} * * *`
    default:
      return normalCron(cron ?? '')
  }
}

/** Single spaces, no leading zeros, names in capitals: so that two crons of one meaning are mostly spelled alike. */
function normalCron(cron: string): string {
  return cron
    .trim()
    .toUpperCase()
    .replace(/\s+/g, ' ')
    .replace(/\b0+(?=\d)/g, '')
}

/** Times that have a plain name: minutes between them, and minutes after the hour or after 00:00 UTC. */
export interface PlainTimes {
  readonly every: 10 | 60 | 1440
  readonly at: number
}

/** The plain name of a cron's times; undefined if it has none. */
export function plainTimes(cron: string): PlainTimes | undefined {
  if (cron === EVERY_10_MINUTES) return { every: 10, at: 0 }
  const [, minute, hour] = /^(\d+) (\d+|\*) \* \* \*$/.exec(cron) ?? []
  if (minute === undefined) return undefined
  return hour === '*' ? { every: 60, at: Number(minute) } : { every: 1440, at: Number(hour) * 60 + Number(minute) }
}

/** The cron of times with a plain name. */
export function cronOfPlain({ every, at }: PlainTimes): string {
  if (every === 10) return EVERY_10_MINUTES
  return every === 60 ? `${at} * * * *` : `${at % 60} ${Math.floor(at / 60)} * * *`
}

/** `every day at 03:30`, `every hour at :20`, `every 10 minutes`, else `by cron: 0 4 * * 1`. All UTC. */
export function describeCron(cron: string): string {
  const times = plainTimes(cron)
  if (!times) return `by cron: ${cron}`
  const { every, at } = times
  if (every === 10) return 'every 10 minutes'
  return every === 60 ? `every hour at ${clockTime(at).slice(2)}` : `every day at ${clockTime(at)}`
}

/** A scheduler's times: as cron, if they are a cron in UTC, and for people. */
export function timesShown(
  expression: string,
  isCron: boolean,
  zone: string | null | undefined
): { readonly cron: string | undefined; readonly when: string } {
  const inUtc = zone === null || zone === undefined || zone === 'UTC'
  if (!isCron || !inUtc) return { cron: undefined, when: `${expression}${inUtc ? '' : ` (${zone})`}` }
  const cron = normalCron(expression)
  return { cron, when: describeCron(cron) }
}

/** `03:30`, by the minutes after midnight. */
export function clockTime(at: number): string {
  return [Math.floor(at / 60), at % 60].map(part => String(part).padStart(2, '0')).join(':')
}

/** The first time after a moment (milliseconds since 1970); undefined if there is none, or if it is not a cron that is known here. */
export function nextTime(cron: string, after: number): number | undefined {
  try {
    return parsed(cron).nextRun(new Date(after))?.getTime()
  } catch {
    return undefined
  }
}

/** No more times are counted. */
const MOST_TIMES = 1_000

/** The newest time after `after` and up to `until`, and how many there are, 1,000 at most; undefined if there is none. */
export function timesBetween(
  cron: string,
  after: number,
  until: number
): { newest: number; count: number } | undefined {
  const times = parsed(cron)
  const newest = times.previousRuns(1, new Date(until + 1))[0]?.getTime()
  if (newest === undefined || newest <= after) return undefined
  let count = 0
  for (let at: Date | null = new Date(after); at && count < MOST_TIMES; count++) {
    at = times.nextRun(at)
    if (!at || at.getTime() > until) break
  }
  return { newest, count }
}

/** Minutes between two runs, in the mean of a hundred; `Infinity` if there are fewer than two. */
export function meanGap(cron: string): number {
  const monday = new Date(Date.UTC(2026, 0, 5))
  const runs = parsed(cron)
    .nextRuns(100, monday)
    .map(run => run.getTime())
  const [first, last] = [runs[0], runs.at(-1)]
  return first === undefined || last === undefined || runs.length < 2
    ? Infinity
    : (last - first) / (runs.length - 1) / 60_000
}

function parsed(cron: string): Cron {
  return new Cron(cron, { timezone: 'UTC', mode: '5-part', paused: true })
}
