import { posix } from 'node:path'
import { bytePath, displayPath, UserError, type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'
import { RUBY_RUNS, RUNNERS, textOf, withScripts } from './scripts.ts'
import { streamingPackages } from './streaming.ts'

/** Which Node packages a slug's dynos read; or why all have to stay. */
export type NodeUse =
  | {
      /** Whether a dyno reads a file of the app's `node_modules`. */
      readonly isRead: (path: BytePath) => boolean
    }
  | { readonly keptBecause: string }

interface BuiltTree {
  readonly files: readonly SlugFile[]
  readonly processTypes: Readonly<Record<string, string>>
  /** Commands of the scheduled tasks in the config. */
  readonly tasks?: readonly string[]
  /** What compiles the assets. */
  readonly bundler: 'vite' | 'webpack'
  /** Whether this slug may run the streaming server: `no` if the config has a streaming app. */
  readonly streaming: 'no' | 'perhaps'
}

/**
 * Which packages a dyno reads, as the built tree shows it. On a dyno Node runs only the streaming server, and Rails serves
 * built assets: in Mastodon 4.4 to 4.8 no Ruby in app/, config/ or lib/ names node_modules, except the cache folder of
 * vite's build (mastodon/mastodon: config/vite.yml, lib/vite/config.rb). If this tree differs, or is built in a way that is
 * not known here, everything stays, and the reason is given. Never throws a `UserError`.
 */
export function nodeUse(tree: BuiltTree): NodeUse {
  const { files, bundler, streaming } = tree
  if (bundler === 'webpack')
    return keep('the assets are built by webpack, as before Mastodon 4.4, and Rails may read its configuration')
  if (isPlugAndPlay(files)) return keep("the packages are archives of Yarn Plug'n'Play, which Node reads as they are")
  const reason = lineThatReads(files) ?? linkInto(files) ?? gemThatReads(files) ?? commandThatRuns(tree)
  if (reason !== undefined) return keep(reason)
  if (streaming === 'no') return { isRead: () => false }
  try {
    return files.some(({ path }) => path === 'streaming/index.js')
      ? { isRead: streamingPackages(files) }
      : keep('there is no streaming/index.js, so what Node runs here is not known')
  } catch (error) {
    if (error instanceof UserError) return keep(error.message)
    throw error
  }
}

function keep(keptBecause: string): NodeUse {
  return { keptBecause }
}

/** Whether packages stay in archives that Node reads (yarnpkg.com: "Plug'n'Play"). */
export function isPlugAndPlay(files: readonly SlugFile[]): boolean {
  return files.some(({ path }) => /^\.pnp\.(?:c?js|loader\.mjs)$/.test(path))
}

/**
 * Files that Ruby or a shell may read on a dyno, of any layer: a buildpack may have moved a folder to the top. Only Node
 * reads JavaScript; what a buildpack installs is not the fork's.
 */
const MAY_READ =
  /^(?:(?:app|bin|config|db|lib)\/(?:.*\/)?(?:[^./]+|[^/]+\.ya?ml)|(?:.*\/)?[^/]+\.(?:rb|rake|ru|erb|haml|slim|sh)|Rakefile|Gemfile(?:\.lock)?)$/
const MAY_NOT = /^(?:app\/javascript|config\/locales|spec|test|vendor|tmp|\.[^/]+|(?:streaming\/)?node_modules)\//
/** Vite's own cache and command, which only a build uses (mastodon/mastodon: config/vite.yml, lib/vite/config.rb). */
const OF_THE_BUILD = /\b(?:cache_?dir|build_?command)\b/i
/** Programs for developers (mastodon/mastodon: bin/setup, bin/yarn); a dyno that runs one names it in its command. */
const PROGRAM = /^bin\//

/** The first line of the fork's code that names node_modules or runs Node, comments left out: `config/x.rb:3 runs Node`. */
function lineThatReads(files: readonly SlugFile[]): string | undefined {
  for (const file of files) {
    if (!MAY_READ.test(file.path) || MAY_NOT.test(file.path)) continue
    for (const [i, text] of textOf(file).split('\n').entries()) {
      if (/^\s*#/.test(text) || OF_THE_BUILD.test(text)) continue
      const what = whatItDoes(text, PROGRAM.test(file.path))
      if (what !== undefined) return `${displayPath(file.path)}:${i + 1} ${what}`
    }
  }
  return undefined
}

function whatItDoes(line: string, isProgram: boolean): string | undefined {
  if (line.includes('node_modules')) return 'names node_modules'
  return !isProgram && RUBY_RUNS.test(line) ? 'runs Node' : undefined
}

/** Below the app's own `node_modules`, or the streaming server's. */
export const NODE_MODULES = /^(?:streaming\/)?node_modules\//

/** A link elsewhere in the tree that leads into a package, such as `public/emoji`. */
function linkInto(files: readonly SlugFile[]): string | undefined {
  const link = files.find(({ kind, path: at, target = '' }) => {
    if (kind !== 'symlink' || NODE_MODULES.test(at)) return false
    return NODE_MODULES.test(posix.join(posix.dirname(at), target.replace(/^\/app\//, '/')).replace(/^\//, ''))
  })
  return link && `${displayPath(link.path)} is a link into node_modules`
}

/** Gems that run Node with the app's packages at run time, by their READMEs. */
const GEMS = /^ {4}(grover|mjml-rails|nodo|schmooze) \(/m

function gemThatReads(files: readonly SlugFile[]): string | undefined {
  const lock = files.find(({ path }) => path === 'Gemfile.lock')
  const gem = lock && GEMS.exec(textOf(lock))?.[1]
  return gem && `the gem ${gem} runs Node with packages of the app`
}

/** The server of bin/heroku-web (mastodon/mastodon: `node ./streaming`), without an option that loads a package. */
const SERVER =
  /\bnode(?:\s{1,9}(?!-r|--(?:require|import|loader|experimental-loader)\b)-[\w=-]{1,100}){0,20}\s{1,9}(?:\.\/)?streaming(?:\/index\.js|\/)?(?=[\s;&|)"']|$)/g
/** Commands that run Node, `assets:precompile` among them. */
const RUNS_NODE = new RegExp(
  `(?:^|[\\s;&|(\x60"'/=])(?:${RUNNERS}|vite)(?=[\\s;&|)\x60"']|$)|node_modules|\\bassets:precompile\\b`,
  'm'
)
/** Options that make Node load a package before the server. */
const LOADS = /NODE_OPTIONS[^\n]{0,500}?(?:--(?:require|import|(?:experimental-)?loader)\b|["'=\s]-r)/
/** What a dyno sources before its command. This action's own scripts need no package. */
const SOURCED = /^(?:\.profile|\.profile\.d\/(?!mastodon-on-heroku)[^/]+)$/

function commandThatRuns({ files, processTypes, tasks = [] }: BuiltTree): string | undefined {
  const byPath = new Map<string, SlugFile>(files.map(file => [file.path, file]))
  const commands = Object.entries(processTypes).map(([type, command]) => [`the process type ${type}`, command] as const)
  const scheduled = tasks.map(
    command => [`the scheduled task "${displayPath(bytePath(command.slice(0, 100)))}"`, command] as const
  )
  const sourced = files.filter(({ layer, path }) => layer === 0 && SOURCED.test(path))
  const scripts = sourced.map(file => [displayPath(file.path), textOf(file).replace(/^\s*#.*$/gm, '')] as const)
  const found = [...commands, ...scheduled, ...scripts].find(([, command]) => {
    const text = withScripts(command, byPath)
    return RUNS_NODE.test(text.replace(SERVER, '')) || LOADS.test(text)
  })
  return found && `${found[0]} runs Node for more than the streaming server`
}
