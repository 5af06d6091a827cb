/**
 * A value of a JSON text, with the places of its parts. `JSON.parse` gives no place for most mistakes, and what it gives
 * differs with each version of Node.
 */
export interface JsonNode {
  /** Its first character, counted from the start of the text. */
  readonly offset: number
  /** As `JSON.parse` gives it. */
  readonly value: unknown
  /** Members of an object by key, or of a list by index. */
  readonly parts?: ReadonlyMap<string | number, JsonNode>
}

/** Why a text is not JSON (RFC 8259), and at which character. */
export class JsonFault extends Error {
  /** Characters from the start of the text. */
  readonly offset: number

  constructor(offset: number, problem: string) {
    super(problem)
    this.offset = offset
  }
}

/** Deeper than any file that a person writes, and far from a stack overflow. */
const DEEPEST = 100

const BLANKS = /[ \t\r\n]*/y
// One character at a time: with two ways to match the same text the time would grow without bound.
// eslint-disable-next-line no-control-regex
const STRING = /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const WORD = /[\p{L}\p{N}_$.+-]+/uy
const WORD_START = /^[\p{L}\p{N}_$.+-]/u
const CONSTANTS = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null]
])

/**
 * Reads a JSON text (RFC 8259). Throws a `JsonFault` for the first mistake, for a key that an object has twice, and for
 * more than 100 levels.
 */
export function parseJson(text: string): JsonNode {
  return new JsonText(text).whole()
}

class JsonText {
  readonly #text: string
  #at = 0
  #depth = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): JsonNode {
    this.#skip()
    if (this.#at === this.#text.length) throw this.#fault('it is empty')
    const node = this.#value()
    this.#skip()
    if (this.#at < this.#text.length) throw this.#fault('nothing may follow the last bracket')
    return node
  }

  #value(): JsonNode {
    const offset = this.#at
    const next = this.#text[offset]
    if (next === '{' || next === '[') return this.#inside(next)
    if (next === '"') return { offset, value: this.#string() }
    const word = this.#peek(WORD) ?? ''
    if (CONSTANTS.has(word)) return { offset, value: CONSTANTS.get(this.#take(word)) }
    if (word !== '' && this.#peek(NUMBER) === word) return { offset, value: Number(this.#take(word)) }
    throw this.#strange()
  }

  /** An object or a list. */
  #inside(open: '{' | '['): JsonNode {
    const offset = this.#at
    const close = open === '{' ? '}' : ']'
    if (++this.#depth > DEEPEST) throw this.#fault(`more than ${DEEPEST} brackets are nested`)
    const parts = new Map<string | number, JsonNode>()
    this.#take(open)
    let comma: number | undefined
    for (;;) {
      this.#skip()
      if (this.#at === this.#text.length) throw new JsonFault(offset, `this "${open}" is never closed`)
      if (this.#text[this.#at] === close) break
      if (parts.size > 0 && comma === undefined) throw this.#notComma()
      const key = open === '{' ? this.#key(parts) : parts.size
      parts.set(key, this.#value())
      this.#skip()
      comma = this.#text[this.#at] === ',' ? this.#at : undefined
      if (comma !== undefined) this.#take(',')
    }
    if (comma !== undefined) throw new JsonFault(comma, `there must be no comma before "${close}"`)
    this.#take(close)
    this.#depth--
    return { offset, parts, value: valueOf(open, parts) }
  }

  #key(known: ReadonlyMap<string | number, JsonNode>): string {
    const offset = this.#at
    if (this.#text[offset] !== '"') throw this.#strange()
    const key = this.#string()
    if (known.has(key)) throw new JsonFault(offset, 'this key is there twice')
    this.#skip()
    if (this.#text[this.#at] !== ':') throw this.#fault('":" is missing before this')
    this.#take(':')
    this.#skip()
    return key
  }

  #string(): string {
    const token = this.#peek(STRING)
    if (token === undefined) throw this.#brokenString()
    return JSON.parse(this.#take(token)) as string
  }

  /** The text that begins here does not end, or holds something that JSON does not allow. */
  #brokenString(): JsonFault {
    for (let at = this.#at + 1; at < this.#text.length; at++) {
      const character = this.#text[at]!
      if (character === '\n' || character === '\r') break
      if (character < ' ') return new JsonFault(at, 'a text has a control character: write \\t for a tab')
      if (character !== '\\') continue
      if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(this.#text.slice(at, at + 6)))
        return new JsonFault(at, 'JSON does not know this \\: write \\\\ for a backslash')
      at++
    }
    return this.#fault('the text that begins here does not end in this line')
  }

  /** The error for something that cannot be here. */
  #strange(): JsonFault {
    const rest = this.#text.slice(this.#at, this.#at + 10)
    if (/^(?:\/\/|\/\*|#)/.test(rest)) return this.#fault('JSON has no comments')
    if (/^(?:<{7}|={7}|>{7})/.test(rest)) return this.#fault('a merge conflict was committed')
    if (/^['‘’“”`]/.test(rest)) return this.#fault('texts need plain double quotes')
    if (rest === '') return this.#fault('the end is missing')
    if (rest.startsWith(',')) return this.#fault('a value is missing before this comma')
    return this.#fault(
      WORD_START.test(rest) ? 'this is not a number, and a text needs double quotes' : 'this cannot stand here'
    )
  }

  #notComma(): JsonFault {
    return /["{[\d-]/.test(this.#text[this.#at] ?? '') ? this.#fault('a comma is missing before this') : this.#strange()
  }

  #skip(): void {
    this.#take(this.#peek(BLANKS) ?? '')
  }

  #take(token: string): string {
    this.#at += token.length
    return token
  }

  #peek(token: RegExp): string | undefined {
    token.lastIndex = this.#at
    return token.exec(this.#text)?.[0]
  }

  #fault(problem: string): JsonFault {
    return new JsonFault(this.#at, problem)
  }
}

function valueOf(open: '{' | '[', parts: ReadonlyMap<string | number, JsonNode>): unknown {
  const values = [...parts].map(([key, { value }]) => [key, value] as const)
  return open === '[' ? values.map(([, value]) => value) : Object.fromEntries(values)
}
