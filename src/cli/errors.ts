import { InputError } from '../inputs/index.ts'
import { errorText, explainSystem, MAKE_KEY, UserError } from '../runtime/index.ts'
import { OUR_FAULT, type Verdict } from '../verdict/index.ts'
import { UsageError } from './arguments.ts'
import { withoutEscapes } from './terminal/escapes.ts'
import { type Paint } from './terminal/style.ts'

/** An error as it is told on a terminal. */
export interface ToldError {
  readonly lines: readonly string[]
  readonly exitCode: 1 | 2
}

/** What failed, what to do next, and the cause if it helps. What commands call an input is a flag here. */
export function tellError(thrown: unknown, paint: Paint): ToldError {
  const error = explainSystem(thrown)
  const title = paint('red', 'Error:')
  if (!(error instanceof UserError)) {
    const stack = error instanceof Error && error.stack ? error.stack : errorText(error)
    return { lines: [`${title} ${withoutEscapes(stack)}`, OUR_FAULT], exitCode: 1 }
  }
  const lines = [`${title} ${withoutEscapes(inFlags(error.message))}`, withoutEscapes(inFlags(error.nextStep))]
  if (error.cause !== undefined) lines.push(paint('dim', `Cause: ${withoutEscapes(errorText(error.cause))}`))
  return { lines, exitCode: error instanceof UsageError || error instanceof InputError ? 2 : 1 }
}

/** A verdict that is not green, as an error is told. */
export function tellVerdict({ headline, next }: Verdict, paint: Paint): ToldError {
  const lines = [headline, ...next].map(line => withoutEscapes(inFlags(line)))
  lines[0] = `${paint('red', 'Error:')} ${lines[0]}`
  return { lines, exitCode: 1 }
}

/** What a person at a terminal does about a key, in place of storing it for a workflow. */
const LOG_IN =
  'Log in with `heroku login`, and give its key: `HEROKU_API_KEY=$(heroku auth:token) mastodon-on-heroku …`.'

function inFlags(text: string): string {
  return text
    .replaceAll(MAKE_KEY, LOG_IN)
    .replace(/(?:the )?inputs? `([a-z-]+)(?:: ([\w./-]+))?`(?: of the action)?/g, (_, name: string, value?: string) =>
      value === undefined ? `\`--${name}\`` : `\`--${name} ${value}\``
    )
}
