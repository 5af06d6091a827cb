import { createReadStream } from 'node:fs'
import { link, mkdir, open, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { errorText, explainDiskFull, UserError } from '../runtime/index.ts'

interface ExtractLimits {
  /** Bytes, unpacked. */
  readonly bytes: number
  readonly entries: number
}

const LIMITS: ExtractLimits = { bytes: 2_000_000_000, entries: 100_000 }
const BLOCK = 512
/** Bytes of headers, long names and padding that an entry may have beside its content. */
const ENTRY_OVERHEAD = 8 * BLOCK

/**
 * Unpacks a tar archive (gzip or plain) of a buildpack into the new folder `into`. The archive comes from the network, so
 * it is refused with a `UserError` if a name or link leads out of the folder, if it holds a device, if it unpacks to more
 * than the limits, or if it is cut off. Then nothing is left. If everything is in one top folder, as in GitHub's
 * archives, that folder becomes `into`.
 */
export async function extractTarball(file: string, into: string, limits = LIMITS): Promise<void> {
  const part = `${into}.part`
  await rm(part, { recursive: true, force: true })
  await mkdir(part, { recursive: true })
  try {
    const unpacker = new Unpacker(part, limits)
    await unpack(file, unpacker, limits)
    const top = await topFolder(part)
    unpacker.requireLinksInside(path.relative(part, top))
    await rename(top, into)
  } catch (error) {
    throw explain(error)
  } finally {
    await rm(part, { recursive: true, force: true })
  }
}

async function unpack(file: string, unpacker: Unpacker, limits: ExtractLimits): Promise<void> {
  const tar = extract()
  const source = createReadStream(file)
  const whole = requireWhole(limits)
  const feeding = (await isGzip(file)) ? pipeline(source, createGunzip(), whole, tar) : pipeline(source, whole, tar)
  const reading = (async () => {
    let seen = 0
    for await (const entry of tar as AsyncIterable<Readable & { header: Header }>) {
      await unpacker.take(entry.header, entry)
      seen++
    }
    if (seen === 0) throw new Error('it holds no file')
  })()
  // Waits for both, so that no rejection is unhandled. The reader's error comes first: it says more.
  const [read, fed] = await Promise.allSettled([
    reading.catch((error: Error) => {
      tar.destroy(error)
      throw error
    }),
    feeding
  ])
  for (const result of [read, fed]) if (result.status === 'rejected') throw result.reason
}

/** Passes a tar on. Fails if it is longer than its files can be, or does not end with a block of zeros: then it was cut off. */
function requireWhole({ bytes, entries }: ExtractLimits): Transform {
  const most = bytes + (entries + 1) * ENTRY_OVERHEAD
  let size = 0
  let tail = Buffer.alloc(0)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      tail = Buffer.concat([tail, chunk.subarray(-BLOCK)]).subarray(-BLOCK)
      if (size > most) done(new Error(`it unpacks to more than ${bytes} bytes`))
      else done(null, chunk)
    },
    flush(done) {
      done(tail.length === BLOCK && tail.every(byte => byte === 0) ? null : new Error('it is cut off'))
    }
  })
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
  /** Names that are not folders: nothing may be put below them. */
  readonly #leaves = new Set<string>()
  /** Links by name, each with its target. */
  readonly #links = new Map<string, string>()
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
    this.#links.delete(name)
    await rm(at, { force: true })
    if (header.type === 'file' || header.type === 'contiguous-file') {
      await writeFile(at, content, { mode: (header.mode ?? 0) & 0o111 ? 0o755 : 0o644 })
    } else if (header.type === 'symlink') {
      this.#links.set(name, header.linkname ?? '')
      await symlink(header.linkname ?? '', at)
      content.resume()
    } else if (header.type === 'link') {
      const target = this.#safeName(header.linkname ?? '')
      // A second name for a link may be at another depth, and the target would lead elsewhere.
      if (this.#links.has(target)) throw refuse(header.name, 'is a hard link that goes through a link')
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

  /** The name, cleaned. Throws if it leads out of the folder or goes through a link. */
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

  /**
   * Throws if a link leads out of `top`, the folder that is kept. A target may have `..` only at its start: after another
   * link, `..` leads elsewhere than the names say.
   */
  requireLinksInside(top: string): void {
    for (const [name, target] of this.#links) {
      const steps = target.split('/').filter(step => step !== '' && step !== '.')
      const down = steps.findIndex(step => step !== '..')
      const up = down === -1 ? steps.length : down
      const depth = path.posix.relative(top, name).split('/').length - 1
      if (target === '' || target.startsWith('/') || up > depth)
        throw refuse(name, 'is a link that leads out of the archive')
      if (steps.slice(up).includes('..')) throw refuse(name, 'is a link with `..` inside its target')
    }
  }
}

function refuse(name: string, why: string): Error {
  return new Error(`the name ${JSON.stringify(name.slice(0, 300))} ${why}`)
}
