/** Makes a tree of a real slug's size out of this project's own node_modules, with as much that cannot be compressed. */
import { createCipheriv, createHash } from 'node:crypto'
import { cpSync, linkSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const MODULES = path.join(import.meta.dirname, '..', 'node_modules')
const MEGABYTE = 1_000_000

/**
 * Writes about `megabytes` into a new folder. The mix is that of a Mastodon slug (a third packages and gems, a third
 * binaries, a tenth pictures and compressed assets): small text files, large binaries, hard links, long names.
 */
export function makeTree(root: string, megabytes: number): void {
  const copies = Math.max(1, Math.round(megabytes / 500))
  for (let copy = 0; copy < copies; copy++) {
    const name = copy === 0 ? 'node_modules' : path.join('vendor', 'bundle', 'ruby', '4.0.0', `gems-${copy}`)
    cpSync(MODULES, path.join(root, name), { recursive: true, verbatimSymlinks: true })
  }
  // Libraries as in .apt: half of such a file compresses well.
  const libraries = path.join(root, '.apt', 'usr', 'lib', 'x86_64-linux-gnu')
  mkdirSync(path.join(libraries, 'dri'), { recursive: true })
  for (let i = 0; i < megabytes / 12; i++) writeFileSync(path.join(libraries, `lib${i}.so`), library(3 * MEGABYTE, i))
  for (let i = 0; i < 12; i++) linkSync(path.join(libraries, 'lib0.so'), path.join(libraries, 'dri', `driver-${i}.so`))
  const emoji = path.join(root, 'public', 'emoji')
  mkdirSync(emoji, { recursive: true })
  for (let i = 0; i < megabytes * 15; i++)
    writeFileSync(
      path.join(emoji, `${'long-name-of-an-emoji-'.repeat(1 + (i % 8))}${i}.png`),
      noise(1_000 + (i % 7) * 1_000, i)
    )
}

/** Adds large files, 50 MB each. */
export function addLibraries(root: string, megabytes: number): void {
  mkdirSync(path.join(root, 'large'))
  for (let i = 0; i < megabytes / 50; i++) writeFileSync(path.join(root, 'large', `${i}.so`), library(50 * MEGABYTE, i))
}

/** Bytes that cannot be compressed, the same for the same seed. */
function noise(size: number, seed: number): Buffer {
  const key = createHash('sha256').update(`${seed}`).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size))
}

function library(size: number, seed: number): Buffer {
  const text = Buffer.from(Array.from({ length: 2_000 }, (_, i) => `_ZN${seed}symbol${i * i}Ev`).join('\0'))
  return Buffer.concat([noise(size / 2, seed), Buffer.alloc(size / 2, text)])
}
