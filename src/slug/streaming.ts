import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { isMapping, readTreeFile, UserError, type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'

/** Process types of the streaming app (mastodon/mastodon: Procfile, bin/heroku-web with RUN_STREAMING=true). */
export const STREAMING_PROCESS_TYPES = { web: 'bin/heroku-web' } as const

const STARTS = 'streaming'
/** Until 4.2 the server had no package.json of its own (mastodon/mastodon: package.json). */
const ROOT = '.'
/** The server itself, what starts it, what describes it, what is loaded before it, and Node. */
const NEEDED = [
  /^bin\/heroku-web$/,
  /^(package\.json|yarn\.lock|package-lock\.json|\.yarnrc\.yml|\.nvmrc|Procfile)$/,
  /^\.profile\.d\/[^/]+$/,
  /^\.mastodon-on-heroku\/[^/]+\.cjs$/,
  /^\.profile$/,
  /^\.heroku\/node\/bin\/node$/,
  /^streaming\/(?!node_modules\/)/
]
/** A file of the server itself. */
const SERVER_FILE = /^streaming\/(?!node_modules\/|.*\/node_modules\/).*\.[cm]?[jt]s$/
/** Files in the server's folder for a developer's tools. */
const OF_TOOLS = /^streaming\/[\w.-]+\.config\.[cm]?[jt]s$/
/** `from 'name/sub'`, `import 'name'`, `import('name')`, `require('name')`, also with a file (`./name`, `../name`). */
const IMPORT =
  /\b(?:from|import|require)\s{0,9}\(?\s{0,9}['"\x60](?:(\.{1,2}\/[^'"\s\x60]{1,500})|((?:@[^'"/\s\x60]{1,200}\/)?[^'"./\s\x60][^'"/\s\x60]{0,200}))/g
/** An npm package's name. It cannot lead out of a folder. */
const PACKAGE_NAME = /^(?:@[a-z\d~-][\w.~-]*\/)?[a-z\d~-][\w.~-]*$/i

/**
 * The files of the streaming app's slug: those of a built tree that the streaming server needs, with its packages
 * (`streamingPackages`). Throws a `UserError` if a file or package that it needs is missing.
 */
export function streamingFiles(files: readonly SlugFile[]): SlugFile[] {
  const tree = new Tree(files)
  for (const file of ['bin/heroku-web', 'streaming/index.js', '.heroku/node/bin/node']) tree.require(file)
  const imports = tree.imports()
  const isPackaged = packagesIn(tree, imports.packages)
  const wanted = new Set<string>()
  for (const file of files) {
    if (file.kind === 'directory') continue
    if (!NEEDED.some(pattern => pattern.test(file.path)) && !isPackaged(file.path) && !imports.files.has(file.path))
      continue
    for (let at: string = file.path; at !== '.' && !wanted.has(at); at = posix.dirname(at)) wanted.add(at)
  }
  return files.filter(({ path }) => wanted.has(path))
}

/**
 * Tells whether a file belongs to a package that the streaming server needs: the dependencies in streaming/package.json,
 * what the server's files import, and the dependencies of those, found as Node finds them; and the links by which Node
 * reaches a package in another folder (workspaces, pnpm). Throws a `UserError` if a package is missing.
 */
export function streamingPackages(files: readonly SlugFile[]): (path: BytePath) => boolean {
  const tree = new Tree(files)
  return packagesIn(tree, tree.imports().packages)
}

function packagesIn(tree: Tree, imported: readonly string[]): (path: BytePath) => boolean {
  const packages = packagesOf(tree, imported)
  return file => tree.followed.has(file) || isInside(packages, file)
}

/**
 * Whether a file belongs to one of these packages: the nearest folder above it that is one counts, but not what is in that
 * package's own node_modules. A package may be in any folder (a workspace, a store of Yarn or pnpm). A node_modules deeper in
 * a package is a part of it: Rollup writes such folders.
 */
function isInside(packages: ReadonlySet<string>, file: BytePath): boolean {
  for (let at = posix.dirname(file); at !== '.'; at = posix.dirname(at)) {
    if (at !== STARTS && packages.has(at)) return !file.startsWith(`${at}/node_modules/`)
  }
  return false
}

/**
 * Folders of the needed packages, the server's own first.
 * @param imports names that the server's files import
 */
function packagesOf(tree: Tree, imports: readonly string[]): Set<string> {
  const found = new Set<string>()
  const visit = (folder: string, imported: readonly string[] = []): void => {
    if (found.has(folder)) return
    found.add(folder)
    const manifest = tree.manifest(folder)
    const optional = namesIn(manifest['optionalDependencies'])
    for (const name of namesIn(manifest['dependencies'])) {
      const at = tree.resolve(folder, name)
      if (at !== undefined) visit(at)
      else if (!optional.includes(name)) throw missing(folder, name)
    }
    for (const name of [...optional, ...namesIn(manifest['peerDependencies']), ...imported]) {
      const at = tree.resolve(folder, name)
      if (at !== undefined) visit(at)
    }
  }
  visit(tree.has(`${STARTS}/package.json`) ? STARTS : ROOT, imports)
  return found
}

function namesIn(dependencies: unknown): string[] {
  if (typeof dependencies !== 'object' || dependencies === null) return []
  return Object.keys(dependencies).filter(name => PACKAGE_NAME.test(name))
}

function missing(folder: string, name: string): UserError {
  return new UserError(
    `The streaming server needs the package ${name} (${folder}/package.json), and the built tree has no node_modules with it`,
    'Let a buildpack install it: heroku/nodejs must be in the list, and must not prune it.'
  )
}

/** Finds packages and modules in a list of files. */
class Tree {
  /** Links by which a package was reached. */
  readonly followed = new Set<BytePath>()
  readonly #files: ReadonlyMap<string, SlugFile>

  constructor(files: readonly SlugFile[]) {
    this.#files = new Map(files.map(file => [file.path, file]))
  }

  has(file: string): boolean {
    return this.#files.has(file)
  }

  /**
   * What the server's files import: packages, declared or not (a fork may use one of the root's package.json), and files
   * outside of its folder, with what those import. Text that only looks like an import keeps one package too many at worst.
   */
  imports(): { packages: string[]; files: Set<string> } {
    const names = new Set<string>()
    const files = new Set<string>()
    const own = [...this.#files.values()].filter(({ kind, path }) => kind === 'file' && SERVER_FILE.test(path))
    const left = own.filter(file => !OF_TOOLS.test(file.path))
    for (let file = left.pop(); file !== undefined; file = left.pop()) {
      for (const [, near, name] of (readTreeFile(file.root, file.path) ?? '').matchAll(IMPORT)) {
        if (name !== undefined && PACKAGE_NAME.test(name) && !isBuiltin(name)) names.add(name)
        const other = near === undefined ? undefined : this.#module(posix.join(posix.dirname(file.path), near))
        if (other === undefined || files.has(other.path) || /^streaming\/|(?:^|\/)node_modules\//.test(other.path))
          continue
        files.add(other.path)
        left.push(other)
      }
    }
    return { packages: [...names], files }
  }

  /** A module as Node finds it: by its whole name, or without its ending, as `require` does (nodejs.org: "All together…"). */
  #module(name: string): SlugFile | undefined {
    const found = ['', '.js', '.json', '.cjs', '/index.js'].map(end => this.#files.get(`${name}${end}`))
    return found.find(file => file?.kind === 'file')
  }

  /** Throws a `UserError` if the built tree does not have a file. */
  require(file: string): void {
    if (this.has(file)) return
    throw new UserError(
      `The streaming slug needs ${file}, and the built tree has none`,
      'Build the fork with heroku/nodejs in its buildpacks, or take `streaming-app` out of the config.'
    )
  }

  /** A package's folder as Node finds it: in the nearest node_modules, then upwards (nodejs.org: "Loading from node_modules folders"). */
  resolve(folder: string, name: string): string | undefined {
    for (let at = folder; ; at = posix.dirname(at)) {
      const place = at === '.' ? `node_modules/${name}` : `${at}/node_modules/${name}`
      const real = posix.basename(at) === 'node_modules' ? undefined : this.#real(place)
      if (real !== undefined && this.#files.has(`${real}/package.json`)) return real
      if (at === '.') return undefined
    }
  }

  manifest(folder: string): Record<string, unknown> {
    const file = this.#files.get(folder === ROOT ? 'package.json' : `${folder}/package.json`)
    const text = file && readTreeFile(file.root, file.path)
    try {
      const manifest: unknown = JSON.parse(text ?? '{}')
      return isMapping(manifest) ? manifest : {}
    } catch (cause) {
      throw new UserError(`${folder}/package.json is not JSON`, 'Correct it in the commit, or pin another version.', {
        cause
      })
    }
  }

  /** The folder, or the one that a link leads to within the tree. */
  #real(place: string): string | undefined {
    const file = this.#files.get(place)
    if (file?.kind === 'directory') return place
    if (file?.kind !== 'symlink' || file.target === undefined) return undefined
    const target = posix.join(posix.dirname(place), file.target).replace(/\/$/, '')
    if (target.startsWith('..') || posix.isAbsolute(file.target) || this.#files.get(target)?.kind !== 'directory')
      return undefined
    if (this.has(`${target}/package.json`)) this.followed.add(file.path)
    return target
  }
}
