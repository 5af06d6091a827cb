import { describe, expect, it } from '@jest/globals'
import { aptfileWithoutFfmpeg, guessProvider } from '../../src/slug/ffmpeg.ts'
import { chooseVariant, type FfmpegChoice } from '../../src/slug/gate.ts'
import { judgeSize } from '../../src/verdict/index.ts'

describe('the gate', () => {
  const fits = (bytes: number): boolean => judgeSize(bytes, 300).fits
  const cases: [FfmpegChoice, number | undefined, number | undefined, string, boolean][] = [
    // choice, size with, size without, chosen, within the limit of 300
    ['with', 200, 100, 'with', true],
    ['with', 300, 100, 'with', true],
    ['with', 301, 100, 'with', false],
    ['without', 200, 100, 'without', true],
    ['without', 500, 301, 'without', false],
    ['auto', 300, 100, 'with', true],
    ['auto', 301, 300, 'without', true],
    ['auto', 400, 301, 'without', false],
    ['auto', undefined, 100, 'without', true],
    ['with', undefined, 100, 'without', true],
    // ffmpeg cannot be taken out
    ['auto', 300, undefined, 'with', true],
    ['auto', 301, undefined, 'with', false],
    ['without', 200, undefined, 'with', true]
  ]
  it.each(cases)('%s with %s, without %s', (choice, withFfmpeg, without, chosen, withinLimit) => {
    const { variant, bytes } = chooseVariant(choice, { with: withFfmpeg, without }, fits)
    expect({ variant, withinLimit: fits(bytes) }).toEqual({ variant: chosen, withinLimit })
  })

  it('goes without an ffmpeg that does not work only if it is asked to decide, and can', () => {
    const chosen = (choice: FfmpegChoice, without?: number): string =>
      chooseVariant(choice, { with: 200, without }, fits, false).variant
    expect([chosen('auto', 100), chosen('with', 100), chosen('auto')]).toEqual(['without', 'with', 'with'])
  })
})

describe('what brings ffmpeg', () => {
  const mastodon47 = [
    'https://github.com/heroku/heroku-buildpack-activestorage-preview',
    'https://github.com/heroku/heroku-buildpack-apt',
    'heroku/nodejs',
    'heroku/ruby'
  ]
  const mastodon42 = ['https://github.com/heroku/heroku-buildpack-apt', 'heroku/ruby']

  it.each([
    ['Mastodon 4.7', mastodon47, 'libidn12\n# for ffmpeg see above\n', { buildpacks: [0] }],
    [
      'Mastodon 4.2',
      mastodon42,
      'ffmpeg\nlibopenblas0-pthread\nlibpq-dev\nlibxdamage1\nlibxfixes3\n',
      { buildpacks: [], apt: 0 }
    ],
    ['both at once', mastodon47, 'ffmpeg=7:6.1\n', { buildpacks: [0], apt: 1 }],
    [
      'another ffmpeg buildpack, at a tag',
      ['https://github.com/x/heroku-buildpack-ffmpeg-latest.git#v1', 'heroku/ruby'],
      undefined,
      { buildpacks: [0] }
    ],
    [
      'an archive of GitHub',
      ['https://github.com/x/heroku-buildpack-ffmpeg-latest/archive/refs/heads/main.tar.gz'],
      undefined,
      { buildpacks: [0] }
    ],
    ['a folder', ['./buildpacks/my-ffmpeg'], undefined, { buildpacks: [0] }],
    ['nothing', mastodon42, 'libpq-dev\n', undefined],
    ['an Aptfile that nobody reads', ['heroku/ruby'], 'ffmpeg\n', undefined],
    ['a word that only looks like it', ['https://github.com/adapt/capture', 'heroku/ruby'], 'ffmpeg\n', undefined],
    ['an organisation of that name', ['https://github.com/ffmpeg/heroku-buildpack-fonts'], undefined, undefined]
  ])('%s', (_what, references, aptfile, provider) => {
    expect(guessProvider(references, aptfile)).toEqual(provider)
  })

  it.each([
    ['ffmpeg\nlibpq-dev\nlibxdamage1\n', 'libpq-dev\n'],
    ['  ffmpeg=7:6.1-1\nlibpq-dev', 'libpq-dev'],
    ['ffmpeg libidn12\n', 'libidn12\n'],
    ['libidn12\tffmpeg libxfixes3:amd64\n', 'libidn12\n'],
    ['-t jammy-backports ffmpeg libavcodec-extra\nlibpq-dev\n', 'libpq-dev\n'],
    ['ffmpeg*\nlibvpx*\nlibvpx-dev\n', 'libvpx*\nlibvpx-dev\n'],
    ['https://deb.example/libvpx7_1_amd64.deb\nffmpeg\nlibicu74\n', 'libicu74\n'],
    ['https://example.com/ffmpeg_7_amd64.deb\nlibicu74\n', 'libicu74\n'],
    ['libxdamage1\nlibpq-dev\n', 'libxdamage1\nlibpq-dev\n'], // without ffmpeg it is there for something else
    ['# ffmpeg\n', '# ffmpeg\n'],
    ['ffmpegthumbnailer\n', 'ffmpegthumbnailer\n']
  ])('takes ffmpeg out of the Aptfile %j', (before, after) => {
    expect(aptfileWithoutFfmpeg(before)).toBe(after)
  })

  const heroku18 =
    'libcairo2 libcroco3 libdatrie1 libgdk-pixbuf2.0-0 libgraphite2-3 libharfbuzz0b libpango-1.0-0 libpangocairo-1.0-0 libpangoft2-1.0-0 libpixman-1-0 librsvg2-2 libthai-data libthai0 VPX libxcb-render0 libxcb-shm0 libxrender1'
  /** What Mastodon's own Aptfiles asked for, and what of it is not there for ffmpeg's sake. */
  it.each([
    [
      '1.4 (#3276)',
      'ffmpeg libprotobuf-dev libxdamage1 libxfixes3 protobuf-compiler',
      'libprotobuf-dev protobuf-compiler'
    ],
    [
      '2.5 (#8588)',
      `ffmpeg libicu[0-9][0-9] libidn11 libpq-dev libssl-dev libxdamage1 libxfixes3 zlib1g-dev ${heroku18.replace('VPX', 'libvpx5')}`,
      'libicu[0-9][0-9] libidn11 libpq-dev libssl-dev zlib1g-dev'
    ],
    [
      '3.4 to 4.0 (#15591)',
      `ffmpeg libicu-dev libidn12 libpq-dev libxdamage1 libxfixes3 zlib1g-dev ${heroku18.replace('VPX', 'libvpx[5-9]')}`,
      'libicu-dev libidn12 libpq-dev zlib1g-dev'
    ],
    ['4.2 (#24866)', 'ffmpeg libopenblas0-pthread libpq-dev libxdamage1 libxfixes3', 'libpq-dev']
  ])('takes all that is there for ffmpeg out of the Aptfile of Mastodon %s', (_version, before, after) => {
    const lines = (packages: string): string => packages.replaceAll(' ', '\n') + '\n'
    expect(aptfileWithoutFfmpeg(lines(before))).toBe(lines(after))
  })
})
