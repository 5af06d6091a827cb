import { readFileSync } from 'node:fs'
import { shellWord } from './shell.ts'

/**
 * The text of a program in Ruby, JavaScript or shell: a file in the folder `programs/` beside the module that runs it. For
 * the bundle scripts/build.ts replaces each call by the text. It finds calls by their form, so write them like the one for
 * `AS_DYNO`.
 */
export function programText(file: URL): string {
  return readFileSync(file, 'utf8')
}

/**
 * A program made short for a command line: without empty lines, comments on their own line, and indentation. It must have
 * no text over several lines.
 */
export function compact(text: string): string {
  return text.replace(/^[ \t]*(?:#.*)?(?:\n|$)|^[ \t]+/gm, '')
}

/** A shell program with its arguments as one text for `bash -c`: a dyno takes one command line. */
export function withArguments(text: string, ...words: string[]): string {
  return `set -- ${words.map(shellWord).join(' ')}\n${compact(text)}`
}

/** Runs its arguments in the environment of a dyno's program: for `bash -c`, in the app's folder. */
export const AS_DYNO = programText(new URL('./programs/as-dyno.sh', import.meta.url))
