/**
 * An Aptfile, as heroku/heroku-buildpack-apt:bin/compile reads it (seen by running it over each of these forms):
 * - a line that ends with `deb` is one address for curl;
 * - a line that begins with `:repo:` is a source of packages;
 * - blank lines and lines whose first character is `#` do not count;
 * - any other line is split at spaces and tabs, and all its words are arguments of `apt-get install`.
 */
export interface Aptfile {
  /** In the file's order. */
  readonly entries: readonly AptEntry[]
  /** What makes the buildpack fail, at most one for each line. */
  readonly problems: readonly AptProblem[]
}

/** What one word or line of an Aptfile asks for. */
export type AptEntry = AptPackage | AptAddress | AptRepository

/** `name`, `name:arch`, `name=version` or `name/release`, each also after `-t release`. */
export interface AptPackage {
  readonly kind: 'package'
  readonly line: number
  /** As written: it may be a pattern (`libvpx[5-9]`, `ffmpeg*`), `name+` or `name-`. */
  readonly name: string
  readonly arch?: string
  readonly version?: string
  readonly release?: string
}

/** The address of one .deb. */
export interface AptAddress {
  readonly kind: 'address'
  readonly line: number
  readonly url: string
}

/** A line for apt's sources. */
interface AptRepository {
  readonly kind: 'repository'
  readonly line: number
  readonly source: string
}

interface AptProblem {
  /** Counts from 1. */
  readonly line: number
  /** What is wrong, as a sentence without its full stop. */
  readonly what: string
  /** What to do. */
  readonly next: string
}

/** Reads the text of an Aptfile. Never throws: what would make the buildpack fail is in `problems`. */
export function parseAptfile(text: string): Aptfile {
  const lines = readLines(text)
  const problems = lines.flatMap(({ raw, words, entries }, i) => problemOf(i + 1, raw, words, entries) ?? [])
  return { entries: lines.flatMap(({ entries }) => entries), problems }
}

/** The first problem with its file and line, and how many more lines have one; undefined if there is none. */
export function aptfileProblem({ problems }: Aptfile): { what: string; next: string } | undefined {
  const [first, ...others] = problems
  if (!first) return undefined
  const more = others.length === 0 ? '' : ` (and ${others.length} more ${others.length === 1 ? 'line' : 'lines'})`
  return { what: `Aptfile:${first.line}: ${first.what}${more}`, next: first.next }
}

/**
 * The text without some of its entries. Everything else stays: other entries, options, comments, the order. A line that
 * has no entry left goes.
 */
export function withoutAptEntries(text: string, isGone: (entry: AptPackage | AptAddress) => boolean): string {
  const goes = (entry: AptEntry): boolean => entry.kind !== 'repository' && isGone(entry)
  return readLines(text)
    .flatMap(({ raw, words, entries }) => {
      if (!entries.some(goes)) return [raw]
      if (entries.every(goes)) return []
      const gone = new Set(words.filter(({ entry }) => entry && goes(entry)))
      return [cut(raw, [...gone])]
    })
    .join('\n')
}

/** Whether an entry asks for ffmpeg itself: by name, by a pattern of the name, or as a .deb. */
export function asksForFfmpeg(entry: AptEntry): boolean {
  if (entry.kind === 'package') return /^(?:jellyfin-)?ffmpeg\d*$/i.test(plainName(entry.name))
  return entry.kind === 'address' && /(?:^|-)ffmpeg(?![a-z])/i.test(packageOfDeb(entry.url))
}

/** A package's name without what apt reads as a pattern or an order: `ffmpeg` for `ffmpeg*`, `^ffmpeg$`, `ffmpeg.*`, `ffmpeg+`. */
export function plainName(name: string): string {
  return name.replace(/^\^/, '').replace(/(?:[*+$]|\.\*)$/, '')
}

/** `https://deb.example/pool/ffmpeg_7.1-1_amd64.deb` → `ffmpeg` (deb-version(7): NAME_VERSION_ARCH). */
export function packageOfDeb(url: string): string {
  const file = url.slice(url.lastIndexOf('/') + 1)
  return file.replace(/\.deb$/, '').replace(/_.*$/, '')
}

interface Line {
  readonly raw: string
  readonly words: readonly Word[]
  readonly entries: readonly AptEntry[]
}

interface Word {
  readonly text: string
  /** Index of its first character in the line. */
  readonly at: number
  /** Absent for an option and its value. */
  readonly entry?: AptPackage
}

/** Not JavaScript's `\s`: grep's has neither the no-break space nor the byte order mark. */
const SKIPPED = /^[ \t\v\f\r]*(?:#|$)/

function readLines(text: string): Line[] {
  return text.split('\n').map((raw, i) => {
    const line = i + 1
    if (SKIPPED.test(raw)) return { raw, words: [], entries: [] }
    if (raw.startsWith(':repo:'))
      return { raw, words: [], entries: [{ kind: 'repository', line, source: raw.slice(6).trim() }] }
    if (raw.endsWith('deb')) return { raw, words: [], entries: [{ kind: 'address', line, url: raw }] }
    const words = readWords(raw, line)
    return { raw, words, entries: words.flatMap(({ entry }) => entry ?? []) }
  })
}

/** Options of `apt-get install` whose value is the next word (apt: apt-private/private-cmndline.cc). */
const TAKES_VALUE =
  /^(?:-[a-zA-Z]*[tco]|--(?:target-release|default-release|config-file|option|with-source|solver|planner))$/
/** `-t x`, `-tx`, `-t=x`, `--target-release x`, `--target-release=x`. */
const RELEASE = /^(?:-[a-zA-Z]*?t|--(?:target|default)-release)=?(.*)$/

/** `-t` counts for its whole line; the last one wins. */
function readWords(raw: string, line: number): Word[] {
  const found = [...raw.matchAll(/[^ \t]+/g)].map(({ 0: text, index: at }) => ({ text, at }))
  const packages = new Set<number>()
  let release: string | undefined
  let onlyPackages = false
  for (let i = 0; i < found.length; i++) {
    const { text } = found[i]!
    if (onlyPackages || !text.startsWith('-')) packages.add(i)
    else if (text === '--') onlyPackages = true
    else {
      const next = TAKES_VALUE.test(text) ? found[++i]?.text : undefined
      const inside = RELEASE.exec(text)?.[1]
      if (inside !== undefined) release = next ?? inside
    }
  }
  return found.map((word, i) => (packages.has(i) ? { ...word, entry: packageOf(word.text, line, release) } : word))
}

/** A carriage return is not part of the name here; `problemOf` reports it. A path or an address stays whole. */
function packageOf(text: string, line: number, release: string | undefined): AptPackage {
  const word = text.replace(/\r/g, '')
  const [, name = word, arch, version, own] = /^([^:=/]+)(?::([^=/]+))?(?:=(.*)|\/(.*))?$/.exec(word) ?? []
  return {
    kind: 'package',
    line,
    name,
    ...(arch !== undefined && { arch }),
    ...(version !== undefined && { version }),
    ...((own ?? release) !== undefined && { release: own ?? release })
  }
}

/** Takes words out of a line, each with the space after it. */
function cut(raw: string, gone: readonly Word[]): string {
  let rest = raw
  for (const { text, at } of gone.toReversed())
    rest = rest.slice(0, at) + rest.slice(at + text.length).replace(/^[ \t]+/, '')
  return rest.trimEnd()
}

function problemOf(
  line: number,
  raw: string,
  words: readonly Word[],
  entries: readonly AptEntry[]
): AptProblem | undefined {
  if (entries.length === 0 || entries[0]!.kind === 'repository') return undefined
  const told = (what: string, next: string): AptProblem => ({ line, what, next })
  if (raw.includes('\r')) {
    return told(
      'the line ends as on Windows (CRLF), and apt takes the carriage return for a part of the name',
      'Write the Aptfile with the line ends of Unix: `sed -i "s/\\r$//" Aptfile`, and `Aptfile text eol=lf` in .gitattributes.'
    )
  }
  if (raw.startsWith('\ufeff')) {
    return told(
      'the file begins with a byte order mark, and apt takes it for a part of the name',
      'Save the Aptfile as UTF-8 without a byte order mark: `sed -i "1s/^\\xef\\xbb\\xbf//" Aptfile`.'
    )
  }
  if (words.some(({ text }) => text.startsWith(':repo:')))
    return told('`:repo:` counts only at the very beginning of a line', 'Remove what is before it.')
  const isAddress = entries[0]!.kind === 'address'
  if (isAddress ? /[ \t]/.test(raw) : words.some(({ text }) => /^https?:\/\/.*\.deb$/i.test(text)))
    return told(
      'the address of a .deb is fetched only if nothing else is on its line',
      'Put it on a line of its own, without a space or comment.'
    )
  if (words.some(({ text }) => text.startsWith('#')))
    return told('a comment after a package is read as package names', 'Put the comment on a line of its own.')
  return undefined
}
