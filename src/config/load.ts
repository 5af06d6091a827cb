import * as v from 'valibot'
import { CONFIG, type Config } from './schema.ts'
import { didYouMean, shown } from './shown.ts'
import { YamlFile, type Key, type Shape } from './yaml-file.ts'

type Schema = v.GenericSchema

/**
 * The typed config of a file's text, or the defaults if there is no file (`undefined`).
 * `fileName` is what messages call it. Throws one `UserError` that lists everything wrong, a line each:
 * `file:line: key: what was expected`.
 */
export function loadConfig(text: string | undefined, fileName: string): Config {
  const file = new YamlFile(text ?? '', fileName)
  const result = v.safeParse(CONFIG, file.read(shapeOf([CONFIG])))
  if (!result.success) tell(file, result.issues, [])
  const { buildpacks } = (result.output as Partial<Config> | undefined)?.slug ?? {}
  if (Array.isArray(buildpacks)) buildpacks.forEach((item, at) => refuseRemark(file, ['slug', 'buildpacks', at], item))
  file.finish()
  const config = result.output as Config
  const tasks = config.schedule?.tasks.map((task, at) => ({ ...task, line: file.line(['schedule', 'tasks', at]) }))
  return tasks ? { ...config, schedule: { ...config.schedule!, tasks } } : config
}

/** Notes what the schema has against the file; of a value that breaks several rules, the first. */
function tell(file: YamlFile, issues: readonly v.BaseIssue<unknown>[], above: readonly Key[]): void {
  const told = new Set<string>()
  for (const issue of issues) {
    const path = [...above, ...(issue.path ?? []).map(({ key }) => key as Key)]
    // Of what may be one thing or another: the one whose members are wrong is the one that was meant.
    const inside = issue.type === 'union' ? (issue.issues ?? []).filter(one => one.path) : []
    if (inside.length > 0) tell(file, inside, path)
    else if (issue.type === 'raw_check' || !told.has(path.join('\0'))) file.fail(path, issue.message)
    told.add(path.join('\0'))
  }
}

/** Behind a space a `#ref` is a comment, and the buildpack would silently be another one. */
function refuseRemark(file: YamlFile, path: readonly Key[], item: unknown): void {
  const buildpack = typeof item === 'object' && item !== null && 'buildpack' in item ? item.buildpack : item
  const remark = file.remark(path) ?? file.remark([...path, 'buildpack'])
  if (remark === undefined || typeof buildpack !== 'string' || !takesRef(buildpack)) return
  file.fail(
    file.remark(path) === undefined ? [...path, 'buildpack'] : path,
    `${shown(remark)} is a comment, because of the space in front of it. Without the space it says which branch, tag or commit is meant; write "# …" for a comment`
  )
}

/** The address of a git repository, without one yet. */
function takesRef(buildpack: string): boolean {
  return /^[a-z]+:\/\/[^#]+$/i.test(buildpack) && !/\.(?:tgz|tar\.gz|tar)$/i.test(buildpack)
}

/** A schema as what it is made of: without `nullish` and `pipe`, each option of a `union` by itself. */
function partsOf(schema: Schema): Schema[] {
  const { pipe, wrapped, options, type } = schema as Schema & Partial<Record<'pipe' | 'wrapped' | 'options', unknown>>
  if (pipe !== undefined) return (pipe as Schema[]).filter(({ kind }) => kind === 'schema').flatMap(partsOf)
  if (wrapped !== undefined) return partsOf(wrapped as Schema)
  return type === 'union' ? (options as Schema[]).flatMap(partsOf) : [schema]
}

type Entries = Readonly<Record<string, Schema>>

function entriesOf(parts: readonly Schema[]): Entries | undefined {
  return parts.map(part => (part as { entries?: Entries }).entries).find(Boolean)
}

function shapeOf(schemas: readonly Schema[]): Shape {
  const parts = schemas.flatMap(partsOf)
  const entries = entriesOf(parts)
  const items = parts.flatMap(part => (part as { item?: Schema }).item ?? [])
  const known = (key: string): Schema[] => (entries && Object.hasOwn(entries, key) ? [entries[key]!] : [])
  return {
    isMapping: parts.some(({ type }) => type === 'custom'),
    refuseKey: entries && (key => (Object.hasOwn(entries, key) ? undefined : strangeKey(key, Object.keys(entries)))),
    at: key => shapeOf(typeof key === 'number' ? items : known(key))
  }
}

function strangeKey(key: string, known: readonly string[]): string {
  const place = PLACES.get(key)
  const above = place?.split('.').slice(0, -1).join('.')
  const where = above === '' ? 'It stands at the top, not indented' : `It stands under "${above}:", indented`
  const hint = place === undefined ? didYouMean(key, known) : ` — did you mean "${place}"? ${where}`
  return `unknown key ${shown(key)}${hint || ` (known: ${known.join(', ')})`}`
}

/** Where each key belongs, for those that stand elsewhere. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ...placesOf(CONFIG),
  // The others of a task could be meant for anything.
  ...['command', 'every', 'cron'].map(key => [key, `schedule.tasks[].${key}`] as const),
  // What the action's input is called.
  ['slug-limit', 'slug.limit']
])

function placesOf(schema: Schema, above = ''): [key: string, place: string][] {
  return Object.entries(entriesOf(partsOf(schema)) ?? {}).flatMap(([key, below]) => {
    const place = `${above}${key}`
    // What an item of a list has is no place of its own.
    const inside = partsOf(below).some(part => 'item' in part) ? [] : placesOf(below, `${place}.`)
    return [[key, place], [place, place], ...inside]
  })
}
