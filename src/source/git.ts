import { readFileSync, statSync } from 'node:fs'
import { delimiter, dirname, resolve } from 'node:path'
import { CancelledError, errorCode, UserError, type CommandResult, type RunCommand } from '../runtime/index.ts'

/** What every call of git needs. */
export interface GitTools {
  run: RunCommand
  signal: AbortSignal
  /** The PATH to find git in: the runner's. Without it the usual system folders. */
  searchPath?: string
  /** Most bytes that a call may print; set if the repository is not to be trusted. */
  most?: number
  /** The call reads the work tree, too. Other calls must not need one: a submodule's (core.worktree) may be gone. */
  readsWorkTree?: boolean
}

/** A repository on disk. */
export interface Repository {
  /** The folder of its work tree. It may not exist, for a submodule that is not checked out. */
  readonly workTree: string
  /** The folder with its objects and refs. */
  readonly gitDir: string
}

const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** Switches off settings of the repository that start programs. */
const SAFE_SETTINGS = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null']

/** The arguments for git to run `args`, and no other program. */
export function gitArguments(args: string[]): string[] {
  return [...SAFE_SETTINGS, '--no-pager', ...args]
}

/**
 * The whole environment of git: no variable of the runner, no configuration but the repository's own. GIT_DIR names the
 * repository, so git does not search for one and does not refuse another user's (`safe.directory` guards only the search:
 * git docs, git-config; git/git: setup.c).
 */
export function gitEnvironment(
  repository: Repository,
  { searchPath, readsWorkTree = false }: Pick<GitTools, 'searchPath' | 'readsWorkTree'> = {}
): Record<string, string> {
  return {
    PATH: searchPath ?? SYSTEM_FOLDERS.join(delimiter),
    LC_ALL: 'C',
    GIT_DIR: repository.gitDir,
    GIT_WORK_TREE: readsWorkTree ? repository.workTree : repository.gitDir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    // If a partial clone lacks an object, git says so and does not fetch it with the checkout's login.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none'
  }
}

/** Runs git to its end. Throws a `UserError` if there is no git, a `CancelledError` on the signal; never for an exit code. */
export async function git(tools: GitTools, repository: Repository, ...args: string[]): Promise<CommandResult> {
  const { run, signal, most } = tools
  const result = await run('git', gitArguments(args), {
    cwd: dirname(repository.gitDir),
    env: gitEnvironment(repository, tools),
    signal,
    most
  })
  if (signal.aborted) throw new CancelledError('Reading the git checkout')
  if (result.code === 127) throw gitMissing()
  return result
}

/** The hash of what a name stands for, such as `v1^{commit}`; undefined if there is nothing of that name. */
export async function hashOf(tools: GitTools, repository: Repository, name: string): Promise<string | undefined> {
  const { code, stdout } = await git(tools, repository, 'rev-parse', '--verify', '--quiet', '--end-of-options', name)
  const sha = stdout.toString('latin1').trim()
  return code === 0 && /^[0-9a-f]{40,64}$/.test(sha) ? sha : undefined
}

export function gitMissing(): UserError {
  return new UserError(
    'The program git was not found',
    'Install git in the job before this step (in an image of Debian or Ubuntu: `apt-get install git`).'
  )
}

/** The checkout whose top folder is `path`. Throws a `UserError` if it is not one. */
export function openCheckout(path: string): Repository {
  const workTree = resolve(path)
  const gitDir = gitDirOf(workTree)
  if (gitDir !== undefined) return { workTree, gitDir }
  throw notACheckout(workTree, statSync(workTree, { throwIfNoEntry: false }) ? 'has no .git' : 'does not exist')
}

export function notACheckout(path: string, reason: string): UserError {
  return new UserError(
    `${path} is not a git checkout: it ${reason}`,
    'Check the repository out before this step (actions/checkout), and let the input `path` name its top folder.'
  )
}

/** The error for an object that git cannot read. */
export function unreadable(what: string, stderr: string): UserError {
  return new UserError(
    `git cannot read the ${what} of this checkout: ${complaintOf(stderr) || 'an object is damaged'}`,
    'Check the repository out again, whole: without `filter` and `sparse-checkout` of actions/checkout.'
  )
}

/** The line of git's output that says why it failed, without the login of a proxy (git: http.c, http_init). */
export function complaintOf(stderr: string): string {
  const line = /^(?:fatal|error): .*/m.exec(stderr)?.[0] ?? firstLine(stderr)
  return line.replace(/(proxy syntax in) .*/i, '$1 …')
}

export function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? ''
}

/** The git folder of a work tree; undefined if it has none. Worktrees and submodules have a file that names it. */
export function gitDirOf(workTree: string): string | undefined {
  const dotGit = resolve(workTree, '.git')
  const stat = statSync(dotGit, { throwIfNoEntry: false })
  if (stat?.isDirectory()) return dotGit
  if (!stat?.isFile()) return undefined
  const pointer = /^gitdir: (.+?)\r?\n?$/.exec(readPointer(dotGit))?.[1]
  return pointer === undefined ? undefined : resolve(workTree, pointer)
}

function readPointer(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'EACCES') return ''
    throw error
  }
}
