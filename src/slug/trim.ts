import picomatch from 'picomatch'
import { type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'

/** What decides which files a slug never reads at run time. */
export interface TrimFacts {
  /** Whether the slug runs `node ./streaming`: only `no` (a streaming app of its own is configured) lets Node go. */
  readonly streaming: 'no' | 'perhaps'
  /** Where the app lay while it was built, as the buildpacks saw it: `/app` at run time. */
  readonly builtAt: string
  /** Ruby code that needs a JavaScript engine at run time (the gem `execjs`). */
  readonly rubyNeedsNode: boolean
  /** Mastodon before 4.4 builds its assets by webpack and may read its packages' configuration at boot. */
  readonly bundler: 'vite' | 'webpack'
}

export interface TrimRule {
  /** Stable, for reports and settings. */
  readonly name: string
  /** Why no slug needs it at run time: for people. */
  readonly why: string
  readonly matches: (path: BytePath) => boolean
}

/** What may go from a slug of this kind. Each rule leaves what runs as it is; `why` says how we know. */
export function safeRules(facts: TrimFacts): TrimRule[] {
  const rules = [
    rule(
      'source-maps',
      'Only the developer tools of a browser read source maps; Node reads them only with --enable-source-maps.',
      /^public\/(packs|packs-test|assets)\/.*\.(js|mjs|css)\.map(\.gz|\.br)?$/,
      /^public\/[^/]+\.js\.map$/, // links to the former
      /^(.*\/)?node_modules\/.*\.(js|mjs|cjs|css|ts|mts|cts)\.map$/
    ),
    rule(
      'asset-caches',
      'Caches of the asset build; the next build has its own copy, and a dyno builds no assets.',
      /^tmp\/cache\/(vite|assets|webpacker|shakapacker|babel-loader)\//,
      /^node_modules\/(\.cache|\.vite|\.vite-temp)\//,
      /^\.cache\//,
      /^tmp\/local_secret\.txt$/ // what SECRET_KEY_BASE_DUMMY stood for
    ),
    rule(
      'yarn-leftovers',
      'The archives that yarn unpacked into node_modules, and its notes for the next install.',
      /^\.yarn\/(cache\/|install-state\.gz$|build-state\.yml$)/
    ),
    rule(
      'node-leftovers',
      'Headers for compiling native modules, and manual pages.',
      /^\.heroku\/node\/(include|share\/(doc|man|systemtap))\//,
      /^\.heroku\/node\/lib\/node_modules\/(npm|corepack)\/(docs|man)\//
    ),
    rule(
      'ruby-leftovers',
      'Downloaded gem archives, object files and logs of native extensions, and Ruby’s documentation.',
      /^vendor\/bundle\/ruby\/[^/]+\/cache\/[^/]+\.gem$/,
      /^vendor\/bundle\/ruby\/[^/]+\/(gems|bundler\/gems)\/[^/]+\/ext\/.*\.o$/,
      /^vendor\/bundle\/ruby\/[^/]+\/extensions\/.*\/(gem_make\.out|mkmf\.log)$/,
      /^vendor\/ruby-[^/]+\/share\/(ri|man|doc)\//
    ),
    rule(
      'apt-leftovers',
      'Manuals, headers and static libraries of Debian packages.',
      /^\.apt\/usr\/share\/(doc|doc-base|man|info|lintian|bug)\//,
      /^\.apt\/usr\/include\//,
      /^\.apt\/.*\.(a|la)$/,
      /^\.apt\/usr\/(lib\/[^/]+|lib|share)\/pkgconfig\//
    )
  ]
  if (facts.builtAt !== '/app') {
    rules.push(
      rule(
        'bootsnap-cache',
        'Its entries are named after the folder in which the app was built; at run time the app lies in /app and cannot find them.',
        /^tmp\/cache\/bootsnap\//
      )
    )
  }
  if (facts.streaming === 'no' && facts.bundler === 'vite') {
    rules.push(
      rule(
        'node-modules',
        'The streaming server runs in an app of its own; Rails serves the assets that are already built.',
        /^node_modules\//,
        /^streaming\/node_modules\//
      )
    )
    if (!facts.rubyNeedsNode) {
      rules.push(
        rule(
          'node',
          'The streaming server runs in an app of its own, and no gem of this Gemfile.lock calls Node.',
          /^\.heroku\/(node|npm|yarn|corepack)\//
        )
      )
    }
  }
  return rules
}

/** The globs of the config, as one rule. `**` crosses folders; a leading dot needs no mention. */
export function globRule(globs: readonly string[]): TrimRule {
  const matches = picomatch([...globs], { dot: true, nonegate: true })
  const isMatch = (path: BytePath): boolean => matches(Buffer.from(path, 'latin1').toString('utf8'))
  return { name: 'slug.trim', why: 'The config says so.', matches: isMatch }
}

function rule(name: string, why: string, ...patterns: RegExp[]): TrimRule {
  return { name, why, matches: path => patterns.some(pattern => pattern.test(path)) }
}

export interface Trimmed {
  readonly kept: readonly SlugFile[]
  readonly gone: readonly SlugFile[]
}

/** Takes away what the rules match, and folders that are empty only because of that. */
export function trim(files: readonly SlugFile[], rules: readonly TrimRule[]): Trimmed {
  const isGone = (file: SlugFile): boolean =>
    file.kind !== 'directory' && rules.some(({ matches }) => matches(file.path))
  const gone = new Set(files.filter(isGone))
  if (gone.size === 0) return { kept: files, gone: [] }
  const emptied = emptiedFolders(files, gone)
  const kept = files.filter(file => !gone.has(file) && !emptied.has(file.path))
  return { kept, gone: files.filter(file => gone.has(file) || emptied.has(file.path)) }
}

/** Folders from which something went and in which nothing stays. */
function emptiedFolders(files: readonly SlugFile[], gone: ReadonlySet<SlugFile>): Set<BytePath> {
  const lost = new Set<BytePath>()
  const alive = new Set<BytePath>()
  // In pack order a folder comes before what is in it; from the end it comes after.
  for (const file of files.toReversed()) {
    const isEmptied = file.kind === 'directory' && lost.has(file.path) && !alive.has(file.path)
    const parent = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/'))) as BytePath
    if (gone.has(file) || isEmptied) lost.add(parent)
    else alive.add(parent)
  }
  return new Set([...lost].filter(folder => !alive.has(folder)))
}
