/** A file twice, each character in its place: in each text, what does not belong to it is blank. */
export interface RubyText {
  /** Without comments and strings. */
  readonly code: string
  /** Only strings, heredocs and lists of words. An interpolation is a run of `x`; an `execute` begins with `;`. */
  readonly sql: string
}

type Part = 'code' | 'sql' | 'interpolation' | 'nothing'

/**
 * Tells code from strings and comments: a scanner for the Ruby of migrations, not a parser. If it loses its way (a string
 * never ends), both texts are the whole file. The parser @ruby/prism (1.9.0) is not for hostile text: its WebAssembly has a
 * stack of 64 KB right above its data, and 150 nested classes make it run for ever.
 */
export function splitRuby(text: string): RubyText {
  const scanner = new RubyScanner(text)
  if (!scanner.scan()) return { code: text, sql: text }
  const code = scanner.only('code')
  return { code, sql: endStatements(scanner.only('sql'), code) }
}

/** Puts a `;` before each `execute`: it begins a statement, even if the one before has no `;`. */
function endStatements(sql: string, code: string): string {
  const characters = sql.split('')
  for (const { index } of code.matchAll(/\bexecute\b/g)) if (characters[index] === ' ') characters[index] = ';'
  return characters.join('')
}

const CLOSING: Record<string, string> = { '(': ')', '[': ']', '{': '}', '<': '>' }
const HEREDOC = /<<([~-]?)(["'`]?)([A-Za-z_]\w*)\2/y
const PERCENT = /%([qQwWiIrsx]?)([([{<|!/])/y
/** After these, a `/`, `%` or `<<` begins a literal. After another word or a closing bracket it is an operator. */
const BEFORE_LITERAL = /(?:^|[(,=~!|&{[;:?+\n]|\b(?:if|unless|when|and|or|not|return|execute|puts|say)[ \t])[ \t]*$/

/** Strings in interpolations in strings. Nobody writes so many. */
const DEEPEST = 20

interface Heredoc {
  readonly name: string
  /** Its end may be indented. */
  readonly indented: boolean
  readonly interpolates: boolean
}

/** A line of a single word, with which a heredoc may end. */
interface Word {
  /** Offsets of its line: of the first character, and behind the last. */
  readonly start: number
  readonly end: number
}

/** By the word; the last in the file first. */
type Words = Record<'any' | 'unindented', Map<string, Word[]>>

function wordsOf(text: string): Words {
  const words: Words = { any: new Map(), unindented: new Map() }
  for (const found of [...text.matchAll(/^([ \t]*)([A-Za-z_]\w*)\r?$/gm)].reverse()) {
    const [whole, indent, name] = found as unknown as [string, string, string]
    const word = { start: found.index, end: found.index + whole.length }
    for (const map of indent === '' ? [words.any, words.unindented] : [words.any]) {
      const known = map.get(name)
      if (known) known.push(word)
      else map.set(name, [word])
    }
  }
  return words
}

class RubyScanner {
  readonly #text: string
  readonly #parts: Part[]
  #at = 0
  #lost = false
  #depth = 0
  #heredocs: Heredoc[] = []
  #words: Words | undefined

  constructor(text: string) {
    this.#text = text
    this.#parts = new Array<Part>(text.length).fill('nothing')
  }

  /** False if the file does not end in code, so that the scanner is lost. */
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

  /** Reads code to the end of the file, or to the closing bracket of an interpolation. */
  #code(until: '}' | undefined): void {
    const part: Part = until === undefined ? 'code' : 'interpolation'
    let open = 0
    while (this.#at < this.#text.length && !this.#lost) {
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

  /** Reads a heredoc's opening, a %-literal or a regular expression; false if none begins here. */
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
    const heredoc = { name, indented: indent !== '', interpolates: quote !== "'" }
    // `list <<Name` and `class <<self` look like a heredoc, but have no end further down.
    if (this.#endOf(heredoc) === undefined) return false
    for (const after = this.#at + whole.length; this.#at < after;) this.#take('code')
    this.#heredocs.push(heredoc)
    return true
  }

  /** The next line that may end it. The file is searched once for all: a hostile one may open thousands. */
  #endOf({ name, indented }: Heredoc): Word | undefined {
    this.#words ??= wordsOf(this.#text)
    const words = this.#words[indented ? 'any' : 'unindented'].get(name)
    // Words above are not needed again.
    while (words?.at(-1) !== undefined && words.at(-1)!.start < this.#at) words.pop()
    return words?.at(-1)
  }

  #heredocBody(heredoc: Heredoc): void {
    const found = this.#endOf(heredoc)
    if (found === undefined) {
      this.#lost = true
      return
    }
    while (this.#at < found.start) this.#stringCharacter(heredoc.interpolates)
    this.#at = Math.max(this.#at, found.end)
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
