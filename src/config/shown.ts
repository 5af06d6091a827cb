import { distance } from 'fastest-levenshtein'
import { bytePath, displayPath } from '../runtime/index.ts'

const LONGEST = 60

/** Text of a file for a message: in quotes, at most 60 characters, unable to forge a line of a log. */
export function shown(text: string): string {
  return `"${displayPath(bytePath(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text))}"`
}

/** ` — did you mean "…"?` if a known word is similar, else an empty text. */
export function didYouMean(word: string, known: readonly string[]): string {
  const lower = word.slice(0, LONGEST).toLowerCase()
  const near = known
    .map(name => ({ name, far: distance(lower, name.toLowerCase()) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.min(3, name.length / 2)))
    .sort((a, b) => a.far - b.far)[0]
  return near === undefined ? '' : ` — did you mean "${near.name}"?`
}

/** `a, b or c`. */
export function oneOf(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}
