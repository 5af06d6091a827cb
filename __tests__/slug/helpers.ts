import { execFileSync, spawnSync } from 'node:child_process'
import { createCipheriv, createHash } from 'node:crypto'
import { linkSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { below, bytePath, walkTree, type BytePath } from '../../src/runtime/index.ts'
import { inPackOrder, slugFiles, type SlugFile } from '../../src/slug/files.ts'
import { Packer } from '../../src/slug/pack.ts'
import { temp } from '../helpers/temp.ts'

type PackerOptions = ConstructorParameters<typeof Packer>[0]

const WORKER = new URL('../../src/slug/pack-worker.ts', import.meta.url)

/** A tree from names to contents; `->` makes a symlink, `=>` a hard link, a trailing `/` a folder. Names may be bytes. */
export function makeTree(files: Record<string, string | Buffer>, root = temp()): string {
  for (const [name, content] of Object.entries(files)) {
    const file = below(root, name as BytePath)
    const folder = name.slice(0, Math.max(0, name.lastIndexOf('/')))
    mkdirSync(below(root, folder as BytePath), { recursive: true })
    if (name.endsWith('/')) continue
    if (typeof content === 'string' && content.startsWith('->'))
      symlinkSync(Buffer.from(content.slice(2), 'latin1'), file)
    else if (typeof content === 'string' && content.startsWith('=>'))
      linkSync(below(root, content.slice(2) as BytePath), file)
    else writeFileSync(file, content)
  }
  return root
}

/** A tree's files as a slug has them, in pack order. */
export function filesOf(root: string, layerOf: (path: BytePath) => number = () => 0): SlugFile[] {
  return inPackOrder(slugFiles(walkTree(root), root, layerOf).files)
}

/** Runs `work` with a packer and closes it. */
export async function withPacker<Result>(
  work: (packer: Packer) => Promise<Result>,
  options: Partial<PackerOptions> = {}
): Promise<Result> {
  const packer = new Packer({
    worker: WORKER,
    threads: 2,
    commitTime: 1.7e12,
    signal: new AbortController().signal,
    ...options
  })
  try {
    return await work(packer)
  } finally {
    await packer.close()
  }
}

/** Packs files into a slug; its path and what the packer said. */
export async function pack(files: readonly SlugFile[], options: Partial<PackerOptions> = {}) {
  const output = path.join(temp(), 'slug.tgz')
  const [packed] = await withPacker(packer => packer.pack([{ files, output }]), options)
  return { output, packed: packed!, sha256: sha256(readFileSync(output)) }
}

/** Unpacks a slug with GNU tar, which must have nothing to say, and gives the folder of the app. */
export function unpack(slug: string): string {
  const into = temp()
  const { status, stderr } = spawnSync('tar', ['-xzpf', slug, '-C', into], { encoding: 'utf8' })
  if (status !== 0 || stderr !== '') throw new Error(`tar: ${status} ${stderr}`)
  return path.join(into, 'app')
}

/** What a tree holds, in a form to compare: name, kind, mode, and content or target. Times and inodes do not count. */
export function listing(root: string): string[] {
  return walkTree(root).map(({ path: name, kind, mode, target }) => {
    const what = kind === 'file' ? sha256(readFileSync(below(root, name))) : (target ?? '')
    return `${name} ${kind} ${kind === 'symlink' ? '' : mode.toString(8)} ${what}`
  })
}

export function sameInode(root: string, a: string, b: string): boolean {
  return lstatSync(path.join(root, a)).ino === lstatSync(path.join(root, b)).ino
}

export function tarList(slug: string): string[] {
  return execFileSync('tar', ['-tvzf', slug], {
    encoding: 'latin1',
    maxBuffer: 1e8,
    env: { ...process.env, TZ: 'UTC' }
  })
    .trimEnd()
    .split('\n')
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Bytes that hardly compress, the same for the same seed. */
export function noise(size: number, seed: number): Buffer {
  const key = createHash('sha256').update(`${seed}`).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size))
}

/** A small generator of numbers from 0 to 1 (mulberry32). */
export function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export function named(text: string): BytePath {
  return bytePath(text)
}
