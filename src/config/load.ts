import * as v from 'valibot'
import { isMapping } from '../runtime/index.ts'
import { CONFIG, type Config } from './schema.ts'
import { didYouMean, shown } from './shown.ts'
import { YamlFile, type Key, type Shape } from './yaml-file.ts'

type Schema = v.GenericSchema

/**
 * The config in a file's text; the defaults if the text is undefined. Throws one `UserError` that lists everything wrong,
 * one line each: `file:line: key: what was expected`.
 * @param fileName the file's name in messages
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

/** Notes the schema's complaints about the file; only the first for each value. */
function tell(file: YamlFile, issues: readonly v.BaseIssue<unknown>[], above: readonly Key[]): void {
  const told = new Set<string>()
  for (const issue of issues) {
    const path = [...above, ...(issue.path ?? []).map(({ key }) => key as Key)]
    // Of several kinds of value, the one that was meant is the one whose members are wrong.
    const inside = issue.type === 'union' ? (issue.issues ?? []).filter(one => one.path) : []
    if (inside.length > 0) tell(file, inside, path)
    else if (issue.type === 'raw_check' || !told.has(path.join('\0'))) file.fail(path, issue.message)
    told.add(path.join('\0'))
  }
}

/** After a space `#ref` is a comment: without a word, the buildpack would be another one. */
function refuseRemark(file: YamlFile, path: readonly Key[], item: unknown): void {
  const buildpack = isMapping(item) && 'buildpack' in item ? item['buildpack'] : item
  const remark = file.remark(path) ?? file.remark([...path, 'buildpack'])
  if (remark === undefined || typeof buildpack !== 'string' || !takesRef(buildpack)) return
  file.fail(
    file.remark(path) === undefined ? [...path, 'buildpack'] : path,
    `${shown(remark)} is a comment, because of the space before it. Without the space it says which branch, tag or commit is meant; write "# …" for a comment`
  )
}

/** Whether it is the address of a git repository without a `#ref`. */
function takesRef(buildpack: string): boolean {
  return /^[a-z]+:\/\/[^#]+$/i.test(buildpack) && !/\.(?:tgz|tar\.gz|tar)$/i.test(buildpack)
}

/** The plain schemas in a schema: `nullish` and `pipe` unwrapped, each option of a `union` by itself. */
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
  const where = above === '' ? 'It belongs at the top, not indented' : `It belongs under "${above}:", indented`
  const hint = place === undefined ? didYouMean(key, known) : ` — did you mean "${place}"? ${where}`
  return `unknown key ${shown(key)}${hint || ` (known: ${known.join(', ')})`}`
}

/** The right place of each key, for one that is somewhere else. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ...placesOf(CONFIG),
  // A task's other keys could be meant for anything.
  ...['command', 'every', 'cron'].map(key => [key, `schedule.tasks[].${key}`] as const),
  // The name of the action's input.
  ['slug-limit', 'slug.limit']
])

function placesOf(schema: Schema, above = ''): [key: string, place: string][] {
  return Object.entries(entriesOf(partsOf(schema)) ?? {}).flatMap(([key, below]) => {
    const place = `${above}${key}`
    // The keys of a list's items have no fixed place.
    const inside = partsOf(below).some(part => 'item' in part) ? [] : placesOf(below, `${place}.`)
    return [[key, place], [place, place], ...inside]
  })
}
