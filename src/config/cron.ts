import { Cron } from 'croner'

/** Names of months and days. Other letters (`L`, `W`) only some programs understand. */
const WORD = /^(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)$/i

/** Why five fields are not valid for cron, or never come true; undefined if they are fine. */
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
