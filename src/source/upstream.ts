import {
  CancelledError,
  displayPath,
  bytePath,
  fetchEnvironment,
  shortened,
  UserError,
  type CommandResult,
  type FetchTools
} from '../runtime/index.ts'
import { complaintOf, gitMissing, hashOf, type GitTools, type Repository } from './git.ts'

export interface UpstreamOptions extends Omit<GitTools, 'searchPath'>, FetchTools {
  /** The repository's address: `https`, or `file` and `http` in tests. */
  readonly url: string
}

/** However git is set up on the runner: it starts no other program, does nothing in the background, asks nobody. */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'credential.helper=',
  'protocol.version=2', // only in this one a server gives single contents
  'fetch.negotiationAlgorithm=noop', // there is nothing here to negotiate about
  'gc.auto=0',
  'maintenance.auto=false'
].flatMap(setting => ['-c', setting])

/** Makes an empty repository to fetch into. Throws a `UserError` if git cannot. */
export async function openUpstream(folder: string, options: UpstreamOptions): Promise<Repository> {
  const { code, stderr } = await call(options, ['init', '--quiet', '--bare', '--template=', '--', folder])
  if (code !== 0) throw notFetched(options.url, stderr)
  return { workTree: folder, gitDir: folder }
}

/**
 * Fetches tags without their history: the names of their trees, but no contents. That is 0.4 MB for a version of Mastodon.
 * Throws a `UserError` if the first tag does not exist, or the server does not give it.
 * @returns the tags' commits; of the second it is undefined if there is no such tag
 */
export async function fetchTags(
  repository: Repository,
  options: UpstreamOptions,
  tag: string,
  other: string | undefined
): Promise<{ commit: string; other: string | undefined }> {
  for (const name of [tag, other])
    if (name !== undefined && !/^\w[\w.-]{0,80}$/.test(name)) throw noTag(options.url, name)
  // As a pattern: then it may be absent. Other tags that match are not used.
  const wanted = [tag, ...(other === undefined ? [] : [`${other}*`])].map(
    name => `+refs/tags/${name}:refs/tags/${name}`
  )
  const { code, stderr } = await fetch(repository, options, ['--depth=1', '--end-of-options', options.url, ...wanted])
  if (/couldn't find remote ref/.test(stderr)) throw noTag(options.url, tag)
  if (code !== 0) throw notFetched(options.url, stderr)
  const commitOf = (name: string): Promise<string | undefined> =>
    hashOf(options, repository, `refs/tags/${name}^{commit}`)
  const commit = await commitOf(tag)
  if (commit === undefined) throw noTag(options.url, tag)
  return { commit, other: other === undefined ? undefined : await commitOf(other) }
}

/** Fetches single contents, as git itself does in a partial clone (git: promisor-remote.c, fetch_objects). Throws a `UserError` if that fails. */
export async function fetchBlobs(
  repository: Repository,
  options: UpstreamOptions,
  shas: readonly string[]
): Promise<void> {
  if (shas.length === 0) return
  const { code, stderr } = await fetch(
    repository,
    options,
    ['--stdin', '--end-of-options', options.url],
    `${shas.join('\n')}\n`
  )
  if (code !== 0) throw notFetched(options.url, stderr)
}

function fetch(
  { gitDir }: Repository,
  options: UpstreamOptions,
  args: readonly string[],
  input?: string
): Promise<CommandResult> {
  const always = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--filter=blob:none']
  return call(options, ['--git-dir', gitDir, 'fetch', ...always, ...args], input)
}

/** Runs git as a process group, so that nothing that it starts outlives the signal. */
async function call(options: UpstreamOptions, args: string[], input?: string): Promise<CommandResult> {
  const { run, signal, url } = options
  const result = await run('git', [...SETTINGS, ...args], {
    input,
    env: fetchEnvironment(new URL(url).protocol.slice(0, -1), options),
    signal,
    group: true,
    most: 1e6
  })
  if (signal.aborted) throw new CancelledError(`Fetching from ${placeOf(url)}`)
  if (result.code === 127) throw gitMissing()
  return result
}

function noTag(url: string, tag: string): UserError {
  return new UserError(`${placeOf(url)} has no commit with the tag ${shown(tag)}`, 'Look at its releases.')
}

function notFetched(url: string, stderr: string): UserError {
  const said = shown(complaintOf(stderr)) || 'git does not say why'
  return new UserError(`${placeOf(url)} could not be fetched from: ${said}`, 'Run the job again later.')
}

/** `github.com/mastodon/mastodon` */
function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return host + pathname
}

/** Text of others on one line, shortened. */
function shown(text: string): string {
  return displayPath(bytePath(shortened(text, 200)))
}
