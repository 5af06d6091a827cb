import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  CancelledError,
  errorCode,
  errorText,
  fetchEnvironment,
  UserError,
  WorkFailed,
  type FetchTools,
  type Log,
  type RunCommand
} from '../runtime/index.ts'
import { download, getJson, HttpError, obstacleOf, type NetTools } from '../net/index.ts'
import { extractTarball } from './archive.ts'
import { treeDigest } from './digest.ts'
import { type BuildpackReference } from './reference.ts'

export interface FetchOptions extends FetchTools, NetTools {
  /** The new folder that will hold the buildpack. */
  readonly into: string
  /** Keeps archives with a pinned SHA-256 between runs. */
  readonly cacheFolder?: string
  readonly registryUrl: string
  /** The commit's tree: a relative folder is one of it. */
  readonly sourceTree: string
  /** The SHA-256 that the buildpack must have. */
  readonly sha256?: string
  readonly run: RunCommand
  readonly log: Log
  readonly signal: AbortSignal
}

/** A buildpack in a folder of this machine. */
export interface FetchedBuildpack {
  /** For people. */
  readonly name: string
  /** As it was written. */
  readonly reference: string
  readonly kind: BuildpackReference['kind']
  /** Of the archive; of the files (`treeDigest`) if it came by git or is a folder. */
  readonly sha256: string
  /** The commit, if it came by git. */
  readonly version?: string
  readonly folder: string
}

const LARGEST_ARCHIVE = 1_000_000_000

/** Fetches a buildpack into `into`. Throws a `UserError` that names it if that fails; then `into` is gone. */
export async function fetchBuildpack(reference: BuildpackReference, options: FetchOptions): Promise<FetchedBuildpack> {
  const { into, sha256: pin } = options
  const name = nameOf(reference)
  await mkdir(path.dirname(into), { recursive: true })
  try {
    const { sha256, version } = await bring(reference, options)
    if (pin !== undefined && pin !== sha256) {
      throw new UserError(
        `Buildpack ${name} is not the one that the config pins: its sha256 is ${sha256}, expected ${pin}`,
        'If the change is meant, put the new value into `slug.buildpacks`; if not, find out who changed it.'
      )
    }
    await requireSteps(into, name)
    return { name, reference: reference.text, kind: reference.kind, sha256, version, folder: into }
  } catch (error) {
    await rm(into, { recursive: true, force: true })
    throw explain(error, name)
  }
}

/** `https://github.com/heroku/heroku-buildpack-apt` → `heroku/heroku-buildpack-apt`. */
function nameOf(reference: BuildpackReference): string {
  if (reference.kind === 'registry') return reference.name
  if (reference.kind === 'folder') return reference.text
  const { hostname, pathname } = new URL(reference.url)
  const short = pathname.replace(/^\/|\.git$/g, '')
  const at = reference.kind === 'git' && reference.ref ? `#${reference.ref}` : ''
  return (hostname === 'github.com' ? short : `${hostname}/${short}`) + at
}

interface Brought {
  readonly sha256: string
  readonly version?: string
}

async function bring(reference: BuildpackReference, options: FetchOptions): Promise<Brought> {
  switch (reference.kind) {
    case 'registry':
      return bringTarball(() => archiveOf(reference.name, options), options)
    case 'tarball':
      return bringTarball(() => Promise.resolve(reference.url), options)
    case 'git':
      return bringGit(reference.url, reference.ref, options)
    case 'folder':
      return bringFolder(reference.folder, options)
  }
}

/** The archive's address, from Heroku's registry (npm @heroku/buildpack-registry: `blob_url` of `GET /buildpacks/NAME`). */
async function archiveOf(name: string, { registryUrl, ...tools }: FetchOptions): Promise<string> {
  const accept = 'application/vnd.heroku+json; version=3.buildpack-registry'
  const answer = (await getJson(`${registryUrl}/buildpacks/${encodeURIComponent(name)}`, { accept }, tools)) as {
    blob_url?: unknown
  } | null
  if (typeof answer?.blob_url !== 'string') throw new Error('the registry gives no address of an archive (blob_url)')
  return answer.blob_url
}

async function bringTarball(
  address: () => Promise<string>,
  { into, cacheFolder, sha256: pin, ...tools }: FetchOptions
): Promise<Brought> {
  const kept = (sha256: string): string | undefined => cacheFolder && path.join(cacheFolder, `${sha256}.tgz`)
  const known = pin && kept(pin)
  if (pin && known && (await sha256Of(known)) === pin) {
    await extractTarball(known, into)
    return { sha256: pin }
  }
  const archive = `${into}.tgz`
  try {
    const { sha256 } = await download(await address(), archive, LARGEST_ARCHIVE, tools)
    // One that is not the pinned one is not unpacked.
    if (pin === undefined || pin === sha256) await extractTarball(archive, into)
    const keep = kept(sha256)
    if (keep && pin === sha256) await keepArchive(archive, keep, tools.log)
    return { sha256 }
  } finally {
    await rm(archive, { force: true })
  }
}

/** Copies an archive beside its place, and puts it there whole. If that cannot be done it is a warning: it was fetched. */
async function keepArchive(archive: string, keep: string, log: Log): Promise<void> {
  // Another build may keep the same one at the same time.
  const part = `${keep}.${randomUUID()}.part`
  try {
    await mkdir(path.dirname(keep), { recursive: true })
    await copyFile(archive, part)
    await rename(part, keep)
  } catch (error) {
    log.warning(`The archive of a buildpack could not be kept, so the next build fetches it again: ${errorText(error)}`)
  } finally {
    await rm(part, { force: true }).catch(() => {})
  }
}

/** Of what is kept: undefined if that is no file that can be read, so that it is fetched again. */
async function sha256Of(file: string): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    // A device would have no end.
    if (!(await lstat(file)).isFile()) return undefined
    await pipeline(createReadStream(file), hash)
    return hash.digest('hex')
  } catch {
    return undefined
  }
}

const UNCHANGED = '* -text -eol -ident -filter -working-tree-encoding\n'

/** Git's messages for a missing ref and for a login, explained (git/git: remote.c, upload-pack.c, fetch-pack.c, credential.c). */
function explainGit(stderr: string, ref: string | undefined): UserError | undefined {
  if (/could not read (?:Username|Password)|Authentication failed/.test(stderr))
    return new UserError(
      'its server asks for a login: the repository is private, or there is no repository of that name',
      'Check its address. A build has no login: a private buildpack can be a folder of the fork (./buildpacks/mine).'
    )
  if (ref === undefined || !/couldn't find remote ref|not our ref|unadvertised object/.test(stderr)) return undefined
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(ref))
    return new UserError(
      `it has no commit ${ref}, or does not give out that one`,
      'Check the commit on the page of the repository: it must be on a branch or tag there, not only in a fork of it.'
    )
  if (/^[0-9a-f]{4,39}$/i.test(ref))
    return new UserError(
      `it has no branch or tag ${ref}. If that is the beginning of a commit’s hash: git fetches a commit only by its whole hash`,
      `Write all 40 digits after the #: the page of the commit shows them, and \`git rev-parse ${ref}\` in a clone of it.`
    )
  return new UserError(
    `it has no branch or tag ${ref}`,
    'Check what is after the # in its address: a branch, a tag, or all 40 digits of a commit.'
  )
}

async function bringGit(url: string, ref: string | undefined, options: FetchOptions): Promise<Brought> {
  const { into, run, signal } = options
  // Redirects too: never from https to http.
  const env = fetchEnvironment(url.startsWith('https:') ? 'https' : 'https:http', options)
  const git = async (...args: string[]): Promise<string> => {
    const settings = ['-c', 'core.hooksPath=/dev/null', '-c', 'core.autocrlf=false']
    const { code, stdout, stderr } = await run('git', [...settings, ...args], { env, signal, group: true })
    if (code === 127)
      throw new UserError(
        'git is not installed',
        'Install git on the runner, or name the buildpack by its registry name or as a .tgz.'
      )
    if (code !== 0)
      throw explainGit(stderr, ref) ?? new Error(stderr.trim().split('\n').at(-1) || `git ended with exit code ${code}`)
    return stdout.toString().trim()
  }
  await git('init', '--quiet', '--', into)
  await git('-C', into, 'fetch', '--quiet', '--depth=1', '--no-tags', '--end-of-options', url, ref ?? 'HEAD')
  // The repository's own attributes must not change a byte: with CRLF a program does not start.
  await mkdir(path.join(into, '.git', 'info'), { recursive: true })
  await writeFile(path.join(into, '.git', 'info', 'attributes'), UNCHANGED)
  await git('-C', into, 'checkout', '--quiet', '--detach', 'FETCH_HEAD')
  const version = await git('-C', into, 'rev-parse', 'HEAD')
  await rm(path.join(into, '.git'), { recursive: true, force: true })
  return { sha256: await treeDigest(into), version }
}

async function bringFolder(
  folder: string,
  { into, sourceTree, run, searchPath, signal }: FetchOptions
): Promise<Brought> {
  const from = await realpath(path.resolve(sourceTree, folder))
  // A link in the commit must not bring in a folder of the runner.
  if (!path.isAbsolute(folder) && !from.startsWith((await realpath(sourceTree)) + path.sep))
    throw new Error('it leads out of the commit')
  const { code, stderr } = await run('cp', ['-a', '--', from, into], { env: { PATH: searchPath }, signal })
  if (code !== 0) throw new Error(stderr.trim().slice(0, 300))
  await rm(path.join(into, '.git'), { recursive: true, force: true })
  return { sha256: await treeDigest(into) }
}

async function requireSteps(folder: string, name: string): Promise<void> {
  const root = await realpath(folder)
  for (const step of ['detect', 'compile', 'release']) {
    const program = await realpath(path.join(folder, 'bin', step)).catch(() => undefined)
    // `chmod` through a link could open a file of the runner to everyone.
    if (program !== undefined && !program.startsWith(root + path.sep)) {
      throw new UserError(
        `${name} is not a buildpack: its bin/${step} is a link that leads out of it`,
        'Put the program itself into the buildpack, or name another source of it.'
      )
    }
    if (program !== undefined && (await stat(program)).isFile()) await chmod(program, 0o755)
    else if (step !== 'release') {
      throw new UserError(
        `${name} is not a buildpack: it has no bin/${step}`,
        'A buildpack has bin/detect, bin/compile and bin/release (Dev Center: buildpack-api). Check its name.'
      )
    }
  }
}

function explain(error: unknown, name: string): unknown {
  if (error instanceof CancelledError) return error
  if (error instanceof HttpError && error.status === 404) {
    return new UserError(
      `There is no buildpack ${name}: ${error.message}`,
      'Check its name in Heroku’s registry (`heroku buildpacks:search`), or its address.',
      { cause: error }
    )
  }
  if (error instanceof HttpError) {
    const obstacle = obstacleOf(error.cause, error.url)
    const next = obstacle
      ? `${obstacle.remedy} Then run the job again.`
      : 'Run the job again. If it fails again, name another source of the buildpack under `slug.buildpacks`.'
    return new WorkFailed(`Buildpack ${name} could not be fetched: ${error.message}`, next, { cause: error })
  }
  if (errorCode(error) === 'ENOENT') {
    return new UserError(
      `There is no folder for the buildpack ${name}`,
      'A relative folder is looked for in the commit that is built: commit it, or correct its name.'
    )
  }
  if (error instanceof UserError)
    return error.message.includes(name)
      ? error
      : new UserError(`Buildpack ${name}: ${error.message}`, error.nextStep, { cause: error.cause })
  return new UserError(
    `Buildpack ${name} could not be fetched: ${errorText(error)}`,
    'Check its name and #ref, and that the runner reaches the server.',
    { cause: error }
  )
}
