import { resolve } from 'node:path'
import { displayPath, UserError, type BytePath } from '../runtime/index.ts'
import { listTree, SUBMODULE, writeTree } from './export.ts'
import { complaintOf, openCheckout, unreadable, type GitTools, type Repository } from './git.ts'
import { fetchBlobs, fetchTags, openUpstream, type UpstreamOptions } from './upstream.ts'
import { type Entry } from './write.ts'

interface MergeOptions extends UpstreamOptions {
  /** The checkout's top folder. It is only read. */
  readonly path: string
  /** Full hash of the fork's commit. */
  readonly commit: string
  /** The tag to merge. */
  readonly tag: string
  /** The tag that the commit is based on, if it is known. */
  readonly baseTag?: string
  /** A folder that does not exist yet: keeps what is fetched. */
  readonly fetchInto: string
  /** The tree is written here: a folder that is empty or does not exist yet. */
  readonly into: string
  /** Which names are wanted. */
  readonly only: (path: BytePath) => boolean
  /** If both sides changed a name: whether the fork's is taken. Else upstream's is. */
  readonly own: (path: BytePath) => boolean
}

interface Merged {
  /** The commit of the tag. */
  readonly commit: string
  /** Names that both sides changed, for people; undefined if upstream does not have the base tag. */
  readonly contested: readonly string[] | undefined
}

/** Most names and bytes: far more than the 800 names and 1 MB that an upgrade plan reads of Mastodon. */
const MOST_NAMES = 10_000
const MOST_BYTES = 5e6
/** Most bytes of the list of all names; Mastodon's has 1.1 MB. */
const MOST_PRINTED = 20e6

/**
 * Writes the tree of a fork's commit with a tag of upstream merged, file by file: if only one side changed a file, that
 * side's is taken. It fetches only what is wanted and not in the checkout, and runs nothing of it. Throws a `UserError` if
 * that fails, a `CancelledError` on the signal; git has ended then.
 */
export async function writeMerged(options: MergeOptions): Promise<Merged> {
  const { path: checkout, commit, tag, baseTag, fetchInto, only, own } = options
  const here = openCheckout(resolve(checkout))
  const fork = await namesOf(here, options, commit, only)
  const upstream = await openUpstream(fetchInto, options)
  const fetched = await fetchTags(upstream, options, tag, baseTag)
  const theirs = await namesOf(upstream, options, fetched.commit, only, ofTag)
  const base = fetched.other === undefined ? undefined : await namesOf(upstream, options, fetched.other, only, ofTag)
  const { entries, contested } = mergeNames({ fork, base, theirs }, own)
  if (entries.length > MOST_NAMES) throw tooMany(entries.length)

  const known = new Set([...fork.values()].map(({ sha }) => sha))
  const missing = entries.filter(({ sha }) => !known.has(sha))
  await fetchBlobs(upstream, options, [...new Set(missing.map(({ sha }) => sha))])
  await writeTree({ ...options, mostBytes: MOST_BYTES }, () =>
    Promise.resolve([
      { repository: here, entries: entries.filter(({ sha }) => known.has(sha)) },
      { repository: upstream, entries: missing }
    ])
  )
  return { commit: fetched.commit, contested: base && contested.map(displayPath) }
}

type TreeNames = ReadonlyMap<BytePath, Entry>

/** Chooses a side for each name. The result is in byte order. */
function mergeNames(
  {
    fork,
    base,
    theirs
  }: { readonly fork: TreeNames; readonly base: TreeNames | undefined; readonly theirs: TreeNames },
  own: (path: BytePath) => boolean
): { entries: Entry[]; contested: BytePath[] } {
  const contested: BytePath[] = []
  const choose = (path: BytePath): Entry | undefined => {
    const [ours, before, after] = [fork.get(path), base?.get(path), theirs.get(path)]
    if (isSame(ours, before) || isSame(ours, after)) return after
    if (isSame(before, after)) return ours
    if (base) contested.push(path)
    return own(path) ? ours : after
  }
  const paths = [...new Set([...fork.keys(), ...theirs.keys()])].sort()
  return { entries: paths.map(choose).filter(entry => entry !== undefined), contested }
}

function isSame(one: Entry | undefined, other: Entry | undefined): boolean {
  return one?.sha === other?.sha && one?.mode === other?.mode
}

async function namesOf(
  repository: Repository,
  tools: GitTools,
  commit: string,
  only: (path: BytePath) => boolean,
  explain = unreadable
): Promise<TreeNames> {
  const tree = await listTree({ ...tools, most: MOST_PRINTED }, repository, commit)
  if (typeof tree === 'string') throw explain(`commit ${commit}`, tree)
  const wanted = tree.filter(({ mode, path }) => mode !== SUBMODULE && only(path))
  return new Map(wanted.map(entry => [entry.path, entry]))
}

function ofTag(what: string, stderr: string): UserError {
  return new UserError(
    `git cannot read the ${what} that was fetched: ${complaintOf(stderr) || 'an object is missing'}`,
    'Run the job again later.'
  )
}

function tooMany(names: number): UserError {
  return new UserError(`The tree holds ${names} names to read`, 'Look at what it holds: it is not Mastodon.')
}
