import { git, openCheckout, type GitTools } from './git.ts'

interface NamesOptions extends GitTools {
  /** The checkout's top folder. */
  path: string
  /** A full SHA. */
  commit: string
  /** Folders of the tree. */
  folders: readonly string[]
}

/** Paths of the files below some folders of a commit; undefined where the checkout does not have that commit. */
export async function namesAt(options: NamesOptions): Promise<string[] | undefined> {
  const { path, commit, folders } = options
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)) return undefined
  const names = ['ls-tree', '-r', '-z', '--name-only', commit, '--', ...folders.map(folder => `${folder}/`)]
  const { code, stdout } = await git(options, openCheckout(path), ...names)
  return code === 0 ? stdout.toString('utf8').split('\0').filter(Boolean) : undefined
}

/** Text of one file of a commit; undefined where the checkout does not have that commit, or the commit no such file. */
export async function textAt(
  options: GitTools & { path: string; commit: string; file: string }
): Promise<string | undefined> {
  const { path, commit, file } = options
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(commit)) return undefined
  const { code, stdout } = await git(options, openCheckout(path), 'show', `${commit}:${file}`)
  return code === 0 ? stdout.toString('utf8') : undefined
}
