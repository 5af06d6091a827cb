import { describe, expect, it } from '@jest/globals'
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { extractTarball } from '../../src/buildpacks/archive.ts'
import { UserError } from '../../src/runtime/index.ts'
import { buildpackEntries, tarball, type TarEntry } from '../helpers/tarballs.ts'
import { temp } from '../helpers/temp.ts'

async function unpack(archive: Buffer, limits?: { bytes: number; entries: number }): Promise<string> {
  const folder = temp()
  writeFileSync(path.join(folder, 'archive'), archive)
  await extractTarball(path.join(folder, 'archive'), path.join(folder, 'out'), limits)
  return path.join(folder, 'out')
}

describe('unpacking a buildpack', () => {
  it('keeps names, contents, executable bits and links', async () => {
    const out = await unpack(
      await tarball([
        ...buildpackEntries(),
        { name: 'lib/', type: 'directory' },
        { name: 'lib/tool', mode: 0o4777, content: 'tool' },
        { name: 'lib/data', mode: 0o600, content: 'data' },
        { name: 'link', type: 'symlink', linkname: 'lib/tool' },
        { name: 'hard', type: 'link', linkname: 'lib/data' },
        { name: `long/${'n'.repeat(200)}`, content: 'long' }
      ])
    )
    expect(readFileSync(path.join(out, 'link'), 'utf8')).toBe('tool')
    expect(statSync(path.join(out, 'hard')).ino).toBe(statSync(path.join(out, 'lib/data')).ino)
    expect(statSync(path.join(out, 'lib/tool')).mode & 0o7777).toBe(0o755)
    expect(statSync(path.join(out, 'lib/data')).mode & 0o7777).toBe(0o644)
    expect(existsSync(path.join(out, 'long', 'n'.repeat(200)))).toBe(true)
  })

  it.each([
    ['the top folder of a GitHub archive', 'heroku-buildpack-ruby-361/', 'bin/compile'],
    ['nothing, where bin lies at the top', '', 'bin/compile']
  ])('takes %s away', async (_what, top, file) => {
    expect(existsSync(path.join(await unpack(await tarball(buildpackEntries(top))), file))).toBe(true)
  })

  it('reads a plain tar, too', async () => {
    expect(existsSync(path.join(await unpack(gunzipSync(await tarball(buildpackEntries()))), 'bin/compile'))).toBe(true)
  })

  const HOSTILE: [string, TarEntry[], RegExp][] = [
    ['a name above it', [{ name: '../evil', content: 'x' }], /leads out/],
    ['a name above it, further in', [{ name: 'a/../../evil', content: 'x' }], /leads out/],
    ['an absolute name', [{ name: '/tmp/evil', content: 'x' }], /leads out/],
    ['an absolute link', [{ name: 'l', type: 'symlink', linkname: '/etc/passwd' }], /link that leads out/],
    ['a link above it', [{ name: 'a/l', type: 'symlink', linkname: '../../evil' }], /link that leads out/],
    [
      'a name through a link',
      [
        { name: 'l', type: 'symlink', linkname: 'x' },
        { name: 'l/evil', content: 'x' }
      ],
      /goes through a link/
    ],
    [
      'a folder over a link',
      [
        { name: 'l', type: 'symlink', linkname: 'x' },
        { name: 'l', type: 'directory' }
      ],
      /folder and a file/
    ],
    ['a hard link above it', [{ name: 'h', type: 'link', linkname: '../archive' }], /leads out/],
    [
      'a hard link through a link',
      [
        { name: 'l', type: 'symlink', linkname: 'x' },
        { name: 'h', type: 'link', linkname: 'l/y' }
      ],
      /goes through/
    ],
    [
      'a link that goes up behind another link',
      [
        { name: 'a/b/up', type: 'symlink', linkname: '../..' },
        { name: 'out', type: 'symlink', linkname: 'a/b/up/..' }
      ],
      /`\.\.` inside its target/
    ],
    [
      'a hard link to a link, at another depth',
      [
        { name: 'a/b/up', type: 'symlink', linkname: '../..' },
        { name: 'out', type: 'link', linkname: 'a/b/up' }
      ],
      /goes through a link/
    ],
    ['a device', [{ name: 'd', type: 'character-device', devmajor: 1, devminor: 3 }], /character-device/],
    ['a pipe', [{ name: 'p', type: 'fifo' }], /fifo/]
  ]
  it.each(HOSTILE)('refuses %s, and leaves nothing', async (_what, entries, says) => {
    const folder = temp()
    writeFileSync(path.join(folder, 'archive'), await tarball([...buildpackEntries(), ...entries]))
    const unpacking = extractTarball(path.join(folder, 'archive'), path.join(folder, 'out'))
    await expect(unpacking).rejects.toThrow(UserError)
    await expect(unpacking).rejects.toThrow(says)
    expect(readdirSync(folder)).toEqual(['archive'])
  })

  it.each([
    ['cut off', async () => (await tarball([{ name: 'a', content: 'x'.repeat(100_000) }])).subarray(0, 60)],
    [
      'cut off inside the tar',
      async () => {
        return gzipSync(gunzipSync(await tarball([{ name: 'a', content: 'x'.repeat(100_000) }])).subarray(0, 5_000))
      }
    ],
    ['empty', () => Promise.resolve(Buffer.alloc(0))],
    ['a web page', () => Promise.resolve(Buffer.from('<html>Not found</html>'.repeat(100)))],
    ['compressed nonsense', () => Promise.resolve(gzipSync('nonsense'.repeat(1000)))]
  ])('refuses what is %s', async (_what, archive) => {
    await expect(unpack(await archive())).rejects.toThrow(/archive cannot be unpacked/)
  })

  it('refuses a link that leads out of the top folder once that is taken away', async () => {
    const up = (linkname: string): Promise<Buffer> =>
      tarball([...buildpackEntries('top/'), { name: 'top/lib/up', type: 'symlink', linkname }])
    await expect(unpack(await up('../..'))).rejects.toThrow(/link that leads out/)
    expect(readlinkSync(path.join(await unpack(await up('../bin')), 'lib/up'))).toBe('../bin')
  })

  it('judges the last of two things of one name', async () => {
    const out = await unpack(
      await tarball([
        ...buildpackEntries(),
        { name: 'x', type: 'symlink', linkname: '/etc/passwd' },
        { name: 'x', content: 'file' }
      ])
    )
    expect(readFileSync(path.join(out, 'x'), 'utf8')).toBe('file')
  })

  it('refuses a plain tar that was cut off between two files', async () => {
    const whole = gunzipSync(await tarball(buildpackEntries()))
    await expect(unpack(whole.subarray(0, 2 * 1024))).rejects.toThrow(/cut off/)
  })

  it('refuses endless zeros behind the last file', async () => {
    const padded = gzipSync(Buffer.concat([gunzipSync(await tarball(buildpackEntries())), Buffer.alloc(1_000_000)]))
    await expect(unpack(padded, { bytes: 10_000, entries: 10 })).rejects.toThrow(/more than 10000 bytes/)
  })

  it('refuses bombs', async () => {
    const large = await tarball([{ name: 'a', content: 'x'.repeat(100_000) }])
    await expect(unpack(large, { bytes: 99_999, entries: 10 })).rejects.toThrow(/more than 99999 bytes/)
    await expect(unpack(await tarball(buildpackEntries()), { bytes: 1e6, entries: 2 })).rejects.toThrow(
      /more than 2 files/
    )
  })
})
