// What every part of the stand-in needs. None of this is Mastodon: it plays the app in demos and tests.
import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The folder of the app. */
export const APP = path.join(import.meta.dirname, '..', '..')

/** Ends the program with exit code 1 and nothing but this message. */
export class Aborted extends Error {}

export function read(file) {
  return readFileSync(path.join(APP, file), 'utf8')
}

/** The SQL of each `execute <<~SQL … SQL`, in order. */
export function sqlOf(ruby) {
  return [...ruby.matchAll(/\bexecute[ (]<<~'?SQL'?\)?[^\n]*\n([^]*?)\n[ \t]*SQL$/gm)].map(([, sql]) => sql)
}
