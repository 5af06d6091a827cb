import { readFileSync } from 'node:fs'
import { shellWord } from './shell.ts'

/**
 * The text of a program in Ruby, JavaScript or shell: a file in the folder `programs/` beside the module that runs it.
 * The bundle has no such files: scripts/build.ts puts their text in the place of each call, which it knows by its form,
 * so every call is written as that of `AS_DYNO` is.
 */
export function programText(file: URL): string {
  return readFileSync(file, 'utf8')
}

/**
 * A program for a command line, where each byte is sent: without empty lines, lines that are a comment, and indentation.
 * It must hold no text over several lines.
 */
export function compact(text: string): string {
  return text.replace(/^[ \t]*(?:#.*)?(?:\n|$)|^[ \t]+/gm, '')
}

/** A shell program with its arguments as one command line for `bash -c`, which is all that a dyno takes. */
export function withArguments(text: string, ...words: string[]): string {
  return `set -- ${words.map(shellWord).join(' ')}\n${compact(text)}`
}

/** Becomes its arguments in the environment that a program of a dyno has: for `bash -c`, in the app's folder. */
export const AS_DYNO = programText(new URL('./programs/as-dyno.sh', import.meta.url))
