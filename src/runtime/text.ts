/**
 * Text of others, no longer than `most` characters. What is cut ends with a whole word: the beginning of a secret would
 * no longer be known as one, and so not be masked.
 */
export function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).replace(/\S+$/, '')}…`
}
