import { describe, expect, it } from '@jest/globals'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import { isPlugAndPlay, nodeUse } from '../../src/slug/node-use.ts'
import { type SlugFile } from '../../src/slug/files.ts'
import { filesOf, makeTree } from './helpers.ts'

const json = JSON.stringify

const BASE: Record<string, string> = {
  'bin/heroku-web':
    '#!/bin/bash\nif [ "$RUN_STREAMING" != "true" ]; then bundle exec puma; else BIND=0.0.0.0 node ./streaming; fi',
  'streaming/index.js': "import pg from 'pg'\nimport fs from 'node:fs'\nimport { a } from './own.js'",
  'streaming/package.json': json({ dependencies: { pg: '*' } }),
  'node_modules/pg/package.json': json({ name: 'pg' }),
  'node_modules/pg/lib/index.js': '',
  'node_modules/vite/package.json': json({ name: 'vite' }),
  'node_modules/vite/index.js': '',
  'node_modules/.bin/vite': '->../vite/index.js',
  'config/vite.yml': "default:\n  cache_dir: 'node_modules/.vite'\n",
  'lib/vite/config.rb': "# Default: 'node_modules/.vite'\n@cache_dir = 'node_modules/.vite'\n"
}
const PROCESS_TYPES = { web: 'bin/heroku-web', worker: 'bundle exec sidekiq' }

type BuiltTree = Parameters<typeof nodeUse>[0]

function use(more: Record<string, string>, changed: Partial<BuiltTree> = {}): ReturnType<typeof nodeUse> {
  const files = filesOf(makeTree({ ...BASE, ...more }))
  return nodeUse({ files, processTypes: PROCESS_TYPES, bundler: 'vite', streaming: 'perhaps', ...changed })
}

/** What stays of node_modules, or why all of it does. */
function kept(more: Record<string, string> = {}, changed: Partial<BuiltTree> = {}): string[] | string {
  const files = changed.files ?? filesOf(makeTree({ ...BASE, ...more }))
  const answer = use(more, { ...changed, files })
  if ('keptBecause' in answer) return answer.keptBecause
  const isPackage = ({ path: name, kind }: SlugFile): boolean => kind !== 'directory' && name.includes('node_modules/')
  return files.filter(file => isPackage(file) && answer.isRead(file.path)).map(file => file.path)
}

const PG = ['node_modules/pg/lib/index.js', 'node_modules/pg/package.json']

describe('what a dyno reads of node_modules', () => {
  it('is what the streaming server depends on', () => expect(kept()).toEqual(PG))

  it('is nothing if the streaming server runs in an app of its own', () => {
    expect(kept({}, { streaming: 'no' })).toEqual([])
  })

  it('has what the server imports without naming it in its package.json', () => {
    const names = kept({
      'streaming/lib/more.mjs': "const x = await import('@s/x/sub')\nrequire( \"y\" )\nimport 'vite'",
      'node_modules/@s/x/package.json': json({ dependencies: { z: '*' } }),
      'node_modules/y/package.json': '{}',
      'node_modules/z/package.json': '{}',
      'node_modules/unused/package.json': '{}',
      'streaming/node_modules/other/index.js': "require('unused')"
    })
    expect(names).toEqual([
      'node_modules/@s/x/package.json',
      ...PG,
      'node_modules/vite/index.js',
      'node_modules/vite/package.json',
      'node_modules/y/package.json',
      'node_modules/z/package.json'
    ])
  })

  it('has the links of pnpm, and what they lead to', () => {
    const root = makeTree({
      ...Object.fromEntries(Object.entries(BASE).filter(([name]) => !name.startsWith('node_modules/'))),
      'node_modules/.pnpm/pg@8/node_modules/pg/package.json': json({ dependencies: { split: '*' } }),
      'node_modules/.pnpm/split@1/node_modules/split/package.json': '{}',
      'node_modules/.pnpm/vite@7/node_modules/vite/package.json': '{}'
    })
    const link = (at: string, target: string): void => {
      mkdirSync(path.dirname(path.join(root, at)), { recursive: true })
      symlinkSync(target, path.join(root, at))
    }
    link('streaming/node_modules/pg', '../../node_modules/.pnpm/pg@8/node_modules/pg')
    link('node_modules/.pnpm/pg@8/node_modules/split', '../../split@1/node_modules/split')
    link('node_modules/vite', '.pnpm/vite@7/node_modules/vite')
    expect(kept({}, { files: filesOf(root) })).toEqual([
      'node_modules/.pnpm/pg@8/node_modules/pg/package.json',
      'node_modules/.pnpm/pg@8/node_modules/split',
      'node_modules/.pnpm/split@1/node_modules/split/package.json',
      'streaming/node_modules/pg'
    ])
  })
})

it('has packages in a store without a name of their own (Yarn with `nodeLinker: pnpm`)', () => {
  const root = makeTree({
    ...Object.fromEntries(Object.entries(BASE).filter(([name]) => !name.startsWith('node_modules/'))),
    'node_modules/.store/pg-npm-8-a/package/package.json': json({ dependencies: { split: '*' } }),
    'node_modules/.store/pg-npm-8-a/package/lib/index.js': '',
    'node_modules/.store/pg-npm-8-a/node_modules/split': '->../../split-npm-1-b/package',
    'node_modules/.store/split-npm-1-b/package/package.json': '{}',
    'node_modules/.store/vite-npm-7-c/package/package.json': '{}',
    'node_modules/vite': '->.store/vite-npm-7-c/package',
    'streaming/node_modules/pg': '->../../node_modules/.store/pg-npm-8-a/package'
  })
  expect(kept({}, { files: filesOf(root) })).toEqual([
    'node_modules/.store/pg-npm-8-a/node_modules/split',
    'node_modules/.store/pg-npm-8-a/package/lib/index.js',
    'node_modules/.store/pg-npm-8-a/package/package.json',
    'node_modules/.store/split-npm-1-b/package/package.json',
    'streaming/node_modules/pg'
  ])
})

describe('a tree that is not understood keeps all, and says why', () => {
  it.each<[string, Record<string, string>, Partial<BuiltTree>, string]>([
    ['webpack', {}, { bundler: 'webpack' }, 'the assets are built by webpack'],
    ["Plug'n'Play", { '.pnp.cjs': '' }, {}, "Yarn Plug'n'Play"],
    [
      'a package that is not there',
      { 'streaming/package.json': json({ dependencies: { gone: '*' } }) },
      {},
      'needs the package gone'
    ],
    ['a package.json that is none', { 'streaming/package.json': '{' }, {}, 'streaming/package.json is not JSON'],
    [
      'Ruby that names node_modules',
      { 'config/initializers/fonts.rb': "# node_modules\nPATHS << Rails.root.join('node_modules/fonts')" },
      {},
      'config/initializers/fonts.rb:2 names node_modules'
    ],
    ['a task that does', { 'lib/tasks/x.rake': "sh 'node_modules/.bin/x'" }, {}, 'lib/tasks/x.rake:1'],
    ['a program of bin', { 'bin/x': '#!/bin/sh\nexec node_modules/.bin/x' }, {}, 'bin/x:2'],
    [
      'a process type that runs Node',
      {},
      { processTypes: { ...PROCESS_TYPES, bot: 'node bot.js' } },
      'the process type bot'
    ],
    [
      'one that runs it by a path',
      {},
      { processTypes: { bot: 'exec .heroku/node/bin/node bot.js' } },
      'the process type bot'
    ],
    ['one that runs yarn', {}, { processTypes: { release: 'cd x && yarn migrate' } }, 'the process type release'],
    [
      'one that is a script of Node',
      { 'bin/bot': "#!/usr/bin/env node\nrequire('bot')" },
      { processTypes: { bot: 'bin/bot' } },
      'the process type bot'
    ],
    [
      'one whose script runs npx',
      { 'bin/all': '#!/usr/bin/env bash\n./bin/bot --loud', 'bin/bot': '#!/bin/sh\n# node\nnpx bot' },
      { processTypes: { bot: 'bin/all' } },
      'the process type bot'
    ]
  ])('%s', (_, more, changed, why) => {
    expect(kept(more, changed)).toContain(why)
    if (changed.processTypes || more['lib/tasks/x.rake'])
      expect(kept(more, { ...changed, streaming: 'no' })).toContain(why)
  })

  it('no streaming server', () => {
    const files = filesOf(makeTree(BASE)).filter(file => file.path !== 'streaming/index.js')
    expect(kept({}, { files })).toContain('there is no streaming/index.js')
  })

  it.each<[string, Record<string, string>, Partial<BuiltTree>]>([
    [
      'the server started in other ways',
      {},
      { processTypes: { web: 'node --max-old-space-size=400 streaming/index.js', b: "bash -c 'node ./streaming'" } }
    ],
    ['a comment in a script', { 'bin/heroku-web': '#!/bin/sh\n# yarn is not here\nexec puma' }, {}],
    [
      'JavaScript and tests that name node_modules',
      { 'app/javascript/x.js': 'node_modules', 'spec/x.rb': 'node_modules', 'config/x.ts': 'node_modules' },
      {}
    ],
    ['a word that only contains it', {}, { processTypes: { web: 'bin/nodes --yarns' } }]
  ])('but not %s', (_, more, changed) => expect(kept(more, changed)).toEqual(PG))

  it('also if a buildpack has moved the tree to the top, so that no file is the commit’s own', () => {
    const files = filesOf(makeTree({ ...BASE, 'lib/x.rb': 'node_modules' }), () => 3)
    expect(kept({}, { files })).toContain('lib/x.rb:1 names node_modules')
  })

  it('an executable without a line that says what runs it is one for the shell', () => {
    const root = makeTree({ ...BASE, 'bin/bot': 'exec node bot.js\n' })
    chmodSync(path.join(root, 'bin/bot'), 0o755)
    expect(kept({}, { files: filesOf(root), processTypes: { bot: 'bin/bot' } })).toContain('the process type bot')
  })
})

it('Plug’n’Play is seen by its loader', () => {
  expect(isPlugAndPlay(filesOf(makeTree({ '.pnp.cjs': '' })))).toBe(true)
  expect(isPlugAndPlay(filesOf(makeTree({ '.pnp.loader.mjs': '' })))).toBe(true)
  expect(isPlugAndPlay(filesOf(makeTree({ 'x/.pnp.cjs': '', '.yarn/cache/a.zip': '' })))).toBe(false)
})

describe('what runs Node, or reads its packages, in a way of its own', () => {
  const server = 'for more than the streaming server'
  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    [
      'a program of a package',
      {},
      { release: './node_modules/.bin/x' },
      `the process type release runs Node ${server}`
    ],
    [
      'a task that builds assets',
      {},
      { release: 'rake assets:precompile' },
      `the process type release runs Node ${server}`
    ],
    ['vite', {}, { release: 'bin/vite build' }, `the process type release runs Node ${server}`],
    [
      'a package before the server',
      {},
      { web: 'node --require=x ./streaming' },
      `the process type web runs Node ${server}`
    ],
    ['the same, short', {}, { web: 'node -rx ./streaming' }, `the process type web runs Node ${server}`],
    [
      'the same, by a variable',
      {},
      { web: 'NODE_OPTIONS=--import=x bin/heroku-web' },
      `the process type web runs Node ${server}`
    ],
    [
      'another Procfile',
      { 'Procfile.dyno': 'web: bin/puma\nstream: yarn workspace streaming start' },
      { web: 'bundle exec foreman start -f Procfile.dyno' },
      `the process type web runs Node ${server}`
    ],
    [
      'a script without a first line',
      { 'bin/x': 'node x.js' },
      { web: 'bash bin/x' },
      `the process type web runs Node ${server}`
    ],
    [
      'a program in Ruby',
      { 'bin/x': '#!/usr/bin/env ruby\nsystem("node x.js")' },
      { web: 'bin/x' },
      `the process type web runs Node ${server}`
    ],
    ['.profile', { '.profile': 'eval "$(node x.js)"' }, {}, `.profile runs Node ${server}`],
    [
      '.profile.d',
      { '.profile.d/x.sh': 'export NODE_OPTIONS="--require x"' },
      {},
      `.profile.d/x.sh runs Node ${server}`
    ],
    ['Ruby with backticks', { 'app/x.rb': '\n`node x.js`' }, {}, 'app/x.rb:2 runs Node'],
    ['a task of rake', { 'lib/tasks/x.rake': "sh 'yarn', 'x'" }, {}, 'lib/tasks/x.rake:1 runs Node'],
    ['Open3', { 'lib/x.rb': "Open3.capture2('/usr/bin/env node', 'x')" }, {}, 'lib/x.rb:1 runs Node'],
    ['a list of words', { 'lib/x.rb': 'system(*%w(npx x))' }, {}, 'lib/x.rb:1 runs Node'],
    [
      'a gem in the commit',
      { 'engines/a/lib/x.rb': "join('node_modules')" },
      {},
      'engines/a/lib/x.rb:1 names node_modules'
    ],
    [
      'a gem that runs Node',
      { 'Gemfile.lock': 'GEM\n  specs:\n    grover (1.1.0)\n' },
      {},
      'the gem grover runs Node with packages of the app'
    ],
    ['a link', { 'public/a': '->../node_modules/vite' }, {}, 'public/a is a link into node_modules']
  ])('keeps all: %s', (_, files, types, why) => {
    expect(kept(files, { processTypes: { ...PROCESS_TYPES, ...types } })).toBe(why)
    const answer = use(files, { processTypes: { ...PROCESS_TYPES, ...types }, streaming: 'no' })
    expect(answer).toEqual({ keptBecause: why })
  })

  it('keeps all for a scheduled task', () => {
    expect(kept({}, { tasks: ['node x.js'] })).toBe(`the scheduled task "node x.js" runs Node ${server}`)
  })

  it('is not a variable, a comment, a command of the build, or what only developers run', () => {
    const files = {
      'app/x.rb': 'node = fragment.at(\'p\')\n# `node x.js`\nnode.replace("a node of")',
      'config/vite.yml': "production:\n  build_command: 'yarn build:production'\n",
      'bin/setup': "#!/usr/bin/env ruby\nsystem! 'npm i'",
      'config/puma.rb': 'nodes.each { |node| node }',
      '.profile': '# node x.js\nexport A=b'
    }
    const web = 'NODE_OPTIONS=--max-old-space-size=400 bundle exec puma -C config/puma.rb'
    expect(kept(files, { processTypes: { web, worker: 'node --trace-warnings ./streaming' } })).toEqual(PG)
  })

  it('reads a long command at once', () => {
    const web = `node ${'--a '.repeat(2000)}x; ${'node -'.repeat(2000)}`
    expect(kept({}, { processTypes: { web } })).toBe(`the process type web runs Node ${server}`)
  })

  it('has what a file outside of the server’s folder imports, but not what tools do', () => {
    const names = kept({
      'streaming/lib/a.ts': "import '../../shared/b.js'",
      'shared/b.js': "require('./c')",
      'shared/c.js': 'await import(\x60y\x60)',
      'streaming/eslint.config.mjs': "import '../eslint.config.mjs'",
      'eslint.config.mjs': "import 'vite'",
      'node_modules/y/package.json': '{}'
    })
    expect(names).toEqual([...PG, 'node_modules/y/package.json'])
  })

  it('has a store of Yarn, and folders in a package that are called node_modules', () => {
    const store = 'node_modules/.store'
    const root = makeTree({
      ...Object.fromEntries(Object.entries(BASE).filter(([name]) => !name.startsWith('node_modules/'))),
      'node_modules/pg': '->.store/pg-npm-8/package',
      [`${store}/pg-npm-8/package/package.json`]: json({ dependencies: { split: '*' } }),
      [`${store}/pg-npm-8/package/dist/node_modules/in/index.js`]: '',
      [`${store}/pg-npm-8/node_modules/split`]: '->../../split-npm-1/package',
      [`${store}/split-npm-1/package/package.json`]: '{}',
      [`${store}/vite-npm-7/package/package.json`]: '{}'
    })
    expect(kept({}, { files: filesOf(root) })).toEqual([
      `${store}/pg-npm-8/node_modules/split`,
      `${store}/pg-npm-8/package/dist/node_modules/in/index.js`,
      `${store}/pg-npm-8/package/package.json`,
      `${store}/split-npm-1/package/package.json`,
      'node_modules/pg'
    ])
  })
})
