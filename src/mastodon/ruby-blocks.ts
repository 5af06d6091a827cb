/**
 * The lines of a Ruby file, with the conditions under which they run if those are plain tests of environment variables.
 * Nothing is run. It knows how Mastodon's initializers are written. In doubt it says `unclear`, so that no rule is made of
 * what it did not understand.
 */

/** A test of an environment variable: whether it is set, or has a value. */
export interface EnvTest {
  readonly name: string
  /** The value; without it, the variable is set to anything. */
  readonly equals?: string
  /** The test must not hold: `unless`, `!=`, `else`. */
  readonly not: boolean
}

export interface CodeLine {
  /** From 1. */
  readonly number: number
  readonly text: string
  /** All of them must hold. */
  readonly when: readonly EnvTest[]
  /** It depends on another condition or a call, too, or the file may have ended before it. */
  readonly unclear: boolean
}

type Guard = EnvTest | 'unclear' | 'always'

interface Block {
  guard: Guard
  /** A `return` in a method does not end the file. */
  readonly isMethod: boolean
}

const OPENS =
  /^(?:if|unless|case|begin|def|class|module|while|until|for)\b|=\s*(?:if|unless|case|begin)\b|\bdo(?:\s*\|[^|]*\|)?$/
const MODIFIER = /^(.*\S)\s+(if|unless)\s+(.+)$/

/** Blocks in blocks. Nobody writes so many, and each line is returned with the conditions of all of them. */
const DEEPEST = 100

/**
 * The lines of a Ruby file. Comments, blank lines and the text of heredocs are left out, and so is all that comes after
 * blocks that are too deep.
 */
export function codeLines(text: string): CodeLine[] {
  const open: Block[] = []
  const lines: CodeLine[] = []
  let mayHaveEnded = false
  for (const [number, line] of withoutHeredocs(text)) {
    if (/^(?:end|\})(?:\W|$)/.test(line)) {
      open.pop()
      continue
    }
    if (open.length > DEEPEST) return lines
    const top = open.at(-1)
    if (top && /^(?:else|elsif|when|in|rescue|ensure)\b/.test(line)) {
      top.guard = nextBranch(top.guard, line)
      continue
    }
    const [code, modifier] = withoutModifier(line)
    const guards = [...open.map(({ guard }) => guard), ...modifier]
    lines.push({
      number,
      text: code,
      when: guards.filter(guard => typeof guard !== 'string'),
      unclear: mayHaveEnded || guards.includes('unclear')
    })
    if (/^(?:return|next|break)\b/.test(line) && !open.some(({ isMethod }) => isMethod)) mayHaveEnded = true
    const block = openedBy(line)
    if (block) open.push(block)
  }
  return lines
}

/** The lines of a file with their numbers, trimmed, without comments, blank lines and the text of heredocs. */
function withoutHeredocs(text: string): [number: number, line: string][] {
  let heredoc: string | undefined
  return text.split('\n').flatMap((raw, index): [number, string][] => {
    const line = raw.trim()
    if (heredoc !== undefined) {
      if (line === heredoc) heredoc = undefined
      return []
    }
    if (line === '' || line.startsWith('#')) return []
    heredoc = /<<[~-]?['"]?([A-Z_]+)['"]?/.exec(line)?.[1]
    return [[index + 1, line]]
  })
}

/** `abort if ENV['A']`: the code, and the guard behind it, if there is one. */
function withoutModifier(line: string): [code: string, guard: Guard[]] {
  const [, code, word, condition] = (OPENS.test(line) ? undefined : MODIFIER.exec(line)) ?? []
  return code === undefined ? [line, []] : [code, [guardOf(word!, condition!)]]
}

function openedBy(line: string): Block | undefined {
  if (OPENS.test(line) && !/\bend\b/.test(line)) return { guard: guardOfBlock(line), isMethod: /^def\b/.test(line) }
  return /\{(?:\s*\|[^|]*\|)?$/.test(line) ? { guard: 'always', isMethod: false } : undefined
}

function guardOfBlock(line: string): Guard {
  const [, word, condition] = /(?:^|=\s*)(if|unless)\s+(.+)$/.exec(line) ?? []
  if (word !== undefined && condition !== undefined) return guardOf(word, condition)
  // The block of `configure do` or `each do` always runs. A method runs only when it is called, and what `begin` holds may
  // be rescued.
  return /\bdo(?:\s*\|[^|]*\|)?$/.test(line) || /^(?:class|module)\b/.test(line) ? 'always' : 'unclear'
}

function guardOf(word: string, condition: string): Guard {
  const test = envTest(condition.trim())
  if (test === undefined) return 'unclear'
  return word === 'unless' ? { ...test, not: !test.not } : test
}

function nextBranch(guard: Guard, line: string): Guard {
  if (line === 'else') return typeof guard === 'string' ? 'unclear' : { ...guard, not: !guard.not }
  const condition = /^elsif\s+(.+)$/.exec(line)?.[1]
  return condition === undefined ? 'unclear' : guardOf('if', condition)
}

const ENV = String.raw`ENV(?:\[|\.fetch\(|\.key\?\()\s*['"]([A-Z][A-Z0-9_]*)['"]\s*(?:,\s*(?:nil|false|'')\s*)?[\])]`
const IS_SET = new RegExp(`^${ENV}(?:\\.present\\?)?$`)
const IS_EMPTY = new RegExp(`^${ENV}\\.(?:blank|nil|empty)\\?$`)
const COMPARED = new RegExp(`^${ENV}\\s*(==|!=)\\s*['"]([^'"]*)['"]$`)

function envTest(condition: string): EnvTest | undefined {
  const set = IS_SET.exec(condition)?.[1]
  if (set !== undefined) return { name: set, not: false }
  const empty = IS_EMPTY.exec(condition)?.[1]
  if (empty !== undefined) return { name: empty, not: true }
  const [, name, operator, equals] = COMPARED.exec(condition) ?? []
  return name === undefined ? undefined : { name, equals, not: operator === '!=' }
}
