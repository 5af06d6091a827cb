/**
 * Text of others, cut to at most `most` characters and `…`. It is cut between words: half a secret would not be masked.
 */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).replace(/\S+$/, '')}…`
}

/**
 * Lines that may hold text of others: nothing in them is a command of a workflow. The runner looks for `::` at the start of
 * a line, behind any white space, and for `##[` anywhere in it (actions/runner: src/Runner.Common/ActionCommand.cs). Its
 * `TrimStart` takes more for white space than `\s` does, such as U+0085; and .NET compares text without the characters
 * that are not seen.
 */
export function harmless(text: string): string {
  return text
    .replace(/(?<=^|[\r\n])((?:(?![\r\n])[\s\p{Z}\p{Cc}\p{Cf}])*):(?=\p{Cf}*:)/gu, '$1: ')
    .replace(/#(\p{Cf}*)#(?=\p{Cf}*\[)/gu, '#$1# ')
}
