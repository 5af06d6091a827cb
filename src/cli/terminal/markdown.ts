import { lexer, type Token, type Tokens } from 'marked'
import stringWidth from 'string-width'
import { withoutEscapes } from './escapes.ts'
import { wrap, type Paint } from './style.ts'

/** Columns that the last one of a table keeps. */
const NARROWEST = 32

export interface MarkdownOptions {
  readonly paint: Paint
  /** Columns. */
  readonly width: number
  /** Whether parts that a page would fold (`<details>`) are shown. */
  readonly full: boolean
}

export interface Rendered {
  readonly lines: readonly string[]
  /** Titles of the parts that were left folded. */
  readonly folded: readonly string[]
}

/** GitHub's Markdown, as far as summaries use it, for a terminal. */
export function renderMarkdown(markdown: string, options: MarkdownOptions): Rendered {
  const renderer = new Renderer(options)
  renderer.blocks(lexer(withoutEscapes(markdown)), '')
  return renderer
}

class Renderer implements Rendered {
  readonly lines: string[] = []
  readonly folded: string[] = []
  readonly #paint: Paint
  readonly #width: number
  readonly #full: boolean
  /** Folds that are open around what comes next, the shown ones and the others. */
  readonly #folds: boolean[] = []

  constructor({ paint, width, full }: MarkdownOptions) {
    this.#paint = paint
    this.#width = width
    this.#full = full
  }

  blocks(tokens: readonly Token[], indent: string): void {
    for (const token of tokens) {
      if (token.type === 'html') this.#html((token as Tokens.HTML).text, indent)
      else if (!this.#folds.includes(false)) this.#block(token, indent)
    }
  }

  #block(token: Token, indent: string): void {
    const add = (...lines: string[]): void => void this.lines.push(...lines.map(line => indent + line))
    switch (token.type) {
      case 'heading':
        add(this.#paint('bold', this.#inline((token as Tokens.Heading).tokens)), '')
        break
      case 'paragraph':
        add(...this.#inline((token as Tokens.Paragraph).tokens).split('\n'), '')
        break
      case 'text':
        add(...this.#inline((token as Tokens.Text).tokens ?? [token]).split('\n'))
        break
      case 'list':
        for (const [i, item] of (token as Tokens.List).items.entries())
          this.#item(item, i, token as Tokens.List, indent)
        add('')
        break
      case 'blockquote':
        this.#quote(token as Tokens.Blockquote, indent)
        break
      case 'code':
        add(...(token as Tokens.Code).text.split('\n').map(line => `  ${line}`), '')
        break
      case 'table':
        add(...this.#table(token as Tokens.Table), '')
        break
    }
  }

  /** `<details><summary>…`, whose content comes as blocks of its own, and its end. */
  #html(html: string, indent: string): void {
    for (const [tag, open, summary] of html.matchAll(
      /<details( open)?>(?:\s*<summary>(.*?)<\/summary>)?|<\/details>/g
    )) {
      if (tag === '</details>') {
        this.#folds.pop()
        continue
      }
      const title = this.#decode((summary ?? '').replace(/<[^>]*>/g, ''))
      const shown = this.#full || open !== undefined
      if (!this.#folds.includes(false)) {
        if (shown) this.lines.push(indent + this.#paint('bold', title), '')
        else this.folded.push(title)
      }
      this.#folds.push(shown)
    }
  }

  #item(item: Tokens.ListItem, index: number, { ordered, start }: Tokens.List, indent: string): void {
    const mark = ordered ? `${Number(start || 1) + index}. ` : '- '
    const first = this.lines.length
    this.blocks(item.tokens, indent + ' '.repeat(mark.length))
    const line = this.lines[first]
    if (line !== undefined) this.lines[first] = indent + mark + line.slice(indent.length + mark.length)
  }

  /** `> [!WARNING]` is GitHub's for a quote with a title. */
  #quote({ tokens, text }: Tokens.Blockquote, indent: string): void {
    const [, kind] = /^\[!([A-Z]+)\]/.exec(text) ?? []
    const first = this.lines.length
    const margin = `${indent}${this.#paint('dim', '│')} `
    this.blocks(kind === undefined ? tokens : lexer(text.replace(/^\[!.*\]\s*/, '')), margin)
    while (this.lines.at(-1) === margin) this.lines.pop()
    this.lines.push('')
    if (kind === undefined) return
    const title = `${kind.charAt(0)}${kind.slice(1).toLowerCase()}`
    this.lines.splice(first, 0, `${indent}${this.#paint(kind === 'NOTE' ? 'cyan' : 'yellow', title)}`)
  }

  /** The last column is broken between words if the terminal is too narrow for it. */
  #table({ header, rows, align }: Tokens.Table): string[] {
    const cells = [header, ...rows].map(row => row.map(cell => this.#inline(cell.tokens).split('\n')))
    const last = header.length - 1
    const widths = header.map((_, column) =>
      Math.max(...cells.map(row => Math.max(...row[column]!.map(line => stringWidth(line)))))
    )
    const room = Math.max(NARROWEST, this.#width - widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0))
    return cells.flatMap((row, i) => {
      const broken = row.map((lines, column) => (column === last ? lines.flatMap(line => wrap(line, room)) : lines))
      const height = Math.max(...broken.map(lines => lines.length))
      return Array.from({ length: height }, (_, at) => {
        const line = broken.map((lines, column) => pad(lines[at] ?? '', widths[column]!, align[column])).join('  ')
        return i === 0 ? this.#paint('dim', line.trimEnd()) : line.trimEnd()
      })
    })
  }

  #inline(tokens: readonly Token[]): string {
    let code = false
    return tokens
      .map(token => {
        if (token.type === 'html') {
          const { text } = token as Tokens.HTML
          if (/^<\/?code>$/.test(text)) code = text === '<code>'
          if (/^<br\s*\/?>$/.test(text)) return '\n'
          return text === '<sup>' ? '^' : ''
        }
        const text = this.#span(token)
        return code ? this.#paint('cyan', text) : text
      })
      .join('')
  }

  #span(token: Token): string {
    switch (token.type) {
      case 'strong':
        return this.#paint('bold', this.#inline((token as Tokens.Strong).tokens))
      case 'em':
      case 'del':
        return this.#inline((token as Tokens.Em).tokens)
      case 'codespan':
        return this.#paint('cyan', this.#decode((token as Tokens.Codespan).text))
      case 'br':
        return '\n'
      case 'link': {
        const { tokens, href } = token as Tokens.Link
        const text = this.#inline(tokens)
        return text === href ? href : `${text} (${withoutEscapes(href)})`
      }
      default:
        return this.#decode('text' in token ? (token.text as string) : token.raw)
    }
  }

  /** The entities that summaries use; what they stand for is hostile, too. */
  #decode(text: string): string {
    const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
    const decoded = text.replace(/&(?:#(\d{1,7})|(\w+));/g, (whole, number?: string, name?: string) => {
      if (name !== undefined) return names[name] ?? whole
      const point = Number(number)
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole
    })
    return withoutEscapes(decoded).replaceAll('\u200b', '')
  }
}

function pad(text: string, width: number, align: Tokens.Table['align'][number] | undefined): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)))
  return align === 'right' ? space + text : text + space
}
