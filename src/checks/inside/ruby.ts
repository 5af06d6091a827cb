import { type Check } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'

/**
 * Lines of Ruby with the lowest version without a known hole, and when each ends (ruby-lang.org: downloads/branches; the
 * versions by the notes of Mastodon 4.7.6 of 2026-11-19). As of this version of the action.
 */
const LINES: Readonly<Record<string, { readonly floor: number; readonly ends: string }>> = {
  '3.3': { floor: 14, ends: '2027-03-31' },
  '3.4': { floor: 13, ends: '2028-03-31' },
  '4.0': { floor: 10, ends: '2029-03-31' }
}
const REMEDY =
  'Raise `.ruby-version` as the next Mastodon release does, and deploy; heroku/ruby must have that version for your stack.'
const LINK = 'https://www.ruby-lang.org/en/downloads/branches/'

/** Ruby comes with the slug; everything below it with the base image, which each dyno gets anew when it starts (Dev Center: stack-update-policy). */
export const ruby: Check = {
  name: 'ruby',
  title: 'Ruby',
  config: [],
  deadline: DYNO_DEADLINE,
  async look({ dyno, clock }) {
    const { ruby: figure } = await dyno.part('boot')
    const [, line = '', patch = ''] = /^(\d+\.\d+)\.(\d+)/.exec(figure) ?? []
    const known = LINES[line]
    const [oldest, newest] = [Object.keys(LINES)[0]!, Object.keys(LINES).at(-1)!]
    if (!known) {
      const older = line !== '' && compare(line, oldest) < 0
      const text = older
        ? `Ruby ${figure} gets no security updates any more`
        : `Ruby ${figure} is newer than what this version knows (${newest})`
      return [older ? { level: 'fail', figure, text, remedy: REMEDY, link: LINK } : { level: 'unknown', figure, text }]
    }
    if (clock.now() > Date.parse(known.ends)) {
      return [
        {
          level: 'fail',
          figure,
          text: `Ruby ${line} ended on ${known.ends}; ${figure} gets no security updates`,
          remedy: REMEDY,
          link: LINK
        }
      ]
    }
    if (Number(patch) < known.floor) {
      return [
        {
          level: 'warn',
          figure,
          text: `Ruby ${figure} has known holes that ${line}.${known.floor} closes`,
          remedy: REMEDY,
          link: LINK
        }
      ]
    }
    return [
      {
        level: 'ok',
        figure,
        text: `Ruby ${figure} has no hole that this version knows of; ${line} ends on ${known.ends}`
      }
    ]
  }
}

function compare(one: string, other: string): number {
  const [a = 0, b = 0] = one.split('.').map(Number)
  const [c = 0, d = 0] = other.split('.').map(Number)
  return a - c || b - d
}
