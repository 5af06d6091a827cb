import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLParseError } from 'yaml'
import { UserError } from '../runtime/index.ts'
import { didYouMean, oneOf, shown } from './shown.ts'

/** No config that a person writes comes near. */
const LARGEST = 200_000

const HIDDEN_BRACKET =
  'a space and "#" begin a comment, and it hides the closing bracket: take out the space, or put the bracket in front of it'

/** One value in a YAML file: knows its line and path, and collects what is wrong with it. */
export class Reader {
  private readonly file: YamlFile
  private readonly node: unknown
  private readonly path: string
  /** Where the value stands, or its key where it is missing. */
  readonly line: number

  constructor(file: YamlFile, node: unknown, path: string, line: number) {
    this.file = file
    this.node = node
    this.path = path
    this.line = file.lineOf(node) ?? line
  }

  /** Nothing was written: no key, or a key without a value. */
  get absent(): boolean {
    return this.node === undefined || this.node === null || (isScalar(this.node) && this.node.value === null)
  }

  get isMapping(): boolean {
    return isMap(this.node)
  }

  get isList(): boolean {
    return isSeq(this.node)
  }

  /** Notes an error here. */
  fail(problem: string): undefined {
    this.file.fail(this.line, this.path === '' ? problem : `${this.path}: ${problem}`)
  }

  /** The members of a mapping that may have these keys; others are errors. Nothing written counts as an empty one. */
  members<Key extends string>(keys: readonly Key[]): Record<Key, Reader> {
    const found = this.entries(keys)
    return Object.fromEntries(
      keys.map(key => [key, found.get(key) ?? new Reader(this.file, undefined, this.pathOf(key), this.line)])
    ) as Record<Key, Reader>
  }

  /** The members of a mapping, by key, in order; with `keys` no others than these. */
  entries(keys?: readonly string[]): Map<string, Reader> {
    const found = new Map<string, Reader>()
    if (this.absent) return found
    if (!isMap(this.node)) {
      this.expected(keys === undefined ? 'a mapping (name: value)' : `a mapping with ${oneOf(keys)}`)
      return found
    }
    for (const { key, value } of this.node.items) this.addEntry(found, key, value, keys)
    return found
  }

  private addEntry(found: Map<string, Reader>, key: unknown, value: unknown, keys?: readonly string[]): void {
    const line = this.file.lineOf(key) ?? this.line
    const name = isScalar(key) && key.value !== null ? (key.source ?? JSON.stringify(key.value)) : undefined
    const where = this.path === '' ? '' : `${this.path}: `
    if (name === undefined) {
      this.file.fail(line, `${where}expected a name before the ":"`)
    } else if (found.has(name)) {
      this.file.fail(
        line,
        `${where}the key ${shown(name)} is there twice, first in line ${found.get(name)?.line ?? line}`
      )
    } else if (keys !== undefined && !keys.includes(name)) {
      const hint = this.file.elsewhere(name) || didYouMean(name, keys) || ` (known: ${keys.join(', ')})`
      this.file.fail(line, `${where}unknown key ${shown(name)}${hint}`)
    } else found.set(name, new Reader(this.file, value, this.pathOf(name), line))
  }

  /** The items of a list; a single value is not taken for one. Undefined where nothing was written. */
  items(of: string): Reader[] | undefined {
    if (this.absent) return undefined
    if (!isSeq(this.node)) return this.expected(`a list of ${of}`)
    return this.node.items.map((item, index) => new Reader(this.file, item, `${this.path}[${index}]`, this.line))
  }

  /** A text that is not empty and fits `shape`; `what` says what it should be. */
  text(what: string, shape: RegExp = /^[^\p{Cc}]+$/u): string | undefined {
    if (this.absent) return undefined
    const value = isScalar(this.node) ? this.node.value : undefined
    if (typeof value === 'string' && shape.test(value)) return value
    return this.expected(what)
  }

  choice<Word extends string>(words: readonly Word[]): Word | undefined {
    if (this.absent) return undefined
    const written = this.scalar
    const word = words.find(known => known === written)
    if (word !== undefined) return word
    return this.expected(oneOf(words), written === undefined ? '' : didYouMean(written, words))
  }

  /** A number above 0. */
  positive(what: string): number | undefined {
    if (this.absent) return undefined
    const value = isScalar(this.node) ? this.node.value : undefined
    return typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : this.expected(what)
  }

  /**
   * What was written for a text, number or boolean: `1.10` is "1.10". YAML 1.2 reads `off` as a text; a boolean `false`
   * stays "false".
   */
  get scalar(): string | undefined {
    if (!isScalar(this.node)) return undefined
    const { value, source } = this.node
    if (typeof value === 'string') return value
    return typeof value === 'number' || typeof value === 'boolean' ? (source ?? String(value)) : undefined
  }

  /** A comment of one word that stands behind the value in its line, with the `#` that begins it: `#v1`. */
  get remark(): string | undefined {
    return isScalar(this.node) ? /^[ \t]+(#[^\s#]+)[ \t]*\r?$/.exec(this.file.restOfLine(this.node))?.[1] : undefined
  }

  expected(what: string, hint = ''): undefined {
    return this.fail(`expected ${what}, not ${this.description}${hint}`)
  }

  private get description(): string {
    if (this.scalar !== undefined) return this.scalar === '' ? 'an empty text' : shown(this.scalar)
    if (isMap(this.node)) return 'a mapping'
    if (isSeq(this.node)) return 'a list'
    return isAlias(this.node) ? 'an alias (write the value out)' : 'what is there'
  }

  private pathOf(key: string): string {
    const name = /^[\w-]{1,60}$/.test(key) ? key : shown(key)
    return this.path === '' ? name : `${this.path}.${name}`
  }
}

/**
 * A YAML 1.2 file that strangers may have written. Errors are collected with their lines. Aliases are refused: a config
 * has no need of them, and a few lines of them can stand for gigabytes.
 */
export class YamlFile {
  readonly root: Reader
  private readonly name: string
  private readonly text: string
  private readonly places: ReadonlyMap<string, string>
  private readonly lines = new LineCounter()
  private readonly problems: { line: number; text: string }[] = []

  /**
   * Throws a `UserError` where the text is not YAML. `name` is the file's, for messages; `places` says where each key
   * belongs (`limit`: `slug.limit`), for those that stand elsewhere.
   */
  constructor(text: string, name: string, places: ReadonlyMap<string, string> = new Map()) {
    this.name = name
    this.text = text
    this.places = places
    this.root = new Reader(this, this.parse(text), '', 1)
  }

  fail(line: number, text: string): undefined {
    this.problems.push({ line, text })
  }

  /** ` — did you mean "slug.limit"?` for a key that belongs there, else nothing. */
  elsewhere(key: string): string {
    const place = this.places.get(key)
    if (place === undefined) return ''
    const above = place.split('.').slice(0, -1).join('.')
    return ` — did you mean "${place}"? ${above === '' ? 'It stands at the top, not indented' : `It stands under "${above}:", indented`}`
  }

  restOfLine(node: Node): string {
    const end = node.range?.[1] ?? this.text.length
    return this.text.slice(end).split('\n', 1)[0] ?? ''
  }

  /** Throws everything that was found wrong, in the order of lines, as one `UserError`. */
  finish(): void {
    if (this.problems.length === 0) return
    const lines = this.problems.sort((a, b) => a.line - b.line).map(({ line, text }) => `${this.name}:${line}: ${text}`)
    const more = lines.length > 20 ? [`… and ${lines.length - 20} more`] : []
    throw new UserError([...lines.slice(0, 20), ...more].join('\n'), `Correct ${this.name}.`)
  }

  lineOf(node: unknown): number | undefined {
    const range = (node as Node | null | undefined)?.range
    return range ? this.lines.linePos(range[0]).line : undefined
  }

  private parse(text: string): unknown {
    if (text.length > LARGEST) throw this.notConfig(`it is larger than ${LARGEST / 1000} kB`)
    // eslint-disable-next-line no-control-regex
    if (/[\x00-\x08\x0e-\x1f\x7f\ufffd]/.test(text)) throw this.notConfig('it is not text')
    const document = this.parseOrThrow(text)
    for (const error of document.errors) this.explain(error)
    this.finish()
    return document.contents
  }

  private explain({ code, message, pos }: YAMLParseError): void {
    const { line } = this.lines.linePos(pos[0])
    const comment = message.startsWith('Flow ') ? this.commentWithBracket(line) : undefined
    if (code === 'MULTIPLE_DOCS')
      this.fail(line, 'a second document begins here, and a config is one: take out the line `---` that parts them')
    else if (comment === undefined) this.fail(line, message)
    else if (!this.problems.some(problem => problem.line === comment)) this.fail(comment, HIDDEN_BRACKET)
  }

  /** The last line, up to this one, where a bracket is opened and the closing one stands in a comment. */
  private commentWithBracket(line: number): number | undefined {
    const lines = this.text.split('\n', line)
    const found = lines.findLastIndex(text => {
      const at = text.search(/[ \t]#/)
      return at >= 0 && /[[{]/.test(text.slice(0, at)) && /[\]}]/.test(text.slice(at))
    })
    return found < 0 ? undefined : found + 1
  }

  private parseOrThrow(text: string): ReturnType<typeof parseDocument> {
    try {
      const options = { lineCounter: this.lines, prettyErrors: false, uniqueKeys: false, version: '1.2' } as const
      return parseDocument(text, { ...options, logLevel: 'error' })
    } catch (error) {
      // Thousands of nested brackets exhaust the parser's stack.
      throw this.notConfig('it cannot be parsed', error)
    }
  }

  private notConfig(reason: string, cause?: unknown): UserError {
    return new UserError(`${this.name} is not a config file: ${reason}`, `Correct ${this.name}, or remove it.`, {
      cause
    })
  }
}
