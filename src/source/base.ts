import { git, hashOf, openCheckout, type GitTools, type Repository } from './git.ts'

interface BaseOptions extends GitTools {
  /** The checkout's top folder. */
  path: string
  /** Full hash of the commit that is looked at. */
  commit: string
  /** The pull request's base branch, or the default branch. */
  branch?: string
  /** The commit is a pull request's: then it is compared with the branch, never with a tag. */
  pullRequest: boolean
}

/** The commit to compare with, and how it was chosen. */
interface Base {
  readonly commit: string
  readonly kind: 'merge-base' | 'tag' | 'parent'
  /** Name of the branch or tag, hostile text; empty for a parent. */
  readonly name: string
}

/**
 * The commit to compare a commit with, as far as the checkout has it. For a pull request: the commit at which it left its
 * branch. Else the newest tag among its ancestors, else the commit at which it left the default branch, else its first
 * parent. Undefined if there is no such commit. Throws what `git` throws.
 */
export async function baseOf(options: BaseOptions): Promise<Base | undefined> {
  const { pullRequest } = options
  const ways = pullRequest ? [mergeBase, mergedInto] : [previousTag, mergeBase, firstParent]
  for (const way of ways) {
    const base = await way(options)
    if (base) return base
  }
  return undefined
}

async function previousTag(options: BaseOptions): Promise<Base | undefined> {
  const { path, commit } = options
  const repository = openCheckout(path)
  // From the parent on: the commit itself may be tagged.
  const parent = await hashOf(options, repository, `${commit}^`)
  if (parent === undefined) return undefined
  const name = await answer(options, repository, 'describe', '--tags', '--abbrev=0', parent)
  if (name === undefined) return undefined
  const tagged = await hashOf(options, repository, `refs/tags/${name}^{commit}`)
  return tagged === undefined ? undefined : { commit: tagged, kind: 'tag', name }
}

async function mergeBase(options: BaseOptions): Promise<Base | undefined> {
  const { path, commit, branch } = options
  if (branch === undefined || !/^[\w./-]{1,200}$/.test(branch) || branch.startsWith('-')) return undefined
  for (const ref of [`refs/remotes/origin/${branch}`, `refs/heads/${branch}`]) {
    const found = await answer(options, openCheckout(path), 'merge-base', commit, ref)
    if (found !== undefined && found !== commit) return { commit: found, kind: 'merge-base', name: branch }
  }
  return undefined
}

/** GitHub builds a merge of the pull request into its branch: the first parent is the branch. */
async function mergedInto(options: BaseOptions): Promise<Base | undefined> {
  const { path, commit, branch } = options
  const parent = (n: number): Promise<string | undefined> => hashOf(options, openCheckout(path), `${commit}^${n}`)
  const [first, second] = [await parent(1), await parent(2)]
  return first === undefined || second === undefined || branch === undefined
    ? undefined
    : { commit: first, kind: 'merge-base', name: branch }
}

/** For the default branch without a tag: shows what the last push or merge changed. */
async function firstParent(options: BaseOptions): Promise<Base | undefined> {
  const parent = await hashOf(options, openCheckout(options.path), `${options.commit}^`)
  return parent === undefined ? undefined : { commit: parent, kind: 'parent', name: '' }
}

/** The first line that git prints; undefined if it fails. */
async function answer(tools: GitTools, repository: Repository, ...args: string[]): Promise<string | undefined> {
  const { code, stdout } = await git(tools, repository, ...args)
  const [line = ''] = stdout.toString('utf8').split('\n')
  return code === 0 && line !== '' ? line : undefined
}
