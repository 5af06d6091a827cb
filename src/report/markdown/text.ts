/** Pieces of Markdown, as GitHub renders it. */

/**
 * Text of others inside Markdown, outside of attributes: nothing in it is markup, a mention, a link, or ends a table cell.
 * What is harmless where it stands is left as it is, since e-mails have this text as it is written.
 */
export function escape(hostile: string): string {
  return (
    hostile
      .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
      .replace(/[&<>`*~|\\[\]$]|:(?!\s)|_(?![a-z0-9])|(?<![a-z0-9])_/gi, entity)
      // A link without a scheme (github.github.com/gfm: "extended www autolink").
      .replace(/www\./gi, found => found.replace('.', entity))
      // GitHub looks for mentions and issue numbers after it has decoded entities; a space without width stops it.
      .replace(/[@#](?!\d+;)|\bGH-(?=\d)/gi, found => `${found}&#8203;`)
  )
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`
}

/** Longest name that is shown, in characters. */
const LONGEST = 160

/** Nothing in such a name could be more than text between backticks, also in a table. */
const PLAIN = /^[\w./@:+~#,=%^-]+$/

/**
 * A name of others, cut to a length. A plain one stands between backticks, where GitHub sees no mention, link or emoji:
 * so it can be read in the text of an e-mail, too. Any other has each character that could act escaped.
 */
export function code(hostile: string): string {
  if (hostile.length <= LONGEST) return PLAIN.test(hostile) ? `\`${hostile}\`` : `<code>${escape(hostile)}</code>`
  const characters = [...hostile]
  const [start, end] = [characters.slice(0, LONGEST / 2), characters.slice(-LONGEST / 2)]
  return `<code>${escape(`${start.join('')}…${end.join('')}`)}</code>`
}

/** A line of our own to copy, as it is between backticks; anything that none of ours looks like is escaped as a name is. */
export function snippet(line: string): string {
  return /^[\w:./*{},[\]"()! -]+$/.test(line) ? `\`${line}\`` : code(line)
}

export function details(summary: string, content: string, open = false): string {
  return `<details${open ? ' open' : ''}><summary>${summary}</summary>\n\n${content}\n\n</details>`
}

/** `align`: one character a column, `r` for numbers. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], align: string): string {
  const rule = [...align].map(side => (side === 'r' ? '--:' : '---'))
  return [head, rule, ...rows].map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`
}

export function number(value: number): string {
  return value.toLocaleString('en-US')
}

/** A change in size with its sign: bytes, kB or MB (10^6). None at all is told apart from a tiny one. */
export function signed(bytes: number): string {
  if (bytes === 0) return 'no change'
  const size = Math.abs(bytes)
  const text =
    size < 1e3 ? `${size} bytes` : size < 1e5 ? `${(size / 1e3).toFixed(1)} kB` : `${(size / 1e6).toFixed(1)} MB`
  return `${bytes < 0 ? '−' : '+'}${text}`
}

/** A size for people: bytes, kB or MB (10^6). */
export function size(bytes: number): string {
  if (bytes === 0) return '0 bytes'
  return bytes < 0 ? signed(bytes) : signed(bytes).slice(1)
}

/** A change in per cent of what it was, with its sign. */
export function signedPercent(change: number, before: number): string {
  if (before === 0 || change === 0) return ''
  const text = Math.abs((100 * change) / before).toFixed(1)
  return `${change < 0 ? '−' : '+'}${text === '0.0' ? '<0.1' : text} %`
}
