import {
  adviseRuby,
  compareVersions,
  lockRuby,
  NO_RUBY_LOCKED,
  rubyInWords,
  stateOfRuby,
  type TreeRuby
} from '../../mastodon/index.ts'
import { type Check, type Finding } from '../check.ts'
import { DYNO_DEADLINE } from '../dyno.ts'

const LINK = 'https://www.ruby-lang.org/en/downloads/branches/'
const LEVELS = { safe: 'ok', holed: 'warn', ended: 'fail', unknown: 'unknown' } as const

/**
 * Whether the Ruby that runs, and the one of the next slug, have known holes. Ruby comes with the slug. Everything below it
 * comes with the base image, which Heroku renews when a dyno starts (Dev Center: stack-update-policy).
 */
export const ruby: Check = {
  name: 'ruby',
  title: 'Ruby',
  config: [],
  deadline: DYNO_DEADLINE,
  async look({ dyno, job, clock }) {
    // If the checkout cannot tell the next Ruby, the one that runs is still told.
    const [{ ruby: figure }, next] = await Promise.all([dyno.part('boot'), job.ruby().catch(() => undefined)])
    const now = clock.now()
    const state = stateOfRuby(figure, now)
    const level = LEVELS[state.is]
    const running: Finding = { level, figure, text: `Ruby ${figure} ${rubyInWords(state)}` }
    return level === 'warn' || level === 'fail'
      ? [
          { ...running, more: seen(next), remedy: remedyOf(figure, next, now), link: LINK },
          ...notLocked(figure, next, now)
        ]
      : [running, ...notLocked(figure, next, now), ...nextBuild(figure, next, now)]
  }
}

/** Which Ruby the next build installs, and that `.ruby-version` does not decide it. */
function seen(next: TreeRuby | undefined): string[] {
  if (!next?.locked) return []
  const { version } = next.locked
  const differs = next.file !== undefined && compareVersions(next.file, version) !== 0
  return [
    `A build of the checked-out commit installs Ruby ${version}, which its Gemfile.lock names${differs ? `; \`.ruby-version\` names ${next.file}, and heroku/ruby installs nothing by that` : ''}`
  ]
}

function remedyOf(running: string, next: TreeRuby | undefined, now: number): string {
  if (!next) return `If heroku/ruby builds this app: ${adviseRuby(running, [], now)} Then deploy.`
  const { locked, takes } = next
  if (!locked) return `${lockRuby(next.file ?? running, takes, now)} Then deploy.`
  return stateOfRuby(locked.version, now).is === 'safe'
    ? `Deploy the checked-out commit: it brings Ruby ${locked.version}.`
    : `${adviseRuby(locked.version, takes, now)} Then deploy; heroku/ruby must have that Ruby for your stack.`
}

function notLocked(running: string, next: TreeRuby | undefined, now: number): Finding[] {
  if (!next || next.locked) return []
  const remedy = lockRuby(next.file ?? running, next.takes, now)
  return [{ level: 'warn', about: 'next-build', text: `${NO_RUBY_LOCKED}; Ruby ${running} runs now`, remedy }]
}

/** Warns if the next build would bring a Ruby with holes to an app that has none. */
function nextBuild(running: string, next: TreeRuby | undefined, now: number): Finding[] {
  if (!next?.locked || next.locked.jruby !== undefined) return []
  const { version } = next.locked
  const state = stateOfRuby(version, now)
  if (compareVersions(version, running) === 0 || (state.is !== 'holed' && state.is !== 'ended')) return []
  return [
    {
      level: 'warn',
      about: 'next-build',
      figure: version,
      text: `A build of the checked-out commit installs Ruby ${version}, which its Gemfile.lock names: it ${rubyInWords(state)}`,
      remedy: adviseRuby(version, next.takes, now),
      link: LINK
    }
  ]
}
