import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { readTreeFile, UserError, type BytePath } from '../runtime/index.ts'
import { type SlugFile } from './files.ts'

/** What the streaming server is started with (mastodon/mastodon: Procfile, bin/heroku-web with RUN_STREAMING=true). */
export const STREAMING_PROCESS_TYPES = { web: 'bin/heroku-web' } as const

const STARTS = 'streaming'
/** Until 4.2 the server had no package.json of its own (mastodon/mastodon: package.json). */
const ROOT = '.'
/** Beside the server itself: what starts it, what describes it, what is loaded before it, and Node. */
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
/** What a developer's tools read of the server's folder, and Node does not. */
const OF_TOOLS = /^streaming\/[\w.-]+\.config\.[cm]?[jt]s$/
/** `from 'name/sub'`, `import 'name'`, `import('name')`, `require('name')`, and the same of a file (`./name`, `../name`). */
const IMPORT =
  /\b(?:from|import|require)\s{0,9}\(?\s{0,9}['"\x60](?:(\.{1,2}\/[^'"\s\x60]{1,500})|((?:@[^'"/\s\x60]{1,200}\/)?[^'"./\s\x60][^'"/\s\x60]{0,200}))/g
/** A package's name as npm has it: nothing in it leads out of a folder. */
const PACKAGE_NAME = /^(?:@[a-z\d~-][\w.~-]*\/)?[a-z\d~-][\w.~-]*$/i

/**
 * The streaming role of a slug: of a built tree's files those that the streaming server needs, with its packages
 * (`streamingPackages`). Throws a `UserError` if a file or package that it cannot do without is not there.
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
 * Which of a built tree's files belong to a package that the streaming server needs: what streaming/package.json depends
 * on and what the server's own files import, found as Node finds them, what those depend on, and the links by which Node
 * reaches a package that lies elsewhere (workspaces, pnpm). Throws a `UserError` if one is not there.
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
 * Whether a file belongs to one of these packages: to the nearest above it, and not to the packages that it has of its
 * own. Any folder may be a package's: of a workspace, or in a store of Yarn or pnpm. One deeper in a package that is called
 * node_modules is a part of it (Rollup writes such ones).
 */
function isInside(packages: ReadonlySet<string>, file: BytePath): boolean {
  for (let at = posix.dirname(file); at !== '.'; at = posix.dirname(at)) {
    if (at !== STARTS && packages.has(at)) return !file.startsWith(`${at}/node_modules/`)
  }
  return false
}

/**
 * Folders of the packages that are needed, the server's own first.
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

/** Where packages are in a list of files. */
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
   * What the server's own files import, declared or not: packages, since a fork may use one of the root's package.json, and
   * files outside of its folder, with what those import. What only looks like an import names nothing that is there, or
   * keeps one too many.
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

  /** As Node finds a file: by its whole name, or as `require` also does without its end (nodejs.org: "All together…"). */
  #module(name: string): SlugFile | undefined {
    const found = ['', '.js', '.json', '.cjs', '/index.js'].map(end => this.#files.get(`${name}${end}`))
    return found.find(file => file?.kind === 'file')
  }

  /** Throws a `UserError` if the built tree lacks what the server cannot do without. */
  require(file: string): void {
    if (this.has(file)) return
    throw new UserError(
      `The streaming slug needs ${file}, and the built tree has none`,
      'Build the fork with heroku/nodejs in its buildpacks, or take `streaming-app` out of the config.'
    )
  }

  /** As Node looks for it: in the folder's own node_modules, then upwards (nodejs.org: "Loading from node_modules folders"). */
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
      return typeof manifest === 'object' && manifest !== null ? (manifest as Record<string, unknown>) : {}
    } catch (cause) {
      throw new UserError(`${folder}/package.json is not JSON`, 'Correct it in the commit, or pin another version.', {
        cause
      })
    }
  }

  /** The folder itself, or where a link to it leads within the tree. */
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
