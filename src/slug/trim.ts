import { type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'
import { NODE_MODULES, type NodeUse } from './node-use.ts'
import { globMatcher } from './trim-globs.ts'

/** What the rules depend on. */
interface TrimFacts {
  /** Whether the slug may run `node ./streaming`. Node goes only if not: if the config has a streaming app. */
  readonly streaming: 'no' | 'perhaps'
  /** The app's folder as the buildpacks saw it. At run time it is `/app`. */
  readonly builtAt: string
  /** A gem needs a JavaScript engine at run time (`execjs`). */
  readonly rubyNeedsNode: boolean
  /** Which Node packages a dyno reads. */
  readonly node: NodeUse
  /** The packages are archives below `.yarn/cache` (Yarn Plug'n'Play). */
  readonly plugAndPlay: boolean
}

/** Files that may be taken out of a slug, and why. */
export interface TrimRule {
  /** It never changes: reports and settings use it. */
  readonly name: string
  /** Why no dyno needs these files. */
  readonly why: string
  readonly matches: (path: BytePath) => boolean
}

/** What `safe` leaves in, and the owner may take out. */
export interface PossibleRule extends TrimRule {
  /** What to write into the config: `slug.trim: [safe, "docs"]`. */
  readonly setting: string
}

/**
 * The rules of `slug.trim: safe`. They take only what a real Mastodon was seen to run without (docs/benchmarks.md): web,
 * worker, release phase, streaming server and tootctl.
 */
export function safeRules(facts: TrimFacts): TrimRule[] {
  const { builtAt, node, plugAndPlay, rubyNeedsNode, streaming } = facts
  const rules = [
    rule(
      'source-maps',
      'Only the developer tools of a browser read source maps; Node reads them only with --enable-source-maps.',
      /^public\/(packs|packs-test|assets)\/.*\.(js|mjs|css)\.map(\.gz|\.br)?$/,
      /^public\/[^/]+\.js\.map$/, // links to those
      /^(.*\/)?node_modules\/.*\.(js|mjs|cjs|css|ts|mts|cts)\.map$/
    ),
    rule(
      'asset-caches',
      'Caches of the asset build; the next build has its own copy, and a dyno builds no assets.',
      /^tmp\/cache\/(vite|assets|webpacker|shakapacker|babel-loader)\//,
      /^node_modules\/(\.cache|\.vite|\.vite-temp)\//,
      /^\.cache\//,
      /^tmp\/local_secret\.txt$/ // the stand-in for SECRET_KEY_BASE
    ),
    rule(
      'yarn-leftovers',
      'Yarn’s notes for the next install, and the archives that it unpacked into node_modules.',
      /^\.yarn\/(install-state\.gz|build-state\.yml)$/,
      ...(plugAndPlay ? [] : [/^\.yarn\/cache\//])
    ),
    rule(
      'node-leftovers',
      'Headers for compiling native modules, and manual pages.',
      /^\.heroku\/node\/(include|share\/(doc|man|systemtap))\//,
      /^\.heroku\/node\/lib\/node_modules\/(npm|corepack)\/(docs|man)\//
    ),
    rule(
      'ruby-leftovers',
      'Downloaded gem archives, object files and logs of native extensions; Ruby’s documentation, headers and static library.',
      /^vendor\/bundle\/ruby\/[^/]+\/cache\/[^/]+\.gem$/,
      /^vendor\/bundle\/ruby\/[^/]+\/(gems|bundler\/gems)\/[^/]+\/ext\/.*\.o$/,
      /^vendor\/bundle\/ruby\/[^/]+\/extensions\/.*\/(gem_make\.out|mkmf\.log)$/,
      /^vendor\/ruby-[^/]+\/(share\/(ri|man|doc)|include|lib\/pkgconfig)\//,
      /^vendor\/ruby-[^/]+\/lib\/(libruby-static\.a$|ruby\/gems\/[^/]+\/(cache\/[^/]+\.gem$|doc\/))/
    ),
    rule(
      'apt-leftovers',
      'Manuals, headers and static libraries of Debian packages.',
      /^\.apt\/usr\/share\/(doc|doc-base|man|info|lintian|bug)\//,
      /^\.apt\/usr\/include\//,
      /^\.apt\/.*\.a$/,
      // Only for linking. In a folder of modules ImageMagick finds its decoders by it (libltdl): those stay.
      /^\.apt\/(usr\/)?lib\/([\w-]+\/)?[^/]+\.la$/,
      /^\.apt\/usr\/(lib\/[^/]+|lib|share)\/pkgconfig\//
    )
  ]
  if (builtAt !== '/app') {
    rules.push(
      rule(
        'bootsnap-cache',
        'Its entries are named after the folder in which the app was built; at run time the app is in /app and cannot find them.',
        /^tmp\/cache\/bootsnap\//
      )
    )
  }
  if ('keptBecause' in node) return rules
  rules.push({
    name: 'node-modules',
    why:
      streaming === 'no'
        ? 'The streaming server runs in an app of its own; Rails serves the assets that are already built.'
        : 'They built the assets. The packages that the streaming server needs stay.',
    matches: path => NODE_MODULES.test(path) && !node.isRead(path)
  })
  if (streaming === 'perhaps' || rubyNeedsNode) {
    rules.push(
      rule(
        'node-installers',
        'npm, corepack and Yarn install packages, which no dyno does; Node itself stays.',
        /^\.heroku\/node\/lib\/node_modules\/(npm|corepack|yarn|pnpm|@yarnpkg\/cli-dist)\//,
        /^\.heroku\/node\/bin\/(npm|npx|corepack|yarn|yarnpkg|pnpm|pnpx)$/,
        /^\.heroku\/(npm|yarn|corepack)\//
      )
    )
  } else {
    rules.push(
      rule(
        'node',
        'The streaming server runs in an app of its own, and no gem of this Gemfile.lock calls Node.',
        /^\.heroku\/(node|npm|yarn|corepack)\//
      )
    )
  }
  return rules
}

/** What could go beyond that: it costs something, or may be of use to a fork. It is measured, and never applied on its own. */
export function possibleRules({ node, rubyNeedsNode, streaming }: TrimFacts): PossibleRule[] {
  const rules = [
    possible(
      'app-javascript',
      'Sources and fonts of the assets that are built. What Rails reads of this folder stays: pictures, icons, locales, emoji data, inline/. A fork may read more.',
      ['app/javascript/!(inline)/**/*.{js,jsx,ts,tsx,css,scss}', 'app/javascript/fonts']
    ),
    possible('bootsnap', 'Compiled Ruby and load paths: without it each dyno starts more slowly.', [
      'tmp/cache/bootsnap'
    ]),
    possible(
      'ruby-gems',
      'Gems for developing that come with Ruby: debugger, type checkers, test frameworks. A gem of the app may load one.',
      ['vendor/ruby-*/lib/ruby/gems/*/gems/{debug,minitest,power_assert,rbs,repl_type_completor,test-unit,typeprof}-*']
    ),
    possible('gem-tests', 'Tests and examples of gems. Nothing is known to load them, but a gem may.', [
      'vendor/bundle/ruby/*/{gems,bundler/gems}/*/{spec,test,tests,features,examples,benchmark,benchmarks}'
    ]),
    possible('gem-sources', 'C sources and documents of gems. Nothing is known to load them, but a gem may.', [
      'vendor/bundle/ruby/*/{gems,bundler/gems}/*/{ext,ports}/**/*.{c,cc,cpp,cxx,h,hh,hpp,S,java,rl,y}',
      'vendor/bundle/ruby/*/{gems,bundler/gems}/*/{doc,docs,sig}',
      'vendor/bundle/ruby/*/{gems,bundler/gems}/*/*.{md,rdoc}'
    ])
  ]
  if (streaming === 'no' || 'keptBecause' in node) return rules
  const pattern = rubyNeedsNode ? NODE_MODULES : /^(?:(?:streaming\/)?node_modules|\.heroku\/node)\//
  const streamingApp = {
    name: 'streaming-app',
    why: 'A second app runs the streaming server, so this slug needs no Node. It costs one dyno.',
    setting: 'streaming-app: NAME',
    matches: (path: BytePath) => pattern.test(path)
  }
  return [streamingApp, ...rules]
}

function possible(name: string, why: string, globs: readonly string[]): PossibleRule {
  const setting = `slug.trim: [safe, ${globs.map(glob => JSON.stringify(glob)).join(', ')}]`
  return { name, why, setting, matches: globMatcher(globs) }
}

/** The config's globs as one rule. */
export function globRule(globs: readonly string[]): TrimRule {
  return { name: 'slug.trim', why: 'The config says so.', matches: globMatcher(globs) }
}

function rule(name: string, why: string, ...patterns: RegExp[]): TrimRule {
  return { name, why, matches: path => patterns.some(pattern => pattern.test(path)) }
}

export interface Trimmed {
  readonly kept: readonly SlugFile[]
  readonly gone: readonly SlugFile[]
}

/** Takes out what the rules match, and the folders that this leaves empty. */
export function trim(files: readonly SlugFile[], rules: readonly TrimRule[]): Trimmed {
  const isGone = (file: SlugFile): boolean =>
    file.kind !== 'directory' && rules.some(({ matches }) => matches(file.path))
  const gone = new Set(files.filter(isGone))
  if (gone.size === 0) return { kept: files, gone: [] }
  const emptied = emptiedFolders(files, gone)
  const kept = files.filter(file => !gone.has(file) && !emptied.has(file.path))
  return { kept, gone: files.filter(file => gone.has(file) || emptied.has(file.path)) }
}

/** Folders that lost something and have nothing left. */
function emptiedFolders(files: readonly SlugFile[], gone: ReadonlySet<SlugFile>): Set<BytePath> {
  const lost = new Set<BytePath>()
  const alive = new Set<BytePath>()
  // Backwards: in pack order a folder comes before what is in it.
  for (const file of files.toReversed()) {
    const isEmptied = file.kind === 'directory' && lost.has(file.path) && !alive.has(file.path)
    const parent = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/'))) as BytePath
    if (gone.has(file) || isEmptied) lost.add(parent)
    else alive.add(parent)
  }
  return new Set([...lost].filter(folder => !alive.has(folder)))
}
