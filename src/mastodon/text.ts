import { readTreeFile } from '../runtime/index.ts'

/** Characters. No real file is so long, and a hostile one must not keep a job for minutes. */
const MOST = 200_000

/** The beginning of a file of a tree, for patterns to search; empty if it is not there. */
export function readText(root: string, file: string): string {
  return (readTreeFile(root, file) ?? '').slice(0, MOST)
}
