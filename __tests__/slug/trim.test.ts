import { chmodSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { displayPath, UserError } from '../../src/runtime/index.ts'
import { requireCommitted, requirePrograms, unmatchedGlobs } from '../../src/slug/trim-globs.ts'
import { globRule, possibleRules, safeRules, trim } from '../../src/slug/trim.ts'
import { type SlugFile } from '../../src/slug/files.ts'
import { filesOf, makeTree, named } from './helpers.ts'

type TrimFacts = Parameters<typeof safeRules>[0]

const facts: TrimFacts = {
  streaming: 'perhaps',
  builtAt: '/tmp/build',
  rubyNeedsNode: false,
  node: { isRead: file => file.startsWith('node_modules/ws/') },
  plugAndPlay: false
}
const matching = (file: string, changed: Partial<TrimFacts> = {}): string[] =>
  safeRules({ ...facts, ...changed })
    .filter(({ matches }) => matches(named(file)))
    .map(({ name }) => name)

describe('the safe rules', () => {
  it.each([
    ['public/packs/assets/a.js.map', 'source-maps'],
    ['public/packs/a.css.map.gz', 'source-maps'],
    ['public/sw.js.map', 'source-maps'],
    ['node_modules/ws/dist/i.cjs.map', 'source-maps'],
    ['tmp/cache/vite/last', 'asset-caches'],
    ['tmp/local_secret.txt', 'asset-caches'],
    ['.yarn/cache/x.zip', 'yarn-leftovers'],
    ['.yarn/install-state.gz', 'yarn-leftovers'],
    ['.heroku/node/include/node/v8.h', 'node-leftovers'],
    ['vendor/bundle/ruby/4.0.0/cache/puma-7.gem', 'ruby-leftovers'],
    ['vendor/bundle/ruby/4.0.0/gems/pg-1/ext/pg.o', 'ruby-leftovers'],
    ['vendor/ruby-4.0.6/share/ri/x', 'ruby-leftovers'],
    ['vendor/ruby-4.0.6/include/ruby-4.0.0/ruby.h', 'ruby-leftovers'],
    ['vendor/ruby-4.0.6/lib/libruby-static.a', 'ruby-leftovers'],
    ['vendor/ruby-4.0.6/lib/ruby/gems/4.0.0/cache/rbs-4.0.0.gem', 'ruby-leftovers'],
    ['.apt/usr/share/doc/x/copyright', 'apt-leftovers'],
    ['.apt/usr/lib/x86_64-linux-gnu/libx.a', 'apt-leftovers'],
    ['.apt/usr/lib/x86_64-linux-gnu/libx.la', 'apt-leftovers'],
    ['tmp/cache/bootsnap/load-path-cache', 'bootsnap-cache'],
    ['node_modules/vite/index.js', 'node-modules'],
    ['node_modules/.yarn-state.yml', 'node-modules'],
    ['streaming/node_modules/eslint/index.js', 'node-modules'],
    ['.heroku/node/lib/node_modules/npm/index.js', 'node-installers'],
    ['.heroku/node/lib/node_modules/@yarnpkg/cli-dist/bin/yarn.js', 'node-installers'],
    ['.heroku/node/bin/npx', 'node-installers'],
    ['.heroku/node/bin/yarn', 'node-installers']
  ])('%s goes, as %s', (file, rule) => expect(matching(file)).toEqual([rule]))

  it.each([
    'public/packs/a.js',
    'public/maps/world.map',
    'app/javascript/icons/map.svg',
    'node_modules/ws/map.js',
    'node_modules/ws/world.map',
    'streaming/index.js',
    'tmp/cache/.keep',
    'vendor/bundle/ruby/4.0.0/gems/pg-1/lib/pg.o.rb',
    'vendor/bundle/ruby/4.0.0/extensions/x/pg.so',
    'vendor/ruby-4.0.6/lib/libruby.so.4.0',
    'vendor/ruby-4.0.6/lib/ruby/gems/4.0.0/gems/rbs-4.0.0/lib/rbs.rb',
    'vendor/bundle/ruby/4.0.0/gems/x-1/node_modules/y/index.js',
    '.apt/usr/lib/x86_64-linux-gnu/libx.so.1',
    '.heroku/node/bin/node',
    'public/emoji/1f600.svg'
  ])('%s stays', file => expect(matching(file)).toEqual([]))

  it('leaves ImageMagick the files by which it finds its decoders', () => {
    const folder = '.apt/usr/lib/x86_64-linux-gnu/ImageMagick-6.9.11/modules-Q16'
    expect(matching(`${folder}/coders/gif.la`)).toEqual([])
    expect(matching(`${folder}/filters/analyze.la`)).toEqual([])
  })

  it('leaves the archives of Yarn if Node reads them as they are', () => {
    expect(matching('.yarn/cache/x.zip', { plugAndPlay: true })).toEqual([])
    expect(matching('.yarn/install-state.gz', { plugAndPlay: true })).toEqual(['yarn-leftovers'])
  })

  it('lets Node go only if streaming runs elsewhere and no gem needs it', () => {
    const files = ['node_modules/ws/index.js', '.heroku/node/bin/node', '.heroku/node/bin/npm', '.heroku/yarn/bin/yarn']
    const rules = (changed: Partial<TrimFacts>): string[][] => files.map(file => matching(file, changed))
    const none = { isRead: () => false }
    expect(rules({})).toEqual([[], [], ['node-installers'], ['node-installers']])
    expect(rules({ streaming: 'no', node: none })).toEqual([['node-modules'], ['node'], ['node'], ['node']])
    expect(rules({ streaming: 'no', node: none, rubyNeedsNode: true })).toEqual([
      ['node-modules'],
      [],
      ['node-installers'],
      ['node-installers']
    ])
  })

  it('takes no package and nothing of Node from a tree that it does not understand', () => {
    const files = ['node_modules/vite/index.js', '.heroku/node/bin/node', '.heroku/node/bin/npm']
    for (const streaming of ['no', 'perhaps'] as const)
      expect(files.flatMap(file => matching(file, { streaming, node: { keptBecause: 'x' } }))).toEqual([])
  })

  it('keeps the cache of bootsnap if the app was built in its place', () => {
    expect(matching('tmp/cache/bootsnap/x', { builtAt: '/app' })).toEqual([])
  })

  it('takes folders away that are empty only because of it', () => {
    const files = filesOf(
      makeTree({ 'a/b/c/gone': '', 'a/b/d/gone': '', 'a/kept': '', 'was/empty/': '', 'x/gone': '', 'x/empty/': '' })
    )
    const { kept, gone } = trim(files, [globRule(['**/gone'])])
    expect(kept.map(file => displayPath(file.path))).toEqual(['a', 'a/kept', 'was', 'was/empty', 'x', 'x/empty'])
    expect(gone.length + kept.length).toBe(files.length)
  })
})

describe('what could go on top', () => {
  const possible = (file: string): string[] =>
    possibleRules(facts)
      .filter(({ matches }) => matches(named(file)))
      .map(({ name }) => name)

  it.each([
    ['app/javascript/mastodon/features/compose/index.jsx', 'app-javascript'],
    ['app/javascript/styles/mastodon/basics.scss', 'app-javascript'],
    ['app/javascript/fonts/roboto/roboto.woff2', 'app-javascript'],
    ['tmp/cache/bootsnap/compile-cache-iseq/a/b', 'bootsnap'],
    ['vendor/bundle/ruby/4.0.0/gems/x-1/spec/a_spec.rb', 'gem-tests'],
    ['vendor/bundle/ruby/4.0.0/gems/x-1/ext/x/x.c', 'gem-sources'],
    ['node_modules/ws/index.js', 'streaming-app'],
    ['vendor/ruby-4.0.6/lib/ruby/gems/4.0.0/gems/rbs-4.0.0/lib/rbs.rb', 'ruby-gems'],
    ['.heroku/node/bin/node', 'streaming-app']
  ])('%s, as %s', (file, rule) => expect(possible(file)).toEqual([rule]))

  it('says what to write into the config', () => {
    const settings = possibleRules(facts).map(({ setting }) => setting)
    expect(settings).toContain('slug.trim: [safe, "tmp/cache/bootsnap"]')
    expect(settings).toContain('streaming-app: NAME')
  })

  it('offers a streaming app only if there is none and it would let Node go', () => {
    const names = (changed: Partial<TrimFacts>): string[] =>
      possibleRules({ ...facts, ...changed })
        .filter(({ name, matches }) => name === 'streaming-app' && matches(named('.heroku/node/bin/node')))
        .map(({ name }) => name)
    expect(names({})).toEqual(['streaming-app'])
    expect(names({ streaming: 'no' })).toEqual([])
    expect(names({ node: { keptBecause: 'x' } })).toEqual([])
    expect(names({ rubyNeedsNode: true })).toEqual([])
  })

  // config/initializers/propshaft.rb, app/lib/inline_script_manager.rb, app/validators/reaction_validator.rb
  it.each([
    'app/javascript/inline/theme-selection.js',
    'app/javascript/images/logo.svg',
    'app/javascript/material-icons/400-24px/home.svg',
    'app/javascript/mastodon/features/emoji/emoji_map.json',
    'vendor/bundle/ruby/4.0.0/gems/x-1/lib/spec/a.rb',
    'vendor/bundle/ruby/4.0.0/gems/x-1/lib/x.c'
  ])('not %s, which Ruby reads', file => expect(possible(file)).toEqual([]))
})

describe('the globs of slug.trim', () => {
  it.each([
    ['docs/**', ['docs', 'docs/a', 'docs/b/c'], ['docs.md', 'x/docs/a']],
    ['docs', ['docs', 'docs/a', 'docs/b/c'], ['docs.md', 'x/docs/a']],
    ['docs/', ['docs', 'docs/a', 'docs/b/c'], ['docs.md', 'x/docs/a']],
    ['/docs/**', ['docs', 'docs/a', 'docs/.b/c'], ['docs.md', 'x/docs/a']],
    ['/docs', ['docs/a'], ['x/docs/a']],
    ['./docs/', ['docs/a'], ['x/docs/a']],
    ['**/docs', ['docs/a', 'x/docs/a'], ['docs.md']],
    ['**/*.map', ['a.map', '.x/.b.map', 'dir.map/x'], ['a.maps']],
    ['vendor/*/share/', ['vendor/ruby/share/x'], ['vendor/ruby/lib/x']],
    ['a b/ü*', ['a b/über'], ['a b/uber']]
  ])('%s', (glob, yes, no) => {
    const { matches } = globRule([glob])
    expect([...yes, ...no].filter(file => matches(named(file)))).toEqual(yes)
  })

  it('names those that match nothing', () => {
    const files = filesOf(makeTree({ 'docs/a': '', b: '' }))
    expect(unmatchedGlobs(['docs/', '/doc', '**/*.map', 'b'], files)).toEqual(['/doc', '**/*.map'])
  })

  describe('and the programs of process types', () => {
    const tree = (): SlugFile[] =>
      filesOf(
        makeTree({
          'bin/heroku-web': '',
          'bin/tootctl': '',
          'config/puma.rb': '',
          'streaming/index.js': '',
          'vendor/bundle/ruby/4.0.0/bin/sidekiq': '->../gems/sidekiq-8/bin/sidekiq',
          'vendor/bundle/ruby/4.0.0/gems/sidekiq-8/lib/x.rb': '',
          'vendor/ruby-4.0.6/bin/bundle': '->ruby'
        })
      )
    const BOOT = { '.profile.d/a.sh': '', Gemfile: '', 'config.ru': '', 'config/environment.rb': '' }
    const types = {
      web: 'bin/heroku-web',
      worker: 'bundle exec sidekiq -C config/sidekiq.yml',
      extra: 'node ./streaming'
    }

    it.each([
      ['bin', 'bin/heroku-web', 'web'],
      ['**/heroku-*', 'bin/heroku-web', 'web'],
      ['vendor/bundle/', 'vendor/bundle/ruby/4.0.0/bin/sidekiq', 'worker'],
      ['vendor/ruby-*/bin', 'vendor/ruby-4.0.6/bin/bundle', 'worker'],
      ['/streaming', 'streaming', 'extra']
    ])('refuses %s', (glob, program, type) => {
      const files = tree()
      const check = (): void => requirePrograms(['docs/', glob], files, types)
      expect(check).toThrow(UserError)
      expect(check).toThrow(`"${glob}" takes away ${program}, which the process type ${type} needs`)
    })

    it.each([['bin'], ['**/heroku-*'], ['/streaming']])('refuses %s before the build, too', glob => {
      expect(() => requireCommitted([glob], tree(), types)).toThrow(`"${glob}" takes away `)
    })

    it('leaves to the built tree what a buildpack may bring', () => {
      const committed = filesOf(makeTree({ 'bin/bundle': '->ruby', 'vendor/bin/sidekiq': '->x', 'bin/heroku-web': '' }))
      requireCommitted(['bin/bundle', 'vendor/'], committed, types)
    })

    it.each([
      ['.profile.d', '.profile.d/a.sh'],
      ['.profile.d/*.sh', '.profile.d/a.sh'],
      ['Gemfile*', 'Gemfile'],
      ['*.ru', 'config.ru'],
      ['config/*', 'config/environment.rb'],
      ['vendor/ruby-4*/bin/ruby', 'vendor/ruby-4.0.6/bin/ruby']
    ])('refuses %s, which every dyno boots with', (glob, file) => {
      const root = makeTree({ ...BOOT, 'vendor/ruby-4.0.6/bin/ruby': '' })
      chmodSync(path.join(root, 'vendor/ruby-4.0.6/bin/ruby'), 0o755)
      const check = (): void => requirePrograms([glob], filesOf(root), { worker: 'sidekiq' })
      expect(check).toThrow(`"${glob}" takes away ${file}, which every dyno `)
    })

    it('refuses what a script of a process type names', () => {
      const script = '#!/bin/bash\nbundle exec puma -C config/puma.rb; node ./streaming'
      const files = filesOf(makeTree({ 'bin/web': script, 'config/puma.rb': '', 'streaming/index.js': '' }))
      requirePrograms(['streaming', 'bundle'], files, { web: 'bin/web' })
      expect(() => requirePrograms(['config/puma.rb'], files, { web: 'bin/web' })).toThrow(
        'takes away config/puma.rb, which the process type web needs (`bin/web`)'
      )
    })

    it('takes one script of several in .profile.d', () => {
      requirePrograms(['.profile.d/a.sh'], filesOf(makeTree({ ...BOOT, '.profile.d/b.sh': '' })), {})
    })

    it('takes what no process type is started with', () => {
      requirePrograms(['bin/tootctl', 'config/puma.rb', 'vendor/bundle/ruby/*/gems/**', 'docs'], tree(), types)
    })
  })
})
