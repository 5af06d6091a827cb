import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { below, bytePath, displayPath, joinBytes, UserError, type BytePath } from '../runtime/index.ts'
import { nameMatcher } from './glob.ts'

interface Slugignore {
  readonly patterns: PatternPart[]
  /** Lines that have no effect, and why. */
  readonly warnings: string[]
}

/** A part of a pattern, between slashes. The first part leads to the others. */
interface PatternPart {
  /** Undefined for `**`: any number of folders. */
  readonly matches?: (name: BytePath) => boolean
  readonly next?: PatternPart
  readonly foldersOnly: boolean
  /** The pattern's line, from 1, and its text. */
  readonly line: number
  readonly pattern: BytePath
}

/** What `.slugignore` took out. */
export interface Removed {
  /** A file, a symlink, or a folder with all that was in it. */
  readonly path: BytePath
  /** The line that took it out; the first if several do. */
  readonly line: number
  readonly pattern: BytePath
}

interface AppliedSlugignore {
  /** In byte order. */
  readonly removed: Removed[]
  readonly warnings: string[]
}

const FILE = '.slugignore'
const LARGEST = 100_000
/** Bytes of a path on Linux (PATH_MAX). */
const LONGEST_PATTERN = 4096

/**
 * Removes what `.slugignore` in the top folder of a source tree names, as Heroku does before the buildpacks (Dev Center,
 * "Slug Compiler"). The file itself stays. Symlinks are removed, never followed; nothing outside of the tree is touched.
 * Throws a `UserError` for a file over 100 kB.
 */
export function applySlugignore(root: string): AppliedSlugignore {
  const stat = lstatSync(below(root, FILE as BytePath), { throwIfNoEntry: false })
  if (stat === undefined) return { removed: [], warnings: [] }
  if (!stat.isFile()) return { removed: [], warnings: [`${FILE} is not a file and has no effect`] }
  if (stat.size > LARGEST) throw new UserError(`${FILE} is larger than 100 kB`, 'Name folders instead of single files.')
  const { patterns, warnings } = parseSlugignore(readFileSync(below(root, FILE as BytePath)))
  return { removed: remove(root, '' as BytePath, new Set(patterns)), warnings }
}

/** `.slugignore:3: "Gem*" takes Gemfile out`, if a file or a folder above it was removed; else undefined. */
export function takenOut(removed: readonly Removed[], file: string): string | undefined {
  const name = bytePath(file)
  const by = removed.find(({ path }) => name === path || name.startsWith(`${path}/`))
  return by && `${FILE}:${by.line}: ${quote(by.pattern)} takes ${displayPath(by.path)} out`
}

/**
 * The patterns of a `.slugignore`, one a line. Blank lines and comments (`#` at the start of a line, or after a space)
 * are skipped. There is no negation: a line with `!` is ignored, with a warning (Dev Center, "Slug Compiler").
 *
 * A pattern means what it means in the one compiler that Heroku published (heroku/slug-compiler: lib/slug_compiler.rb,
 * `prune_slugignore`), which gives it to Ruby's `Dir[]`:
 * - with a `/` anywhere, even at its end, it counts from the top folder: `docs/` is only the top one. Without a `/` it
 *   matches a name in any folder;
 * - with a `/` at its end it matches only folders. `*` does not cross a `/`; `**` before a `/` crosses any number of folders;
 * - a wildcard does not match a leading dot, and does not search folders whose name starts with one.
 * If that compiler and .gitignore differ, the one that removes less counts: a slug that is a little too large still builds.
 * Other than there, a name may have spaces and `#`, and `{a,b}` is an ordinary name.
 */
function parseSlugignore(text: string | Buffer): Slugignore {
  const bytes = typeof text === 'string' ? bytePath(text) : text.toString('latin1')
  const patterns: PatternPart[] = []
  const warnings: string[] = []
  const lines = bytes.replace(/^\xef\xbb\xbf/, '').split('\n')
  for (const [index, line] of lines.entries()) {
    const pattern = trimBlanks(line.replace(/(?:^|[ \t])#.*/, ''))
    if (pattern === '') continue
    const parsed = parsePattern(pattern, index + 1)
    if (typeof parsed !== 'string') patterns.push(parsed)
    else warnings.push(`${FILE}:${index + 1}: ${quote(pattern)} is ignored: ${parsed}`)
  }
  return { patterns, warnings }
}

function quote(pattern: BytePath): string {
  return `"${displayPath(pattern.slice(0, 200) as BytePath)}"`
}

/** Not `trim`: it takes some bytes of UTF-8 characters for spaces. */
function trimBlanks(line: string): BytePath {
  let [start, end] = [0, line.length]
  while (start < end && ' \t'.includes(line.charAt(start))) start++
  while (end > start && ' \t\r'.includes(line.charAt(end - 1))) end--
  return line.slice(start, end) as BytePath
}

/** The pattern's first part, or why it has no effect. */
function parsePattern(pattern: BytePath, line: number): PatternPart | string {
  if (pattern.startsWith('!')) return 'Heroku knows no negation'
  if (pattern.length > LONGEST_PATTERN) return 'it is longer than any path'
  const names = pattern.split('/').filter(name => name !== '' && name !== '.')
  if (names.length === 0) return 'it names no file'
  if (names.includes('..')) return 'it could leave the source tree'
  if (!pattern.includes('/')) names.unshift('**')
  return chain(names as BytePath[], { foldersOnly: pattern.endsWith('/'), line, pattern })
}

function chain(names: BytePath[], of: Pick<PatternPart, 'foldersOnly' | 'line' | 'pattern'>): PatternPart {
  return names.reduceRight<PatternPart | undefined>((next, name) => {
    if (name !== '**' || next === undefined) return { matches: nameMatcher(name), next, ...of }
    return next.matches === undefined ? next : { next, ...of }
  }, undefined) as PatternPart
}

/** Removes what matches below one folder. `parts` are all that can still match there. */
function remove(root: string, folder: BytePath, parts: ReadonlySet<PatternPart>): Removed[] {
  const entries = readdirSync(below(root, folder), { encoding: 'buffer', withFileTypes: true })
  const removed: Removed[] = []
  const names = entries.map(entry => ({
    name: entry.name.toString('latin1') as BytePath,
    isFolder: entry.isDirectory()
  }))
  for (const { name, isFolder } of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = joinBytes(folder, name)
    const { matched, deeper } = advance(parts, name, isFolder)
    if (matched && path !== FILE) {
      rmSync(below(root, path), { recursive: true, force: true })
      removed.push({ path, line: matched.line, pattern: matched.pattern })
    } else if (isFolder && deeper.size > 0) for (const gone of remove(root, path, deeper)) removed.push(gone)
  }
  return removed
}

/** The part that ends with this name, and the parts that can match below it. Looks at each part once. */
function advance(
  parts: ReadonlySet<PatternPart>,
  name: BytePath,
  isFolder: boolean
): { matched?: PatternPart; deeper: Set<PatternPart> } {
  const deeper = new Set<PatternPart>()
  let matched: PatternPart | undefined
  const tryPart = (part: PatternPart): void => {
    if (part.matches === undefined) {
      if (!name.startsWith('.')) deeper.add(part)
      if (part.next !== undefined) tryPart(part.next)
    } else if (part.matches(name)) {
      if (part.next !== undefined) deeper.add(part.next)
      else if (isFolder || !part.foldersOnly) matched ??= part
    }
  }
  parts.forEach(tryPart)
  return { matched, deeper }
}
