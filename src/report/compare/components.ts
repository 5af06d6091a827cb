/** A part of a slug that can grow: a gem, an npm package, or a folder. */
export interface Component {
  readonly kind: 'gem' | 'package' | 'folder'
  /** Without its version. A folder's is its path, with `#` for a version. */
  readonly name: string
}

/**
 * Bundler's folder: `vendor/bundle/ruby/3.4.0/gems/rails-8.1.1`, `…/bundler/gems/webpush-9631ac63045c`,
 * `…/extensions/x86_64-linux/3.4.0/puma-7.1.0` (heroku/heroku-buildpack-ruby: BUNDLE_PATH).
 */
const GEM =
  /^vendor\/bundle\/ruby\/[^/]+\/(?:gems|bundler\/gems|cache|specifications|extensions\/[^/]+\/[^/]+)\/(.+?)-(?:\d[^/]*|[0-9a-f]{12})(?:\/|$)/
/** The last one in the path: a package may have packages of its own. */
const PACKAGE = /^(?:.*\/)?node_modules\/((?:@[^/]+\/)?[^/]+)/

/** What the file at this path belongs to. Folders count to two levels; to three in `.apt`, `vendor` and `app`, which hold much. */
export function componentOf(path: string): Component {
  const gem = GEM.exec(path)?.[1]
  if (gem !== undefined) return { kind: 'gem', name: gem }
  const packaged = PACKAGE.exec(path)?.[1]
  if (packaged !== undefined && packaged !== '.bin') return { kind: 'package', name: packaged }
  const parts = path.split('/')
  const depth = ['.apt', 'vendor', 'app'].includes(parts[0]!) ? 3 : 2
  const folder = parts.slice(0, Math.min(depth, Math.max(parts.length - 1, 1))).join('/')
  return { kind: 'folder', name: folder.replace(/\d+(?:\.\d+)+/g, '#') }
}
