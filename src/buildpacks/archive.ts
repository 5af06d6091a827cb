import { createReadStream } from 'node:fs'
import { link, mkdir, open, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { errorText, explainDiskFull, UserError } from '../runtime/index.ts'

export interface ExtractLimits {
  /** Unpacked bytes. */
  readonly bytes: number
  readonly entries: number
}

const LIMITS: ExtractLimits = { bytes: 2_000_000_000, entries: 100_000 }

/**
 * Unpacks a tar archive (gzip or plain) of a buildpack into the new folder `into`. It comes from the network: a name or
 * link that leads out of the folder, a device, a bomb or a cut-off archive is a `UserError`, and nothing is left behind.
 * Where all lies in one top folder, as in GitHub's archives, that folder becomes `into`.
 */
export async function extractTarball(file: string, into: string, limits = LIMITS): Promise<void> {
  const part = `${into}.part`
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true })
  try {
    await unpack(file, new Unpacker(part, limits))
    await rename(await topFolder(part), into)
  } catch (error) {
    throw explain(error)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

async function unpack(file: string, unpacker: Unpacker): Promise<void> {
  const tar = extract()
  const source = createReadStream(file)
  const feeding = (await isGzip(file)) ? pipeline(source, createGunzip(), tar) : pipeline(source, tar)
  const reading = (async () => {
    let seen = 0
    for await (const entry of tar as AsyncIterable<Readable & { header: Header }>) {
      await unpacker.take(entry.header, entry)
      seen++
    }
    if (seen === 0) throw new Error('it holds no file')
  })()
  // Both, so that neither failure is left without a handler; the reader's own is the one that explains.
  const [read, fed] = await Promise.allSettled([
    reading.catch((error: Error) => {
      tar.destroy(error)
      throw error
    }),
    feeding
  ])
  for (const result of [read, fed]) if (result.status === 'rejected') throw result.reason
}

async function isGzip(file: string): Promise<boolean> {
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
    return buffer[0] === 0x1f && buffer[1] === 0x8b
  } finally {
    await handle.close()
  }
}

async function topFolder(folder: string): Promise<string> {
  const names = await readdir(folder, { withFileTypes: true })
  const [only] = names
  return names.length === 1 && only!.isDirectory() && only!.name !== 'bin' ? path.join(folder, only!.name) : folder
}

function explain(error: unknown): unknown {
  const full = explainDiskFull(error, 'the buildpack')
  if (full instanceof UserError) return full
  return new UserError(
    `The archive cannot be unpacked: ${errorText(error)}`,
    'Check that the address gives a whole .tgz of a buildpack.',
    { cause: error }
  )
}

class Unpacker {
  readonly #root: string
  readonly #limits: ExtractLimits
  /** Names that are no folder: nothing may be put below them. */
  readonly #leaves = new Set<string>()
  #bytes = 0
  #entries = 0

  constructor(root: string, limits: ExtractLimits) {
    this.#root = root
    this.#limits = limits
  }

  async take(header: Header, content: Readable): Promise<void> {
    this.#count(header)
    const name = this.#safeName(header.name)
    const at = path.join(this.#root, name)
    if (header.type === 'directory') {
      if (this.#leaves.has(name)) throw refuse(header.name, 'is a folder and a file')
      await mkdir(at, { recursive: true })
      content.resume()
      return
    }
    if (name === '.') throw refuse(header.name, 'has no name')
    await mkdir(path.dirname(at), { recursive: true })
    this.#leaves.add(name)
    await rm(at, { force: true })
    if (header.type === 'file' || header.type === 'contiguous-file') {
      await writeFile(at, content, { mode: (header.mode ?? 0) & 0o111 ? 0o755 : 0o644 })
    } else if (header.type === 'symlink') {
      this.#requireInside(header, path.posix.join(path.posix.dirname(name), header.linkname ?? ''))
      await symlink(header.linkname, at)
      content.resume()
    } else if (header.type === 'link') {
      const target = this.#safeName(header.linkname ?? '')
      await link(path.join(this.#root, target), at)
      content.resume()
    } else throw refuse(header.name, `is a ${header.type}, and a buildpack has none`)
  }

  #count({ size }: Header): void {
    this.#entries++
    this.#bytes += size ?? 0
    if (this.#entries > this.#limits.entries) throw new Error(`it holds more than ${this.#limits.entries} files`)
    if (this.#bytes > this.#limits.bytes) throw new Error(`it unpacks to more than ${this.#limits.bytes} bytes`)
  }

  /** A name that stays in the folder and goes through no link. */
  #safeName(name: string): string {
    // eslint-disable-next-line no-control-regex
    if (name.startsWith('/') || name.split('/').includes('..') || /\x00/.test(name))
      throw refuse(name, 'leads out of the archive')
    const clean = path.posix.normalize(name).replace(/\/+$/, '') || '.'
    for (let above = path.posix.dirname(clean); above !== '.'; above = path.posix.dirname(above)) {
      if (this.#leaves.has(above)) throw refuse(name, 'goes through a link or a file')
    }
    return clean
  }

  #requireInside({ name, linkname }: Header, target: string): void {
    const leaves =
      linkname === undefined || linkname === '' || linkname.startsWith('/') || target.split('/')[0] === '..'
    if (leaves) throw refuse(name, `is a link that leads out of the archive`)
  }
}

function refuse(name: string, why: string): Error {
  return new Error(`the name ${JSON.stringify(name.slice(0, 300))} ${why}`)
}
