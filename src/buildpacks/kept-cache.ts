import { lstat, mkdir, rename } from 'node:fs/promises'
import path from 'node:path'
import {
  errorCode,
  errorText,
  makeOwned,
  removeDead,
  removeFolder,
  UserError,
  type Log,
  type RunCommand
} from '../runtime/index.ts'

/**
 * CACHE_DIR between builds. What is kept is the whole of what one build left, or nothing: a buildpack that finds half of
 * what it put there may build something else of it. So nothing in the kept folder is ever changed; another takes its place.
 */

interface Tools {
  readonly run: RunCommand
  readonly log: Log
}

const TIMES = 3
const SAVING = '.saving-'

/**
 * Copies what is kept into an empty folder, if anything is. If it cannot be read that is a warning, and the folder is empty.
 * @throws UserError if the folder's own disk is full
 */
export async function takeKept(kept: string, into: string, { run, log }: Tools): Promise<void> {
  for (let time = 0; time < TIMES; time++) {
    const before = await identityOf(kept)
    if (before === undefined) return
    const failed = await failureOf(run, 'cp', ['-a', '--', `${kept}/.`, into])
    const isSame = (await identityOf(kept)) === before
    if (failed === undefined && isSame) return
    await removeFolder(into, run)
    await mkdir(into)
    // Another build has put its own in the place of this one meanwhile: that is copied now.
    if (!isSame) continue
    if (/No space left|quota exceeded/i.test(failed ?? ''))
      throw new UserError(`The disk is full: ${into} could not be written (${failed})`, FREE)
    return log.warning(`What was kept of CACHE_DIR could not be read (${failed}), so this build begins without it`)
  }
}

const FREE = 'Free disk space on the runner, or set the input `cache: off`.'

/**
 * Keeps a folder in place of what is kept there: beside it first, which may be another disk, then under its name. Never
 * rejects: the build is good, and only the next one takes longer.
 */
export async function keep(kept: string, folder: string, { run, log }: Tools): Promise<void> {
  const parent = path.dirname(kept)
  try {
    await mkdir(parent, { recursive: true })
    await removeDead(parent, SAVING, run)
    const own = await makeOwned(parent, SAVING)
    try {
      const failed = await failureOf(run, 'mv', ['--', folder, path.join(own, 'new')])
      if (failed !== undefined) throw new Error(failed)
      await putInPlace(own, kept)
    } finally {
      await removeFolder(own, run)
    }
  } catch (error) {
    log.warning(
      `The build is good, but its CACHE_DIR could not be kept in ${parent}, so the next one may take longer: ${errorText(error)}. ${FREE}`
    )
  }
}

/** Another build may do the same at the same time: one of them is kept, whole. */
async function putInPlace(own: string, kept: string): Promise<void> {
  for (let time = 0; ; time++) {
    await rename(kept, path.join(own, `old-${time}`)).catch((error: unknown) => {
      if (errorCode(error) !== 'ENOENT') throw error
    })
    try {
      return await rename(path.join(own, 'new'), kept)
    } catch (error) {
      if (time === TIMES || !['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error
    }
  }
}

/** Another text for another folder of that name; undefined if there is none. */
async function identityOf(folder: string): Promise<string | undefined> {
  const status = await lstat(folder, { bigint: true }).catch(() => undefined)
  return status?.isDirectory() ? `${status.dev}:${status.ino}:${status.birthtimeNs}` : undefined
}

/** The system's own tools keep links, owners and names that are not UTF-8. Why one failed; undefined if it did not. */
async function failureOf(run: RunCommand, program: string, args: string[]): Promise<string | undefined> {
  const { code, stderr } = await run(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } })
  return code === 0
    ? undefined
    : `${program}: ${stderr.trim().split('\n').at(-1)?.slice(0, 300) || `exit code ${code}`}`
}
