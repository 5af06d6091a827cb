/**
 * The lines of a Ruby file with the conditions under which they run, as far as those are plain tests of environment
 * variables. Nothing is run. It knows the way in which Mastodon's initializers are written, and where it is in doubt it
 * says `unclear`, so that no rule is made of what it did not understand.
 */

/** A test of an environment variable: set at all, or one value. */
export interface EnvTest {
  readonly name: string
  /** Without it: set to anything. */
  readonly equals?: string
  /** It runs where the test does not hold: `unless`, `!=`, `else`. */
  readonly not: boolean
}

export interface CodeLine {
  /** From 1. */
  readonly number: number
  readonly text: string
  /** All of them must hold. */
  readonly when: readonly EnvTest[]
  /** It runs under another condition, too, or when something calls it, or something before it may have ended the file. */
  readonly unclear: boolean
}

type Guard = EnvTest | 'unclear' | 'always'

interface Block {
  guard: Guard
  /** Of a method: what returns from it goes on with the file. */
  readonly isMethod: boolean
}

const OPENS =
  /^(?:if|unless|case|begin|def|class|module|while|until|for)\b|=\s*(?:if|unless|case|begin)\b|\bdo(?:\s*\|[^|]*\|)?$/
const MODIFIER = /^(.*\S)\s+(if|unless)\s+(.+)$/

/** Blocks in blocks: nobody writes so many, and each line is told with all that it stands in. */
const DEEPEST = 100

/** Comments and the text of heredocs are left out, and all that comes after blocks that are too deep. */
export function codeLines(text: string): CodeLine[] {
  const open: Block[] = []
  const lines: CodeLine[] = []
  let heredoc: string | undefined
  let mayHaveEnded = false
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (heredoc !== undefined) {
      if (line === heredoc) heredoc = undefined
      continue
    }
    if (line === '' || line.startsWith('#')) continue
    heredoc = /<<[~-]?['"]?([A-Z_]+)['"]?/.exec(line)?.[1]
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
    const modifier = OPENS.test(line) ? undefined : MODIFIER.exec(line)
    const guards = [...open.map(({ guard }) => guard), ...(modifier ? [guardOf(modifier[2]!, modifier[3]!)] : [])]
    lines.push({
      number: i + 1,
      text: modifier?.[1] ?? line,
      when: guards.filter(guard => typeof guard !== 'string'),
      unclear: mayHaveEnded || guards.includes('unclear')
    })
    if (/^(?:return|next|break)\b/.test(line) && !open.some(({ isMethod }) => isMethod)) mayHaveEnded = true
    if (OPENS.test(line) && !/\bend\b/.test(line)) {
      open.push({ guard: guardOfBlock(line), isMethod: /^def\b/.test(line) })
    } else if (/\{(?:\s*\|[^|]*\|)?$/.test(line)) open.push({ guard: 'always', isMethod: false })
  }
  return lines
}

function guardOfBlock(line: string): Guard {
  const [, word, condition] = /(?:^|=\s*)(if|unless)\s+(.+)$/.exec(line) ?? []
  if (word !== undefined && condition !== undefined) return guardOf(word, condition)
  // A block is run by what it is given to: `configure do`, `each do`. What a method holds runs when it is called, and what
  // `begin` holds may be rescued.
  return /\bdo(?:\s*\|[^|]*\|)?$/.test(line) || /^(?:class|module)\b/.test(line) ? 'always' : 'unclear'
}

function guardOf(word: string, condition: string): Guard {
  const test = envTest(condition.trim())
  return test === undefined ? 'unclear' : word === 'unless' ? { ...test, not: !test.not } : test
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
