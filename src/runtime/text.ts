/**
 * Text of others, cut to at most `most` characters and `…`. It is cut between words: half a secret would not be masked.
 */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).replace(/\S+$/, '')}…`
}
