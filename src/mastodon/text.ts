import { readTreeFile } from '../runtime/index.ts'

/** Characters. No file that is read so comes near, and a hostile one must not keep a job for minutes. */
const MOST = 200_000

/** A file of a tree for patterns to look through, its beginning at least; empty where it is not there. */
export function readText(root: string, file: string): string {
  return (readTreeFile(root, file) ?? '').slice(0, MOST)
}
