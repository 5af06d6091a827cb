import { comparePaths, type BytePath, type TreeEntry } from '../runtime/index.ts'

/** One name of a slug. Variants of a build share these objects, so the same object is the same file. */
export interface SlugFile {
  /** Below `/app`. */
  readonly path: BytePath
  readonly kind: 'file' | 'directory' | 'symlink'
  readonly mode: number
  /** Bytes of a file; 0 for anything else. */
  readonly size: number
  readonly target?: BytePath
  /** The same for all names of one file (hard links). */
  readonly inode?: string
  /** `path` is read below this folder of this machine. */
  readonly root: string
  /** Index of the layer (source, each buildpack, ours) that wrote it. */
  readonly layer: number
}

/** A walk's entries as files of a slug. Sockets, pipes and devices cannot be in one: they are in `leftOut`. */
export function slugFiles(
  entries: readonly TreeEntry[],
  root: string,
  layerOf: (path: BytePath) => number
): { files: SlugFile[]; leftOut: BytePath[] } {
  const files: SlugFile[] = []
  const leftOut: BytePath[] = []
  for (const { path, kind, mode, size, target, inode } of entries) {
    if (kind === 'other') leftOut.push(path)
    else files.push({ path, kind, mode, size, target, inode, root, layer: layerOf(path) })
  }
  return { files, leftOut }
}

/** A slug's files in the order in which they are packed, which is that of a walk. */
export function inPackOrder(files: readonly SlugFile[]): SlugFile[] {
  return files.toSorted((a, b) => comparePaths(a.path, b.path))
}
