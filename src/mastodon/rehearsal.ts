import * as v from 'valibot'
import { compact, programText, shellWord } from '../runtime/index.ts'

const SCRIPT = compact(programText(new URL('./programs/rehearsal.rb', import.meta.url)))

export interface MemberWishes {
  /** Begins the line that counts; it must not be guessable. */
  readonly marker: string
  /** Seconds to wait for a Sidekiq process; 0 if there is no worker. */
  readonly wait: number
  /** Names of tables (`touchedTables`) for which rows are made, by what people write, and counted; none makes none. */
  readonly tables: readonly string[]
}

/**
 * The command that makes an account on an instance of a rehearsal, for a one-off dyno's `bash -c`; the second time it finds
 * the first one. Never for an instance that somebody uses.
 */
export function memberCommand({ marker, wait, tables }: MemberWishes): string {
  return `env MARKER=${shellWord(marker)} WAIT=${wait} TABLES=${shellWord(tables.join(','))} bundle exec rails runner ${shellWord(SCRIPT)}`
}

const word = v.pipe(v.string(), v.maxLength(60))
const shape = v.object({
  /** Its id. */
  account: v.pipe(v.string(), v.regex(/^-?\d{1,30}$/)),
  /** Of the API, with the scopes `read` and `write`. */
  token: v.pipe(v.string(), v.regex(/^[\w-]{16,200}$/)),
  /** The processes that Redis knows. `host`: the dyno's name (Sidekiq: lib/sidekiq/component.rb); `started`: seconds since 1970. */
  sidekiq: v.pipe(
    v.array(v.object({ host: word, started: v.number(), queues: v.pipe(v.array(word), v.maxLength(50)) })),
    v.maxLength(20)
  ),
  /** Rows of the tables that were named; 1,000 stands for any more. */
  rows: v.record(word, v.pipe(v.number(), v.safeInteger(), v.minValue(0)))
})

/** An account of a rehearsal, and what Redis knew of Sidekiq then. */
export type Member = v.InferOutput<typeof shape>

/** Reads the command's line in a dyno's output, which is hostile text; undefined if there is none. */
export function readMember(output: string, marker: string): Member | undefined {
  const text = output.split(/\r?\n/).find(line => line.startsWith(`${marker} `))
  const said = v.safeParse(v.pipe(v.string(), v.parseJson(), shape), text?.slice(marker.length + 1))
  return said.success ? said.output : undefined
}

/** Most tables that are looked at. */
const MOST_TABLES = 60

/**
 * The tables of a schema that migrations name, in any way: the text of their files has the name as a word.
 * @param schema text of `db/schema.rb`, in Ruby or with SQL
 * @param migrations texts of files
 */
export function touchedTables(schema: string, migrations: readonly string[]): string[] {
  const words = new Set(migrations.flatMap(text => text.match(/\b[a-z][a-z0-9_]{0,62}\b/g) ?? []))
  const made = /^ {0,8}(?:create_table "|CREATE TABLE (?:public\.)?)([a-z][a-z0-9_]{0,62})\b/gm
  const tables = [...schema.matchAll(made)].map(([, name = '']) => name)
  return tables.filter(name => words.has(name)).slice(0, MOST_TABLES)
}
