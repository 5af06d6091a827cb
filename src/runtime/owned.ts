import { readFileSync, readlinkSync } from 'node:fs'
import { lstat, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { isMapping } from './mapping.ts'

/**
 * Folders of one run, which it removes at its end. A run that was killed could not: each has a note of the process that made
 * it, and a later run removes what no process owns any more.
 */

const NOTE = '.owner.json'

/** Runs a program to its end (`RunCommand`). */
type Run = (program: string, args: string[], options: { env: Record<string, string> }) => Promise<{ code: number }>

/** A process, so that no later one of the same number is taken for it (proc(5): stat, field 22; namespaces(7)). */
interface Holder {
  readonly pid: number
  readonly started: string | undefined
  /** Numbers of another namespace mean nothing here. */
  readonly namespace: string | undefined
  /** Of the machine since it was switched on. */
  readonly boot: string | undefined
  readonly host: string
}

/** Makes a folder of this run, with a name that begins with `prefix`. Only this user may enter it. */
export async function makeOwned(parent: string, prefix: string): Promise<string> {
  const folder = await mkdtemp(path.join(parent, prefix))
  const owner: Holder = {
    pid: process.pid,
    started: startOf(process.pid),
    namespace: namespace(),
    boot: boot(),
    host: os.hostname()
  }
  await writeFile(path.join(folder, NOTE), JSON.stringify(owner), { mode: 0o600, flag: 'wx' })
  return folder
}

/**
 * Removes such folders of runs that were killed, but no folder of another user, none of a run that still is, and none of
 * which that is not known. Links are not followed. Never rejects: what cannot be removed stays. Returns how many are gone.
 */
export async function removeDead(parent: string, prefix: string, run: Run): Promise<number> {
  let removed = 0
  for (const name of await readdir(parent).catch(() => [])) {
    const folder = path.join(parent, name)
    if (name.startsWith(prefix) && (await isDead(folder)) && (await removeFolder(folder, run))) removed++
  }
  return removed
}

/**
 * Removes a folder with the system's own `rm`: it follows no link, even if a process that was left behind puts one in the
 * place of a folder meanwhile. Returns whether it is gone.
 */
export async function removeFolder(folder: string, run: Run): Promise<boolean> {
  const ask = async (program: string, ...args: string[]): Promise<boolean> =>
    (await run(program, [...args, '--', folder], { env: { PATH: '/usr/local/bin:/usr/bin:/bin' } })).code === 0
  // A build may have taken permissions away.
  return (await ask('rm', '-rf')) || ((await ask('chmod', '-R', 'u+rwX')) && (await ask('rm', '-rf')))
}

async function isDead(folder: string): Promise<boolean> {
  try {
    const status = await lstat(folder)
    if (!status.isDirectory() || status.uid !== process.getuid?.()) return false
    const owner: unknown = JSON.parse(await readFile(path.join(folder, NOTE), 'utf8'))
    return isMapping(owner) && isGone(owner)
  } catch {
    return false
  }
}

function isGone({ pid, started, namespace: where, boot: since, host }: Partial<Holder>): boolean {
  if (typeof pid !== 'number') return false
  if (since !== boot()) return host === os.hostname()
  if (where !== namespace()) return false
  return startOf(pid) !== started || !isRunning(pid)
}

/** Asks by a signal that does nothing (kill(2)); a process of another user is one as well. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process began; undefined if there is none, or the system does not tell. */
function startOf(pid: number): string | undefined {
  // The name in brackets may hold anything.
  return textOf(`/proc/${pid}/stat`)?.replace(/^.*\)/s, '').split(' ')[20]
}

function boot(): string | undefined {
  return textOf('/proc/sys/kernel/random/boot_id')?.trim()
}

function namespace(): string | undefined {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return undefined
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
