/** Workflow expressions, as far as the examples use them (docs.github.com: contexts, expressions). */

export type Contexts = Readonly<Record<string, unknown>>

/** How the job stands, for `success()`, `failure()`, `cancelled()`. */
export interface JobStatus {
  readonly failed: boolean
}

const TOKEN =
  /\s*(?:(?<text>'(?:[^']|'')*')|(?<number>\d+)|(?<name>[A-Za-z_][\w-]*)|(?<sign>&&|\|\||==|!=|[!().,[\]]))/y

/** The text with each `${{ }}` in place. A text that is one expression alone keeps its value's type. */
export function fill(text: unknown, contexts: Contexts, status: JobStatus): unknown {
  if (typeof text !== 'string') return text
  const whole = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(text)
  if (whole) return evaluate(whole[1]!, contexts, status)
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => shown(evaluate(expression, contexts, status)))
}

/** As GitHub writes a value into a text. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'object' ? JSON.stringify(value) : `${value as string | number | boolean}`
}

/** Whether an `if:` holds; without a status function it holds only where nothing has failed. */
export function holds(condition: unknown, contexts: Contexts, status: JobStatus): boolean {
  if (condition === undefined) return !status.failed
  const expression = shown(condition).replace(/^\$\{\{(.*)\}\}$/s, '$1')
  const asksForStatus = /\b(?:always|success|failure|cancelled)\(\)/.test(expression)
  return Boolean(evaluate(expression, contexts, status)) && (asksForStatus || !status.failed)
}

/** Throws for anything that is not understood: the examples shall stay with what is. */
export function evaluate(expression: string, contexts: Contexts, status: JobStatus): unknown {
  const tokens = tokenize(expression)
  let at = 0
  const next = (): string | undefined => tokens[at]
  const take = (wanted?: string): string => {
    const token = tokens[at++]
    if (token === undefined || (wanted !== undefined && token !== wanted))
      throw new Error(`Expected ${wanted ?? 'more'} in: ${expression}`)
    return token
  }
  const or = (): unknown => {
    let value = and()
    while (next() === '||') {
      take()
      const right = and()
      value ||= right
    }
    return value
  }
  const and = (): unknown => {
    let value = equal()
    while (next() === '&&') {
      take()
      const right = equal()
      value &&= right
    }
    return value
  }
  const equal = (): unknown => {
    const left = unary()
    if (next() !== '==' && next() !== '!=') return left
    const same = take() === '=='
    return sameValue(left, unary()) === same
  }
  const unary = (): unknown => {
    if (next() !== '!') return primary()
    take()
    return !unary()
  }
  const primary = (): unknown => {
    const token = take()
    if (token === '(') {
      const value = or()
      take(')')
      return value
    }
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'")
    if (/^\d/.test(token)) return Number(token)
    if (token === 'true' || token === 'false') return token === 'true'
    if (next() === '(') return call(token)
    if (!(token in contexts)) throw new Error(`There is no context ${token} in: ${expression}`)
    return member(contexts[token])
  }
  const member = (of: unknown): unknown => {
    if (next() !== '.' && next() !== '[') return of
    const dot = take() === '.'
    const name = dot ? take() : shown(or())
    if (!dot) take(']')
    return member((of as Record<string, unknown> | null | undefined)?.[name])
  }
  const call = (name: string): unknown => {
    take('(')
    const values: unknown[] = []
    while (next() !== ')') {
      values.push(or())
      if (next() === ',') take()
    }
    take(')')
    if (name === 'always') return true
    if (name === 'cancelled') return false
    if (name === 'success') return !status.failed
    if (name === 'failure') return status.failed
    if (name === 'format') return shown(values[0]).replace(/\{(\d+)\}/g, (_, n: string) => shown(values[Number(n) + 1]))
    throw new Error(`There is no function ${name} in: ${expression}`)
  }
  const value = or()
  if (at < tokens.length) throw new Error(`Not understood from "${tokens[at]}" on: ${expression}`)
  return value
}

function tokenize(expression: string): string[] {
  const tokens: string[] = []
  const text = expression.trim()
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.length;) {
    const from = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (!match) throw new Error(`Not understood at ${from}: ${expression}`)
    tokens.push(match[0].trim())
  }
  return tokens
}

/** GitHub compares texts without regard to case, and nothing equals an empty text. */
function sameValue(left: unknown, right: unknown): boolean {
  if (typeof left === 'string' && typeof right === 'string') return left.toLowerCase() === right.toLowerCase()
  return (left ?? '') === (right ?? '')
}
