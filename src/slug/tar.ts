import { type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'

const BLOCK = 512

/** Every name in a slug starts with this: Heroku unpacks `./app` and ignores the rest (Dev Center: platform-api-deploying-slugs). */
const SLUG_ROOT = './app/'

/** Bytes: two empty blocks end a tar archive. */
export const TAR_END = 2 * BLOCK

/** How many zero bytes fill up the last 512-byte block of a file's content. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

/** What a header needs of a file. */
export type HeaderFields = Pick<SlugFile, 'path' | 'kind' | 'mode' | 'size' | 'target'>

/**
 * The header of one name in GNU tar's own format: owned by root, long names in `L` and `K` records, which hold any bytes.
 * @param time seconds since 1970
 * @param link an earlier name in the archive, of which this one is a hard link
 */
export function tarHeader(file: HeaderFields, time: number, link?: BytePath): Buffer {
  const { name, target } = namesOf(file, link)
  const size = file.kind === 'file' && link === undefined ? file.size : 0
  const type = link === undefined ? TYPES[file.kind] : HARD_LINK
  const records: Buffer[] = []
  if (target.length > SHORT) records.push(longRecord('K', target))
  if (name.length > SHORT) records.push(longRecord('L', name))
  records.push(record({ name, target, size, type, mode: file.mode, time }))
  return records.length === 1 ? records[0]! : Buffer.concat(records)
}

/** Type flags (GNU tar: src/tar.h). */
const HARD_LINK = '1'
const TYPES = { file: '0', symlink: '2', directory: '5' } as const

/** How many bytes `tarHeader` makes. */
export function headerBytes(file: HeaderFields, link?: BytePath): number {
  const { name, target } = namesOf(file, link)
  const long = (text: string): number => (text.length > SHORT ? BLOCK + text.length + 1 + padding(text.length + 1) : 0)
  return BLOCK + long(name) + long(target)
}

/** Bytes of a name that fit into a header's field. */
const SHORT = 100

function namesOf(file: HeaderFields, link: BytePath | undefined): { name: string; target: string } {
  const isFolder = file.kind === 'directory' && file.path !== ''
  return {
    name: SLUG_ROOT + file.path + (isFolder ? '/' : ''),
    target: link !== undefined ? SLUG_ROOT + link : (file.target ?? '')
  }
}

function longRecord(type: 'K' | 'L', text: string): Buffer {
  const size = text.length + 1
  const body = Buffer.alloc(size + padding(size))
  body.write(text, 'latin1')
  return Buffer.concat([record({ name: '././@LongLink', target: '', size, type, mode: 0o644, time: 0 }), body])
}

interface Fields {
  name: string
  target: string
  size: number
  type: string
  mode: number
  time: number
}

function record({ name, target, size, type, mode, time }: Fields): Buffer {
  const header = Buffer.alloc(BLOCK)
  header.write(name.slice(0, SHORT), 0, 'latin1')
  header.write(octal(mode, 7), 100)
  header.write(octal(0, 7), 108) // uid and gid: root
  header.write(octal(0, 7), 116)
  if (size < 8 ** 11) header.write(octal(size, 11), 124)
  else base256(header, 124, 12, size)
  header.write(octal(time, 11), 136)
  header.write('        ', 148)
  header.write(type, 156)
  header.write(target.slice(0, SHORT), 157, 'latin1')
  header.write('ustar  \0', 257)
  header.write('root', 265)
  header.write('root', 297)
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${octal(sum, 6)}\0 `, 148)
  return header
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

/** GNU's form for numbers that are too large for octal digits: files of 8 GiB and more. */
function base256(header: Buffer, offset: number, length: number, value: number): void {
  header.writeUInt8(0x80, offset)
  header.writeBigUInt64BE(BigInt(value), offset + length - 8)
}
