import { describe, expect, it } from '@jest/globals'
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync
} from 'node:fs'
import path from 'node:path'
import { CancelledError, UserError } from '../../src/runtime/index.ts'
import { combineCrc, GZIP_HEADER } from '../../src/slug/gzip.ts'
import { measure } from '../../src/slug/measure.ts'
import { cutBlocks } from '../../src/slug/blocks.ts'
import { tarHeader } from '../../src/slug/tar.ts'
import { crc32 } from 'node:zlib'
import { describeOrSkip } from '../helpers/skip.ts'
import { noSmallDisk, SmallDisk } from '../helpers/small-disk.ts'
import { temp } from '../helpers/temp.ts'
import {
  filesOf,
  listing,
  makeTree,
  noise,
  pack,
  random,
  sameInode,
  sha256,
  tarList,
  unpack,
  withPacker
} from './helpers.ts'

const MIB = 1024 * 1024

const HARD_NAMES = [
  'plain',
  'with space',
  'new\nline',
  'tab\t"quote" \'single\' \\back',
  '-rf',
  '*?[a]',
  Buffer.from('Zürich-日本語-🐘').toString('latin1'),
  'invalid-\xff\xfe-utf8',
  'e'.repeat(94), // ./app/ and 94: the longest that a header holds
  'e'.repeat(95),
  'x'.repeat(255),
  `${'d'.repeat(150)}/${'e'.repeat(150)}/${'f'.repeat(150)}`
]

describe('a slug', () => {
  it('is unpacked by GNU tar as it was: names of any bytes, modes, links, empty folders', async () => {
    const tree = makeTree(Object.fromEntries(HARD_NAMES.map((name, i) => [`names/${name}`, `content ${i}`])))
    makeTree(
      {
        'empty/': '',
        'links/broken': '->nowhere',
        'links/absolute': '->/etc/passwd',
        'links/long': `->${'t'.repeat(180)}`,
        'links/bytes': '->\xff'
      },
      tree
    )
    makeTree({ program: '#!/bin/sh', secret: 'x', setuid: 'y' }, tree)
    for (const [file, mode] of [
      ['program', 0o755],
      ['secret', 0o600],
      ['setuid', 0o4755],
      ['empty', 0o700]
    ] as const)
      chmodSync(path.join(tree, file), mode)
    const { output } = await pack(filesOf(tree))
    expect(listing(unpack(output))).toEqual(listing(tree))
  })

  it('keeps hard links, and holds their bytes once', async () => {
    const content = noise(3 * MIB, 1)
    const tree = makeTree({ 'a/first': content, 'b/second': '=>a/first', [`c/${'n'.repeat(150)}`]: '=>a/first' })
    const { output, packed } = await pack(filesOf(tree))
    const app = unpack(output)
    expect(listing(app)).toEqual(listing(tree))
    expect(sameInode(app, 'a/first', 'b/second')).toBe(true)
    expect(packed.bytes).toBeLessThan(content.length * 1.01)
  })

  it('gives the bytes to the next name where a variant leaves out the first', async () => {
    const tree = makeTree({ 'a/first': noise(2000, 2), 'b/second': '=>a/first', 'c/third': '=>a/first' })
    const { output } = await pack(filesOf(tree).filter(file => !file.path.startsWith('a')))
    const app = unpack(output)
    expect(readFileSync(path.join(app, 'b/second')).equals(noise(2000, 2))).toBe(true)
    expect(sameInode(app, 'b/second', 'c/third')).toBe(true)
  })

  it.each([0, 1, 511, 512, 513, MIB - 1, MIB, MIB + 1, 3 * MIB, 2.5 * MIB + 7])(
    'holds a file of %d bytes',
    async size => {
      const tree = makeTree({ before: 'b', file: noise(size, size), zeros: Buffer.alloc(size), then: 't' })
      const { output } = await pack(filesOf(tree))
      expect(listing(unpack(output))).toEqual(listing(tree))
    }
  )

  it('holds a large file twice under two names', async () => {
    // Blocks inside the two have no header and equal content: they are one block that comes twice in one slug.
    const content = noise(5 * MIB, 5)
    const tree = makeTree({ 'a/large': content, 'b/large': Buffer.from(content) })
    const { output, packed } = await pack(filesOf(tree))
    expect(listing(unpack(output))).toEqual(listing(tree))
    expect(packed.bytes).toBe(readFileSync(output).length)
  })

  it('may be empty', async () => {
    const { output } = await pack([])
    expect(tarList(output)).toEqual([expect.stringMatching(/^drwxr-xr-x root\/root +0 .* \.\/app\/$/)])
  })

  it('is one gzip member, root-owned, below ./app', async () => {
    const { output, packed } = await pack(filesOf(makeTree({ a: 'a', 'b/c': 'c' })))
    const bytes = readFileSync(output)
    expect(bytes.subarray(0, 10)).toEqual(GZIP_HEADER)
    expect(execFileSync('gzip', ['-lq', output], { encoding: 'utf8' }).trim().split(/\s+/).slice(0, 2)).toEqual([
      `${bytes.length}`,
      `${packed.rawBytes}`
    ])
    expect(execFileSync('gzip', ['-t', output]).toString()).toBe('')
    expect(tarList(output).every(line => line.includes('root/root') && line.includes(' ./app/'))).toBe(true)
  })

  it('is the same from another folder, in another order, with other times and threads', async () => {
    const files = { 'b/one': noise(700_000, 1), 'a/two': noise(900_000, 2), c: 'c', link: '->c', 'a/same': 'c' }
    const first = makeTree(files)
    const second = makeTree(Object.fromEntries(Object.entries(files).reverse()))
    utimesSync(path.join(second, 'c'), 5, 5)
    const shas = []
    for (const threads of [1, 2, 5])
      shas.push((await pack(filesOf(first), { threads })).sha256, (await pack(filesOf(second), { threads })).sha256)
    expect(new Set(shas).size).toBe(1)
  })

  it('dates what is served by its commit, and nothing else', async () => {
    const files = filesOf(makeTree({ 'public/sw.js': 's', 'app/a.rb': 'a', publicly: 'p' }))
    const times = async (commitTime: number): Promise<Record<string, string>> => {
      const lines = tarList((await pack(files, { commitTime })).output)
      return Object.fromEntries(
        lines.map(
          line => /(\d{4}-\d\d-\d\d) \d\d:\d\d \.\/app\/(.*)$/.exec(line)!.slice(1).reverse() as [string, string]
        )
      )
    }
    expect(await times(Date.UTC(2026, 10, 19))).toMatchObject({
      'public/sw.js': '2026-11-19',
      'app/a.rb': '2001-09-09',
      publicly: '2001-09-09'
    })
    expect(await times(-5)).toMatchObject({ 'public/sw.js': '1970-01-01' })
    expect(await times(1e18)).toMatchObject({ 'public/sw.js': '2242-03-16' })
  })

  it('has a header for files that octal numbers cannot measure', () => {
    const file = { path: 'huge' as never, kind: 'file' as const, mode: 0o644, size: 9 * 2 ** 30, root: '/', layer: 0 }
    expect(tarHeader(file, 0).subarray(124, 136).toString('hex')).toBe('800000000000000240000000')
  })
})

describe('packing several slugs in one pass', () => {
  const tree = () => {
    const next = random(7)
    return makeTree(
      Object.fromEntries(
        Array.from({ length: 300 }, (_, i) => [`d${i % 7}/f${i}`, noise(Math.floor(next() ** 4 * 400_000), i)])
      )
    )
  }

  it('gives each the bytes that it has alone', async () => {
    const all = filesOf(tree())
    const some = all.filter(file => !file.path.startsWith('d3'))
    const folder = temp()
    const outputs = [all, some].map((files, i) => ({ files, output: path.join(folder, `${i}.tgz`) }))
    const packed = await withPacker(packer => packer.pack([...outputs, { files: some.slice(20) }]))
    for (const [i, { files, output }] of outputs.entries()) {
      expect(sha256(readFileSync(output))).toBe((await pack(files)).sha256)
      expect(packed[i]!.sha256).toBe(sha256(readFileSync(output)))
    }
    expect(packed[2]!.bytes).toBe((await pack(some.slice(20))).packed.bytes)
  })

  it('changes only blocks near what is left out', () => {
    const all = filesOf(tree())
    const digest = (): string => 'AAAAAAAAAAAA'
    const keys = new Set(cutBlocks(all, digest, 0).map(({ key }) => key))
    const fewer = cutBlocks(
      all.filter(file => file.path !== 'd3/f3'),
      digest,
      0
    )
    expect(fewer.filter(({ key }) => !keys.has(key)).length).toBeLessThanOrEqual(3)
    for (const { rawBytes } of fewer) expect(rawBytes).toBeLessThan(3.5 * MIB)
  })

  it.each([11, 12, 13])('random trees and leave-outs come out whole (seed %d)', async seed => {
    const next = random(seed)
    const names = Array.from(
      { length: 120 },
      (_, i) => `${'abc'[Math.floor(next() * 3)]}/${Math.floor(next() * 9)}/${i}`
    )
    const root = makeTree(
      Object.fromEntries(
        names.map((name, i) => [
          name,
          i > 0 && next() < 0.1 ? `=>${names[0]}` : noise(Math.floor(next() ** 6 * 3 * MIB), i)
        ])
      )
    )
    const all = filesOf(root, name => name.charCodeAt(0) % 3)
    const kept = all.filter(file => file.kind === 'directory' || next() < 0.7)
    const { output, packed } = await pack(kept)
    const expected = listing(root).filter(line => kept.some(file => line.startsWith(`${file.path} `)))
    expect(listing(unpack(output))).toEqual(expected)

    const { total, layers, files } = measure(packed)
    expect(total.compressed).toBe(readFileSync(output).length)
    expect([...layers.values()].reduce((sum, { compressed }) => sum + compressed, 0)).toBe(total.compressed)
    expect([...layers.values()].reduce((sum, { raw }) => sum + raw, 0)).toBe(total.raw)
    expect(files.every(({ compressed }) => compressed >= 0)).toBe(true)
  })

  it('measures a large file exactly, and marks small ones as sharing', async () => {
    const root = makeTree({ large: noise(3 * MIB, 1), 'small/a': 'a', 'small/b': 'b' })
    const { packed } = await pack(filesOf(root))
    const { files } = measure(packed)
    expect(files.map(({ file }) => file.path)).toEqual(['large', 'small', 'small/a', 'small/b'])
    expect(files[0]!.shared).toBe(false)
    expect(files[0]!.compressed).toBeGreaterThan(3 * MIB)
    expect(files.slice(1).every(({ shared }) => shared)).toBe(true)
  })
})

describe('the store of blocks', () => {
  const replaced = (file: string, by: () => void): void => {
    rmSync(file)
    by()
  }
  const stored = (store: string): string[] => readdirSync(store).sort()

  it('gives the same bytes, is used again, and drops what no slug needs', async () => {
    const root = makeTree({ a: noise(3 * MIB, 1), b: noise(3 * MIB, 2) })
    const blockStore = temp()
    const plain = await pack(filesOf(root))
    expect((await pack(filesOf(root), { blockStore })).sha256).toBe(plain.sha256)
    const before = stored(blockStore)
    writeFileSync(path.join(root, 'b'), noise(3 * MIB, 3))
    const second = await pack(filesOf(root), { blockStore })
    expect(second.sha256).toBe((await pack(filesOf(root))).sha256)
    const after = stored(blockStore)
    expect(after.length).toBe(before.length)
    expect(after.filter(name => before.includes(name)).length).toBeGreaterThanOrEqual(3)
  })

  it('is read: no block in it is written again', async () => {
    const root = makeTree({ a: noise(3 * MIB, 1), b: 'b' })
    const blockStore = temp()
    const inodes = (): number[] => stored(blockStore).map(name => statSync(path.join(blockStore, name)).ino)
    await pack(filesOf(root), { blockStore })
    const before = inodes()
    await pack(filesOf(root), { blockStore })
    expect(inodes()).toEqual(before)
  })

  it('is left as it was where packing fails', async () => {
    const root = makeTree({ a: noise(2 * MIB, 1), b: noise(2 * MIB, 2) })
    const blockStore = temp()
    await pack(filesOf(root), { blockStore })
    const before = stored(blockStore)
    const files = filesOf(root)
    writeFileSync(path.join(root, 'a'), noise(2 * MIB, 3))
    truncateSync(path.join(root, 'b'), 5)
    await expect(pack(files, { blockStore })).rejects.toThrow()
    expect(stored(blockStore)).toEqual(expect.arrayContaining(before))
  })

  it.each([
    ['cut off', (file: string) => truncateSync(file, 20)],
    [
      'damaged',
      (file: string) =>
        writeFileSync(
          file,
          readFileSync(file).map((byte, i) => (i === 30 ? byte ^ 1 : byte))
        )
    ],
    [
      'damaged in its checksum',
      (file: string) =>
        writeFileSync(
          file,
          readFileSync(file).map((byte, i) => (i === 5 ? byte ^ 1 : byte))
        )
    ],
    ['empty', (file: string) => writeFileSync(file, '')],
    ['a link to a device', (file: string) => replaced(file, () => symlinkSync('/dev/zero', file))],
    ['a link to nothing', (file: string) => replaced(file, () => symlinkSync('/nowhere', file))],
    ['a pipe', (file: string) => replaced(file, () => void spawnSync('mkfifo', [file]))],
    ['a folder', (file: string) => replaced(file, () => mkdirSync(file))],
    ['much too large', (file: string) => truncateSync(file, 5_000_000_000)]
  ])('is not believed where an entry is %s', async (_what, harm) => {
    const root = makeTree({ a: noise(2 * MIB, 1) })
    const blockStore = temp()
    const { sha256: before } = await pack(filesOf(root), { blockStore })
    for (const name of stored(blockStore)) harm(path.join(blockStore, name))
    expect((await pack(filesOf(root), { blockStore })).sha256).toBe(before)
  })

  it('is done without where it cannot be made', async () => {
    const root = makeTree({ a: noise(2 * MIB, 1), file: '' })
    const plain = await pack(filesOf(root))
    expect((await pack(filesOf(root), { blockStore: path.join(root, 'file', 'store') })).sha256).toBe(plain.sha256)
  })
})

describeOrSkip('the store of blocks on a disk that fills up', noSmallDisk, () => {
  it('gives the same bytes, and holds no half of one', async () => {
    const disk = new SmallDisk(3 * MIB)
    try {
      const root = makeTree({ a: noise(8 * MIB, 1) })
      const blockStore = path.join(disk.folder, 'blocks')
      const plain = await pack(filesOf(root))
      for (const readOnly of [false, true, false]) {
        disk.readOnly(readOnly)
        expect((await pack(filesOf(root), { blockStore })).sha256).toBe(plain.sha256)
        expect(readdirSync(blockStore).filter(name => name.endsWith('.part'))).toEqual([])
      }
    } finally {
      disk.remove()
    }
  })
})

describe('packing that cannot be done', () => {
  it.each([
    ['is gone', (file: string) => rmSync(file)],
    ['became shorter', (file: string) => truncateSync(file, 10)]
  ])('fails where a file %s, and leaves nothing', async (_what, harm) => {
    const root = makeTree({ a: noise(2 * MIB, 1), b: 'b' })
    const files = filesOf(root)
    harm(path.join(root, 'a'))
    const folder = temp()
    await expect(
      withPacker(packer => packer.pack([{ files, output: path.join(folder, 'slug.tgz') }]))
    ).rejects.toThrow()
    expect(readdirSync(folder)).toEqual([])
  })

  it('says that the disk is full, and leaves nothing', async () => {
    const folder = temp()
    symlinkSync('/dev/full', path.join(folder, 'slug.tgz.part'))
    const files = filesOf(makeTree({ a: noise(2 * MIB, 1) }))
    const packing = withPacker(packer => packer.pack([{ files, output: path.join(folder, 'slug.tgz') }]))
    await expect(packing).rejects.toThrow(UserError)
    await expect(packing).rejects.toThrow(/disk is full/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('ends when it is cancelled, and leaves nothing', async () => {
    const folder = temp()
    const cancel = new AbortController()
    const files = filesOf(makeTree({ a: noise(8 * MIB, 1) }))
    const packing = withPacker(
      packer => {
        const result = packer.pack([{ files, output: path.join(folder, 'slug.tgz') }])
        cancel.abort()
        return result
      },
      { signal: cancel.signal }
    )
    await expect(packing).rejects.toThrow(CancelledError)
    expect(readdirSync(folder)).toEqual([])
  })

  it('does not begin where it is cancelled already', async () => {
    const files = filesOf(makeTree({ a: 'a' }))
    await expect(pack(files, { signal: AbortSignal.abort() })).rejects.toThrow(CancelledError)
  })

  it('fails where the program of the threads is not there', async () => {
    const files = filesOf(makeTree({ a: 'a' }))
    await expect(pack(files, { worker: new URL('file:///nowhere/worker.js') })).rejects.toThrow()
  })
})

describe('combineCrc', () => {
  it('is the checksum of both parts', () => {
    const next = random(3)
    for (let i = 0; i < 200; i++) {
      const bytes = noise(Math.floor(next() ** 3 * 100_000), i)
      const at = Math.floor(next() * bytes.length)
      expect(combineCrc(crc32(bytes.subarray(0, at)), crc32(bytes.subarray(at)), bytes.length - at)).toBe(crc32(bytes))
    }
  })
})
