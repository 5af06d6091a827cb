import { Cron } from 'croner'

/** Names of months and days; other letters (`L`, `W`) mean something to some programs alone. */
const WORD = /^(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)$/i

/** Why five fields are not those of cron, or when they never come; undefined where they are fine. */
export function cronProblem(cron: string): string | undefined {
  const stranger = cron.match(/[A-Za-z]+/g)?.find(word => !WORD.test(word))
  if (stranger !== undefined) return `"${stranger}" is neither a month nor a day`
  try {
    const times = new Cron(cron, { timezone: 'UTC', mode: '5-part', paused: true })
    return times.nextRun(new Date(Date.UTC(2026, 0, 1))) ? undefined : 'they never come'
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, '') : 'they cannot be read'
  }
}
