/** What the page shows, as it stands in the page: names once, figures in columns. All sizes are bytes. */
export interface PageData {
  /** The app or the repository. */
  readonly title: string
  readonly tool: string
  readonly stack: string
  readonly head: PageCommit
  /** What it is compared with, where there is something. */
  readonly base?: PageCommit
  readonly limit: number
  /** Where Heroku warns and where it stops. */
  readonly warnsAt: number
  readonly stopsAt: number
  readonly chosen: VariantName
  readonly variants: readonly PageVariant[]
  /** The streaming app's slug, where there is such an app. */
  readonly streaming?: PageSizes
  readonly layers: readonly string[]
  /** Whole paths; the first one is the slug itself, ''. A folder stands after the one that it lies in. */
  readonly folders: readonly string[]
  readonly files: PageFiles
  /** Oldest first. */
  readonly history: readonly PagePoint[]
}

export type VariantName = 'with' | 'without'

export interface PageCommit {
  /** In full. */
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
  /** Compressed size of the same slug of the base. */
  readonly base?: number
}

export interface PageVariant extends PageSizes {
  readonly name: VariantName
  /** Why it must not be shipped although its size may be good. */
  readonly problem?: string
}

/**
 * One place in every column for each file of the head or the base. A file that is gone has null under `with` and
 * `without`; so has one that a variant does not have.
 */
interface PageFiles {
  /** Index into `folders`. */
  readonly folder: readonly number[]
  /** '' for what the folder itself takes. */
  readonly name: readonly string[]
  /** Index into `layers`. */
  readonly layer: readonly number[]
  /** Uncompressed; of a file that is gone, what it was. */
  readonly raw: readonly number[]
  readonly with: readonly (number | null)[]
  readonly without: readonly (number | null)[]
  /** Compressed size against the base: grown above 0, shrunk below; a new file has all of its size, a gone one all of it with a minus. A file that is as large as before has none, also where its share of a compressed block is another. */
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
