import { distance } from 'fastest-levenshtein'
import { bytePath, displayPath, UserError } from '../runtime/index.ts'
import {
  firstLine,
  git,
  hashOf,
  notACheckout,
  openCheckout,
  unreadable,
  type GitTools,
  type Repository
} from './git.ts'

interface ResolveOptions extends GitTools {
  /** The checkout's top folder. */
  path: string
  /** Tag, branch, SHA, short SHA or `refs/pull/N/merge`. Default: the checked-out commit. */
  ref?: string
}

/** A commit of the checkout. */
export interface Commit {
  /** The full hash. */
  readonly sha: string
  /** As it was asked for; `HEAD` by default. */
  readonly ref: string
  /** First line of the message, hostile text; absent if it is empty. */
  readonly subject?: string
  /** Milliseconds since 1970, by the committer's clock. */
  readonly committedAt: number
}

/**
 * Finds the commit that `ref` names in a checkout, which may be shallow. Annotated tags are peeled. Branches are also looked
 * for under the names of a CI checkout (`refs/remotes/origin/…`, `refs/remotes/pull/N/merge`: actions/checkout
 * src/ref-helper.ts). If a tag and a branch have the same name it is the tag (git docs, gitrevisions). Changes nothing.
 * Throws a `UserError` if there is no git, no checkout or no such commit.
 */
export async function resolveCommit(options: ResolveOptions): Promise<Commit> {
  const ref = options.ref || 'HEAD'
  refuseHostile(ref)
  const repository = openCheckout(options.path)
  const shallow = await isShallow(options, repository)
  const sha = await lookUp(options, repository, ref)
  if (sha === undefined) throw await explainMissing(options, repository, ref, shallow)
  return { sha, ref, ...(await readCommit(options, repository, sha)) }
}

/** Throws a `UserError` for anything but a name: an option, `:path`, `@{…}`, a range, a search through messages. */
function refuseHostile(ref: string): void {
  // eslint-disable-next-line no-control-regex
  if (ref.length <= 1000 && !/^[-^]|[\x00-\x20\x7f:?*[\\]|\.\.|@\{|\^[{!@-]/.test(ref)) return
  throw new UserError(
    `The ref "${forPeople(ref)}" is not the name of a commit`,
    'Let the input `ref` name a tag, a branch or the SHA of a commit.'
  )
}

async function isShallow(tools: GitTools, repository: Repository): Promise<boolean> {
  const { code, stdout, stderr } = await git(tools, repository, 'rev-parse', '--is-shallow-repository')
  if (code !== 0) throw notACheckout(repository.workTree, `cannot be read (${firstLine(stderr)})`)
  return stdout.toString().trim() === 'true'
}

async function lookUp(tools: GitTools, repository: Repository, ref: string): Promise<string | undefined> {
  for (const name of placesOf(ref)) {
    const sha = await hashOf(tools, repository, `${name}^{commit}`)
    if (sha !== undefined) return sha
  }
  return undefined
}

/** The name itself, then the one under which a CI checkout keeps it. */
function placesOf(ref: string): string[] {
  if (ref.startsWith('refs/heads/')) return [ref, ref.replace('refs/heads/', 'refs/remotes/origin/')]
  if (ref.startsWith('refs/')) return [ref, ref.replace('refs/', 'refs/remotes/')]
  return [ref, `refs/remotes/origin/${ref}`]
}

async function readCommit(
  tools: GitTools,
  repository: Repository,
  sha: string
): Promise<Pick<Commit, 'subject' | 'committedAt'>> {
  const { code, stdout, stderr } = await git(tools, repository, 'cat-file', 'commit', sha)
  const text = stdout.toString('utf8')
  const end = text.indexOf('\n\n')
  const seconds = /^committer .* (\d+) [+-]\d+$/m.exec(end < 0 ? text : text.slice(0, end))?.[1]
  if (code !== 0 || seconds === undefined) throw unreadable(`commit ${sha}`, stderr)
  const subject = end < 0 ? '' : firstLine(text.slice(end))
  return { subject: subject === '' ? undefined : subject, committedAt: Number(seconds) * 1000 }
}

async function explainMissing(
  tools: GitTools,
  repository: Repository,
  ref: string,
  shallow: boolean
): Promise<UserError> {
  const shown = forPeople(ref)
  const names = await refNames(tools, repository)
  if (ref === 'HEAD' && names.length === 0 && !shallow) return noCommit(repository)
  const where = `in the checkout ${repository.workTree}`
  const alike = await sameStart(tools, repository, ref)
  if (alike.length > 1) {
    return new UserError(
      `The short SHA "${shown}" ${where} stands for ${alike.length} objects: ${alike.slice(0, 4).join(', ')}`,
      'Give more of its digits.'
    )
  }
  const kind = await otherKind(tools, repository, ref)
  if (kind !== undefined) {
    return new UserError(`"${shown}" ${where} is a ${kind}, not a commit`, 'Let the input `ref` name a commit.')
  }
  return new UserError(
    `There is no "${shown}" ${where}: no tag, no branch, no branch of origin and no commit has that name`,
    [shallow ? fetchMore(shown) : 'Check the spelling, and that the checkout has fetched it.', didYouMean(ref, names)]
      .filter(text => text !== '')
      .join(' ')
  )
}

function noCommit(repository: Repository): UserError {
  return new UserError(
    `The repository in ${repository.workTree} has no commit yet`,
    'Commit the fork first; only what is committed is built.'
  )
}

function fetchMore(ref: string): string {
  return (
    'The checkout is shallow, it has only some commits: set `fetch-depth: 0` for actions/checkout, ' +
    `or run \`git fetch --depth 1 origin ${ref}\` before this step.`
  )
}

/** Short names of all tags and branches. */
async function refNames(tools: GitTools, repository: Repository): Promise<string[]> {
  const { stdout } = await git(tools, repository, 'for-each-ref', '--format=%(refname)')
  const names = stdout.toString('utf8').split('\n').filter(Boolean)
  return [...new Set(names.map(name => name.replace(/^refs\/(?:heads|tags|remotes\/origin|remotes)\//, '')))]
}

/** Commits and other objects whose hash starts like this. */
async function sameStart(tools: GitTools, repository: Repository, ref: string): Promise<string[]> {
  if (!/^[0-9a-f]{4,63}$/i.test(ref)) return []
  const { stdout } = await git(tools, repository, 'rev-parse', `--disambiguate=${ref}`)
  return stdout.toString('latin1').split('\n').filter(Boolean)
}

async function otherKind(tools: GitTools, repository: Repository, ref: string): Promise<string | undefined> {
  const sha = await hashOf(tools, repository, `${ref}^{}`)
  if (sha === undefined) return undefined
  const { code, stdout } = await git(tools, repository, 'cat-file', '-t', sha)
  return code === 0 ? stdout.toString('latin1').trim() : undefined
}

function didYouMean(ref: string, names: string[]): string {
  const wanted = ref.replace(/^refs\/(?:heads|tags)\//, '')
  const near = names
    .map(name => ({ name, far: distance(wanted, name) }))
    .filter(({ far }) => far <= Math.max(2, wanted.length / 4))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
  return near.length === 0 ? '' : `Did you mean ${near.map(({ name }) => `"${forPeople(name)}"`).join(' or ')}?`
}

function forPeople(text: string): string {
  return displayPath(bytePath(text.length > 200 ? `${text.slice(0, 200)}…` : text))
}
