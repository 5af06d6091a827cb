/**
 * What a tree's migrations do to a live instance, read from their text. Nothing here runs Ruby: the files may come from
 * a pull request. Where the text is unclear it errs towards a marker that is not needed.
 *
 * Two phases, as in mastodon/mastodon:lib/mastodon/database.rb: `db/migrate` runs before the new code serves,
 * `db/post_migrate` after no older code is left.
 */

/** A line that takes long, or that destroys or rewrites data. */
export interface Marker {
  /** From 1. */
  readonly line: number
  /** The line itself, trimmed and cut, without control characters. Hostile text. */
  readonly text: string
  readonly why: string
}

export interface Migration {
  /** 14 digits, as in `schema_migrations`. */
  readonly version: string
  /** `migrate_local_account_keypairs` */
  readonly name: string
  readonly phase: 'pre' | 'post'
  readonly long: Marker[]
  readonly destructive: Marker[]
}

/** Rails takes files of folders below the migration path too (rails/rails: MigrationContext#migration_files). */
const MIGRATION_PATH = /^db\/(migrate|post_migrate)\/(?:.+\/)?(\d{14})_([a-z0-9_]+)\.rb$/

/** Reads the migrations among the files of a tree (paths relative to its root), oldest first; other files are left out. */
export function readMigrations(files: readonly { path: string; text: string }[]): Migration[] {
  return files
    .flatMap(file => readMigration(file.path, file.text))
    .sort((one, other) => (one.version < other.version ? -1 : one.version > other.version ? 1 : 0))
}

function readMigration(path: string, text: string): Migration[] {
  const [, folder, version, name] = MIGRATION_PATH.exec(path) ?? []
  if (version === undefined || name === undefined) return []
  const forward = forwardOnly(splitRuby(text))
  return [
    {
      version,
      name,
      phase: folder === 'post_migrate' ? 'post' : 'pre',
      long: findMarkers(LONG, forward, text),
      destructive: findMarkers(DESTRUCTIVE, forward, text)
    }
  ]
}

export type RollbackVerdict =
  | {
      safe: true
      /** Versions applied that the old tree does not know; it can live with all of them. */
      unknown: string[]
    }
  | {
      safe: false
      /** Applied, not known to the old tree, and destructive. */
      because: Migration[]
      /** Applied, not known to the old tree, and without a file to judge by. */
      unreadable: string[]
    }

/**
 * Whether older code can run on the database as it is now. `applied` is what `schema_migrations` holds, `oldVersions`
 * what the old tree's files (both folders) are named after, and what it has been seen to run with; `migrations` are
 * those of every newer tree at hand. Going back does not run any `down`, so a reversible migration is no excuse: after
 * 4.7's `migrate_local_account_keypairs` older code finds no keys (mastodon/mastodon:db/post_migrate).
 */
export function rollbackVerdict(state: {
  applied: Iterable<string>
  oldVersions: ReadonlySet<string>
  migrations: Migration[]
}): RollbackVerdict {
  const unknown = [...new Set(state.applied)].filter(version => !state.oldVersions.has(version)).sort()
  const isUnknown = new Set(unknown)
  const because = state.migrations.filter(one => isUnknown.has(one.version) && one.destructive.length > 0)
  const readable = new Set(state.migrations.map(one => one.version))
  const unreadable = unknown.filter(version => !readable.has(version))
  return because.length > 0 || unreadable.length > 0 ? { safe: false, because, unreadable } : { safe: true, unknown }
}

export interface Breakpoints {
  /** The oldest Postgres it takes, as Postgres numbers itself (`server_version_num`): 140000 is 14.0. */
  readonly postgres?: number
  /** The oldest schema version (14 digits) that can be migrated in two phases. */
  readonly schema?: string
  /** The version of Mastodon that has it, where the message names one: 4.3.0. */
  readonly version?: string
}

/** Reads the numbers with which `db:pre_migration_check` stops (mastodon/mastodon:lib/tasks/db.rake). */
export function breakpoints(dbRakeText: string): Breakpoints {
  const { code } = splitRuby(dbRakeText)
  const postgres = /\bpg_version\s*<\s*(\d[\d_]{0,19})/.exec(code)?.[1]
  const schema = /\bschema_version\s*<\s*(\d{4}_?\d{2}_?\d{2}_?\d{6})\b/.exec(code)?.[1]
  const version = schema === undefined ? undefined : /\bearlier than (\d+\.\d+\.\d+)/.exec(dbRakeText)?.[1]
  return {
    ...(postgres !== undefined && { postgres: Number(postgres.replaceAll('_', '')) }),
    ...(schema !== undefined && { schema: schema.replaceAll('_', '') }),
    ...(version !== undefined && { version })
  }
}

// What to look for ------------------------------------------------------------------------------------------------

interface Rule {
  /** `code`: what Ruby runs. `sql`: what stands in strings and heredocs. */
  readonly where: 'code' | 'sql'
  readonly pattern: RegExp
  readonly why: string
}

const SQL_UPDATE = /(?<!\b(?:ON|FOR)\s+)\bUPDATE\s[^;]{0,200}?\bSET\b/gi
const SQL_DELETE = /\bDELETE\s+FROM\b/gi

const LONG: Rule[] = [
  { where: 'code', pattern: /\bdisable_ddl_transaction!/g, why: 'runs outside a transaction' },
  { where: 'code', pattern: /:concurrently\b/g, why: 'builds or drops an index while writes go on' },
  { where: 'code', pattern: /\b(?:in_batches|find_each|find_in_batches)\b/g, why: 'walks over rows' },
  { where: 'code', pattern: /\b\w+_in_batches\b/g, why: 'walks over rows' },
  { where: 'code', pattern: /\bmigration_duration_warning\b/g, why: 'its authors warn that it takes long' },
  { where: 'code', pattern: /\brefresh_materialized_view\b/g, why: 'computes a materialized view' },
  { where: 'sql', pattern: /\bREFRESH\s+MATERIALIZED\s+VIEW\b/gi, why: 'computes a materialized view' },
  { where: 'sql', pattern: /\bINDEX\s+CONCURRENTLY\b/gi, why: 'builds or drops an index while writes go on' },
  { where: 'sql', pattern: SQL_UPDATE, why: 'rewrites rows' },
  { where: 'sql', pattern: SQL_DELETE, why: 'deletes rows' }
]

/** Parts of a table that hold no data: without them older code still works. */
const NO_DATA = 'INDEX|CONSTRAINT|DEFAULT|NOT\\s+NULL|EXPRESSION|IDENTITY'
const SAME_STATEMENT = '(?:(?!\\bALTER\\s+(?:TABLE|VIEW|MATERIALIZED|TYPE|SCHEMA)\\b)[^;])*?'
const OF_ALTER = `\\bALTER\\s+(?:TABLE|VIEW|MATERIALIZED\\s+VIEW|TYPE|SCHEMA)\\b${SAME_STATEMENT}`

const DESTRUCTIVE: Rule[] = [
  {
    where: 'code',
    pattern:
      /\b(?:remove_columns?|remove_references?|remove_belongs_to|remove_timestamps|remove_attachment)\b|\bt\.remove\b/g,
    why: 'drops a column'
  },
  { where: 'code', pattern: /\b(?:drop_table|drop_join_table|drop_schema|drop_enum)\b/g, why: 'drops a table or type' },
  { where: 'code', pattern: /\b(?:drop_view|update_view)\b/g, why: 'drops a view' },
  {
    where: 'code',
    pattern:
      /\b(?:rename_table|rename_column|rename_column_concurrently|cleanup_concurrent_column_rename)\b|\bt\.rename\b/g,
    why: 'renames what older code asks for'
  },
  {
    where: 'code',
    pattern:
      /\b(?:change_column|change_column_type_concurrently|cleanup_concurrent_column_type_change)\b|\bt\.change\b/g,
    why: 'changes the type of a column'
  },
  {
    where: 'code',
    pattern: /\b(?:change_column_null\b[^,;]{1,200},[^,;]{1,200}|t\.change_null\b[^,;]{1,200}),\s*false\b/g,
    why: 'refuses rows that older code writes'
  },
  {
    where: 'code',
    pattern:
      /(?:\.|&?:|\b)(?:delete_all|destroy_all|delete_by|destroy_by)\b|(?:\.|&:)destroy\b|(?:\.|&:)delete(?=\s*(?:$|[;})]|if\b|unless\b))/gm,
    why: 'deletes rows'
  },
  {
    where: 'code',
    pattern:
      /\b(?:update_all|update_columns?|update_attributes?|update_column_in_batches|upsert_all)\b|(?:\.|&:)(?:update!?|upsert|save!?)(?![\w?])/g,
    why: 'rewrites rows'
  },
  {
    where: 'sql',
    pattern: new RegExp(
      '\\bDROP\\s+(?:TABLE|COLUMN|VIEW|MATERIALIZED\\s+VIEW|SCHEMA|TYPE|DOMAIN|SEQUENCE|FUNCTION|EXTENSION|DATABASE)\\b' +
        `|${OF_ALTER}\\bDROP\\s+(?!(?:${NO_DATA})\\b)\\S`,
      'gi'
    ),
    why: 'drops what older code asks for'
  },
  {
    where: 'sql',
    pattern: new RegExp(`${OF_ALTER}\\bRENAME\\s+(?!CONSTRAINT\\b)\\S`, 'gi'),
    why: 'renames what older code asks for'
  },
  {
    where: 'sql',
    pattern: new RegExp(`${OF_ALTER}\\bALTER\\s[^;]{0,300}?\\bTYPE\\b`, 'gi'),
    why: 'changes the type of a column'
  },
  { where: 'sql', pattern: SQL_DELETE, why: 'deletes rows' },
  { where: 'sql', pattern: /\bTRUNCATE\s+(?:TABLE\s+|ONLY\s+)?\S/gi, why: 'deletes rows' },
  { where: 'sql', pattern: SQL_UPDATE, why: 'rewrites rows' },
  { where: 'sql', pattern: /\bMERGE\s+INTO\b/gi, why: 'rewrites rows' }
]

/** A report has room for a few; a file of a million `drop_table` says no more. */
const MOST_MARKERS = 20
const LONGEST_TEXT = 120

function findMarkers(rules: Rule[], ruby: RubyText, text: string): Marker[] {
  const lineAt = lineFinder(text)
  const found = new Map<string, Marker>()
  for (const rule of rules) {
    for (const match of ruby[rule.where].matchAll(rule.pattern)) {
      const line = lineAt(match.index)
      found.set(`${line} ${rule.why}`, { line, text: oneLine(wholeLines(text, match)), why: rule.why })
    }
  }
  return [...found.values()].sort((one, other) => one.line - other.line).slice(0, MOST_MARKERS)
}

/** The lines that a match touches: a statement in a heredoc is often spread over several. */
function wholeLines(text: string, match: RegExpExecArray): string {
  const from = text.lastIndexOf('\n', match.index) + 1
  const to = text.indexOf('\n', match.index + match[0].length)
  return text.slice(from, to === -1 ? undefined : to)
}

function oneLine(lines: string): string {
  const clean = lines.replace(/[\p{Cc}\p{Cf}\p{Z}]+/gu, ' ').trim()
  const characters = [...clean]
  return characters.length > LONGEST_TEXT ? `${characters.slice(0, LONGEST_TEXT - 1).join('')}…` : clean
}

function lineFinder(text: string): (offset: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return offset => {
    let low = 0
    let high = starts.length
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((starts[middle] as number) <= offset) low = middle
      else high = middle
    }
    return low + 1
  }
}

// Reading Ruby ----------------------------------------------------------------------------------------------------

/** The same file twice, character for character in its place; what does not belong is blank. */
interface RubyText {
  /** Without comments and without what stands in strings. */
  readonly code: string
  /** Only what stands in strings, heredocs and words; an interpolation is a run of `x`. */
  readonly sql: string
}

type Part = 'code' | 'sql' | 'interpolation' | 'nothing'

/**
 * Tells code from strings and comments: a scanner for the Ruby that migrations are written in, not a parser. A file
 * that it loses its way in (a string that never ends) counts as both, whole.
 */
function splitRuby(text: string): RubyText {
  const scanner = new RubyScanner(text)
  return scanner.scan() ? { code: scanner.only('code'), sql: scanner.only('sql') } : { code: text, sql: text }
}

const CLOSING: Record<string, string> = { '(': ')', '[': ']', '{': '}', '<': '>' }
const HEREDOC = /<<([~-]?)(["'`]?)([A-Za-z_]\w*)\2/y
const PERCENT = /%([qQwWiIrsx]?)([([{<|!/])/y
/** After these a `/`, `%` or `<<` begins a literal; after a word or a closing bracket it is an operator. */
const BEFORE_LITERAL = /(?:^|[(,=~!|&{[;:?+\n]|\b(?:if|unless|when|and|or|not|return|execute|puts|say)[ \t])[ \t]*$/

/** Strings in interpolations in strings: nobody writes that many. */
const DEEPEST = 20

interface Heredoc {
  readonly end: RegExp
  readonly interpolates: boolean
}

class RubyScanner {
  readonly #text: string
  readonly #parts: Part[]
  #at = 0
  #lost = false
  #depth = 0
  #heredocs: Heredoc[] = []

  constructor(text: string) {
    this.#text = text
    this.#parts = new Array<Part>(text.length).fill('nothing')
  }

  /** False where the file does not end in code. */
  scan(): boolean {
    this.#code(undefined)
    return !this.#lost
  }

  only(wanted: 'code' | 'sql'): string {
    const kept: string[] = []
    for (let index = 0; index < this.#text.length; index++) {
      const character = this.#text[index] as string
      const part = this.#parts[index]
      if (character === '\n') kept.push('\n')
      else if (part === wanted || (part === 'interpolation' && wanted === 'code')) kept.push(character)
      else kept.push(part === 'interpolation' ? 'x' : ' ')
    }
    return kept.join('')
  }

  /** Reads code up to the end of the file, or, inside an interpolation, up to its closing bracket. */
  #code(until: '}' | undefined): void {
    const part: Part = until === undefined ? 'code' : 'interpolation'
    let open = 0
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at] as string
      if (character === '\n') this.#newline()
      else if (character === '#') this.#skipLine()
      else if (character === "'") this.#string("'", undefined, false)
      else if (character === '"' || character === '`') this.#string(character, undefined, true)
      else if (this.#literal(character)) continue
      else if (character === until && open === 0) return
      else {
        if (character === '{') open++
        if (character === '}') open--
        this.#take(part)
      }
    }
    if (until !== undefined) this.#lost = true
  }

  #take(part: Part): void {
    this.#parts[this.#at++] = part
  }

  #skipLine(): void {
    const end = this.#text.indexOf('\n', this.#at)
    this.#at = end === -1 ? this.#text.length : end
  }

  #newline(): void {
    this.#at++
    const waiting = this.#heredocs
    this.#heredocs = []
    for (const heredoc of waiting) this.#heredocBody(heredoc)
    if (this.#text.startsWith('=begin', this.#at)) this.#skipTo(/^=end\b.*$/gm)
    if (/^__END__\r?$/m.test(this.#text.slice(this.#at, this.#at + 9))) this.#at = this.#text.length
  }

  #skipTo(end: RegExp): void {
    end.lastIndex = this.#at
    const found = end.exec(this.#text)
    this.#at = found === null ? this.#text.length : end.lastIndex
  }

  /** Reads a heredoc's opening, a %-literal or a regular expression; false where none begins here. */
  #literal(character: string): boolean {
    if (character === '<') return this.#heredocOpening()
    if (character !== '%' && character !== '/') return false
    if (!BEFORE_LITERAL.test(this.#text.slice(Math.max(0, this.#at - 20), this.#at))) return false
    if (character === '/') return this.#regularExpression()
    PERCENT.lastIndex = this.#at
    const found = PERCENT.exec(this.#text)
    if (found === null) return false
    const [whole, kind, opening] = found as unknown as [string, string, string]
    this.#at += whole.length - 1
    this.#string(CLOSING[opening] ?? opening, CLOSING[opening] && opening, !'qwis'.includes(kind) || kind === '')
    return true
  }

  #regularExpression(): boolean {
    const found = /^\/(?:[^/\\\n]|\\.)+\//.exec(this.#text.slice(this.#at, this.#at + 2000))
    if (found === null) return false
    this.#at += found[0].length
    return true
  }

  #heredocOpening(): boolean {
    HEREDOC.lastIndex = this.#at
    const found = HEREDOC.exec(this.#text)
    if (found === null) return false
    const [whole, indent, quote, name] = found as unknown as [string, string, string, string]
    // `list <<Name` and `class <<self` look like one; a heredoc has its end further down.
    const end = new RegExp(`^${indent === '' ? '' : '[ \\t]*'}${name}\\r?$`, 'gm')
    end.lastIndex = this.#at
    if (end.exec(this.#text) === null) return false
    for (const after = this.#at + whole.length; this.#at < after;) this.#take('code')
    this.#heredocs.push({ end, interpolates: quote !== "'" })
    return true
  }

  #heredocBody(heredoc: Heredoc): void {
    heredoc.end.lastIndex = this.#at
    const found = heredoc.end.exec(this.#text)
    if (found === null) {
      this.#lost = true
      return
    }
    while (this.#at < found.index) this.#stringCharacter(heredoc.interpolates)
    this.#at = Math.max(this.#at, found.index + found[0].length)
  }

  /** Reads a string from its opening to its closing character; brackets of the same kind nest. */
  #string(closing: string, opening: string | undefined, interpolates: boolean): void {
    this.#at++
    let open = 0
    while (this.#at < this.#text.length) {
      const character = this.#text[this.#at]
      if (character === opening) open++
      if (character === closing && open-- === 0) {
        this.#at++
        return
      }
      this.#stringCharacter(interpolates)
    }
    this.#lost = true
  }

  #stringCharacter(interpolates: boolean): void {
    if (this.#text[this.#at] === '\\') {
      this.#take('nothing')
      if (this.#at < this.#text.length) this.#take('nothing')
    } else if (interpolates && this.#text.startsWith('#{', this.#at)) {
      this.#interpolation()
    } else this.#take('sql')
  }

  #interpolation(): void {
    this.#take('interpolation')
    this.#take('interpolation')
    if (++this.#depth > DEEPEST) return this.#giveUp()
    this.#code('}')
    this.#depth--
    if (this.#at < this.#text.length) this.#take('interpolation')
  }

  #giveUp(): void {
    this.#lost = true
    this.#at = this.#text.length
  }
}

// The way forward --------------------------------------------------------------------------------------------------

/** Offsets of the first and behind the last character. */
interface Range {
  readonly from: number
  readonly to: number
}

interface Method extends Range {
  readonly name: string
}

/** Blanks what only runs backwards: `def down`, the methods that only it calls, and `dir.down` of a `reversible`. */
function forwardOnly(ruby: RubyText): RubyText {
  const methods = findMethods(ruby.code)
  const backwards = onlyBackwards(ruby.code, methods)
  const ranges = [...backwards, ...findDownBlocks(ruby.code)]
  return { code: blank(ruby.code, ranges), sql: blank(ruby.sql, ranges) }
}

/** Methods are found by their indentation: `end` stands below `def`. One that does not is left as if it were code. */
function findMethods(code: string): Method[] {
  return [...code.matchAll(/^([ \t]*)def[ \t]+(?:self\.)?(\w+[?!]?)([^\n]*)/gm)].flatMap(match => {
    const [head, indent, name, rest] = match as unknown as [string, string, string, string]
    const to = /;[ \t]*end\b/.test(rest)
      ? match.index + head.length
      : endOfBlock(code, match.index + head.length, indent)
    return to === undefined ? [] : [{ name, from: match.index, to }]
  })
}

/** The offset behind the `end` of that indentation, or undefined where something else stands there first. */
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

/** Names of the methods that the text mentions, and of those that they mention. */
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
  return [...code.matchAll(/^([ \t]*)\w+\.down[ \t]*(do\b[^\n]*$|\{[^{}\n]*\}[ \t]*$|\{[ \t]*$)/gm)].flatMap(match => {
    const [head, indent, body] = match as unknown as [string, string, string]
    const from = match.index
    if (/\}[ \t]*$/.test(body)) return [{ from, to: from + head.length }]
    const closing = new RegExp(`^${indent}(?:end\\b|\\})`, 'gm')
    closing.lastIndex = from + head.length
    return closing.exec(code) === null ? [] : [{ from, to: closing.lastIndex }]
  })
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
