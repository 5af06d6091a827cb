/** A commit becomes a clean tree to build. */
export { baseOf } from './base.ts'
export { exportTree, type ExportedTree } from './export.ts'
export type { GitTools } from './git.ts'
export { uncommitted } from './uncommitted.ts'
export { writeMerged } from './merge.ts'
export { namesAt, textAt } from './names.ts'
export { resolveCommit, type Commit } from './resolve.ts'
export { applySlugignore, takenOut, type Removed } from './slugignore.ts'
