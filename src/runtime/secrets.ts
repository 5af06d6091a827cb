/** Shorter ones are not looked for: without each short word that somebody uses as a password no text could be read. */
export const SHORTEST_SECRET = 8
/** Such a one is looked for as it is written, and in no other form: its pattern would be too large, or take for ever. */
const PLAIN_ALONE = /^.{2000}|\\{8}/s

/**
 * What nobody may see, and texts without it. Whoever answers may repeat a key that it was sent, as it is or in the form that
 * the text around it wants, and our own escapes change it again. So each is found however it is written: in an address, in
 * JSON, in a shell's word, in HTML or Markdown, or as base64 in the middle of other bytes (`user:key`).
 */
export class Secrets {
  /** How each is found, the longest first: one may hold another. */
  #found: readonly (readonly [secret: string, pattern: string | RegExp])[] = []

  /** From now on it is left out; each line of it, for they stand in lines of their own wherever it is printed. */
  readonly add = (secret: string): void => {
    for (const line of secret.split(/\r?\n/).map(text => text.trim())) {
      if (line.length < SHORTEST_SECRET || this.#found.some(([there]) => there === line)) continue
      const pattern = PLAIN_ALONE.test(line) ? line : new RegExp(formsOf(line).join('|'), 'g')
      this.#found = [...this.#found, [line, pattern] as const].sort(([one], [other]) => other.length - one.length)
    }
  }

  /** The text with `***` in place of each secret. */
  readonly redact = (text: string): string =>
    this.#found.reduce((rest, [, pattern]) => rest.replaceAll(pattern, '***'), text)
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

function formsOf(secret: string): string[] {
  return [inText(secret), ...[0, 1, 2].map(before => inBase64(secret, before))]
}

/** Each character of it as it is, or as one of the ways to write it. Letters and digits have no other. */
function inText(secret: string): string {
  return [...secret].map(character => (/[a-z0-9]/i.test(character) ? character : waysToWrite(character))).join('')
}

const NAMED: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }

function waysToWrite(character: string): string {
  const hex = [...character].flatMap(unit => unit.split('').map(half => half.charCodeAt(0).toString(16)))
  const point = character.codePointAt(0)!
  const url = [...Buffer.from(character)].map(byte => `%${anyCase(byte.toString(16).padStart(2, '0'))}`).join('')
  const json = hex.map(unit => `\\\\u${anyCase(unit.padStart(4, '0'))}`).join('')
  const html = [`#0*${point}`, `#[xX]0*${anyCase(point.toString(16))}`, NAMED[character] ?? []].flat()
  const plain = literal(character)
  const quoted = character === "'" ? ["'\\\\''"] : []
  return `(?:${[...quoted, `\\\\?${plain}`, url, json, `&(?:${html.join('|')});`].join('|')})(?:&#8203;)?`
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, letter => `[${letter}${letter.toUpperCase()}]`)
}

/**
 * What stands in base64 for it alone, whatever is before and behind it.
 * @param before how many bytes of the group of three are others'
 */
function inBase64(secret: string, before: number): string {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
  const own = bytes.toString('base64').slice(Math.ceil((8 * before) / 6), Math.floor((8 * bytes.length) / 6))
  return [...own]
    .map(character => {
      if (character === '+') return `(?:${waysToWrite('+')}|-)`
      return character === '/' ? `(?:${waysToWrite('/')}|_)` : character
    })
    .join('')
}
