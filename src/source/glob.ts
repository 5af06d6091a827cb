import type { BytePath } from '../runtime/index.ts'

/**
 * Matches names with one part of a glob, between slashes: `*`, `?`, `[a-z]`, `[!a-z]` or `[^a-z]`, and `\` before a
 * character that is meant as such. As in a shell, a wildcard does not match a dot at the start of a name. The time grows
 * at most with pattern × name, for any input.
 */
export function nameMatcher(pattern: BytePath): (name: BytePath) => boolean {
  const tokens = tokenize(charactersOf(pattern))
  const first = tokens[0]
  if (tokens.every(token => typeof token === 'string')) {
    const literal = tokens.join('')
    return name => name === literal
  }
  return name => (name.startsWith('.') && first !== '.' ? false : matches(tokens, charactersOf(name)))
}

/** A character, a test for one character, or ANY_RUN: any number of characters. */
type Token = string | typeof ANY_RUN | ((character: string) => boolean)

const ANY_RUN = Symbol('*')

/** Splits bytes into characters of UTF-8, so that `?` takes a whole one. A byte that is not UTF-8 is a character, too. */
function charactersOf(bytes: string): string[] {
  return bytes.match(/[\xc2-\xf4][\x80-\xbf]{1,3}|[^]/g) ?? []
}

function tokenize(pattern: string[]): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] ?? ''
    const set = character === '[' ? readSet(pattern, at) : undefined
    if (set !== undefined) {
      tokens.push(set.token)
      at = set.end
    } else if (character === '\\' && at + 1 < pattern.length) tokens.push(pattern[++at] ?? '')
    else if (character === '*') tokens.push(ANY_RUN)
    else if (character === '?') tokens.push(() => true)
    else tokens.push(character)
  }
  return tokens
}

/** The set that starts at `[`; undefined if nothing closes it: then `[` is an ordinary character. */
function readSet(pattern: string[], start: number): { token: Token; end: number } | undefined {
  const negated = pattern[start + 1] === '!' || pattern[start + 1] === '^'
  const first = start + (negated ? 2 : 1)
  const end = endOfSet(pattern, first)
  if (end === undefined) return undefined
  const ranges: [string, string][] = []
  for (let at = first; at < end; at++) {
    if (pattern[at] === '\\' && at + 1 < end) at++
    const from = pattern[at] ?? ''
    const isRange = pattern[at + 1] === '-' && at + 2 < end
    if (isRange) at += 2
    ranges.push([from, isRange ? (pattern[at] ?? '') : from])
  }
  // UTF-8 keeps the order of code points, so ranges can be compared as bytes.
  return { token: character => ranges.some(([from, to]) => from <= character && character <= to) !== negated, end }
}

/** A `]` closes the set, but not as its first character, nor after a backslash. */
function endOfSet(pattern: string[], first: number): number | undefined {
  for (let at = first; at < pattern.length; at++) {
    if (pattern[at] === '\\') at++
    else if (pattern[at] === ']' && at > first) return at
  }
  return undefined
}

/** If a character does not match, only the last `*` takes one more; earlier ones never have to. So it never backtracks. */
function matches(tokens: Token[], name: string[]): boolean {
  let [token, at, lastRun, runAt] = [0, 0, -1, 0]
  while (at < name.length) {
    if (tokens[token] === ANY_RUN) {
      lastRun = token++
      runAt = at
    } else if (fits(tokens[token], name[at] ?? '')) {
      token++
      at++
    } else if (lastRun >= 0) {
      token = lastRun + 1
      at = ++runAt
    } else return false
  }
  return tokens.slice(token).every(rest => rest === ANY_RUN)
}

function fits(token: Token | undefined, character: string): boolean {
  return typeof token === 'function' ? token(character) : token === character
}
