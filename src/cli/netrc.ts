import { readFileSync, statSync } from 'node:fs'
import { errorCode, errorText, UserError } from '../runtime/index.ts'

/** No netrc that a person has comes near. */
const LARGEST = 1_000_000

/**
 * The password that a netrc file has for a machine; undefined if there is no file, or nothing in it for that machine.
 * The format: ftp(1), "THE .netrc FILE": words in any order, `macdef` to the next empty line. `default` is not asked: a
 * password of any machine is no key of Heroku.
 * @throws UserError for a file that cannot be read, or that ends in the middle
 */
export function passwordFor(machine: string, text: string): string | undefined {
  const words = text
    .slice(0, LARGEST)
    .replace(/^\ufeff/, '')
    .replace(/^\s*macdef\b[^]*?(?:\n[ \t]*\r?\n|$(?![^]))/gm, '')
    .replace(/(^|\s)#.*$/gm, '')
    .split(/\s+/)
    .filter(Boolean)
  let here = false
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === 'default') here = false
    else if (['machine', 'login', 'account', 'password'].includes(word)) {
      const value = words[++i]
      if (value === undefined)
        throw new UserError(`~/.netrc ends behind "${word}"`, 'Mend the file, or set HEROKU_API_KEY.')
      if (word === 'machine') here = value === machine
      else if (word === 'password' && here) return value.replace(/^"(.*)"$/, '$1')
    }
  }
  return undefined
}

/** The text of the file, and whether others than its owner may read it; undefined if there is none. */
export function readNetrc(file: string): { text: string; open: boolean } | undefined {
  try {
    return { text: readFileSync(file, 'utf8'), open: (statSync(file).mode & 0o077) !== 0 }
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return undefined
    throw new UserError(`~/.netrc cannot be read: ${errorText(error)}`, 'Mend its permissions, or set HEROKU_API_KEY.')
  }
}
