import { readTreeFile } from '../runtime/index.ts'

/** A dependency that is locked in several versions has an entry for each. */
type Dependency = readonly [name: string, version: string]

interface Dependencies {
  /** Gemfile.lock. */
  readonly gems: readonly Dependency[]
  /** yarn.lock, of Yarn 1 or later. */
  readonly packages: readonly Dependency[]
}

const GEM = /^[A-Za-z0-9][\w.-]{0,99}$/
const PACKAGE = /^(?:@[\w.~-]{1,100}\/)?[\w.~-]{1,200}$/
const VERSION = /^[\w.+-]{1,100}$/

/** What the lock files of a tree name, sorted by name. A file that is missing, or is no lock file, names nothing. */
export function readDependencies(root: string): Dependencies {
  return {
    gems: sorted(gemsOf(readTreeFile(root, 'Gemfile.lock') ?? ''), GEM),
    packages: sorted(packagesOf(readTreeFile(root, 'yarn.lock') ?? ''), PACKAGE)
  }
}

/** Below `specs:` gems are indented by four spaces, and what they need by six (bundler: lib/bundler/lockfile_parser.rb). */
function gemsOf(lock: string): Dependency[] {
  return [...lock.matchAll(/^ {4}(\S+) \(([^)\s]+)\)$/gm)].map(([, name = '', version = '']) => [
    name,
    // Without the platform behind it: 1.18.3-x86_64-linux-gnu.
    version.split('-')[0]!
  ])
}

/** An entry begins with what was asked for, `"@a/b@npm:^1", "@a/b@npm:^2":`. Its version is on the next line, in both Yarns. */
function packagesOf(lock: string): Dependency[] {
  const entries = lock.matchAll(/^"?(@?[^@\s"]+)@[^\n]*:\n {2}version:? "?([^\s"]+)"?$/gm)
  return [...entries].map(([, name = '', version = '']): Dependency => [name, version]).filter(isNotOurs)
}

/** Yarn lists the tree's own workspaces under this version. */
function isNotOurs([, version]: Dependency): boolean {
  return version !== '0.0.0-use.local'
}

function sorted(dependencies: Dependency[], names: RegExp): Dependency[] {
  const distinct = new Map(
    dependencies
      .filter(([name, version]) => names.test(name) && VERSION.test(version))
      .map(dependency => [dependency.join('\n'), dependency])
  )
  return [...distinct.values()].sort(([a, x], [b, y]) => {
    const [one, other] = a === b ? [x, y] : [a, b]
    return one < other ? -1 : 1
  })
}
