import { describe, expect, it } from '@jest/globals'
import { componentOf } from '../../src/report/compare/components.ts'
import { compareReports, type Comparison } from '../../src/report/compare/index.ts'
import { sampleReport, type SampleFile } from './sample.ts'

function compare(head: SampleFile[], base: SampleFile[]): Comparison {
  return compareReports(
    sampleReport(() => {}, head),
    sampleReport(() => {}, base)
  )
}

/** How a file of the head and one of the base are told of. */
const pairs = (head: string, base: string): string[] =>
  compare([[head, 'source', 5_000]], [[base, 'source', 4_000]]).pairs.map(({ how }) => how)

const GEMS = 'vendor/bundle/ruby/4.0.0/gems'

describe('what a file belongs to', () => {
  it.each([
    [`${GEMS}/aws-sdk-s3-1.200.0/lib/a.rb`, 'gem aws-sdk-s3'],
    [`${GEMS}/nokogiri-1.18.3-x86_64-linux-gnu/lib/a.so`, 'gem nokogiri'],
    ['vendor/bundle/ruby/4.0.0/extensions/x86_64-linux/4.0.0/puma-7.1.0/puma.so', 'gem puma'],
    ['vendor/bundle/ruby/4.0.0/bundler/gems/webpush-9631ac63045c/lib/webpush.rb', 'gem webpush'],
    ['vendor/bundle/ruby/4.0.0/specifications/rails-8.1.1.gemspec', 'gem rails'],
    ['node_modules/react/index.js', 'package react'],
    ['node_modules/@babel/core/lib/index.js', 'package @babel/core'],
    ['node_modules/a/node_modules/b/x.js', 'package b'],
    ['streaming/node_modules/ws/index.js', 'package ws'],
    ['node_modules/.bin/vite', 'folder node_modules/.bin'],
    ['public/packs/js/app-D4f9aBcX.js', 'folder public/packs'],
    ['.apt/usr/lib/x86_64-linux-gnu/libx264.so.164', 'folder .apt/usr/lib'],
    ['vendor/ruby-4.0.6/bin/ruby', 'folder vendor/ruby-#/bin'],
    ['Procfile', 'folder Procfile'],
    ['app/models/account.rb', 'folder app/models']
  ])('%s: %s', (path, text) => {
    const { kind, name } = componentOf(path)
    expect(`${kind} ${name}`).toBe(text)
  })
})

describe('a path without its version', () => {
  it.each([
    [`${GEMS}/rails-8.1.1/a.rb`, `${GEMS}/rails-8.2.0/a.rb`.replace('4.0.0', '4.1.0')],
    ['public/packs/js/app-D4f9aBcX.js', 'public/packs/js/app-Q_9-aaaa.js'],
    ['public/packs/js/app-0123456789abcdef0123.chunk.js', 'public/packs/js/app-9999456789abcdef0123.chunk.js'],
    ['.apt/usr/lib/libx264.so.164', '.apt/usr/lib/libx264.so.165'],
    [
      'vendor/bundle/ruby/4.0.0/bundler/gems/webpush-9631ac63045c/a',
      'vendor/bundle/ruby/4.0.0/bundler/gems/webpush-aaaaaaaaaaaa/a'
    ]
  ])('%s is %s', (one, other) => expect(pairs(one, other)).toEqual(['renamed']))

  it.each([
    ['public/packs/js/app-D4f9aBcX.js', 'public/packs/js/home-D4f9aBcX.js'],
    ['a/b.rb', 'a/c.rb']
  ])('%s is not %s', (one, other) => expect(pairs(one, other)).toEqual(['new', 'gone']))
})

describe('a comparison', () => {
  it('adds up: what is named and the rest are the change', () => {
    const { change, components, rest } = compare(
      [
        ['a/x/1', 'source', 5_000_000],
        ['b/y/1', 'source', 900],
        ['c/z/1', 'source', 70_000]
      ],
      [
        ['a/x/1', 'source', 1_000_000],
        ['b/y/1', 'source', 400],
        ['d/z/2', 'source', 3_000, 3_000, 77]
      ]
    )
    expect(change).toBe(4_000_000 + 500 + 70_000 - 3_000)
    expect(components.map(({ name, how, change: by }) => [name, how, by])).toEqual([
      ['a/x', 'grown', 4_000_000],
      ['c/z', 'new', 70_000],
      ['d/z', 'gone', -3_000]
    ])
    expect(rest).toEqual({ count: 1, change: 500 })
  })

  it('takes an update for one thing that has changed, not for two', () => {
    const { components, files } = compare(
      [
        [`${GEMS}/rails-8.2.0/a.rb`, 'heroku/ruby', 9_000],
        ['public/packs/app-D4f9aBcX.js', 'heroku/ruby', 700_000]
      ],
      [
        [`${GEMS}/rails-8.1.1/a.rb`, 'heroku/ruby', 5_000],
        ['public/packs/app-AAAAaBcX.js', 'heroku/ruby', 650_000]
      ]
    )
    expect(components.map(({ name, how, change }) => [name, how, change])).toEqual([
      ['public/packs', 'grown', 50_000],
      ['rails', 'grown', 4_000]
    ])
    expect(files.map(({ path, how }) => [path, how])).toEqual([
      ['public/packs/app-D4f9aBcX.js', 'grown'],
      [`${GEMS}/rails-8.2.0/a.rb`, 'grown']
    ])
  })

  it('leaves out files that have only moved', () => {
    const { components, files, moved, change, shares } = compare(
      [['new/place/tool.bin', 'source', 2_000_010, 2_000_010, 6_000_000]],
      [['old/place/tool.bin', 'source', 2_000_000, 2_000_000, 6_000_000]]
    )
    expect({ components, files, moved, change, shares }).toEqual({
      components: [],
      files: [],
      moved: 1,
      change: 10,
      shares: 10
    })
  })

  it('does not name a file whose share of a block alone is another', () => {
    const { files, components, shares, change, rest } = compare(
      [
        ['a/same.txt', 'source', 90_000, 90_000, 300_000],
        ['a/other.txt', 'source', 50_000, 50_000, 300_001]
      ],
      [
        ['a/same.txt', 'source', 80_000, 80_000, 300_000],
        ['a/other.txt', 'source', 60_000, 60_000, 300_000]
      ]
    )
    expect(files.map(({ path }) => path)).toEqual(['a/other.txt'])
    expect(components.map(({ name, change: by }) => [name, by])).toEqual([['a/other.txt'.slice(0, 1), -10_000]])
    expect({ shares, change, rest }).toEqual({ shares: 10_000, change: 0, rest: { count: 0, change: 0 } })
  })

  it('pairs each file once, also where several are alike', () => {
    const tiny = (folder: string): SampleFile => [`${folder}/index.js`, 'source', 3_000, 3_000, 10_000]
    const { moved, components } = compare([tiny('a'), tiny('b'), tiny('c')], [tiny('x'), tiny('y')])
    expect(moved).toBe(2)
    expect(components).toHaveLength(1)
    expect(components[0]).toMatchObject({ how: 'new', change: 3_000 })
  })

  it('counts a change per layer, also of one that is gone', () => {
    const { layers } = compare(
      [['a', 'source', 10]],
      [
        ['a', 'source', 4],
        ['b', 'heroku/nodejs', 7]
      ]
    )
    expect(Object.fromEntries(layers)).toEqual({ source: 6, 'heroku/nodejs': -7, archive: 0 })
  })

  it('follows the variant that is chosen', () => {
    const head = sampleReport(
      ({ verdict }) => Object.assign(verdict, { chosen: 'without', compressed: 11_010 }),
      [['a/b/1', 'source', 50_000, 11_000]]
    )
    const { change, components } = compareReports(
      head,
      sampleReport(() => {}, [['a/b/1', 'source', 9_000, 10_000]])
    )
    expect(change).toBe(1_000)
    expect(components[0]).toMatchObject({ change: 1_000 })
  })
})

describe('a hostile report', () => {
  it('is compared in a time that grows no faster than its names', () => {
    const name = '-aaaaaaaa.a'.repeat(1_700)
    const many = Array.from({ length: 600 }, (_, i): SampleFile => [`${i}${name}/${name}`, 'source', 5_000 + i])
    const other = many.map(([path, ...rest]): SampleFile => [`x${path}`, ...rest])
    // 24 million characters: a search that goes back over a name for each of them would not end before the test does.
    expect(compare(many, other).change).toBe(0)
  })
})
