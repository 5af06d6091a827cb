import { type ReportFile } from '../files.ts'

/** One file in two reports, or in one of them. */
export type Pair =
  | { readonly how: 'same' | 'renamed' | 'moved'; readonly head: ReportFile; readonly base: ReportFile }
  | { readonly how: 'new'; readonly head: ReportFile; readonly base?: undefined }
  | { readonly how: 'gone'; readonly head?: undefined; readonly base: ReportFile }

/** Bytes: smaller files of the same name and size are too common to say that one has moved. */
const LEAST_TO_MOVE = 256

/**
 * Pairs the files of two reports: by path; then by path without versions and hashes, which change with every update
 * (`gems/rails-8.1.1`, `application-D4f9aBcX.js`); then, as moved, by name and size. Each file is in one pair.
 */
export function pairFiles(head: readonly ReportFile[], base: readonly ReportFile[]): Pair[] {
  const pairs: Pair[] = []
  let rest = matchPaths(head, base, pairs)
  rest = matchKeys(rest, pairs, 'renamed', ({ folder, name }) => `${timeless(folder)}\n${timeless(name)}`)
  rest = matchKeys(rest, pairs, 'moved', ({ name, raw }) =>
    name === '' || raw < LEAST_TO_MOVE ? undefined : `${timeless(name)}\n${raw}`
  )
  for (const file of rest.head) pairs.push({ how: 'new', head: file })
  for (const file of rest.base) pairs.push({ how: 'gone', base: file })
  return pairs
}

/** Files without a partner so far. */
interface Rest {
  readonly head: readonly ReportFile[]
  readonly base: readonly ReportFile[]
}

/** Nearly all files match here. By folder, then by name, so that no path has to be put together. */
function matchPaths(head: readonly ReportFile[], base: readonly ReportFile[], pairs: Pair[]): Rest {
  const folders = new Map<string, Map<string, ReportFile>>()
  const left = { head: [] as ReportFile[], base: [] as ReportFile[] }
  for (const file of base) {
    const names = folders.get(file.folder) ?? new Map<string, ReportFile>()
    if (names.size === 0) folders.set(file.folder, names)
    if (names.has(file.name)) left.base.push(file)
    else names.set(file.name, file)
  }
  for (const file of head) {
    const names = folders.get(file.folder)
    const other = names?.get(file.name)
    if (other) pairs.push({ how: 'same', head: file, base: other })
    else left.head.push(file)
    names?.delete(file.name)
  }
  for (const names of folders.values()) left.base.push(...names.values())
  return left
}

function matchKeys(
  { head, base }: Rest,
  pairs: Pair[],
  how: 'renamed' | 'moved',
  keyOf: (file: ReportFile) => string | undefined
): Rest {
  const left = { head: [] as ReportFile[], base: [] as ReportFile[] }
  const waiting = new Map<string, ReportFile[]>()
  // Backwards, since `pop` takes the last.
  for (const file of base.toReversed()) {
    const key = keyOf(file)
    if (key === undefined) left.base.push(file)
    else if (waiting.has(key)) waiting.get(key)!.push(file)
    else waiting.set(key, [file])
  }
  for (const file of head) {
    const key = keyOf(file)
    const other = key === undefined ? undefined : waiting.get(key)?.pop()
    if (other) pairs.push({ how, head: file, base: other })
    else left.head.push(file)
  }
  for (const files of waiting.values()) left.base.push(...files)
  return left
}

/**
 * A path without what changes with each version: the hash of a bundle or a git gem, and all numbers. Its time grows in
 * proportion to the path, which is hostile.
 */
function timeless(path: string): string {
  return path
    .replace(/-(?:[\w-]{8}|[0-9a-f]{16,64})(?=\.[\w.]{1,30}$)/, '-*')
    .replace(/-[0-9a-f]{12}(?=\/|$)/, '-*')
    .replace(/\d+(?:\.\d+)*/g, '#')
}
