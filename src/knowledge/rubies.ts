import { lifeUntil, type Day, type Life, type Sourced } from './fact.ts'

interface Line extends Sourced {
  /** The lowest version without a known security hole. */
  readonly floor: string
  /** The last day with security updates. */
  readonly ends: Day
}

/** A line of Ruby: all versions that share their first two numbers. */
interface RubyLine {
  /** `3.4` */
  readonly line: string
  /** The lowest version without a known security hole. */
  readonly floor: string
  readonly life: Life
}

const SOURCE = 'ruby-lang.org: downloads/branches; floors by the notes of mastodon/mastodon v4.7.6'

/** The oldest first. All lines that are older have ended. */
const LINES: Readonly<Record<string, Line>> = {
  '3.3': { floor: '3.3.14', ends: '2027-03-31', source: SOURCE, seen: '2026-11-22' },
  '3.4': { floor: '3.4.13', ends: '2028-03-31', source: SOURCE, seen: '2026-11-22' },
  '4.0': { floor: '4.0.10', ends: '2029-03-31', source: SOURCE, seen: '2026-11-22' }
}

/**
 * The known lines of Ruby, the oldest first.
 * @param now milliseconds since 1970
 */
export function rubyLines(now: number): RubyLine[] {
  return Object.entries(LINES).map(([line, { floor, ends }]) => ({ line, floor, life: lifeUntil(ends, now) }))
}

/** What heroku/ruby installs if Gemfile.lock names no Ruby and the build cache has none. It changes every few months. */
export const DEFAULT_RUBY: Sourced & { readonly version: string } = {
  version: '3.3.9',
  source: 'heroku/heroku-buildpack-ruby:lib/language_pack/ruby_version.rb, DEFAULT_VERSION_NUMBER',
  seen: '2026-07-31'
}
