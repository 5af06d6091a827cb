import { spawnSync } from 'node:child_process'
import { isRoot } from './skip.ts'
import { lastingTemp } from './temp.ts'

const mount = (...args: string[]): string | undefined => {
  const { status, stderr } = spawnSync('mount', args, { encoding: 'utf8' })
  return status === 0 ? undefined : stderr.trim() || 'mount cannot be run'
}

/** A disk of a few bytes that is real: it fills up. */
export class SmallDisk {
  readonly folder = lastingTemp()

  /** @param bytes that it holds */
  constructor(bytes: number) {
    const failed = mount('-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', this.folder)
    if (failed !== undefined) throw new Error(failed)
  }

  readOnly(is: boolean): void {
    const failed = mount('-o', `remount,${is ? 'ro' : 'rw'}`, this.folder)
    if (failed !== undefined) throw new Error(failed)
  }

  remove(): void {
    spawnSync('umount', [this.folder])
  }
}

/** Why there can be none; undefined if there can. */
export const noSmallDisk = ((): string | undefined => {
  if (!isRoot) return 'only root can mount a small disk'
  try {
    new SmallDisk(100_000).remove()
    return undefined
  } catch (error) {
    return `no small disk can be mounted: ${(error as Error).message}`
  }
})()
