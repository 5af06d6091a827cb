import { describe, expect, it } from '@jest/globals'
import { displayPath } from '../../src/runtime/index.ts'
import { aptfileWithoutFfmpeg, findProvider } from '../../src/slug/ffmpeg.ts'
import { gate, type FfmpegChoice } from '../../src/slug/gate.ts'
import { globRule, safeRules, trim, type TrimFacts } from '../../src/slug/trim.ts'
import { filesOf, makeTree, named } from './helpers.ts'

describe('the gate', () => {
  const cases: [FfmpegChoice, number | undefined, number, string, boolean][] = [
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
    ['with', undefined, 100, 'without', true]
  ]
  it.each(cases)('%s with %s, without %s', (choice, withFfmpeg, without, chosen, withinLimit) => {
    expect(gate(choice, { with: withFfmpeg, without }, 300)).toMatchObject({ chosen, withinLimit })
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
    expect(findProvider(references, aptfile)).toEqual(provider)
  })

  it.each([
    ['ffmpeg\nlibpq-dev\nlibxdamage1\n', 'libpq-dev\n'],
    ['  ffmpeg=7:6.1-1 # why\nlibpq-dev', 'libpq-dev'],
    ['https://example.com/ffmpeg_7_amd64.deb\nlibicu74\n', 'libicu74\n'],
    ['libxdamage1\nlibpq-dev\n', 'libxdamage1\nlibpq-dev\n'], // without ffmpeg it is there for something else
    ['# ffmpeg\n', '# ffmpeg\n'],
    ['ffmpegthumbnailer\n', 'ffmpegthumbnailer\n']
  ])('takes ffmpeg out of the Aptfile %j', (before, after) => {
    expect(aptfileWithoutFfmpeg(before)).toBe(after)
  })
})

describe('trimming', () => {
  const facts: TrimFacts = { streaming: 'perhaps', builtAt: '/tmp/build', rubyNeedsNode: false, bundler: 'vite' }
  const matching = (path: string, changed: Partial<TrimFacts> = {}): string[] =>
    safeRules({ ...facts, ...changed })
      .filter(({ matches }) => matches(named(path)))
      .map(({ name }) => name)

  it.each([
    ['public/packs/assets/a.js.map', 'source-maps'],
    ['public/packs/a.css.map.gz', 'source-maps'],
    ['public/sw.js.map', 'source-maps'],
    ['node_modules/x/dist/i.cjs.map', 'source-maps'],
    ['streaming/node_modules/x/i.js.map', 'source-maps'],
    ['tmp/cache/vite/last', 'asset-caches'],
    ['tmp/local_secret.txt', 'asset-caches'],
    ['node_modules/.cache/x', 'asset-caches'],
    ['.yarn/cache/x.zip', 'yarn-leftovers'],
    ['.heroku/node/include/node/v8.h', 'node-leftovers'],
    ['vendor/bundle/ruby/4.0.0/cache/puma-7.gem', 'ruby-leftovers'],
    ['vendor/bundle/ruby/4.0.0/gems/pg-1/ext/pg.o', 'ruby-leftovers'],
    ['vendor/ruby-4.0.6/share/ri/x', 'ruby-leftovers'],
    ['.apt/usr/share/doc/x/copyright', 'apt-leftovers'],
    ['.apt/usr/lib/x86_64-linux-gnu/libx.a', 'apt-leftovers'],
    ['tmp/cache/bootsnap/load-path-cache', 'bootsnap-cache']
  ])('%s goes, as %s', (path, rule) => expect(matching(path)).toEqual([rule]))

  it.each([
    'public/packs/a.js',
    'public/maps/world.map',
    'app/javascript/icons/map.svg',
    'node_modules/x/map.js',
    'node_modules/x/world.map',
    'streaming/index.js',
    'tmp/cache/.keep',
    'vendor/bundle/ruby/4.0.0/gems/pg-1/lib/pg.o.rb',
    'vendor/bundle/ruby/4.0.0/extensions/x/pg.so',
    '.apt/usr/lib/x86_64-linux-gnu/libx.so.1',
    '.heroku/node/bin/node',
    'public/emoji/1f600.svg'
  ])('%s stays', path => expect(matching(path)).toEqual([]))

  it('lets Node go only where streaming runs elsewhere, no gem needs it, and vite built the assets', () => {
    const files = ['node_modules/ws/index.js', '.heroku/node/bin/node']
    const rules = (changed: Partial<TrimFacts>): string[] => files.flatMap(file => matching(file, changed))
    expect(rules({})).toEqual([])
    expect(rules({ streaming: 'no' })).toEqual(['node-modules', 'node'])
    expect(rules({ streaming: 'no', rubyNeedsNode: true })).toEqual(['node-modules'])
    expect(rules({ streaming: 'no', bundler: 'webpack' })).toEqual([])
  })

  it('keeps the cache of bootsnap where the app was built in its place', () => {
    expect(matching('tmp/cache/bootsnap/x', { builtAt: '/app' })).toEqual([])
  })

  it('takes folders away that are empty only because of it', () => {
    const files = filesOf(
      makeTree({ 'a/b/c/gone': '', 'a/b/d/gone': '', 'a/kept': '', 'was/empty/': '', 'x/gone': '', 'x/empty/': '' })
    )
    const { kept, gone } = trim(files, [globRule(['**/gone'])])
    expect(kept.map(({ path }) => displayPath(path))).toEqual(['a', 'a/kept', 'was', 'was/empty', 'x', 'x/empty'])
    expect(gone.length + kept.length).toBe(files.length)
  })

  it.each([
    ['docs/**', ['docs/a', 'docs/b/c'], ['docs.md', 'x/docs/a']],
    ['**/*.map', ['a.map', '.x/.b.map'], ['a.maps']],
    ['/absolute', [], ['absolute']],
    ['a b/ü*', ['a b/über'], ['a b/uber']]
  ])('takes the glob %s', (glob, yes, no) => {
    const { matches } = globRule([glob])
    expect([...yes, ...no].filter(path => matches(named(path)))).toEqual(yes)
  })
})
