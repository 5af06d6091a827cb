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
import { complaintOf, git, gitMissing, type GitTools, type Repository } from './git.ts'

export interface UpstreamOptions extends Omit<GitTools, 'searchPath'>, FetchTools {
  /** Address of the repository. Tests name one on this machine: `file`, or `http`. */
  readonly url: string
}

/** Whatever git on the runner is set to: nothing starts a program, nothing goes on in the background, nobody is asked. */
const SETTINGS = [
  'core.hooksPath=/dev/null',
  'credential.helper=',
  'protocol.version=2', // In which a server gives single contents.
  'fetch.negotiationAlgorithm=noop', // There is nothing here to tell it of.
  'gc.auto=0',
  'maintenance.auto=false'
].flatMap(setting => ['-c', setting])

/** Makes a new folder an empty repository to fetch into. */
export async function openUpstream(folder: string, options: UpstreamOptions): Promise<Repository> {
  const { code, stderr } = await call(options, ['init', '--quiet', '--bare', '--template=', '--', folder])
  if (code !== 0) throw notFetched(options, stderr)
  return { workTree: folder, gitDir: folder }
}

/**
 * Fetches tags without their history, with all names of their trees and without any content: 0.4 MB for a version of
 * Mastodon. Throws a `UserError` where the first one is not there, and where the server does not give it.
 * @returns the commits: of the second one none where there is no such tag
 */
export async function fetchTags(
  repository: Repository,
  options: UpstreamOptions,
  tag: string,
  other: string | undefined
): Promise<{ commit: string; other: string | undefined }> {
  for (const name of [tag, other]) if (name !== undefined && !/^\w[\w.-]{0,80}$/.test(name)) throw noTag(options, name)
  // As a pattern a tag may be absent; what else it fits is not looked at.
  const wanted = [tag, ...(other === undefined ? [] : [`${other}*`])].map(
    name => `+refs/tags/${name}:refs/tags/${name}`
  )
  const { code, stderr } = await fetch(repository, options, ['--depth=1', '--end-of-options', options.url, ...wanted])
  if (/couldn't find remote ref/.test(stderr)) throw noTag(options, tag)
  if (code !== 0) throw notFetched(options, stderr)
  const commit = await commitOf(repository, options, tag)
  if (commit === undefined) throw noTag(options, tag)
  return { commit, other: other === undefined ? undefined : await commitOf(repository, options, other) }
}

/** Fetches single contents, as git itself does for a partial clone (git: promisor-remote.c, fetch_objects). */
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
  if (code !== 0) throw notFetched(options, stderr)
}

async function commitOf(
  repository: Repository,
  { run, signal, searchPath }: UpstreamOptions,
  tag: string
): Promise<string | undefined> {
  const name = `refs/tags/${tag}^{commit}`
  const parse = ['rev-parse', '--verify', '--quiet', '--end-of-options', name]
  const { code, stdout } = await git({ run, signal, searchPath }, repository, ...parse)
  const sha = stdout.toString('latin1').trim()
  return code === 0 && /^[0-9a-f]{40,64}$/.test(sha) ? sha : undefined
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

/** Runs git with all that it starts, so that nothing of it outlives the signal. */
async function call(options: UpstreamOptions, args: string[], input?: string): Promise<CommandResult> {
  const { run, signal, url } = options
  const result = await run('git', [...SETTINGS, ...args], {
    input,
    env: fetchEnvironment(new URL(url).protocol.slice(0, -1), options),
    signal,
    group: true,
    most: 1e6
  })
  if (signal.aborted) throw new CancelledError(`Fetching from ${placeOf(options)}`)
  if (result.code === 127) throw gitMissing()
  return result
}

function noTag(options: UpstreamOptions, tag: string): UserError {
  return new UserError(`${placeOf(options)} has no commit with the tag ${shown(tag)}`, 'Look at its releases.')
}

function notFetched(options: UpstreamOptions, stderr: string): UserError {
  const said = shown(complaintOf(stderr)) || 'git does not say why'
  return new UserError(`${placeOf(options)} could not be fetched from: ${said}`, 'Run the job again later.')
}

/** `github.com/mastodon/mastodon` */
function placeOf({ url }: UpstreamOptions): string {
  const { host, pathname } = new URL(url)
  return host + pathname
}

/** What others wrote, on one line. */
function shown(text: string): string {
  return displayPath(bytePath(shortened(text, 200)))
}
