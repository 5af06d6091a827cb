/**
 * An Aptfile, as heroku/heroku-buildpack-apt:bin/compile reads it (seen by running it over each of these forms): a line
 * that ends with `deb` is one address for curl; a line that begins with `:repo:` is a source of packages; blank lines
 * and lines whose first character is `#` do not count; any other is split at spaces and tabs, and all its words are
 * arguments of `apt-get install`.
 */
export interface Aptfile {
  /** In the order in which they stand there. */
  readonly entries: readonly AptEntry[]
  /** What the buildpack fails on, at most one a line. */
  readonly problems: readonly AptProblem[]
}

export type AptEntry = AptPackage | AptAddress | AptRepository

/** `name`, `name:arch`, `name=version`, `name/release`, and any of them behind `-t release`. */
export interface AptPackage {
  readonly kind: 'package'
  readonly line: number
  /** As it is written: also a pattern (`libvpx[5-9]`, `ffmpeg*`), and `name+` or `name-`. */
  readonly name: string
  readonly arch?: string
  readonly version?: string
  readonly release?: string
}

/** A .deb that is fetched by itself. */
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
  /** From 1. */
  readonly line: number
  /** What is wrong there, as a sentence without its end. */
  readonly what: string
  /** What to do. */
  readonly next: string
}

/** Reads the text of an Aptfile. Never throws: what the buildpack would fail on comes back as `problems`. */
export function parseAptfile(text: string): Aptfile {
  const lines = readLines(text)
  const problems = lines.flatMap(({ raw, words, entries }, i) => problemOf(i + 1, raw, words, entries) ?? [])
  return { entries: lines.flatMap(({ entries }) => entries), problems }
}

/** The first problem with its file and line, and how many lines more have one; undefined if there is none. */
export function aptfileProblem({ problems }: Aptfile): { what: string; next: string } | undefined {
  const [first, ...others] = problems
  if (!first) return undefined
  const more = others.length === 0 ? '' : ` (and ${others.length} more ${others.length === 1 ? 'line' : 'lines'})`
  return { what: `Aptfile:${first.line}: ${first.what}${more}`, next: first.next }
}

/**
 * The text without some of its entries. All others stay, with their line's options, and so do comments and the order;
 * a line that asks for nothing any more goes. The same text if nothing is to go.
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

/** Whether an entry asks for ffmpeg itself: by its name, a pattern of it, or the name of a .deb. */
export function asksForFfmpeg(entry: AptEntry): boolean {
  if (entry.kind === 'package') return /^(?:jellyfin-)?ffmpeg\d*$/i.test(plainName(entry.name))
  return entry.kind === 'address' && /(?:^|-)ffmpeg(?![a-z])/i.test(packageOfDeb(entry.url))
}

/** A package's name without what makes it a pattern or an order: `ffmpeg*`, `^ffmpeg$`, `ffmpeg.*`, `ffmpeg+`. */
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
  /** Where it begins in the line. */
  readonly at: number
  /** Absent for an option and its value. */
  readonly entry?: AptPackage
}

/** What grep's `\s` stands for; JavaScript's has a no-break space and a byte order mark, too. */
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

/** A release counts for its whole line, and the last one given is the one. */
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

/** A carriage return is no part of a name: it is told as a problem. A path or an address stays whole. */
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

/** Takes words out of a line, each with the space behind it. */
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
    return told('`:repo:` counts at the very beginning of a line alone', 'Take away what stands before it.')
  const isAddress = entries[0]!.kind === 'address'
  if (isAddress ? /[ \t]/.test(raw) : words.some(({ text }) => /^https?:\/\/.*\.deb$/i.test(text)))
    return told(
      'the address of a .deb has something before or behind it, and is fetched only if nothing else stands on its line',
      'Put it on a line of its own, without a space or comment.'
    )
  if (words.some(({ text }) => text.startsWith('#')))
    return told(
      'the comment stands behind something, and apt takes each of its words for a package',
      'Put the comment on a line of its own.'
    )
  return undefined
}
