import stringWidth from 'string-width'

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

const SGR: Record<Style, number> = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 }

export type Paint = (style: Style, text: string) => string

/** Colours a text, or leaves it as it is. */
export function painter(colours: boolean): Paint {
  return (style, text) => (colours && text !== '' ? `\x1b[${SGR[style]}m${text}\x1b[0m` : text)
}

/** Breaks a text between words, so that no line is wider than `width` if its words allow it. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = ['']
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1)!
    if (line === '') lines[lines.length - 1] = word
    else if (stringWidth(line) + 1 + stringWidth(word) <= width) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
