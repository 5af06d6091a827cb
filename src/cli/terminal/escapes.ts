/**
 * Text of others on a terminal: buildpacks and dynos may print sequences that move the cursor, write over our lines, set
 * the window's title or the clipboard, or make the terminal answer into the shell. None passes but colours (SGR).
 */

/**
 * ECMA-48: strings (OSC, DCS, SOS, PM, APC) to their end or that of the line; CSI with its parameters; other escapes;
 * each also in its one-character form (C1).
 */
const SEQUENCE =
  /(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c\n]*(?:\x07|\x1b\\|\x9c)?|(?:\x1b\[|\x9b)[0-?]*[ -/]*(?:[@-~]|(?=[^ -~]|$))|\x1b[ -/]*[0-~]?/g // eslint-disable-line no-control-regex
/** All of C0 and C1 but tab and line feed; and what reorders the letters of a line. */
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g // eslint-disable-line no-control-regex
// eslint-disable-next-line no-control-regex
const COLOUR = /^\x1b\[[0-9;:]{0,40}m$/
const KEPT = '\ue000'

/** The text without control sequences, on one line or several; with `colours`, SGR stays, and is reset at the end. */
export function withoutEscapes(text: string, colours = false): string {
  const kept: string[] = []
  const rest = text
    .replaceAll(KEPT, '')
    .replace(SEQUENCE, sequence => {
      if (!colours || !COLOUR.test(sequence)) return ''
      kept.push(sequence)
      return KEPT
    })
    .replace(/\r+\n/g, '\n')
    // A carriage return alone would write over what stands in the line.
    .replace(/\r/g, '\n')
    .replace(CONTROL, '')
  if (kept.length === 0) return rest
  return `${rest.replaceAll(KEPT, () => kept.shift() ?? '')}\x1b[0m`
}
