import { describe, expect, it } from '@jest/globals'
import { asksForFfmpeg, parseAptfile, withoutAptEntries, type AptEntry } from '../../src/buildpacks/aptfile.ts'

/** Entries in short: `line name:arch=version/release`. */
function short(entries: readonly AptEntry[]): string[] {
  return entries.map(entry => {
    if (entry.kind === 'repository') return `${entry.line} repo ${entry.source}`
    if (entry.kind === 'address') return `${entry.line} fetch ${entry.url}`
    const { line, name, arch, version, release } = entry
    return `${line} ${name}${arch ? `:${arch}` : ''}${version ? `=${version}` : ''}${release ? `/${release}` : ''}`
  })
}

/** Each form was given to the buildpack's own bin/compile (apt 2.6), which installed what stands here. */
describe('an Aptfile', () => {
  it.each([
    ['several packages on a line', 'ffmpeg libidn12\nlibpq-dev\n', ['1 ffmpeg', '1 libidn12', '2 libpq-dev']],
    ['tabs and spaces', ' \tlibidn12\t ffmpeg  \n', ['1 libidn12', '1 ffmpeg']],
    ['no end of line', 'libidn12', ['1 libidn12']],
    ['comments and blank lines', '# ffmpeg\n \t# x\n\n \t\v\f\r\n#\nlibidn12\n', ['6 libidn12']],
    [
      'a source',
      ':repo:deb https://apt.example/ focal main\r\nlibidn12\n',
      ['1 repo deb https://apt.example/ focal main', '2 libidn12']
    ],
    [
      'an address',
      'https://deb.example/a/ffmpeg_6.1_amd64.deb\n',
      ['1 fetch https://deb.example/a/ffmpeg_6.1_amd64.deb']
    ],
    ['a version', 'ffmpeg=7:6.1-1 x\n', ['1 ffmpeg=7:6.1-1', '1 x']],
    ['an architecture', 'ffmpeg:amd64 libvpx7:i386=1.2\n', ['1 ffmpeg:amd64', '1 libvpx7:i386=1.2']],
    ['a release of one', 'ffmpeg/focal libidn12\n', ['1 ffmpeg/focal', '1 libidn12']],
    ['-t', '-t focal-backports ffmpeg\nlibidn12\n', ['1 ffmpeg/focal-backports', '2 libidn12']],
    ['-t in the middle counts for all', 'libidn12 -t focal ffmpeg\n', ['1 libidn12/focal', '1 ffmpeg/focal']],
    ['-tRELEASE and -t=RELEASE', '-tfocal a\n-t=focal b\n-yt focal c\n', ['1 a/focal', '2 b/focal', '3 c/focal']],
    ['--target-release', '--target-release focal a\n--default-release=focal b\n', ['1 a/focal', '2 b/focal']],
    ['other options', '-o APT::X=1 --no-install-recommends -c /dev/null -qq --solver internal a\n', ['1 a']],
    ['what -- ends', '-- ffmpeg -t\n', ['1 ffmpeg', '1 -t']],
    ['patterns', 'ffmpeg* libvpx[5-9] libidn12-\n', ['1 ffmpeg*', '1 libvpx[5-9]', '1 libidn12-']],
    ['a path', '/pkg/ffmpeg_6_amd64.deb libidn12\n', ['1 /pkg/ffmpeg_6_amd64.deb', '1 libidn12']],
    ['nothing', '\n', []]
  ])('with %s', (_what, text, entries) => {
    const read = parseAptfile(text)
    expect(short(read.entries)).toEqual(entries)
    expect(read.problems).toEqual([])
  })

  it.each([
    ['libidn12\nffmpeg\r\n', 2, /CRLF/],
    ['https://deb.example/a.deb\r\n', 1, /CRLF/],
    ['\ufeffffmpeg\n', 1, /byte order mark/],
    ['ffmpeg # why\n', 1, /comment/],
    ['# x\n\nhttps://deb.example/a.deb # why\n', 3, /address of a \.deb/],
    ['libidn12 https://deb.example/a.deb\n', 1, /address of a \.deb/],
    [' https://deb.example/a.deb\n', 1, /address of a \.deb/],
    ['https://deb.example/a.deb \n', 1, /address of a \.deb/],
    ['  :repo:deb https://apt.example/ focal main\n', 1, /:repo:/]
  ])('on which apt or curl fails: %j', (text, line, what) => {
    const [problem, ...more] = parseAptfile(text).problems
    expect(more).toEqual([])
    expect(problem).toMatchObject({ line })
    expect(problem!.what).toMatch(what)
    expect(problem!.next).toMatch(/\.$/)
  })

  it('with carriage returns where they do no harm', () => {
    expect(parseAptfile('# a comment\r\n\r\n:repo:deb https://apt.example/ ./\r\nlibidn12\n').problems).toEqual([])
  })

  it('tells each line, and the names all the same', () => {
    const { entries, problems } = parseAptfile('ffmpeg\r\nlibidn12\r\n')
    expect(short(entries)).toEqual(['1 ffmpeg', '2 libidn12'])
    expect(problems.map(({ line }) => line)).toEqual([1, 2])
  })
})

describe('what asks for ffmpeg', () => {
  it.each([
    ['ffmpeg', true],
    ['ffmpeg:amd64=7:6.1', true],
    ['ffmpeg/jammy', true],
    ['-t jammy-backports ffmpeg', true],
    ['ffmpeg*', true],
    ['ffmpeg.*', true],
    ['^ffmpeg$', true],
    ['ffmpeg+', true],
    ['jellyfin-ffmpeg7', true],
    ['https://deb.example/ffmpeg_7_amd64.deb', true],
    ['https://deb.example/jellyfin-ffmpeg6_6.0.1-7-jammy_amd64.deb', true],
    ['ffmpeg-', false],
    ['ffmpegthumbnailer', false],
    ['ffmpeg-doc', false],
    ['https://deb.example/ffmpegthumbnailer_2_amd64.deb', false],
    ['https://deb.example/ffmpeg/libidn12_1_amd64.deb', false],
    [':repo:deb https://apt.example/ffmpeg focal main', false],
    ['# ffmpeg', false],
    ['-t ffmpeg libidn12', false]
  ])('%s: %s', (text, yes) => expect(parseAptfile(text).entries.some(asksForFfmpeg)).toBe(yes))
})

describe('an Aptfile without some entries', () => {
  it.each([
    ['ffmpeg libidn12\n', 'libidn12\n'],
    ['libidn12 ffmpeg\n', 'libidn12\n'],
    ['a\tffmpeg\tb\n', 'a\tb\n'],
    ['  ffmpeg  a  ffmpeg:amd64=1 \nb', '  a\nb'],
    ['# ffmpeg\n\nffmpeg\n# why\nb\n', '# ffmpeg\n\n# why\nb\n'],
    ['-t focal ffmpeg a\n', '-t focal a\n'],
    ['-t focal ffmpeg\na\n', 'a\n'],
    ['https://deb.example/ffmpeg_7_amd64.deb\na\n', 'a\n'],
    [':repo:deb https://apt.example/ffmpeg ./\n ffmpeg\n', ':repo:deb https://apt.example/ffmpeg ./\n'],
    ['a  b \n', 'a  b \n']
  ])('%j', (before, after) => expect(withoutAptEntries(before, asksForFfmpeg)).toBe(after))
})
