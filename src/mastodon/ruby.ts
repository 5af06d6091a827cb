import { lockedRuby, type LockedRuby } from '../buildpacks/index.ts'
import { DEFAULT_RUBY, rubyLines } from '../knowledge/index.ts'
import { compareVersions, isOlder, seriesOf } from './versions.ts'

/** What a tree's files say of Ruby. */
export interface TreeRuby {
  /** What heroku/ruby installs; absent if Gemfile.lock names none, or is not there. */
  readonly locked?: LockedRuby
  /** Whether there is a Gemfile.lock: without one heroku/ruby stops. */
  readonly hasLock: boolean
  /** `.ruby-version`, for version managers (rbenv, mise) and Mastodon's own tests. heroku/ruby does not read it. */
  readonly file?: string
  /** What the Gemfile's `ruby` line wants: Bundler stops if one is not met. Empty if there is no such line, or it is no plain text. */
  readonly takes: readonly Requirement[]
}

/** A requirement of RubyGems (rubygems: lib/rubygems/requirement.rb). */
export interface Requirement {
  readonly operator: '>=' | '<=' | '>' | '<' | '~>' | '!=' | '='
  readonly version: string
}

/** What a tree says of Ruby. @param files their texts; empty for one that is not there */
export function readRuby(files: { gemfileLock: string; gemfile: string; rubyVersion: string }): TreeRuby {
  const locked = lockedRuby(files.gemfileLock)
  const file = ofRubyVersion(files.rubyVersion)
  return {
    ...(locked && { locked }),
    hasLock: files.gemfileLock !== '',
    ...(file !== undefined && { file }),
    takes: ofGemfile(files.gemfile, file)
  }
}

/** Reads `3.4.7`, `ruby-3.4.7`, `3.4.7@gemset`, with comments. Several lines, or two numbers, do not name one Ruby. */
function ofRubyVersion(text: string): string | undefined {
  const lines = text.split('\n').map(line => line.replace(/#.*$/s, '').trim())
  const [line = '', ...more] = lines.filter(Boolean)
  const [, version, pre] = /^(?:ruby-)?(\d{1,6}\.\d{1,6}\.\d{1,6})(?:[.-]([\w.-]{1,40}))?(?:@.*)?$/.exec(line) ?? []
  if (version === undefined || more.length > 0) return undefined
  return pre === undefined ? version : `${version}.${pre}`
}

const TEXT = String.raw`(?:'[^'\n]*'|"[^"\n]*")`
/** A `ruby` statement of plain texts, perhaps with options behind: `ruby '>= 3.3.0', '< 4.1.0'`. */
const STATEMENT = new RegExp(
  String.raw`^ruby[ \t]*\(?[ \t]*\[?\s*(${TEXT}(?:\s*,\s*${TEXT})*)\s*\]?[ \t]*(?:\)|#|\r?$|,\s*:?(?:engine|patchlevel)\b)`,
  'm'
)
/** The very version of that file, since Bundler 2.4.19 (bundler: lib/bundler/ruby_dsl.rb). */
const BY_FILE = /^ruby[ \t]*\(?[ \t]*file:\s*['"]\.ruby-version['"]/
/** Characters of the statement that are read: it is hostile text. */
const LONGEST = 1_000

function ofGemfile(gemfile: string, file: string | undefined): Requirement[] {
  const at = gemfile.search(/^ruby\b/m)
  const statement = at === -1 ? '' : gemfile.slice(at, at + LONGEST)
  if (BY_FILE.test(statement)) return file === undefined ? [] : [{ operator: '=', version: file }]
  const [, texts = ''] = STATEMENT.exec(statement) ?? []
  const parts = texts.match(new RegExp(TEXT, 'g')) ?? []
  const read = parts.map(part => /^.\s*(>=|<=|~>|!=|>|<|=)?\s*(\d[\w.]{0,40})\s*.$/.exec(part))
  return read.every(part => part !== null)
    ? read.map(([, operator = '=', version = '']) => ({ operator: operator as Requirement['operator'], version }))
    : []
}

/** Whether Bundler runs with a Ruby. */
export function isTaken(version: string, takes: readonly Requirement[]): boolean {
  return takes.every(({ operator, version: than }) => {
    const difference = compareVersions(version, than)
    switch (operator) {
      case '>=':
        return difference >= 0
      case '<=':
        return difference <= 0
      case '>':
        return difference > 0
      case '<':
        return difference < 0
      case '!=':
        return difference !== 0
      case '=':
        return difference === 0
      case '~>':
        return difference >= 0 && compareVersions(version, bumped(than)) < 0
    }
  })
}

/** The first version that `~>` leaves out: 3.4 for `~> 3.3.1`, 4 for `~> 3.3`. */
function bumped(version: string): string {
  const numbers = version.split('.').map(Number)
  const kept = numbers.length > 1 ? numbers.slice(0, -1) : numbers
  return [...kept.slice(0, -1), (kept.at(-1) ?? 0) + 1].join('.')
}

/** How safe a Ruby is. `ends` is a day, `2028-03-31`. */
type RubyState =
  | { readonly is: 'safe'; readonly line: string; readonly ends: string }
  /** It has known holes, which `floor` closes. */
  | { readonly is: 'holed'; readonly line: string; readonly floor: string }
  /** Its line gets no more updates: since `ends`, if that is known. */
  | { readonly is: 'ended'; readonly line: string; readonly ends?: string }
  /** Its line is newer than `newest`, the last that is known here; or it is no version. */
  | { readonly is: 'unknown'; readonly newest: string }

/** How safe a Ruby is. @param now milliseconds since 1970 */
export function stateOfRuby(version: string, now: number): RubyState {
  const lines = rubyLines(now)
  const series = seriesOf(version)
  const known = lines.find(({ line }) => line === series)
  if (!known) {
    const isOld = /^\d+\.\d+/.test(version) && isOlder(series, lines[0]?.line)
    return isOld ? { is: 'ended', line: series } : { is: 'unknown', newest: lines.at(-1)?.line ?? '' }
  }
  const { line, floor, life } = known
  if (life.state === 'ended') return { is: 'ended', line, ends: life.ends }
  return isOlder(version, floor) ? { is: 'holed', line, floor } : { is: 'safe', line, ends: life.ends }
}

/** Words that follow `Ruby 3.4.1`, without a full stop. */
export function rubyInWords(state: RubyState): string {
  switch (state.is) {
    case 'safe':
      return `has no hole that this version knows of; ${state.line} ends on ${state.ends}`
    case 'holed':
      return `has known holes that ${state.floor} closes`
    case 'ended':
      return `gets no security updates any more${state.ends === undefined ? '' : `: ${state.line} ended on ${state.ends}`}`
    case 'unknown':
      return `is newer than what this version knows (${state.newest})`
  }
}

/** The lowest Ruby that is not older, has no known hole, and is taken by the Gemfile; undefined if there is none. */
export function safeRuby(version: string | undefined, takes: readonly Requirement[], now: number): string | undefined {
  return rubyLines(now).find(
    ({ floor, life }) => life.state !== 'ended' && isTaken(floor, takes) && !isOlder(floor, version)
  )?.floor
}

/**
 * How to make Heroku install a Ruby, as part of a sentence. `bundle lock` alone keeps the Ruby that Gemfile.lock names, and
 * `bundle update --ruby` writes the one that it runs with (__tests__/mastodon/bundler.test.ts).
 */
export function pinRuby(version: string): string {
  return `change the line below \`RUBY VERSION\` in Gemfile.lock to \`ruby ${version}\` (\`bundle update --ruby\` does that, run with Ruby ${version}), write \`${version}\` to \`.ruby-version\`, and commit both`
}

/** What to do about a Ruby with holes. */
export function adviseRuby(version: string, takes: readonly Requirement[], now: number): string {
  const safe = safeRuby(version, takes, now)
  return safe === undefined
    ? 'Deploy a version of Mastodon that takes a newer Ruby.'
    : `For Ruby ${safe}: ${pinRuby(safe)}. Or deploy a version of Mastodon whose Gemfile.lock names ${safe} or newer.`
}

/** `November 2026`, of `2026-11-25`. (Intl.DateTimeFormat takes 7 ms to make.) */
function monthOf(day: string): string {
  const months = 'January February March April May June July August September October November December'.split(' ')
  return `${months[Number(day.slice(5, 7)) - 1]} ${day.slice(0, 4)}`
}

export const NO_RUBY_LOCKED = `Gemfile.lock names no Ruby, so heroku/ruby takes the one of the build before, if the build cache has it, else its default (${DEFAULT_RUBY.version} in ${monthOf(DEFAULT_RUBY.seen)})`

/**
 * How to make a Gemfile.lock name a Ruby: Bundler adds it only if the Gemfile has a `ruby` line.
 * @param wanted the Ruby that runs, or that `.ruby-version` names
 */
export function lockRuby(wanted: string | undefined, takes: readonly Requirement[], now: number): string {
  const isBad = wanted !== undefined && ['holed', 'ended'].includes(stateOfRuby(wanted, now).is)
  const version = isBad ? safeRuby(wanted, takes, now) : wanted
  return `Run \`bundle lock\` with ${version === undefined ? 'the Ruby that you want' : `Ruby ${version}`}, which adds \`RUBY VERSION\` to Gemfile.lock, and commit that. The Gemfile needs a \`ruby\` line for it, as Mastodon's has.`
}
