import { readdirSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { readTreeFile, UserError } from '../runtime/index.ts'

const LONGEST_COMMAND = 10_000
/** Heroku reads no other name (Dev Center: procfile). */
const FILE = 'Procfile'

/** The process types of a tree. */
export interface Procfile {
  /** `Procfile`, else a file whose name differs only in capitals; absent if there is neither. */
  readonly file?: string
  /** Commands by type; empty without a `Procfile`. */
  readonly types: Readonly<Record<string, string>>
  /** Comments that look like a process type. */
  readonly comments: readonly CommentedType[]
  /** The line of `.slugignore` that took the file out; whoever applied `.slugignore` adds it. */
  readonly ignoredAt?: number
}

interface CommentedType {
  readonly type: string
  /** From 1. */
  readonly line: number
  /** The line itself: text of the commit, hostile. */
  readonly text: string
}

/**
 * The Procfile in the top folder of a tree. Names are compared exactly, even on a disk that ignores capitals. Throws a
 * `UserError` with file and line for a line that is not a process type.
 */
export function readProcfile(root: string): Procfile {
  const names = readdirSync(root)
  const file = names.includes(FILE) ? FILE : names.find(name => name.toLowerCase() === FILE.toLowerCase())
  if (file !== FILE) return { ...(file !== undefined && { file }), types: {}, comments: [] }
  const text = readTreeFile(root, FILE)
  if (text === undefined)
    throw new UserError('Procfile is a folder, or a link that leads out of the commit', 'Make it a file of the commit.')
  return { file, types: parseProcfile(text), comments: commentedTypes(text) }
}

/**
 * The process types of a Procfile (Dev Center: procfile; names as the Platform API takes them: `^[-\w]{1,128}$`). A byte
 * order mark, the line ends of Windows and tabs are ignored.
 */
function parseProcfile(text: string): Record<string, string> {
  if (text.includes('\0'))
    throw new UserError('Procfile is not text in UTF-8', 'Save it as UTF-8: some editors of Windows write UTF-16.')
  const types: Record<string, string> = {}
  for (const { number, line } of linesOf(text)) {
    if (line === '' || line.startsWith('#')) continue
    const [, name, command] = /^([-\w]{1,128}):\s*(.+)$/.exec(line) ?? []
    if (name === undefined || command === undefined) throw noType(number, line)
    if (Object.hasOwn(types, name))
      throw wrong(number, `the process type "${name}" is there twice`, 'Remove one of the two.')
    if (command.length > LONGEST_COMMAND)
      throw wrong(
        number,
        `the command of "${name}" is longer than ${LONGEST_COMMAND} characters`,
        'Put it into a script.'
      )
    define(types, name, command)
  }
  return types
}

function linesOf(text: string): { number: number; line: string }[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, line: line.trim() }))
}

/** `# worker: bundle exec sidekiq`. Prose with a colon is found, too; nobody asks for a type of that name. */
function commentedTypes(text: string): CommentedType[] {
  return linesOf(text).flatMap(({ number, line }) => {
    const [, type] = /^#[#\s]*([-\w]{1,128}):\s*\S/.exec(line) ?? []
    return type === undefined ? [] : [{ type, line: number, text: shown(line) }]
  })
}

function noType(number: number, line: string): UserError {
  const colon = line.indexOf(':')
  const example = 'Write `name: command`, such as `web: bin/heroku-web`.'
  if (colon < 0) return wrong(number, `"${shown(line)}" is not a process type`, example)
  const name = line.slice(0, colon)
  if (!/^[-\w]{1,128}$/.test(name)) {
    const rule = 'Heroku takes a name of 1 to 128 letters, digits, - and _, followed by a colon.'
    return wrong(number, `"${shown(name)}" is not a name for a process type`, `${rule} ${example}`)
  }
  return wrong(number, `the process type "${name}" has no command`, `${example} Or remove the line.`)
}

function wrong(line: number, problem: string, nextStep: string): UserError {
  return new UserError(`Procfile:${line}: ${problem}`, nextStep)
}

/** The Procfile's types over a buildpack's defaults. */
export function mergeProcessTypes(
  defaults: Readonly<Record<string, string>>,
  procfile: Readonly<Record<string, string>>
): Record<string, string> {
  return { ...defaults, ...procfile }
}

/** `default_process_types` in the YAML that a buildpack's release step printed (Dev Center: buildpack-api, "bin/release"). */
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
    throw new UserError(
      `The release step of buildpack ${buildpack} declares process types that are not a mapping`,
      next
    )
  const types: Record<string, string> = {}
  for (const [name, command] of Object.entries(declared as Record<string, unknown>)) {
    if (!/^[-\w]{1,128}$/.test(name) || typeof command !== 'string' || command.length > LONGEST_COMMAND) {
      throw new UserError(
        `The release step of buildpack ${buildpack} declares the process type "${shown(name)}", which is not valid`,
        next
      )
    }
    define(types, name, command)
  }
  return types
}

/** Also for `__proto__`, which is a name like any other. */
function define(types: Record<string, string>, name: string, command: string): void {
  Object.defineProperty(types, name, { value: command, enumerable: true, writable: true, configurable: true })
}

function shown(text: string): string {
  return text.replace(/[^\P{Cc}]/gu, ' ').slice(0, 100)
}
