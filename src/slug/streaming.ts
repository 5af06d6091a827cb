import path from 'node:path'
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
/** A package's name as npm has it: nothing in it leads out of a folder. */
const PACKAGE_NAME = /^(?:@[a-z\d~-][\w.~-]*\/)?[a-z\d~-][\w.~-]*$/i

/**
 * The streaming role of a slug: of a built tree's files those that the streaming server needs. Its packages are what
 * streaming/package.json depends on, found as Node finds them, and what those depend on. Throws a `UserError` where one
 * is not there.
 */
export function streamingFiles(files: readonly SlugFile[]): SlugFile[] {
  const tree = new Tree(files)
  for (const file of ['bin/heroku-web', 'streaming/index.js', '.heroku/node/bin/node']) tree.require(file)
  const packages = packagesOf(tree)
  // A workspace lies elsewhere in the tree, without a node_modules in its path.
  const linked = [...packages].filter(
    folder => folder !== STARTS && folder !== ROOT && !folder.includes('node_modules/')
  )
  const wanted = new Set<string>()
  const take = (file: SlugFile): void => {
    for (let at: string = file.path; at !== '.' && !wanted.has(at); at = path.posix.dirname(at)) wanted.add(at)
  }
  for (const file of files) {
    const ofPackage =
      packages.has(tree.packageOf(file.path)) || linked.some(folder => file.path.startsWith(`${folder}/`))
    if (file.kind !== 'directory' && (NEEDED.some(pattern => pattern.test(file.path)) || ofPackage)) take(file)
  }
  // Links by which Node reaches a package that lies elsewhere (workspaces).
  for (const link of tree.followed) take(link)
  return files.filter(({ path }) => wanted.has(path))
}

/** Folders of the packages that are needed, the server's own first. */
function packagesOf(tree: Tree): Set<string> {
  const found = new Set<string>()
  const visit = (folder: string): void => {
    if (found.has(folder)) return
    found.add(folder)
    const manifest = tree.manifest(folder)
    for (const name of namesIn(manifest['dependencies'])) {
      const at = tree.resolve(folder, name)
      if (at !== undefined) visit(at)
      else if (!namesIn(manifest['optionalDependencies']).includes(name)) throw missing(folder, name)
    }
    for (const name of [...namesIn(manifest['optionalDependencies']), ...namesIn(manifest['peerDependencies'])]) {
      const at = tree.resolve(folder, name)
      if (at !== undefined) visit(at)
    }
  }
  visit(tree.has(`${STARTS}/package.json`) ? STARTS : ROOT)
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
  readonly followed = new Set<SlugFile>()
  readonly #files: ReadonlyMap<string, SlugFile>

  constructor(files: readonly SlugFile[]) {
    this.#files = new Map(files.map(file => [file.path, file]))
  }

  has(file: string): boolean {
    return this.#files.has(file)
  }

  /** Throws a `UserError` where the built tree lacks what the server cannot do without. */
  require(file: string): void {
    if (this.has(file)) return
    throw new UserError(
      `The streaming slug needs ${file}, and the built tree has none`,
      'Build the fork with heroku/nodejs in its buildpacks, or take `streaming-app` out of the config.'
    )
  }

  /** The folder of the package that a file belongs to: the nearest below a `node_modules`. */
  packageOf(file: BytePath): string {
    return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0] ?? ''
  }

  /** As Node looks for it: in the folder's own node_modules, then upwards (nodejs.org: "Loading from node_modules folders"). */
  resolve(folder: string, name: string): string | undefined {
    for (let at = folder; ; at = path.posix.dirname(at)) {
      const place = at === '.' ? `node_modules/${name}` : `${at}/node_modules/${name}`
      const real = path.posix.basename(at) === 'node_modules' ? undefined : this.#real(place)
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
    const target = path.posix.join(path.posix.dirname(place), file.target).replace(/\/$/, '')
    if (target.startsWith('..') || path.posix.isAbsolute(file.target) || this.#files.get(target)?.kind !== 'directory')
      return undefined
    if (this.has(`${target}/package.json`)) this.followed.add(file)
    return target
  }
}
