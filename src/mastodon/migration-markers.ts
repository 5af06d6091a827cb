import { type RubyText } from './ruby-text.ts'

/** A line of a migration that takes long, or that destroys or rewrites data. */
export interface Marker {
  /** From 1. */
  readonly line: number
  /** The line itself, trimmed and shortened, without control characters. Hostile text. */
  readonly text: string
  readonly why: string
}

interface Rule {
  /** `code`: what Ruby runs. `sql`: what stands in strings and heredocs. */
  readonly where: 'code' | 'sql'
  readonly pattern: RegExp
  readonly why: string
}

const SQL_UPDATE = /(?<!\b(?:ON|FOR)\s+)\bUPDATE\s[^;]{0,200}?\bSET\b/gi
const SQL_DELETE = /\bDELETE\s+FROM\b/gi

export const LONG: readonly Rule[] = [
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

/** Parts of a table without data: older code works without them. */
const NO_DATA = 'INDEX|CONSTRAINT|DEFAULT|NOT\\s+NULL|EXPRESSION|IDENTITY'
const SAME_STATEMENT = '(?:(?!\\bALTER\\s+(?:TABLE|VIEW|MATERIALIZED|TYPE|SCHEMA)\\b)[^;])*?'
const OF_ALTER = `\\bALTER\\s+(?:TABLE|VIEW|MATERIALIZED\\s+VIEW|TYPE|SCHEMA)\\b${SAME_STATEMENT}`

export const DESTRUCTIVE: readonly Rule[] = [
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

const IRREVERSIBLE: readonly Rule[] = [
  { where: 'code', pattern: /\braise\s+ActiveRecord::IrreversibleMigration\b/g, why: 'cannot be reversed' },
  {
    where: 'code',
    pattern: /^[ \t]*def[ \t]+down\b[ \t]*(?:;[ \t]*end\b|(?:\r?\n[ \t]*)+end\b)/gm,
    why: 'reversing it does nothing'
  }
]

/** The line that keeps a migration from being reversed; undefined if there is none. */
export function findIrreversible(ruby: RubyText, text: string): Marker | undefined {
  return findMarkers(IRREVERSIBLE, ruby, text)[0]
}

/** Markers of a migration that are told: a file with a million `drop_table` says no more. */
const MOST_MARKERS = 20
const LONGEST_TEXT = 120
/** Characters of the lines that are cleaned for a marker's text. */
const LONGEST_LINES = 4_000

/** The lines to which a rule applies, in order. @param text of the same file, for the lines themselves */
export function findMarkers(rules: readonly Rule[], ruby: RubyText, text: string): Marker[] {
  const lineAt = lineFinder(text)
  const found = new Map<string, Marker>()
  for (const rule of rules) {
    for (const match of ruby[rule.where].matchAll(rule.pattern)) {
      const line = lineAt(match.index)
      const key = `${line} ${rule.why}`
      // Once a line, for a long line may hold many matches.
      if (!found.has(key)) found.set(key, { line, text: oneLine(wholeLines(text, match)), why: rule.why })
    }
  }
  return [...found.values()].sort((one, other) => one.line - other.line).slice(0, MOST_MARKERS)
}

/** All lines of a match: a statement in a heredoc often has several. */
function wholeLines(text: string, match: RegExpExecArray): string {
  const from = text.lastIndexOf('\n', match.index) + 1
  const to = text.indexOf('\n', match.index + match[0].length)
  return text.slice(from, Math.min(to === -1 ? text.length : to, from + LONGEST_LINES))
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
