/** A commit becomes a clean tree to build. */
export { baseOf, type Base } from './base.ts'
export { exportTree, type ExportedTree, type ExportOptions } from './export.ts'
export type { GitTools } from './git.ts'
export { uncommitted, type Uncommitted, type UncommittedOptions } from './uncommitted.ts'
export { writeMerged, type Merged, type MergeOptions } from './merge.ts'
export { nameMatcher } from './glob.ts'
export { namesAt, textAt, type NamesOptions } from './names.ts'
export { resolveCommit, type Commit, type ResolveOptions } from './resolve.ts'
export {
  applySlugignore,
  parseSlugignore,
  takenOut,
  type AppliedSlugignore,
  type Removed,
  type Slugignore
} from './slugignore.ts'
