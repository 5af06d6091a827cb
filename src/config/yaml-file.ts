import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Node,
  type Pair,
  type Scalar,
  type YAMLParseError
} from 'yaml'
import { UserError } from '../runtime/index.ts'
import { shown } from './shown.ts'

/** Characters; far more than a person writes. */
const LARGEST = 200_000

const HIDDEN_BRACKET =
  'a space and "#" begin a comment, and it hides the closing bracket: take out the space, or put the bracket before it'

/** A placeholder in a message for what the file has at that place. */
export const WHAT_IS_THERE = '\0'

export type Key = string | number

/** What a file may have at a place, as far as its reader must know. */
export interface Shape {
  /** Whether a mapping is allowed. If not, its members are not read. */
  readonly isMapping: boolean
  /** Says what is wrong with a key. Undefined if all keys are allowed: then values are read as texts. */
  readonly refuseKey: ((key: string) => string | undefined) | undefined
  /** The shape of a member, or of a list's items. */
  at(key: Key): Shape
}

/** Stands for something that is never a value of a config. */
const STRANGE = Symbol('strange')

/**
 * A YAML 1.2 file that strangers may have written. Aliases are refused: a config needs none, and a few lines of them can
 * become gigabytes. Mistakes are collected with their line and path; `finish` throws them.
 */
export class YamlFile {
  readonly #name: string
  readonly #text: string
  readonly #lines = new LineCounter()
  readonly #problems: { line: number; text: string }[] = []
  readonly #found = new Map<string, { readonly node: unknown; readonly line: number }>()
  readonly #contents: unknown

  /**
   * Throws a `UserError` if the text is not YAML.
   * @param name the file's name in messages
   */
  constructor(text: string, name: string) {
    this.#name = name
    this.#text = text
    this.#contents = this.#parse(text)
  }

  /** The file's value: mappings, lists, texts, numbers, booleans, null. Notes wrong keys. */
  read(shape: Shape): unknown {
    return this.#value(this.#contents, shape, [], 1, false)
  }

  /** Notes a mistake at a place. WHAT_IS_THERE in the message is replaced by what the file has there. */
  fail(path: readonly Key[], problem: string): void {
    const node = this.#found.get(pathText(path))?.node
    this.#note(
      this.line(path),
      path,
      problem.replace(WHAT_IS_THERE, () => describe(node))
    )
  }

  /** The line of a value; else that of its key, or of what is around it. */
  line(path: readonly Key[]): number {
    return this.#found.get(pathText(path))?.line ?? (path.length === 0 ? 1 : this.line(path.slice(0, -1)))
  }

  /** A comment of one word after a value, in the same line: `#v1`. */
  remark(path: readonly Key[]): string | undefined {
    const node = this.#found.get(pathText(path))?.node
    if (!isScalar(node)) return undefined
    const rest = this.#text.slice(node.range?.[1] ?? this.#text.length).split('\n', 1)[0] ?? ''
    return /^[ \t]+(#[^\s#]+)[ \t]*\r?$/.exec(rest)?.[1]
  }

  #value(node: unknown, shape: Shape, path: readonly Key[], around: number, asWritten: boolean): unknown {
    const line = this.#lineOf(node) ?? around
    this.#found.set(pathText(path), { node, line })
    if (isMap(node)) return shape.isMapping ? this.#mapping(node.items, shape, path, line) : {}
    if (isSeq(node)) return node.items.map((item, at) => this.#value(item, shape.at(at), [...path, at], line, false))
    if (node === null || node === undefined) return null
    const text = written(node)
    if (text !== undefined) return asWritten ? text : (node as Scalar).value
    return isScalar(node) && node.value === null ? null : STRANGE
  }

  #mapping(pairs: readonly Pair[], shape: Shape, path: readonly Key[], around: number): Record<string, unknown> {
    const members = new Map<string, unknown>()
    for (const { key, value } of pairs) {
      const line = this.#lineOf(key) ?? around
      const name = isScalar(key) && key.value !== null ? (key.source ?? JSON.stringify(key.value)) : undefined
      const problem = name === undefined ? 'expected a name before the ":"' : shape.refuseKey?.(name)
      if (name === undefined || problem !== undefined) this.#note(line, path, problem!)
      else if (members.has(name)) {
        const first = this.line([...path, name])
        this.#note(line, path, `the key ${shown(name)} is there twice, first in line ${first}`)
      } else {
        members.set(name, this.#value(value, shape.at(name), [...path, name], line, shape.refuseKey === undefined))
      }
    }
    return Object.fromEntries(members)
  }

  #note(line: number, path: readonly Key[], problem: string): void {
    this.#problems.push({ line, text: path.length === 0 ? problem : `${pathText(path)}: ${problem}` })
  }

  /** Throws all noted mistakes as one `UserError`, in the order of lines, at most 20. */
  finish(): void {
    if (this.#problems.length === 0) return
    const lines = this.#problems
      .sort((a, b) => a.line - b.line)
      .map(({ line, text }) => `${this.#name}:${line}: ${text}`)
    const more = lines.length > 20 ? [`… and ${lines.length - 20} more`] : []
    throw new UserError([...lines.slice(0, 20), ...more].join('\n'), `Correct ${this.#name}.`)
  }

  #lineOf(node: unknown): number | undefined {
    const range = (node as Node | null | undefined)?.range
    return range ? this.#lines.linePos(range[0]).line : undefined
  }

  #parse(text: string): unknown {
    if (text.length > LARGEST) throw this.#notConfig(`it is larger than ${LARGEST / 1000} kB`)
    // eslint-disable-next-line no-control-regex
    if (/[\x00-\x08\x0e-\x1f\x7f\ufffd]/.test(text)) throw this.#notConfig('it is not text')
    const document = this.#parseOrThrow(text)
    for (const error of document.errors) this.#explain(error)
    this.finish()
    return document.contents
  }

  #explain({ code, message, pos }: YAMLParseError): void {
    const { line } = this.#lines.linePos(pos[0])
    const comment = message.startsWith('Flow ') ? this.#commentWithBracket(line) : undefined
    if (code === 'MULTIPLE_DOCS')
      this.#note(
        line,
        [],
        'a second document begins here, and a config is one: take out the line `---` that parts them'
      )
    else if (comment === undefined) this.#note(line, [], message)
    else if (!this.#problems.some(problem => problem.line === comment)) this.#note(comment, [], HIDDEN_BRACKET)
  }

  /** The last line up to this one that opens a bracket and has the closing one in a comment; undefined if there is none. */
  #commentWithBracket(line: number): number | undefined {
    const lines = this.#text.split('\n', line)
    const found = lines.findLastIndex(text => {
      const at = text.search(/[ \t]#/)
      return at >= 0 && /[[{]/.test(text.slice(0, at)) && /[\]}]/.test(text.slice(at))
    })
    return found < 0 ? undefined : found + 1
  }

  #parseOrThrow(text: string): ReturnType<typeof parseDocument> {
    try {
      const options = { lineCounter: this.#lines, prettyErrors: false, uniqueKeys: false, version: '1.2' } as const
      return parseDocument(text, { ...options, logLevel: 'error' })
    } catch (error) {
      // Thousands of nested brackets overflow the parser's stack.
      throw this.#notConfig('it cannot be parsed', error)
    }
  }

  #notConfig(reason: string, cause?: unknown): UserError {
    return new UserError(`${this.#name} is not a config file: ${reason}`, `Correct ${this.#name}, or remove it.`, {
      cause
    })
  }
}

/** `slug.buildpacks[1]` */
function pathText(path: readonly Key[]): string {
  const text = path.map(key => {
    if (typeof key === 'number') return `[${key}]`
    return `.${/^[\w-]{1,60}$/.test(key) ? key : shown(key)}`
  })
  return text.join('').replace(/^\./, '')
}

/** A text, number or boolean as it is written (`1.10` is "1.10"); undefined for anything else. */
function written(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined
  const { value, source } = node
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? (source ?? String(value)) : undefined
}

function describe(node: unknown): string {
  const text = written(node)
  if (text !== undefined) return text === '' ? 'an empty text' : shown(text)
  if (isMap(node)) return 'a mapping'
  if (isSeq(node)) return 'a list'
  return isAlias(node) ? 'an alias (write the value out)' : 'what is there'
}
