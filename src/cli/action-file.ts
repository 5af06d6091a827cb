import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/** An input as action.yml describes it. */
export interface DescribedInput {
  readonly description: string
  readonly default?: string
  /** Its values are `true` and `false`: a flag needs none. */
  readonly isFlag: boolean
}

/** The inputs of action.yml, by name, in its order: the one place that says what they are. */
export function readActionFile(file: URL): Map<string, DescribedInput> {
  const { inputs } = parse(readFileSync(file, 'utf8')) as {
    inputs: Record<string, { description: string; default?: unknown }>
  }
  return new Map(
    Object.entries(inputs).map(([name, { description, default: value }]) => [
      name,
      {
        description,
        default: value === undefined ? undefined : String(value as string),
        isFlag: value === 'true' || value === 'false'
      }
    ])
  )
}
