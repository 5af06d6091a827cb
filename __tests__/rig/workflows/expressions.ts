/** Workflow expressions, by GitHub's own evaluator; the functions that ask how a job stands are the runner's (docs.github.com: expressions). */
import { data, Evaluator, Lexer, Parser } from '@actions/expressions'

export type Contexts = Readonly<Record<string, unknown>>

/** How the job stands, for `success()`, `failure()`, `cancelled()`. */
export interface JobStatus {
  readonly failed: boolean
}

/** The text with each `${{ }}` in place. A text that is one expression alone keeps its value's type. */
export function fill(text: unknown, contexts: Contexts, status: JobStatus): unknown {
  if (typeof text !== 'string') return text
  const whole = /^\$\{\{((?:(?!\}\}).)*)\}\}$/s.exec(text)
  if (whole) return evaluate(whole[1]!, contexts, status)
  return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => shown(evaluate(expression, contexts, status)))
}

/** As GitHub writes a value into a text. */
export function shown(value: unknown): string {
  return toData(value).coerceString()
}

/** Whether an `if:` holds; without a status function it holds only if nothing has failed. */
export function holds(condition: unknown, contexts: Contexts, status: JobStatus): boolean {
  if (condition === undefined) return !status.failed
  const expression = shown(condition).replace(/^\$\{\{(.*)\}\}$/s, '$1')
  const asksForStatus = /\b(?:always|success|failure|cancelled)\(\)/.test(expression)
  return Boolean(evaluate(expression, contexts, status)) && (asksForStatus || !status.failed)
}

/** Throws for a context, a function or a word that it does not know. */
function evaluate(expression: string, contexts: Contexts, { failed }: JobStatus): unknown {
  const functions = Object.entries({ always: true, cancelled: false, success: !failed, failure: failed }).map(
    ([name, value]) => ({ name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) })
  )
  const parsed = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), functions).parse()
  const known = new Map(functions.map(one => [one.name, one]))
  const found = new Evaluator(parsed, toData(contexts) as data.Dictionary, known).evaluate()
  return JSON.parse(JSON.stringify(found, data.replacer)) as unknown
}

function toData(value: unknown): data.ExpressionData {
  return JSON.parse(JSON.stringify(value ?? null), data.reviver) as data.ExpressionData
}
