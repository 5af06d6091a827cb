import { readFileSync } from 'node:fs'
import { below, displayPath, UserError, type BytePath } from '../runtime/index.ts'
import { isExecutable } from './ffmpeg-tree.ts'
import { type SlugFile } from './files.ts'
import { streamingPackages } from './streaming.ts'

/** What a slug's dynos read of its Node packages: what may go, or why nothing of them may. */
export type NodeUse =
  | {
      /** Whether a dyno reads a file of the app's `node_modules`. */
      readonly isRead: (path: BytePath) => boolean
    }
  | { readonly keptBecause: string }

export interface BuiltTree {
  readonly files: readonly SlugFile[]
  readonly processTypes: Readonly<Record<string, string>>
  /** What compiled the assets. */
  readonly bundler: 'vite' | 'webpack'
  /** Whether this slug may run the streaming server: `no` if a streaming app is configured. */
  readonly streaming: 'no' | 'perhaps'
}

/**
 * Which packages a dyno reads, as the built tree shows it. Node runs nothing on a dyno but the streaming server, and Rails
 * serves assets that are built: in Mastodon 4.4 to 4.8 no line of Ruby in app/, config/ or lib/ names node_modules but the
 * cache folder of vite's build (mastodon/mastodon: config/vite.yml, lib/vite/config.rb). If this tree says otherwise, or is
 * built in a way that is not known here, nothing goes, and the reason is given.
 */
export function nodeUse(tree: BuiltTree): NodeUse {
  const { files, bundler, streaming } = tree
  if (bundler === 'webpack')
    return keep('the assets are built by webpack, as before Mastodon 4.4, and Rails may read its configuration')
  if (isPlugAndPlay(files)) return keep("the packages are archives of Yarn Plug'n'Play, which Node reads as they are")
  const line = lineThatNames(files)
  if (line !== undefined) return keep(`${line} names node_modules`)
  const type = typeThatRunsNode(tree)
  if (type !== undefined) return keep(`the process type ${type} runs Node for more than the streaming server`)
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

/** Packages stay in archives, and Node is told where (yarnpkg.com: "Plug'n'Play"). */
export function isPlugAndPlay(files: readonly SlugFile[]): boolean {
  return files.some(({ path }) => /^\.pnp\.(?:c?js|loader\.mjs)$/.test(path))
}

/**
 * Files that Ruby or a shell may read on a dyno, whoever put them there: a buildpack may have moved a folder to the top.
 * JavaScript is read by Node alone.
 */
const MAY_READ =
  /^(?:(?:app|bin|config|db|lib)\/(?:.*\/)?(?:[^./]+|[^/]+\.(?:rb|rake|ru|ya?ml|erb|haml|sh))|config\.ru|Rakefile|\.profile)$/
const MAY_NOT = /^(?:app\/javascript|config\/locales)\//
/** Vite's own cache, which only a build writes. */
const CACHE_FOLDER = /\bcache_?dir\b/i
const LARGEST = 1_000_000

/** `config/x.rb:3`: the first line that names node_modules and is no comment. */
function lineThatNames(files: readonly SlugFile[]): string | undefined {
  for (const file of files) {
    if (!MAY_READ.test(file.path) || MAY_NOT.test(file.path)) continue
    const lines = textOf(file).split('\n')
    const at = lines.findIndex(text => text.includes('node_modules') && !/^\s*#/.test(text) && !CACHE_FOLDER.test(text))
    if (at >= 0) return `${displayPath(file.path)}:${at + 1}`
  }
  return undefined
}

/** The server of bin/heroku-web (mastodon/mastodon: `node ./streaming`). */
const SERVER = /\bnode(?:\s+--?[\w=-]+)*\s+(?:\.\/)?streaming(?:\/index\.js|\/)?(?=[\s;&|)"']|$)/g
const RUNS_NODE = /(?:^|[\s;&|(\x60"'/])(?:node|nodejs|npm|npx|yarn|yarnpkg|pnpm|bun|corepack)(?=[\s;&|)\x60"']|$)/m

function typeThatRunsNode({ files, processTypes }: BuiltTree): string | undefined {
  const byPath = new Map<string, SlugFile>(files.map(file => [file.path, file]))
  const found = Object.entries(processTypes).find(([, command]) =>
    RUNS_NODE.test(withScripts(command, byPath).replace(SERVER, ''))
  )
  return found?.[0]
}

/**
 * A command with the text of the shell scripts that it names, and of those that these name; of other scripts it has the
 * line that says what runs them.
 */
function withScripts(command: string, files: ReadonlyMap<string, SlugFile>): string {
  const read = new Set<string>()
  const visit = (text: string): string => {
    const texts = [text]
    for (const word of text.split(/[\s;&|()"'\x60]+/)) {
      const file = files.get(word.replace(/^\.\//, ''))
      if (file?.kind !== 'file' || read.has(file.path)) continue
      read.add(file.path)
      const script = textOf(file)
      const [runner] = /^#!.*/.exec(script) ?? []
      if (runner === undefined ? isExecutable(file) : /\b(?:ba|da|z|k)?sh\b/.test(runner))
        texts.push(visit(script.replace(/^\s*#.*$/gm, '')))
      else if (runner !== undefined) texts.push(runner.replace(/^#!/, ' '))
    }
    return texts.join('\n')
  }
  return visit(command)
}

function textOf({ kind, size, root, path }: SlugFile): string {
  return kind === 'file' && size <= LARGEST ? readFileSync(below(root, path), 'utf8') : ''
}
