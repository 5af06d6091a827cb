import { crc32, deflateRawSync } from 'node:zlib'

/** An entry of an archive; what is not given is as it should be. */
export interface ZipEntry {
  readonly name: string
  readonly content: string | Buffer
  /** Unix mode with its file type: 0o100644 of a file, 0o120777 of a link. */
  readonly mode?: number
  /** What the headers say, if that is a lie. */
  readonly size?: number
  readonly flags?: number
}

/** A zip archive, also one that nobody's tool would write. */
export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const content = Buffer.from(entry.content)
    const packed = deflateRawSync(content)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(entry.flags ?? 0x800, 2)
    fields.writeUInt16LE(8, 4)
    fields.writeUInt32LE(crc32(content), 10)
    fields.writeUInt32LE(packed.length, 14)
    fields.writeUInt32LE(entry.size ?? content.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, name, packed])
    const more = Buffer.alloc(14)
    more.writeUInt32LE(((entry.mode ?? 0o100644) << 16) >>> 0, 6)
    more.writeUInt32LE(at, 10)
    directory.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), fields, more, name)
    parts.push(local)
    at += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(at, 12)
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06'), end])
}

/** An archive with one `report.json`, as actions/upload-artifact makes it. */
export function reportZip(json: string): Buffer {
  return zipOf([
    { name: 'report.html', content: '<!doctype html>' },
    { name: 'report.json', content: json },
    { name: 'report.md', content: '## x' }
  ])
}
