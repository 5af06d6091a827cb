/**
 * An error for the person who runs the action: `message` says what failed, `nextStep` what to do about it.
 */
export class UserError extends Error {
  readonly nextStep: string

  constructor(message: string, nextStep: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UserError'
    this.nextStep = nextStep
  }

  /** Whether something did not succeed; else a rule stopped it. */
  get isFailure(): boolean {
    return false
  }
}

/** Work that had begun and did not succeed, such as a buildpack's: an end in the middle, and no refusal. */
export class WorkFailed extends UserError {
  override get isFailure(): boolean {
    return true
  }
}

/** The new code is live, and nothing that was seen proves it healthy or at fault; it is left in place. */
export class Unverified extends UserError {}

/** The run was cancelled, by SIGINT or SIGTERM. */
export class CancelledError extends UserError {
  constructor(what: string) {
    super(`${what} was cancelled`, 'Run the job again.')
    this.name = 'CancelledError'
  }
}

/** The code of a system call's error (`ENOENT`, `ENOSPC` …); undefined if it has none. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : undefined
}

/** The text of anything that was thrown. Of several addresses that were tried in vain, Node gives the errors and no text. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** A `UserError` for a full disk; any other error is returned as it is. */
export function explainDiskFull(error: unknown, where: string): unknown {
  return FULL.has(errorCode(error) ?? '') ? diskFull(where, error) : error
}

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT'])

function diskFull(where: string, cause: unknown): UserError {
  return new UserError(
    `The disk is full: ${where} could not be written`,
    'Free disk space on the runner before this step, or use a runner with a larger disk.',
    { cause }
  )
}

/** What a call of the system was about, and why it failed. */
interface SystemError {
  readonly code: string
  /** A path as people can read it. */
  readonly where: string
}

/** What the machine has refused, and what to do about it; by the codes of errno(3). */
const REFUSALS: Readonly<Record<string, (where: string) => readonly [what: string, next: string]>> = {
  EACCES: notAllowed,
  EPERM: notAllowed,
  EROFS: where => [`${where} is on a disk that can only be read`, 'Name a place that can be written.'],
  ENAMETOOLONG: where => [
    `A path is too long for this system, which takes 4,096 bytes, and 255 for each name: ${where}`,
    'Shorten it: name a shorter folder, or rename what the commit or the build has there.'
  ],
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
  ENOTDIR: inTheWay,
  EEXIST: inTheWay,
  EISDIR: where => [`${where} is a folder, and a file is needed there`, 'Name a file, or remove the folder.'],
  ELOOP: where => [`The links at ${where} lead in a circle`, 'Remove them, or name another place.'],
  EIO: where => [`The disk failed at ${where}`, 'Run the job again, on another machine if it is so each time.'],
  ENOMEM: noMore,
  EAGAIN: noMore
}

function notAllowed(where: string): [string, string] {
  return [
    `The user of this job has no right to ${where}`,
    'Give it the right (`ls -ld` shows who has it), or name another place.'
  ]
}

function tooManyFiles(where: string): [string, string] {
  return [
    `Too many files are open on this machine: ${where}`,
    'Raise the limit (`ulimit -n`), or run less beside this.'
  ]
}

function inTheWay(where: string): [string, string] {
  return [`There is a file where a folder is needed: ${where}`, 'Remove that file, or name another place.']
}

function noMore(where: string): [string, string] {
  return [
    `The machine has no memory or no processes left: ${where}`,
    'Run less beside this, or take a machine with more memory.'
  ]
}

/** A `UserError` for what the machine refused: it is full, closed, or has something else in that place. Any other error is returned as it is. */
export function explainSystem(error: unknown): unknown {
  const found = error instanceof UserError ? undefined : systemError(error)
  if (!found) return error
  const { code, where } = found
  if (FULL.has(code)) return diskFull(where, error)
  const said = REFUSALS[code]?.(where)
  return said
    ? new UserError(`${said[0].charAt(0).toUpperCase()}${said[0].slice(1)} (${code})`, said[1], { cause: error })
    : error
}

const LONGEST_PATH = 200
/** A call for a file that is open tells no path. */
const UNNAMED = 'something that the system does not name'

/** Of an error as Node makes it (nodejs.org: Errors, `SystemError`). One that comes from a thread has its text alone. */
function systemError(error: unknown): SystemError | undefined {
  const [, said, named] = /^(E[A-Z]+): [^]*?, \w+(?: '([^]*?)'(?: -> '[^]*)?)?$/.exec(errorText(error)) ?? []
  const { path, syscall } = (error ?? {}) as { path?: unknown; syscall?: unknown }
  const code = errorCode(error) ?? said
  if (code === undefined || (typeof syscall !== 'string' && said === undefined)) return undefined
  const where = typeof path === 'string' ? path : (named ?? UNNAMED)
  return { code, where: where.length > LONGEST_PATH ? `${where.slice(0, LONGEST_PATH)}…` : where }
}
