import { parseDocument } from 'yaml'
import { UserError } from '../runtime/index.ts'

const LONGEST_COMMAND = 10_000

/**
 * The process types of a Procfile (Dev Center: procfile; names as the Platform API takes them: `^[-\w]{1,128}$`).
 * Throws a `UserError` with the line's number for one that is none.
 */
export function parseProcfile(text: string): Record<string, string> {
  const types: Record<string, string> = {}
  for (const [i, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const [, name, command] = /^([-\w]{1,128}):\s*(.+)$/.exec(line) ?? []
    if (name === undefined || command === undefined)
      throw wrong(i, `"${shown(line)}" is no process type`, 'Write `name: command`, such as `web: bin/heroku-web`.')
    if (Object.hasOwn(types, name))
      throw wrong(i, `the process type "${name}" is there twice`, 'Remove one of the two.')
    if (command.length > LONGEST_COMMAND)
      throw wrong(i, `the command of "${name}" is longer than ${LONGEST_COMMAND} characters`, 'Put it into a script.')
    define(types, name, command)
  }
  return types
}

function wrong(line: number, problem: string, nextStep: string): UserError {
  return new UserError(`Procfile:${line + 1}: ${problem}`, nextStep)
}

/** The Procfile's types over a buildpack's defaults. */
export function mergeProcessTypes(
  defaults: Readonly<Record<string, string>>,
  procfile: Readonly<Record<string, string>>
): Record<string, string> {
  return { ...defaults, ...procfile }
}

/** `default_process_types` of what a buildpack's release step printed (Dev Center: buildpack-api, "bin/release"). */
export function parseReleaseOutput(yaml: string, buildpack: string): Record<string, string> {
  const next =
    'Pin an earlier version of the buildpack under `slug.buildpacks` in the config file, or tell its maintainers.'
  const document = parseDocument(yaml)
  let data: unknown
  try {
    for (const error of document.errors) throw error
    data = document.toJS({ maxAliasCount: 10 })
  } catch (error) {
    throw new UserError(`The release step of buildpack ${buildpack} did not print YAML`, next, { cause: error })
  }
  const declared = (data as { default_process_types?: unknown } | null)?.default_process_types ?? {}
  if (typeof declared !== 'object' || Array.isArray(declared))
    throw new UserError(`The release step of buildpack ${buildpack} declares process types that are no mapping`, next)
  const types: Record<string, string> = {}
  for (const [name, command] of Object.entries(declared as Record<string, unknown>)) {
    if (!/^[-\w]{1,128}$/.test(name) || typeof command !== 'string' || command.length > LONGEST_COMMAND) {
      throw new UserError(
        `The release step of buildpack ${buildpack} declares the process type "${shown(name)}", which is none`,
        next
      )
    }
    define(types, name, command)
  }
  return types
}

/** `__proto__` is a name like any other. */
function define(types: Record<string, string>, name: string, command: string): void {
  Object.defineProperty(types, name, { value: command, enumerable: true, writable: true, configurable: true })
}

function shown(text: string): string {
  return text.replace(/[^\P{Cc}]/gu, ' ').slice(0, 100)
}
