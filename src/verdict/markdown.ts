import { shortened } from '../runtime/index.ts'

/**
 * Pieces of Markdown, as GitHub renders it. Whatever others wrote (buildpacks, dynos, servers, pull requests) goes through
 * `escape`, `code`, `prose` or `cell` before it is shown.
 */

/** What cannot act where it stands is left as it is, since e-mails have this text as it is written. */
const ACTING = new RegExp(
  [
    // Markup, and what forms an entity.
    '[&<>`*~|\\\\[\\]$]',
    // A scheme, an emoji.
    ':(?=\\S)',
    '_(?![a-z0-9])|(?<![a-z0-9])_',
    // A link without a scheme (github.github.com/gfm: "extended www autolink").
    'www\\.',
    // Mentions and references (docs.github.com: "Autolinked references and URLs").
    '[@#]|(?<![a-z0-9])GH-(?=\\d)|/(?:issues|pulls?|discussions|commit)/(?=\\w)'
  ].join('|'),
  'gi'
)

/**
 * Text of others inside Markdown, outside of attributes: nothing in it is markup, a mention, a reference, a link, or ends a
 * table cell. In one go, so that an entity of ours is never taken for text of theirs, nor theirs for one of ours.
 */
export function escape(hostile: string): string {
  return hostile.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').replace(ACTING, found => {
    if (/^www/i.test(found)) return found.replace('.', entity)
    // GitHub looks for mentions and references after it has decoded entities; a space without width stops it.
    return /[@#]|[-/]$/.test(found) ? `${found}&#8203;` : entity(found)
  })
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

/** Longest text of others in one place, in characters. */
const LONGEST_TEXT = 1_500

/** A sentence with names in backticks: those become code, and nothing else in it is markup. On one line, cut to a length. */
export function prose(text: string): string {
  const parts = oneLine(text).split('`')
  // A backtick without its fellow is a letter.
  if (parts.length % 2 === 0) return escape(parts.join('`'))
  return parts.map((part, at) => (at % 2 === 1 && part !== '' ? code(part) : escape(part))).join('')
}

/** The same for text of several lines, such as the last ones of a dyno, in a table's cell. */
export function cell(text: string): string {
  return shortened(text, LONGEST_TEXT).split(/\r?\n/).map(prose).join('<br>')
}

/** Text on one line: without the characters that move a terminal's cursor or turn text around, and cut to a length. */
export function oneLine(text: string): string {
  return shortened(text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' '), LONGEST_TEXT)
}

/** A link that shows its address. Empty if that is no plain https address. */
export function linked(url: string): string {
  return /^https:\/\/[\w./#%-]{1,300}$/.test(url) ? `[${escape(url.replace('https://', ''))}](${url})` : ''
}
