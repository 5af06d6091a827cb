import { type RubyText } from './ruby-text.ts'

/** Offsets: of the first character, and behind the last. */
interface Range {
  readonly from: number
  readonly to: number
}

interface Method extends Range {
  readonly name: string
}

/** Blanks code that runs only when a migration is reversed: `def down`, methods that only it calls, `dir.down`. */
export function forwardOnly(ruby: RubyText): RubyText {
  const methods = findMethods(ruby.code)
  const backwards = onlyBackwards(ruby.code, methods)
  const ranges = [...backwards, ...findDownBlocks(ruby.code)]
  return { code: blank(ruby.code, ranges), sql: blank(ruby.sql, ranges) }
}

/** Finds methods by indentation: `end` is as deep as `def`. Any other method counts as code that runs. */
function findMethods(code: string): Method[] {
  return [...code.matchAll(/^([ \t]{0,200})def[ \t]+(?:self\.)?(\w+[?!]?)([^\n]*)/gm)].flatMap(match => {
    const [head, indent, name, rest] = match as unknown as [string, string, string, string]
    const to = /;[ \t]*end\b/.test(rest)
      ? match.index + head.length
      : endOfBlock(code, match.index + head.length, indent)
    return to === undefined ? [] : [{ name, from: match.index, to }]
  })
}

/** The offset behind the next `end` of that indentation; undefined if something else of it comes first. */
function endOfBlock(code: string, from: number, indent: string): number | undefined {
  const next = new RegExp(`^${indent}(end\\b|def\\b|class\\b|module\\b)`, 'gm')
  next.lastIndex = from
  const found = next.exec(code)
  return found?.[1] === 'end' ? next.lastIndex : undefined
}

function onlyBackwards(code: string, methods: Method[]): Method[] {
  const bodies = new Map<string, string>()
  for (const { name, from, to } of methods) bodies.set(name, `${bodies.get(name) ?? ''}\n${code.slice(from, to)}`)
  const forward = reachable(`${blank(code, methods)}\nup change`, bodies)
  const backward = reachable('down', bodies)
  return methods.filter(({ name }) => backward.has(name) && !forward.has(name))
}

/** Names of the methods that a text mentions, and that those mention in turn. */
function reachable(text: string, bodies: ReadonlyMap<string, string>): Set<string> {
  const seen = new Set<string>()
  const waiting = [text]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const word of new Set(next.match(/\w+[?!]?/g))) {
      const body = bodies.get(word)
      if (body === undefined || seen.has(word)) continue
      seen.add(word)
      waiting.push(body)
    }
  }
  return seen
}

function findDownBlocks(code: string): Range[] {
  return [...code.matchAll(/^([ \t]{0,200})\w+\.down[ \t]*(do\b[^\n]*$|\{[^{}\n]*\}[ \t]*$|\{[ \t]*$)/gm)].flatMap(
    match => {
      const [head, indent, body] = match as unknown as [string, string, string]
      const from = match.index
      if (/\}[ \t]*$/.test(body)) return [{ from, to: from + head.length }]
      const closing = new RegExp(`^${indent}(?:end\\b|\\})`, 'gm')
      closing.lastIndex = from + head.length
      return closing.exec(code) === null ? [] : [{ from, to: closing.lastIndex }]
    }
  )
}

function blank(text: string, ranges: Range[]): string {
  const kept: string[] = []
  let at = 0
  for (const { from, to } of [...ranges].sort((one, other) => one.from - other.from)) {
    if (to <= at) continue
    kept.push(text.slice(at, Math.max(at, from)), text.slice(Math.max(at, from), to).replace(/[^\n]/g, ' '))
    at = to
  }
  return kept.join('') + text.slice(at)
}
