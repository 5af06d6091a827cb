import { displayPath, type BytePath } from '../runtime/index.ts'
import type { FileWeight, Measured } from '../slug/index.ts'
import { type Report } from './data.ts'
import { type VariantName } from './page/data.ts'

type FileTable = Report['files']
type Entry = FileTable['entries'][number]

/** One name of a slug; a folder counts what it takes itself. Sizes are bytes. */
export class ReportFile {
  readonly #row: Entry
  /** The path of its folder, '' at the top. */
  readonly folder: string
  readonly layer: string

  constructor(row: Entry, { folders, layers }: FileTable) {
    this.#row = row
    this.folder = folders[row[0]] ?? ''
    this.layer = layers[row[2]] ?? ''
  }

  /** Name in its folder; '' for the folder itself. */
  get name(): string {
    return this.#row[1]
  }

  /** The whole path. */
  get path(): string {
    if (this.name === '') return this.folder
    return this.folder === '' ? this.name : `${this.folder}/${this.name}`
  }

  /** Unpacked. */
  get raw(): number {
    return this.#row[3]
  }

  /** Compressed, with ffmpeg; undefined if that variant does not have it. */
  get with(): number | undefined {
    return this.#row[4] ?? undefined
  }

  /** Compressed, without ffmpeg; undefined if that variant does not have it. */
  get without(): number | undefined {
    return this.#row[5] ?? undefined
  }

  /** It shares a compressed block with others. */
  get shared(): boolean {
    return this.#row[6] === 1
  }
}

/** A folder with everything below it. Sizes are bytes. */
interface ReportFolder {
  readonly path: string
  compressed: number
  raw: number
  files: number
}

/** If a slug has more names, the smallest are put together, one row for each folder. */
const MOST_NAMES = 250_000
/** Characters. A path can be 100 kB long; nobody reads that. */
const LONGEST = 2_000

/** The table of all names of the variants, each once. */
export function fileTable(
  slugs: readonly { name: VariantName; measured: Pick<Measured, 'files'> }[],
  layerNames: readonly string[],
  most = MOST_NAMES
): FileTable {
  const folders = new Folders()
  const rows = new Map<string, Entry>()
  for (const { name, measured } of slugs) {
    const column = name === 'with' ? 4 : 5
    for (const { file, compressed, raw, shared } of measured.files) {
      const [folder, own] = placeOf(file)
      const key = `${folder}\n${own}`
      const row = rows.get(key) ?? [folders.indexOf(folder), own, file.layer, raw, null, null, 0]
      row[column] = (row[column] ?? 0) + compressed
      if (shared) row[6] = 1
      rows.set(key, row)
    }
  }
  const entries = sharedOut([...rows.values()], most)
  return { layers: [...layerNames], folders: folders.paths, entries }
}

/** Folder and name for people. A folder's own row is in the folder itself, without a name. */
function placeOf({ path, kind }: FileWeight['file']): [folder: string, name: string] {
  const end = path.lastIndexOf('/')
  if (kind === 'directory') return [shown(path), '']
  return [end < 0 ? '' : shown(path.slice(0, end) as BytePath), shown(path.slice(end + 1) as BytePath)]
}

function shown(path: BytePath): string {
  const text = displayPath(path)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

class Folders {
  readonly paths = ['']
  readonly #indexes = new Map([['', 0]])

  /** The folder's index. A new folder is added, after those above it. */
  indexOf(path: string): number {
    const known = this.#indexes.get(path)
    if (known !== undefined) return known
    const end = path.lastIndexOf('/')
    this.indexOf(end < 0 ? '' : path.slice(0, end))
    this.#indexes.set(path, this.paths.length)
    return this.paths.push(path) - 1
  }
}

function sharedOut(rows: Entry[], most: number): Entry[] {
  if (rows.length <= most) return rows
  const size = (row: Entry): number => Math.max(row[4] ?? 0, row[5] ?? 0)
  const least = rows.map(size).sort((a, b) => b - a)[most]!
  const merged = new Map<number, Entry>()
  const kept: Entry[] = []
  for (const row of rows) {
    if (size(row) > least) {
      kept.push(row)
      continue
    }
    const into = merged.get(row[0]) ?? [row[0], '(small files)', row[2], 0, null, null, 1]
    into[3] += row[3]
    if (row[4] !== null) into[4] = (into[4] ?? 0) + row[4]
    if (row[5] !== null) into[5] = (into[5] ?? 0) + row[5]
    merged.set(row[0], into)
  }
  return [...kept, ...merged.values()]
}

/** The names of a report, in the order of the slug. */
export function filesOf({ files }: Pick<Report, 'files'>): ReportFile[] {
  return files.entries.map(row => new ReportFile(row, files))
}

/** The folders of a variant with everything below them, largest first, without the slug itself. */
export function foldersOf({ files }: Pick<Report, 'files'>, variant: VariantName): ReportFolder[] {
  const column = variant === 'with' ? 4 : 5
  const folders = files.folders.map(path => ({ path, compressed: 0, raw: 0, files: 0 }))
  for (const row of files.entries) {
    const compressed = row[column]
    if (compressed === null) continue
    const own = folders[row[0]]!
    own.compressed += compressed
    own.raw += row[3]
    own.files += 1
  }
  addUp(folders)
  return folders
    .filter(folder => folder.path !== '' && folder.files > 0)
    .sort((a, b) => b.compressed - a.compressed || (a.path < b.path ? -1 : 1))
}

/** Adds each folder's figures to the one above it, the deepest first. */
function addUp(folders: ReportFolder[]): void {
  const byPath = new Map(folders.map(folder => [folder.path, folder]))
  const depth = ({ path }: ReportFolder): number => path.split('/').length
  for (const folder of folders.toSorted((a, b) => depth(b) - depth(a))) {
    if (folder.path === '') continue
    const end = folder.path.lastIndexOf('/')
    const above = byPath.get(end < 0 ? '' : folder.path.slice(0, end))
    if (!above) continue
    above.compressed += folder.compressed
    above.raw += folder.raw
    above.files += folder.files
  }
}

/** The largest files of a variant, largest first. */
export function largestFiles(report: Pick<Report, 'files'>, variant: VariantName, count: number): ReportFile[] {
  return filesOf(report)
    .filter(file => file.name !== '' && (file[variant] ?? 0) > 0)
    .sort((a, b) => b[variant]! - a[variant]! || (a.path < b.path ? -1 : 1))
    .slice(0, count)
}
