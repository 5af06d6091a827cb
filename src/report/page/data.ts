/** The data in the page: each name once, figures in columns. All sizes are bytes. */
export interface PageData {
  /** The app or the repository. */
  readonly title: string
  readonly tool: string
  readonly stack: string
  readonly head: PageCommit
  /** What it is compared with; absent if there is nothing. */
  readonly base?: PageCommit
  readonly limit: number
  /** Sizes above which Heroku warns, and above which it refuses. */
  readonly warnsAt: number
  readonly stopsAt: number
  readonly chosen: VariantName
  readonly variants: readonly PageVariant[]
  /** The streaming app's slug, if there is such an app. */
  readonly streaming?: PageSizes
  readonly layers: readonly string[]
  /** Whole paths, each after its parent folder's; the first is '', the slug itself. */
  readonly folders: readonly string[]
  readonly files: PageFiles
  /** Oldest first. */
  readonly history: readonly PagePoint[]
}

export type VariantName = 'with' | 'without'

export interface PageCommit {
  /** The full hash. */
  readonly commit: string
  readonly ref: string
  /** ISO 8601. */
  readonly createdAt: string
  readonly mastodonVersion?: string
}

interface PageSizes {
  readonly compressed: number
  readonly raw: number
  readonly files: number
  /** Compressed size of the base's slug. */
  readonly base?: number
}

export interface PageVariant extends PageSizes {
  readonly name: VariantName
  /** Why it must not be shipped, whatever its size. */
  readonly problem?: string
}

/**
 * Columns: index i of each is the same file, of the head or the base. `with` and `without` are compressed sizes, null if
 * that variant does not have the file, or does not any more.
 */
interface PageFiles {
  /** Index into `folders`. */
  readonly folder: readonly number[]
  /** '' for the folder itself. */
  readonly name: readonly string[]
  /** Index into `layers`. */
  readonly layer: readonly number[]
  /** Uncompressed; for a file that is gone, its size before. */
  readonly raw: readonly number[]
  readonly with: readonly (number | null)[]
  readonly without: readonly (number | null)[]
  /** Change of the compressed size: all of it for a new file, minus all of it for a gone one. 0 for a file that is as large as before, even if its share of a compressed block changed. */
  readonly changeWith: readonly number[]
  readonly changeWithout: readonly number[]
}

export interface PagePoint {
  readonly commit: string
  readonly at: string
  readonly mastodonVersion?: string
  readonly with?: number
  readonly without?: number
  readonly chosen: VariantName
}
