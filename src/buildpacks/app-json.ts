import { bytePath, displayPath, isMapping, UserError } from '../runtime/index.ts'
import { JsonFault, parseJson, type JsonNode } from './json.ts'

/** A buildpack as app.json names it. */
interface NamedBuildpack {
  readonly url: string
  /** File, line and column: `app.json:7:14`. */
  readonly at: string
}

/** Characters. Upstream's has 2,000. */
const LARGEST = 200_000
/** Characters of a line that an error shows. */
const WIDEST = 160
const FILE = 'app.json'
const SCHEMA = 'https://devcenter.heroku.com/articles/app-json-schema'

/**
 * app.json of a tree (Dev Center: app-json-schema). A byte-order mark at its start is skipped. A mistake in it is a
 * `UserError` with file, line and column, and the text of the line.
 */
export class AppJsonFile {
  readonly #text: string
  readonly #root: JsonNode

  /** Throws a `UserError` for a text that is no JSON object. */
  constructor(text: string) {
    this.#text = text.replace(/^\ufeff/, '')
    this.#root = this.#parse()
    if (!isMapping(this.#root.value)) throw this.wrong([], 'an object in { } is expected here')
  }

  /** The whole file, as `JSON.parse` gives it. */
  get value(): unknown {
    return this.#root.value
  }

  /** `buildpacks`, in order; empty if there are none. A text instead of `{ "url": … }` is taken for the URL. */
  buildpacks(): NamedBuildpack[] {
    const list = this.#member('buildpacks')
    if (list === undefined) return []
    if (!Array.isArray(list)) throw this.wrong(['buildpacks'], '`buildpacks` must be a list', BUILDPACKS)
    return list.map((item: unknown, i) => {
      const url = urlOf(item)
      const path = ['buildpacks', i, 'url']
      if (typeof url !== 'string') throw this.wrong(path, `buildpack ${i + 1} has no "url" with a text`, BUILDPACKS)
      return { url, at: this.#place(this.#find(path).offset) }
    })
  }

  /** What is read here and Heroku would refuse. */
  warnings(): string[] {
    const list = this.#member('buildpacks')
    const text = Array.isArray(list) ? list.findIndex(item => typeof item === 'string') : -1
    if (text < 0) return []
    // heroku/heroku-ci#40: "cannot unmarshal string into Go value of type … AppManifestBuildpack".
    const at = this.#place(this.#find(['buildpacks', text]).offset)
    return [`${at}: a buildpack is named by a text. It is used, but Heroku itself refuses that: write { "url": "…" }`]
  }

  /** `stack`; undefined if there is none. */
  stack(): string | undefined {
    const stack = this.#member('stack')
    if (stack === undefined) return undefined
    if (typeof stack === 'string' && stack !== '') return stack
    throw this.wrong(['stack'], '`stack` must be a text such as "heroku-24"', 'Correct it, or take it out.')
  }

  /** The error for the value at a path; if there is none, for the innermost one around it. */
  wrong(
    path: readonly (string | number)[],
    problem: string,
    nextStep = `Correct it there. What ${FILE} may hold: ${SCHEMA}`
  ): UserError {
    return this.#error(this.#find(path).offset, problem, nextStep)
  }

  #parse(): JsonNode {
    if (this.#text.length > LARGEST)
      throw new UserError(`${FILE} is larger than ${LARGEST / 1000} kB`, `Look at what ${FILE} holds in this commit.`)
    // UTF-16, or another encoding, read as UTF-8 has these characters.
    const other = /[\0\ufffd]/.exec(this.#text)
    if (other) throw this.#error(other.index, `${FILE} is not written in UTF-8`, 'Save it as UTF-8 and commit it.')
    try {
      return parseJson(this.#text)
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error
      const next = `Correct that line: Heroku reads ${FILE} as plain JSON, too.`
      throw this.#error(error.offset, `this is not JSON: ${error.message}`, next)
    }
  }

  #member(name: string): unknown {
    const { value } = this
    return isMapping(value) && Object.hasOwn(value, name) ? value[name] : undefined
  }

  #find(path: readonly (string | number)[]): JsonNode {
    let node = this.#root
    for (const key of path) {
      const part = node.parts?.get(key)
      if (part === undefined) break
      node = part
    }
    return node
  }

  #error(offset: number, problem: string, nextStep: string): UserError {
    const { line } = this.#lineOf(offset)
    const shown = line.trim() === '' ? '' : `\n    ${displayPath(bytePath(line.trim()))}`
    return new UserError(`${this.#place(offset)}: ${problem}${shown}`, nextStep)
  }

  #place(offset: number): string {
    const { number, column } = this.#lineOf(offset)
    return `${FILE}:${number}:${column}`
  }

  /** Line and column count from 1. Of a long line only the part around the column is given. */
  #lineOf(offset: number): { number: number; column: number; line: string } {
    const before = this.#text.slice(0, offset).split(/\r\n|\n|\r/)
    const start = offset - before.at(-1)!.length
    const from = Math.max(start, offset - WIDEST / 2)
    const [line = ''] = this.#text.slice(from, from + WIDEST).split(/[\r\n]/, 1)
    return { number: before.length, column: offset - start + 1, line }
  }
}

const BUILDPACKS = 'Write them as "buildpacks": [{ "url": "heroku/nodejs" }, { "url": "heroku/ruby" }].'

function urlOf(item: unknown): unknown {
  if (typeof item === 'string') return item
  return isMapping(item) ? item['url'] : undefined
}
