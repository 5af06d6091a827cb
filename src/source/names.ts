import { git, openCheckout, type GitTools } from './git.ts'

interface NamesOptions extends GitTools {
  /** The checkout's top folder. */
  path: string
  /** Full hash. */
  commit: string
  /** Folders of the tree, without a slash at the end. */
  folders: readonly string[]
}

const FULL_HASH = /^[0-9a-f]{40}([0-9a-f]{24})?$/

/** Paths of a commit's files below some folders; undefined if the checkout does not have the commit. Throws what `git` throws. */
export async function namesAt(options: NamesOptions): Promise<string[] | undefined> {
  const { path, commit, folders } = options
  if (!FULL_HASH.test(commit)) return undefined
  const names = ['ls-tree', '-r', '-z', '--name-only', commit, '--', ...folders.map(folder => `${folder}/`)]
  const { code, stdout } = await git(options, openCheckout(path), ...names)
  return code === 0 ? stdout.toString('utf8').split('\0').filter(Boolean) : undefined
}

/** The text of a commit's file; undefined if the checkout does not have the commit, or the commit the file. Throws what `git` throws. */
export async function textAt(
  options: GitTools & { path: string; commit: string; file: string }
): Promise<string | undefined> {
  const { path, commit, file } = options
  if (!FULL_HASH.test(commit)) return undefined
  const { code, stdout } = await git(options, openCheckout(path), 'show', `${commit}:${file}`)
  return code === 0 ? stdout.toString('utf8') : undefined
}
