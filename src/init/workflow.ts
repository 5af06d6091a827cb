import picomatch from 'picomatch'
import { parse } from 'yaml'
import { isMapping } from '../runtime/index.ts'

export const WORKFLOWS = '.github/workflows'

/** What matters here of a workflow. */
export interface Workflow {
  readonly name?: string
  /** Whether a push of this tag starts it. */
  startsOn(this: void, tag: string): boolean
  readonly scheduled: boolean
  /** Secrets that jobs read, each with the job's environment. */
  readonly secrets: readonly { readonly name: string; readonly environment?: string; readonly optional: boolean }[]
}

/** Reads a workflow. Never throws: what is not valid in it is left out. */
export function readWorkflow(text: string): Workflow {
  const document = parsed(text)
  const on = triggers(document['on'])
  return {
    name: typeof document['name'] === 'string' ? document['name'] : undefined,
    startsOn: tag => 'push' in on && startsOnTag(asObject(on['push']), tag),
    scheduled: 'schedule' in on,
    secrets: Object.values(asObject(document['jobs'])).flatMap(job => secretsOf(asObject(job), text))
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return asObject(parse(text, { maxAliasCount: 100, logLevel: 'silent' }))
  } catch {
    return {}
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return isMapping(value) ? value : {}
}

/** Events by name: `on: push`, `on: [push]` and `on: { push: … }` mean the same. */
function triggers(on: unknown): Record<string, unknown> {
  if (typeof on === 'string') return { [on]: null }
  return Array.isArray(on) ? Object.fromEntries(on.map(name => [String(name), null])) : asObject(on)
}

/** Without filters a push is of branches and tags; with a filter only for branches it is not of tags (docs.github.com: workflow-syntax, on.push). */
function startsOnTag(push: Record<string, unknown>, tag: string): boolean {
  const list = (key: string): string[] => (Array.isArray(push[key]) ? push[key].map(String) : [])
  if (push['tags'] !== undefined) return matchesAny(list('tags'), tag)
  if (push['tags-ignore'] !== undefined) return !matchesAny(list('tags-ignore'), tag)
  return push['branches'] === undefined && push['branches-ignore'] === undefined
}

function matchesAny(patterns: readonly string[], tag: string): boolean {
  let matches = false
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    if (picomatch.isMatch(tag, negated ? pattern.slice(1) : pattern)) matches = !negated
  }
  return matches
}

function secretsOf(job: Record<string, unknown>, text: string): Workflow['secrets'] {
  const { environment } = job
  const name = typeof environment === 'string' ? environment : asObject(environment)['name']
  const names = new Set([...JSON.stringify(job).matchAll(/secrets\.([A-Z][A-Z0-9_]*)/g)].map(([, secret]) => secret!))
  names.delete('GITHUB_TOKEN')
  return [...names].map(secret => ({
    name: secret,
    environment: typeof name === 'string' ? name : undefined,
    optional: new RegExp(`secrets\\.${secret} \\}\\} # optional`).test(text)
  }))
}
